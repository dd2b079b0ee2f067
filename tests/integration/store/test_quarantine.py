"""Set aside: what cannot be read, decided or stored takes nobody with it, and is neither asked about nor forgotten."""

import logging
from datetime import timedelta

import pytest

from app.console.texts import TEXTS
from app.domain.breaker import BreakerPolicy
from app.domain.invoice import Answer, Outcome
from app.observability.metrics import Metrics
from app.poller import Pace, Poller
from app.store import quarantine
from app.store.events import accept
from app.store.invoices import Invoices
from app.store.lateness import move_late
from tests.conftest import NOON, TENANT
from tests.integration.engine.crew import NO_RECHECKS, Knowing
from tests.integration.store.conftest import admission, invoice, issued
from tests.integration.test_console import House, text_of

BROKEN = 3  # of the invoices told, the one that is broken by hand
MANY = 1_000


class Saying(Knowing):
    """A tax system that says something else about one invoice."""

    def __init__(self, number, answer):
        super().__init__()
        self.special = (number, answer)

    async def check(self, invoices):
        number, answer = self.special
        answers = await super().check(invoices)
        return [answer if one.number == number else usual for one, usual in zip(invoices, answers, strict=True)]


@pytest.fixture
def poller(database, clock):
    def make(adapter, batch=50):
        return Poller(
            tenant=TENANT, account="proof", adapter=adapter, database=database, clock=clock, policy=NO_RECHECKS,
            pace=Pace(rate=1000, concurrency=2, batch=batch, timeout=5, rest=0.05),
            breaker_policy=BreakerPolicy(failures=1_000_000), metrics=Metrics("0", ["proof"], []), chance=lambda: 0.0,
        )  # fmt: skip

    return make


@pytest.fixture
async def told(database):
    """Ids of five invoices that are due an hour later, by number."""
    return await _tell(database, 5)


async def _tell(database, count):
    events = [issued(invoice(n)) for n in range(1, count + 1)]
    answers = await accept(database, TENANT, events, NOON, admission)
    return {n: answer.id for n, answer in enumerate(answers, 1)}


async def run(poller, times=1):
    for _ in range(times):
        await poller.step()
        await poller.finish(20)


# Each breaks the invoice $1 in a way that no version of this service does.
UNREADABLE = {
    "an unknown last outcome": ["UPDATE schedule SET outcome = 'unheard_of' WHERE invoice_id = $1::uuid"],
    "an unknown outcome": ["UPDATE invoices SET outcome = 'unheard_of' WHERE id = $1::uuid"],
    "an unknown kind": ["UPDATE invoices SET kind = 'unheard_of' WHERE id = $1::uuid"],
    "an unknown cause": ["UPDATE invoices SET cause = 'unheard_of' WHERE id = $1::uuid"],
    "an unknown diagnosis": ["UPDATE invoices SET diagnosis = 'unheard_of' WHERE id = $1::uuid"],
    "an unknown state": [
        "ALTER TABLE invoices DROP CONSTRAINT invoices_state",
        "ALTER TABLE invoices DROP CONSTRAINT invoices_late_at",
        "UPDATE invoices SET state = 'unheard_of' WHERE id = $1::uuid",
    ],
}
UNKNOWN_LAST_OUTCOME = UNREADABLE["an unknown last outcome"]
UNDECIDABLE = [  # when it is not found: no plan reaches beyond the calendar
    "UPDATE invoices SET issued_at = '9999-12-31 23:59:59Z' WHERE id = $1::uuid",
    "UPDATE schedule SET asked = 3, asked_on = '2026-11-20' WHERE invoice_id = $1::uuid",
]


MISSING = Answer(Outcome.NOT_FOUND, "0009")


async def spoil(rows, statements, id_):
    for statement in statements:
        await rows(statement, *([id_] if "$1" in statement else []))


async def refuse_checks_of(rows, id_):
    await rows(f"ALTER TABLE checks ADD CONSTRAINT poison CHECK (invoice_id <> '{id_}')")


