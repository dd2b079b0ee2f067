"""The alerter on a real database: what becomes an incident, who is told, and that it happens once."""

import asyncio
import json
from datetime import timedelta

import pytest

from app.alerter import Alerter
from app.domain.alerting_policy import AlertPolicy, Level, OutagePolicy
from app.domain.breaker import Breaker
from app.domain.invoice import Answer, Outcome, Party
from app.domain.tally import Tally
from app.store import accounts, deliveries, silences
from app.store.deliveries import Subscription
from app.store.events import accept
from app.store.invoices import Invoices
from app.store.lateness import move_late
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import POLICY as ENGINE
from tests.integration.store.conftest import admission, invoice, issued
from tests.integration.waiting import settled

LATE = NOON + timedelta(hours=25)
MINUTE = timedelta(minutes=1)
ROOMS = [Subscription("room", "wecom", []), Subscription("boss", "wecom", [])]
PROGRAM = Subscription("erp", "webhook", ["incident.opened", "incident.updated", "incident.resolved"])
POLICY = AlertPolicy(levels=(Level(to=("room",)), Level(timedelta(hours=4), ("boss",), mention=True)))


@pytest.fixture
async def alert(database, clock):
    """An alerter, its destinations declared; `alert.told()` are all notices so far."""
    await deliveries.declare(database, TENANT, [*ROOMS, PROGRAM])
    clock.at = LATE
    return Desk(database, clock)


class Desk:
    def __init__(self, database, clock):
        self.database, self.clock = database, clock
        self.tally = Tally()
        self.alerter = self.another()

    def another(self, policy=POLICY, **more):
        return Alerter(
            tenant=TENANT, accounts=["proof", "channel"], database=self.database, clock=self.clock, policy=policy,
            tally=self.tally, **more,
        )  # fmt: skip

    async def settled(self):
        """All that is committed can be read: whoever counts steps, or stops between two, waits for it first."""
        async with self.database.connection() as connection:
            await settled(connection)

    async def steps(self, count=3):
        await self.settled()
        await self._step(count)

    async def pass_(self, **span):
        """Time goes by, in strides that the alerter sees."""
        end = self.clock.at + timedelta(**span)
        stride = 10 * MINUTE if timedelta(**span) > 10 * MINUTE else MINUTE / 2
        await self.steps(2)
        while self.clock.at < end:
            self.clock.at = min(self.clock.at + stride, end)
            await self._step(2)

    async def _step(self, count):
        for _ in range(count):
            while await self.alerter.step() == 0:
                pass

    async def rows(self, statement, *values):
        async with self.database.connection() as connection:
            return [tuple(row) for row in await connection.fetch(statement, *values)]

    async def told(self, destination="room"):
        rows = await self.rows(
            "SELECT m.body FROM deliveries d JOIN messages m ON m.tenant = d.tenant AND m.id = d.message_id "
            "WHERE d.destination = $1 AND m.incident_id IS NOT NULL ORDER BY m.at, m.sequence",
            destination,
        )
        return [json.loads(body) for (body,) in rows]

    async def reasons(self, destination="room"):
        return [one["data"]["notice"]["reason"] for one in await self.told(destination)]

    async def late(self, *numbers, now=None, **changes):
        """Those invoices are issued at noon and late now."""
        told = [issued(invoice(number, **changes)) for number in numbers]
        await accept(self.database, TENANT, told, NOON, admission)
        await move_late(self.database, TENANT, now or self.clock.now(), 20_000)

    async def breaker(self, account="proof", *, down=True):
        state = Breaker(5, 1, self.clock.at + MINUTE, Outcome.AUTHORITY_DOWN) if down else Breaker()
        await accounts.keep_breaker(self.database, TENANT, account, state, self.clock.now())

    async def confirm(self, *numbers):
        people = Invoices(self.database, ENGINE)
        ids = await self.rows(
            "SELECT id::text FROM invoices WHERE number = ANY ($1)", [invoice(n).number for n in numbers]
        )
        for (id_,) in ids:
            await people.resolve(TENANT, id_, "key:test", self.clock.now(), reason="seen", evidence="screen")


