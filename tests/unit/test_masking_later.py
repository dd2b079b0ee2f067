"""Evidence that is made later holds nothing meanwhile that it will never show."""

from decimal import Decimal

from app.tax.masking import Mask

TOLD = {"code": "0000", "jshj": Decimal("106.00"), "name": "某某", "sound": True, "gone": None}


def test_later_it_says_what_it_would_have_said_at_once():
    mask = Mask.showing(["jshj"])
    assert mask.later(TOLD)() == mask.of(TOLD) == '{"code":"0000","jshj":"106.00","name":"***","sound":"***"}'


def test_meanwhile_lists_and_objects_are_let_go():
    told = TOLD | {"items": [{}] * 1_000, "more": {"a": []}}
    later = Mask().later(told)

    assert later() == Mask().of(told)
    assert not {"items", "more"} & later.args[0].keys()