@pytest.mark.parametrize("statements", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_what_cannot_be_read_is_set_aside_and_its_neighbours_go_on(statements, poller, told, rows, clock):
    await spoil(rows, statements, told[BROKEN])
    clock.pass_(hours=1)
    adapter = Knowing()
    await run(poller(adapter))

    assert adapter.asked == [invoice(n).number for n in told if n != BROKEN]
    [(id_, stage, reason)] = await rows("SELECT invoice_id::text, stage, reason FROM quarantine")
    assert (id_, stage) == (told[BROKEN], "claim")
    assert "unheard_of" in reason
    assert await rows("SELECT count(*) FROM invoices WHERE state = 'synced'") == [(4,)]


async def test_what_cannot_be_decided_is_set_aside_and_its_neighbours_go_on(poller, told, rows, clock):
    await spoil(rows, UNDECIDABLE, told[BROKEN])
    clock.pass_(hours=1)
    await run(poller(Saying(invoice(BROKEN).number, MISSING)))

    assert await rows("SELECT invoice_id::text, stage FROM quarantine") == [(told[BROKEN], "settle")]
    assert await rows("SELECT count(*) FROM invoices WHERE state = 'synced'") == [(4,)]


async def test_what_cannot_be_stored_is_set_aside_and_its_neighbours_go_on(poller, told, rows, clock):
    await refuse_checks_of(rows, told[BROKEN])
    clock.pass_(hours=1)
    await run(poller(Knowing()))

    [(id_, stage, reason)] = await rows("SELECT invoice_id::text, stage, reason FROM quarantine")
    assert (id_, stage) == (told[BROKEN], "settle")
    assert "poison" in reason
    assert await rows("SELECT count(*) FROM invoices WHERE state = 'synced'") == [(4,)]


async def test_one_in_a_thousand_that_cannot_be_stored_costs_the_others_nothing(poller, database, rows, clock):
    told = await _tell(database, MANY)
    await refuse_checks_of(rows, told[700])
    clock.pass_(hours=1)
    await run(poller(Knowing(), batch=MANY))

    assert await rows("SELECT count(*) FROM checks") == [(MANY - 1,)]
    assert await rows("SELECT count(*) FROM invoices WHERE state = 'synced'") == [(MANY - 1,)]
    assert await rows("SELECT invoice_id::text FROM quarantine") == [(told[700],)]


async def test_an_answer_that_cannot_be_stored_is_the_answers_fault(poller, told, rows, clock):
    strange = Answer(Outcome.NOT_FOUND, "0009", message="no text holds this: \x00")
    clock.pass_(hours=1)
    await run(poller(Saying(invoice(BROKEN).number, strange)))

    assert await rows("SELECT count(*) FROM quarantine") == [(0,)]
    assert await rows("SELECT invoice_id::text, outcome FROM checks WHERE code = 'unwritable'") == [
        (told[BROKEN], "transient")
    ]
    assert await rows("SELECT lease FROM schedule WHERE invoice_id = $1::uuid", told[BROKEN]) == [(None,)]


@pytest.mark.parametrize("statements", [UNKNOWN_LAST_OUTCOME, UNDECIDABLE], ids=["unreadable", "undecidable"])
async def test_nothing_is_asked_again_until_a_person_asks(statements, poller, told, rows, clock, database):
    await spoil(rows, statements, told[BROKEN])
    clock.pass_(hours=1)
    adapter = Saying(invoice(BROKEN).number, MISSING)
    one = poller(adapter)
    await run(one)
    assert await rows("SELECT count(*) FROM quarantine") == [(1,)]
    adapter.asked.clear()
    for _ in range(10):
        clock.pass_(hours=5)
        await run(one)
    assert adapter.asked == []

    adapter.special = ("", MISSING)
    await rows("UPDATE invoices SET issued_at = $2 WHERE id = $1::uuid", told[BROKEN], NOON)
    await Invoices(database, NO_RECHECKS).check_now(TENANT, told[BROKEN], "key:finance", clock.now())
    await run(one)

    assert adapter.asked == [invoice(BROKEN).number]
    assert await rows("SELECT count(*) FROM quarantine") == [(0,)]
    assert await rows("SELECT count(*) FROM invoices WHERE state = 'synced'") == [(5,)]


@pytest.mark.parametrize("statements", [UNKNOWN_LAST_OUTCOME, UNDECIDABLE], ids=["unreadable", "undecidable"])
async def test_its_deadlines_hold(statements, poller, told, rows, clock, database):
    await spoil(rows, statements, told[BROKEN])
    clock.pass_(hours=1)
    await run(poller(Saying(invoice(BROKEN).number, MISSING)))
    assert await rows("SELECT count(*) FROM quarantine") == [(1,)]
    for hours in (25, 73):
        await move_late(database, TENANT, NOON + timedelta(hours=hours), 10)

    states = "SELECT after FROM transitions WHERE invoice_id = $1::uuid ORDER BY sequence"
    assert await rows(states, told[BROKEN]) == [("pending",), ("overdue",), ("escalated",)]


async def test_one_whose_deadline_cannot_be_worked_out_holds_up_no_other(told, rows, database):
    await spoil(rows, UNREADABLE["an unknown outcome"], told[BROKEN])
    late = NOON + timedelta(hours=25)
    moved = await move_late(database, TENANT, late, 10)

    assert len(moved) == 4
    assert await rows("SELECT invoice_id::text, stage FROM quarantine") == [(told[BROKEN], "deadline")]
    assert await move_late(database, TENANT, late, 10) == []
    assert await rows("SELECT count(*) FROM invoices WHERE late_at <= $1", late) == [(0,)]


async def test_what_is_set_aside_twice_has_the_last_reason(told, rows, database):
    for reason in ("the first", "x" * 5_000):
        async with database.transaction() as tx:
            await quarantine.set_aside(tx, TENANT, "settle", [(told[1], reason)], NOON)

    assert await rows("SELECT reason FROM quarantine") == [("x" * 500,)]


async def test_every_set_aside_invoice_is_named_in_the_log(told, database, caplog):
    with caplog.at_level(logging.ERROR):
        async with database.transaction() as tx:
            await quarantine.set_aside(tx, TENANT, "claim", [(told[1], "KeyError: 'x'")], NOON)

    assert [(record.invoices, record.reasons) for record in caplog.records] == [([told[1]], ["KeyError: 'x'"])]


async def test_the_history_tells_why(told, rows, database):
    async with database.transaction() as tx:
        await quarantine.set_aside(tx, TENANT, "settle", [(told[1], "ValueError: odd")], NOON + timedelta(hours=1))
    entries = await Invoices(database, NO_RECHECKS).history(TENANT, told[1])

    assert [entry["entry"] for entry in entries] == ["transition", "quarantine"]
    assert (entries[-1]["stage"], entries[-1]["reason"]) == ("settle", "ValueError: odd")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("stage", ["claim", "settle", "deadline"])
async def test_a_person_sees_that_it_is_set_aside(language, stage, told, database, clock):
    async with database.transaction() as tx:
        await quarantine.set_aside(tx, TENANT, stage, [(told[1], "ValueError: odd")], NOON)
    async with House(database, clock, language=language).browser() as browser:
        page = await browser.get(f"/invoices/{told[1]}")

    assert page.status_code == 200
    for said in (TEXTS["entry.quarantine"][language], TEXTS[f"quarantine.{stage}"][language], "ValueError: odd"):
        assert said in text_of(page)


async def test_a_question_in_flight_about_it_writes_nothing(told, poller, rows, clock, database):
    """Whoever sets aside takes the lease away: an answer of somebody slower is lost, not believed."""
    clock.pass_(hours=1)

    class Slow(Knowing):
        async def check(self, invoices):
            async with database.transaction() as tx:
                await quarantine.set_aside(tx, TENANT, "claim", [(told[BROKEN], "KeyError: 'x'")], NOON)
            return await super().check(invoices)

    await run(poller(Slow()))

    assert await rows("SELECT state FROM invoices WHERE id = $1::uuid", told[BROKEN]) == [("pending",)]
    assert await rows("SELECT count(*) FROM checks") == [(4,)]