async def test_a_late_invoice_is_told_once_it_has_waited_for_company(alert):
    await alert.late(1)
    await alert.steps()
    assert await alert.told() == []

    await alert.pass_(seconds=31)
    (told,) = await alert.told()

    assert (told["type"], told["data"]["notice"]["reason"]) == ("incident.opened", "opened")
    assert told["data"]["incident"]["cause"] == "deadline"
    assert [one["number"] for one in told["data"]["invoices"]] == [invoice(1).number]
    assert told["data"]["incident"]["amounts"] == [{"currency": "CNY", "total": "106.00"}]


async def test_what_comes_within_the_gathering_is_one_alert(alert):
    await alert.late(1, 2, 3)
    await alert.steps()
    await alert.late(4)
    await alert.pass_(minutes=5)

    (told,) = await alert.told()
    assert told["data"]["incident"]["members"] == 4


async def test_what_is_confirmed_before_it_was_told_is_told_to_nobody(alert):
    await alert.late(1)
    await alert.steps()
    await alert.confirm(1)
    await alert.pass_(hours=2)

    assert await alert.told() == []
    assert await alert.rows("SELECT state, remaining FROM incidents") == [("resolved", 0)]


async def test_recovery_is_told_to_those_who_were_told_of_the_trouble_and_to_nobody_else(alert):
    await alert.late(1)
    await alert.pass_(minutes=1)
    await alert.confirm(1)
    await alert.pass_(minutes=11)

    assert await alert.reasons("room") == ["opened", "resolved"]
    assert await alert.reasons("boss") == []
    (_, resolved) = await alert.told()
    assert resolved["data"]["incident"]["remaining"] == 0
    assert resolved["data"]["incident"]["amounts"] == [{"currency": "CNY", "total": "106.00"}]


async def test_the_next_level_hears_of_what_nobody_acknowledged(alert):
    await alert.late(1)
    await alert.pass_(hours=4, minutes=1)

    assert await alert.reasons("boss") == ["level"]
    (told,) = await alert.told("boss")
    assert (told["data"]["notice"]["level"], told["data"]["notice"]["mention"]) == (2, True)
    (first, *_) = await alert.told("room")
    assert first["data"]["notice"]["next_level"]["destinations"] == ["boss"]


async def test_an_acknowledged_incident_is_quiet_until_the_acknowledgement_ends(alert):
    await alert.late(1)
    await alert.pass_(minutes=1)
    until = alert.clock.at + timedelta(hours=5)
    await alert.rows(
        "UPDATE incidents SET acknowledged_by = 'li', acknowledged_until = $1, wake_at = $2", until, alert.clock.at
    )
    await alert.pass_(hours=4, minutes=59)
    assert await alert.reasons("room") == ["opened"]
    assert await alert.reasons("boss") == []

    await alert.pass_(minutes=2)
    assert await alert.reasons("room") == ["opened", "lapsed"]
    assert await alert.reasons("boss") == ["lapsed"]


async def test_ten_thousand_invoices_of_one_outage_are_one_alert_and_a_few_updates(alert):
    alert.clock.at = NOON + timedelta(hours=23)
    await alert.breaker()
    await alert.pass_(minutes=10)
    assert await alert.reasons() == ["opened"]

    alert.clock.at = LATE
    for first in range(0, 10_000, 2_000):
        await alert.late(*range(first, first + 2_000))
        await alert.steps()
        alert.clock.pass_(seconds=20)
    await alert.steps(10)

    incidents = await alert.rows("SELECT cause, members, remaining FROM incidents")
    assert incidents == [("outage", 10_000, 10_000)]
    reasons = await alert.reasons()
    assert reasons[0] == "opened"
    assert set(reasons[1:]) <= {"grew", "reminder"}
    assert len(reasons) <= 6
    (opened, *_, last) = await alert.told()
    assert opened["data"]["incident"]["scope"]["all"] is True
    assert last["data"]["incident"]["amounts"][0]["total"] == f"{10_000 * 106}.00"


