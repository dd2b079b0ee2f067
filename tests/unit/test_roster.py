"""Whom a replica can reach."""

from app.channels.roster import Fixed, Joined, Served


class Coming:
    """A roster that has somebody after it was refreshed."""

    def __init__(self, **served):
        self._coming, self.served = served, {}

    async def refresh(self):
        self.served = self._coming


def served(name):
    return Served(object(), name, 15.0)


async def test_of_two_with_the_same_name_the_earlier_roster_counts():
    configured, made = served("slack"), served("webhook")
    joined = Joined(Fixed({"erp": configured}), Fixed({"erp": made, "shop": made}))

    assert joined.served == {"erp": configured, "shop": made}


async def test_who_comes_is_there_after_a_look():
    joined = Joined(Fixed({}), Coming(shop=served("webhook")))
    before = dict(joined.served)
    await joined.refresh()

    assert (list(before), list(joined.served)) == ([], ["shop"])