async def test_an_outage_ends_with_one_recovery_and_then_with_what_is_still_late(alert):
    await alert.breaker()
    await alert.pass_(minutes=3)
    await alert.late(1, 2, 3)
    await alert.steps()
    await alert.breaker(down=False)
    await alert.pass_(minutes=10)
    assert await alert.reasons() == ["opened", "recovered"]
    steps = [one["data"]["incident"]["diagnosis"]["next_step"]["en"] for one in await alert.told()]
    assert [step.startswith("Nothing to do.") for step in steps] == [False, True]

    await alert.confirm(1, 2)
    await alert.pass_(minutes=40)
    assert await alert.reasons() == ["opened", "recovered", "still_late"]
    left = (await alert.told())[-1]["data"]
    assert (left["incident"]["cause"], left["incident"]["remaining"]) == ("deadline", 1)
    assert await alert.reasons("erp") == ["opened", "recovered", "resolved", "still_late"]


async def test_an_outage_that_leaves_nothing_behind_is_over_without_another_word(alert):
    await alert.breaker()
    await alert.pass_(minutes=3)
    await alert.late(1)
    await alert.breaker(down=False)
    await alert.pass_(minutes=10)
    await alert.confirm(1)
    await alert.pass_(hours=2)

    assert await alert.reasons() == ["opened", "recovered"]


async def test_a_breaker_that_opens_for_a_moment_is_no_outage(alert):
    await alert.breaker()
    await alert.pass_(minutes=1)
    await alert.breaker(down=False)
    await alert.pass_(minutes=10)

    assert await alert.rows("SELECT cause FROM incidents") == []


async def test_a_share_of_failures_of_one_seller_is_an_outage_of_that_seller(alert):
    other = Party("911101081000000999", "上海示例贸易有限公司")
    for number in range(100):
        mine, failed = number % 4 == 0, number % 4 == 0 and number < 88
        told = invoice(number) if mine else invoice(number, seller=other)
        outcome = Outcome.TRANSIENT if failed else Outcome.NOT_FOUND
        alert.tally.note("proof", told, Answer(outcome, "http_500"), alert.clock.now())
    await alert.breaker(down=False)
    await alert.pass_(minutes=1)

    assert await alert.rows("SELECT cause, account, seller, whole FROM incidents") == [
        ("outage", "proof", invoice(1).seller.tax_id, False)
    ]


async def test_a_growing_group_is_told_of_ever_more_rarely(alert):
    await alert.late(0)
    for hour in range(1, 25):
        alert.clock.at = LATE + timedelta(hours=hour)
        await alert.late(*range(hour * 10, hour * 10 + 10))
        await alert.pass_(minutes=59)

    reasons = await alert.reasons()
    assert reasons[0] == "opened"
    assert reasons.count("grew") <= 10


async def test_two_replicas_tell_it_once(alert):
    await alert.late(*range(50))
    await alert.settled()
    both = [alert.alerter, alert.another()]
    for _ in range(8):
        alert.clock.pass_(seconds=10)
        await asyncio.gather(*(one.step() for one in both))

    assert await alert.reasons() == ["opened"]
    assert await alert.rows("SELECT members, remaining FROM incidents") == [(50, 50)]


async def test_a_silence_holds_an_alert_back_until_it_ends(alert):
    await alert.rows(
        "INSERT INTO silences (tenant, id, matchers, starts_at, ends_at, reason, author, created_at) "
        "VALUES ($1, gen_random_uuid(), $2, $3, $4, 'known', 'li', $3)",
        TENANT, {"account": ["proof"]}, NOON, LATE + timedelta(hours=2),
    )  # fmt: skip
    await alert.late(1)
    await alert.pass_(hours=1)
    assert await alert.told() == []

    await alert.pass_(hours=1, minutes=1)
    assert await alert.reasons() == ["opened"]


async def test_announced_maintenance_keeps_an_outage_quiet_and_ends_in_a_fresh_look(alert):
    await alert.rows(
        "INSERT INTO maintenance (tenant, id, accounts, starts_at, ends_at, reason, author, created_at) "
        "VALUES ($1, gen_random_uuid(), '{proof}', $2, $3, 'upgrade', 'li', $2)",
        TENANT, NOON, LATE + timedelta(hours=1),
    )  # fmt: skip
    await alert.breaker()
    await alert.pass_(minutes=50)
    assert await alert.told() == []

    await alert.breaker(down=False)
    await alert.pass_(hours=2)
    assert await alert.told() == []


async def test_night_is_for_those_levels_alone_that_may_be_woken(alert):
    levels = (Level(to=("room",), when="working_hours"), Level(timedelta(hours=4), ("boss",)))
    alert.alerter = alert.another(AlertPolicy(levels=levels))
    alert.clock.at = LATE.replace(hour=14)  # 22:00 in Beijing, a Saturday
    await alert.late(1)
    await alert.pass_(hours=4, minutes=10)
    assert (await alert.reasons("room"), await alert.reasons("boss")) == ([], ["opened"])

    await alert.pass_(hours=30, minutes=40)  # 08:50 on Monday
    assert await alert.reasons("room") == []
    await alert.pass_(minutes=20)
    assert (await alert.reasons("room"))[0] == "level"


async def test_a_replica_that_dies_in_the_middle_has_told_nothing_and_the_next_one_tells_all(alert, monkeypatch):
    await alert.late(1)
    await alert.steps()
    alert.clock.pass_(seconds=40)

    class Cut(Exception):
        pass

    async def cut(*_args):
        raise Cut

    with monkeypatch.context() as broken:
        broken.setattr("app.store.incidents.keep", cut)
        with pytest.raises(Cut):
            await alert.alerter.step()
    assert await alert.told() == []

    alert.alerter = alert.another()
    await alert.steps()
    assert await alert.reasons() == ["opened"]


async def test_an_outage_policy_decides_how_patient_we_are(alert):
    alert.alerter = alert.another(AlertPolicy(outage=OutagePolicy(patience=timedelta(hours=1))))
    await alert.breaker()
    await alert.pass_(minutes=59)
    assert await alert.rows("SELECT cause FROM incidents") == []
    await alert.pass_(minutes=2)
    assert await alert.rows("SELECT cause FROM incidents") == [("outage",)]


async def test_invoices_that_were_each_acknowledged_are_not_reminded_of(alert):
    await alert.late(1, 2)
    await alert.pass_(minutes=1)
    people = Invoices(alert.database, ENGINE)
    ids = [id_ for (id_,) in await alert.rows("SELECT id::text FROM invoices ORDER BY number")]
    await people.acknowledge(TENANT, ids[0], "key:li", alert.clock.at, until=None, text="known")
    await alert.pass_(hours=1, minutes=10)
    assert await alert.reasons() == ["opened", "reminder"]

    until = alert.clock.at + timedelta(hours=8)
    await people.acknowledge(TENANT, ids[1], "key:li", alert.clock.at, until=until, text="known")
    await alert.pass_(hours=7)
    assert await alert.reasons() == ["opened", "reminder"]
    await alert.pass_(hours=2)
    assert len(await alert.reasons()) == 3


async def test_what_an_outage_leaves_behind_is_one_alert_however_much_it_is(alert, monkeypatch):
    monkeypatch.setattr("app.alerter.MOVED", 20)
    await alert.breaker()
    await alert.pass_(minutes=3)
    await alert.late(*range(90))
    await alert.steps()
    await alert.breaker(down=False)
    await alert.pass_(hours=1)

    assert await alert.reasons() == ["opened", "grew", "recovered", "still_late"]
    assert (await alert.told())[-1]["data"]["incident"]["members"] == 90
    assert await alert.rows("SELECT cause, state, remaining FROM incidents ORDER BY cause") == [
        ("deadline", "open", 90),
        ("outage", "resolved", 0),
    ]


async def change(alert, statement, *values):
    async with alert.database.connection() as connection:
        await connection.execute(statement, *values)


async def trickle(alert, *numbers):
    """One invoice after the other becomes late, seconds apart."""
    for number in numbers:
        await alert.late(number)
        alert.clock.at += timedelta(seconds=5)
        await alert.steps(2)


async def test_a_chat_that_does_not_want_an_incident_is_no_reason_to_tell_the_others_again(alert):
    await change(alert, "UPDATE destinations SET accounts = '{other}' WHERE name = 'boss'")
    alert.alerter = alert.another(AlertPolicy())
    await alert.late(1)
    await alert.pass_(seconds=31)
    await trickle(alert, *range(2, 8))

    assert (await alert.reasons(), await alert.reasons("boss")) == (["opened"], [])


async def test_a_chat_of_other_sellers_hears_nothing_and_the_rest_hear_it_once(alert):
    await change(alert, "UPDATE destinations SET sellers = '{91330000MA27ABCD00}' WHERE name = 'boss'")
    alert.alerter = alert.another(AlertPolicy())
    await alert.late(1)
    await alert.pass_(minutes=1)
    await trickle(alert, 2, 3)

    assert (await alert.reasons(), await alert.reasons("boss")) == (["opened"], [])


async def test_a_chat_that_nothing_reaches_is_no_reason_to_tell_the_others_again(alert):
    alert.alerter = alert.another(AlertPolicy())
    await alert.late(1)
    await alert.pass_(seconds=31)
    await change(alert, "UPDATE deliveries SET state = 'dead' WHERE destination = 'boss'")
    await trickle(alert, *range(2, 8))

    assert await alert.reasons() == ["opened"]


async def test_a_silence_also_holds_when_the_outage_comes_back(alert):
    await alert.breaker()
    await alert.pass_(minutes=3)
    await alert.breaker(down=False)
    await alert.pass_(minutes=6)
    matchers, now = {"account": ["proof"]}, alert.clock.at
    await silences.Silences(alert.database).create(
        TENANT, matchers, now, now + timedelta(hours=9), reason="known", author="li", now=now
    )
    await alert.breaker()
    await alert.pass_(minutes=5)

    assert await alert.reasons() == ["opened", "recovered"]


async def test_an_acknowledgement_also_holds_when_an_incident_comes_back(alert):
    await alert.late(1)
    await alert.pass_(minutes=2)
    await change(
        alert, "UPDATE incidents SET acknowledged_by = 'li', acknowledged_at = $1, acknowledged_until = $2",
        alert.clock.at, alert.clock.at + timedelta(hours=8),
    )  # fmt: skip
    await alert.pass_(hours=5)
    await alert.confirm(1)
    await alert.steps(2)
    await alert.late(2)
    await alert.pass_(minutes=2)

    assert (await alert.reasons(), await alert.reasons("boss")) == (["opened"], [])


async def test_an_outage_that_came_back_unheard_recovers_unheard(alert):
    alert.alerter = alert.another(AlertPolicy(levels=(Level(to=("room",), when="working_hours"),)))
    alert.clock.at = NOON + timedelta(hours=5, minutes=30)  # half past five in the afternoon
    for _ in range(2):
        await alert.breaker()
        await alert.pass_(minutes=3)
        await alert.breaker(down=False)
        await alert.pass_(minutes=7)
        alert.clock.at = NOON + timedelta(hours=6, minutes=2)

    assert await alert.reasons() == ["opened", "recovered"]


async def test_an_acknowledgement_that_ends_at_night_is_told_of_in_the_morning(alert):
    by_day = Level(to=("room",), when="working_hours")
    alert.alerter = alert.another(AlertPolicy(levels=(by_day,), remind_after=()))
    alert.clock.at = NOON + timedelta(days=3, hours=5)  # Monday, five in the afternoon
    await alert.late(1)
    await alert.pass_(minutes=2)
    await change(
        alert,
        "UPDATE incidents SET acknowledged_by = 'li', acknowledged_at = $1, acknowledged_until = $2, wake_at = $1",
        alert.clock.at, alert.clock.at + timedelta(hours=4),
    )  # fmt: skip
    await alert.pass_(hours=20)

    assert await alert.reasons() == ["opened", "lapsed"]


async def test_what_was_late_before_an_outage_is_not_told_as_solved_because_of_it(alert):
    await alert.late(1, 2)
    await alert.pass_(minutes=1)
    await alert.breaker()
    await alert.pass_(minutes=3)
    alert.clock.at += timedelta(hours=50)
    await move_late(alert.database, TENANT, alert.clock.at, 100)  # both are escalated
    await alert.pass_(minutes=2)

    assert "resolved" not in await alert.reasons()
    assert await alert.rows("SELECT remaining FROM incidents WHERE cause = 'deadline'") == [(2,)]


async def test_the_outage_of_an_account_that_nobody_asks_any_more_ends(alert):
    await alert.breaker()
    await alert.pass_(minutes=3)
    await alert.late(1)
    alert.alerter = Alerter(
        tenant=TENANT, accounts=["channel"], database=alert.database, clock=alert.clock, policy=POLICY,
        tally=alert.tally,
    )  # fmt: skip
    await alert.pass_(hours=1)

    assert await alert.rows("SELECT state FROM incidents WHERE cause = 'outage'") == [("resolved",)]
    assert (await alert.reasons())[-1] == "still_late"


async def test_an_invoice_of_a_cause_from_the_future_holds_nobody_up_and_is_told(alert):
    await alert.late(1)
    await change(alert, "UPDATE invoices SET cause = 'from the future', outcome = 'odd'")
    await alert.late(2)
    await alert.pass_(minutes=1)

    causes = [told["data"]["incident"]["cause"] for told in await alert.told()]
    assert sorted(causes) == ["deadline", "uncheckable"]


async def test_an_outage_that_is_over_rests_while_the_word_of_the_last_invoice_is_under_way(alert):
    await alert.breaker()
    await alert.pass_(minutes=3)
    await alert.late(1)
    await alert.steps()
    await alert.breaker(down=False)
    await alert.pass_(minutes=7)
    alert.clock.at += timedelta(minutes=32)
    async with alert.database.connection() as elsewhere, elsewhere.transaction():
        await elsewhere.execute("SELECT pg_current_xact_id()")  # holds every reader up
        await alert.confirm(1)
        await alert.alerter.step()
        assert await alert.alerter.step() > 0


async def test_what_an_outage_leaves_behind_never_joins_an_incident_that_ends_in_the_same_step(alert):
    await alert.breaker()
    await alert.pass_(minutes=3)
    await alert.late(1)
    await alert.steps()
    await alert.breaker(down=False)
    await alert.pass_(minutes=6)
    ((drained,),) = await alert.rows("SELECT draining_at + interval '30 minutes' FROM incidents")
    await change(
        alert,
        "INSERT INTO incidents (tenant, id, cause, account, state, since, opened_at, draining_at, wake_at, members, "
        "remaining, level, notices, told_members, reminders, seller, region, endpoint) VALUES ('default', "
        "gen_random_uuid(), 'deadline', 'proof', 'draining', $1, $1, $1, $2, 1, 0, 1, 1, 1, 0, '', '', '')",
        drained - timedelta(minutes=15), drained + timedelta(seconds=0.5),
    )  # fmt: skip
    alert.clock.at = drained + timedelta(seconds=1)
    await alert.steps()
    await alert.pass_(minutes=2)

    assert await alert.rows("SELECT 1 FROM incidents WHERE state = 'resolved' AND remaining > 0") == []
    assert (await alert.reasons())[-1] == "still_late"


async def test_an_escalated_invoice_is_told_though_it_was_acknowledged_while_it_was_overdue(alert):
    await alert.late(1)
    await change(
        alert,
        "INSERT INTO notes (tenant, invoice_id, id, kind, at, actor, text) "
        "SELECT tenant, id, gen_random_uuid(), 'acknowledgement', $1, 'li', 'seen' FROM invoices",
        alert.clock.at,
    )
    await alert.pass_(minutes=2)
    ((escalates_at,),) = await alert.rows("SELECT escalate_at FROM invoices")
    alert.clock.at = escalates_at - timedelta(minutes=5)
    await alert.steps()
    alert.clock.at = escalates_at
    await move_late(alert.database, TENANT, alert.clock.at, 100)
    await alert.pass_(minutes=2)

    assert await alert.reasons() == ["opened"]
