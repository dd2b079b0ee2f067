"""The poller on a real database with a scripted tax system: what is asked, written, handed back and counted."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app import main, serving, settings
from app.domain.breaker import BreakerPolicy
from app.domain.invoice import Answer, Family, Found, Outcome
from app.loop import Loop
from app.observability.metrics import Metrics
from app.poller import Pace, Poller
from app.store import accounts, schedule
from app.store.events import accept
from app.tax.adapter import Capabilities
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import POLICY, SELLER, admission, invoice, issued, voided
from tests.integration.waiting import somebody_waits, until


class Scripted:
    """A tax system that answers what the test says; `asked` remembers every question."""

    capabilities = Capabilities(Family.PROOF)

    def __init__(self, *answers: Answer | Exception) -> None:
        self.script, self.asked, self.gate = list(answers), [], asyncio.Event()
        self.gate.set()
        self.reached = asyncio.Event()

    async def check(self, invoices: Sequence) -> list[Answer]:
        self.asked.append([one.number for one in invoices])
        self.reached.set()
        await self.gate.wait()
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Exception):
            raise answer
        return [
            replace(answer, found=_found(one)) if answer.outcome is Outcome.FOUND_MATCH else answer for one in invoices
        ]


def _found(told):
    return Found(number=told.number, issued_on=date(2026, 11, 20), seller_tax_id=SELLER, amount=told.amount)


MATCH = Answer(Outcome.FOUND_MATCH, "0001")
MISSING = Answer(Outcome.NOT_FOUND, "0009")


@pytest.fixture
def poller(database, clock):
    metrics = Metrics("0", ["proof", "channel"], [])

    def make(adapter, account="proof", **pace):
        return Poller(
            tenant=TENANT, account=account, adapter=adapter, database=database, clock=clock, policy=POLICY,
            pace=replace(Pace(rate=1000, concurrency=4, batch=1, timeout=5), **pace),
            breaker_policy=BreakerPolicy(failures=2, pause=timedelta(seconds=30)), metrics=metrics, chance=lambda: 0.0,
        )  # fmt: skip

    make.metrics = metrics
    return make


@pytest.fixture
def tell(database):
    async def told(*events):
        return await accept(database, TENANT, events, NOON, admission)

    return told


@pytest.fixture
def rows(database):
    async def fetch(statement, *values):
        async with database.connection() as connection:
            return [tuple(row) for row in await connection.fetch(statement, *values)]

    return fetch


async def run(poller, times=1):
    for _ in range(times):
        await poller.step()
        await poller.finish(5)


async def test_not_found_twice_then_confirmed_is_three_checks_and_one_transition(poller, tell, rows, clock):
    await tell(issued(invoice(1)))
    one = poller(Scripted(MISSING, MISSING, MATCH))
    for minutes in (31, 91, 250):
        clock.pass_(minutes=minutes)
        await run(one)

    assert await rows("SELECT outcome FROM checks ORDER BY id") == [("not_found",), ("not_found",), ("found_match",)]
    assert await rows("SELECT sequence, after FROM transitions ORDER BY 1") == [(1, "pending"), (2, "synced")]


async def test_a_batch_goes_out_in_one_call_and_calls_that_end_together_share_a_transaction(poller, tell, rows, clock):
    await tell(*(issued(invoice(n, account="solo")) for n in range(120)))
    clock.pass_(minutes=1)
    adapter = Scripted(MATCH)
    await run(poller(adapter, account="solo", batch=50))

    assert sorted(len(call) for call in adapter.asked) == [20, 50, 50]
    [(transactions, checks)] = await rows("SELECT count(DISTINCT xmin::text), count(*) FROM checks")
    assert checks == 120
    assert transactions < 3


async def test_a_connection_that_was_never_made_is_tried_again_at_once_and_costs_no_question(poller, tell, rows, clock):
    await tell(issued(invoice(1)))
    clock.pass_(hours=1)
    adapter = Scripted(Answer(Outcome.TRANSIENT, "connect"), MATCH)
    await run(poller(adapter))

    assert len(adapter.asked) == 2
    assert await rows("SELECT outcome FROM checks") == [("found_match",)]


async def test_a_question_that_may_have_been_counted_is_not_repeated_within_the_call(poller, tell, rows, clock):
    await tell(issued(invoice(1)))
    clock.pass_(hours=1)
    adapter = Scripted(Answer(Outcome.TRANSIENT, "timeout"), MATCH)
    await run(poller(adapter))

    assert len(adapter.asked) == 1
    assert await rows("SELECT asked, outcome FROM schedule") == [(1, "transient")]


async def test_an_adapter_that_raises_takes_nobody_elses_turn(poller, tell, rows, clock):
    await tell(*(issued(invoice(n)) for n in range(4)))
    clock.pass_(hours=1)
    await run(poller(Scripted(ValueError("poison"), MATCH)))

    assert sorted(await rows("SELECT outcome, code FROM checks")) == [("found_match", "0001")] * 3 + [
        ("transient", "adapter_error")
    ]


@pytest.mark.parametrize(
    ("poison", "noted"),
    [
        ({"message": "no\0thing"}, ("transient", "unwritable")),
        ({"raw": "\ud800"}, ("transient", "unwritable")),
        ({"retry_after": 1e300}, ("not_found", "0009")),
    ],
)
async def test_an_answer_that_cannot_be_written_is_noted_and_costs_its_company_nothing(
    poller, tell, rows, clock, poison, noted
):
    class Poisoned(Scripted):
        async def check(self, invoices):
            answers = zip(invoices, await super().check(invoices), strict=True)
            return [
                replace(answer, **poison) if one == invoice(1, account="solo") else answer for one, answer in answers
            ]

    await tell(*(issued(invoice(n, account="solo")) for n in range(1, 6)))
    clock.pass_(minutes=1)
    adapter = Poisoned(MISSING)
    await run(poller(adapter, account="solo", batch=50), times=2)

    assert len(adapter.asked) == 1
    assert await rows(
        "SELECT checks.outcome, checks.code FROM checks JOIN invoices ON invoices.id = invoice_id ORDER BY number"
    ) == [noted, *[("not_found", "0009")] * 4]


async def test_an_adapter_that_hangs_is_cut_off_and_nothing_is_learnt(poller, tell, rows, clock):
    await tell(issued(invoice(1)))
    clock.pass_(hours=1)
    adapter = Scripted(MATCH)
    adapter.gate.clear()
    await run(poller(adapter, timeout=0.1))

    assert await rows("SELECT outcome, code FROM checks") == [("transient", "timeout")]
    assert await rows("SELECT state FROM invoices") == [("pending",)]


async def test_the_breaker_stops_asking_and_a_canary_opens_the_door_again(poller, tell, rows, clock, database):
    await tell(*(issued(invoice(n)) for n in range(6)))
    clock.pass_(hours=1)
    adapter = Scripted(*[Answer(Outcome.AUTHORITY_DOWN, "1021")] * 4, MATCH)
    one = poller(adapter)
    await run(one)
    asked = len(adapter.asked)
    await run(one, times=3)

    assert len(adapter.asked) == asked == 4
    assert (await accounts.breaker(database, TENANT, "proof")).reason is Outcome.AUTHORITY_DOWN

    clock.pass_(minutes=30)
    adapter.gate.clear()
    await one.step()
    assert len(await rows("SELECT 1 FROM schedule WHERE lease IS NOT NULL")) == 1  # one canary, not six
    adapter.gate.set()
    await one.finish(5)
    await run(one, times=2)
    assert await rows("SELECT DISTINCT state FROM invoices") == [("synced",)]


async def test_a_stopping_poller_hands_back_what_is_not_answered_in_time(poller, tell, rows, clock):
    await tell(issued(invoice(1)))
    clock.pass_(hours=1)
    adapter = Scripted(MATCH)
    adapter.gate.clear()
    one = poller(adapter)
    await one.step()
    await adapter.reached.wait()
    await one.finish(0.05)

    assert await rows("SELECT lease, asked FROM schedule") == [(None, 1)]  # it may have reached the authority
    assert await rows("SELECT count(*) FROM checks") == [(0,)]


async def test_what_a_claim_begins_after_the_signal_to_stop_is_handed_back_too(
    poller, tell, rows, clock, database, database_url, tmp_path
):
    await tell(*(issued(invoice(n)) for n in range(3)))
    clock.pass_(hours=1)
    adapter = Scripted(MATCH)
    adapter.gate.clear()
    one = poller(adapter)
    service = main.build(settings.load({}, tmp_path), database_url)
    service.pollers, service.loops = [one], [Loop("poller", one.step, clock=clock, on_success=lambda *_: None)]

    async def stopped_while_it_claims():
        async with serving.running(service, serving.Roles()):
            await somebody_waits(database)

    async with database.transaction() as tx:
        await tx.execute("LOCK TABLE schedule")
        replica = asyncio.create_task(stopped_while_it_claims())
        await until(lambda: service.draining or replica.done())
    await replica

    assert await rows("SELECT count(*) FROM schedule WHERE lease IS NOT NULL") == [(0,)]
    assert one._calls == set()


async def test_an_invoice_that_went_overdue_while_it_was_asked_is_still_confirmed(poller, tell, rows, clock, database):
    from app.store.lateness import move_late  # noqa: PLC0415

    await tell(issued(invoice(1)))
    clock.pass_(hours=25)
    adapter = Scripted(MATCH)
    adapter.gate.clear()
    one = poller(adapter)
    await one.step()
    await adapter.reached.wait()
    await move_late(database, TENANT, clock.now(), 10)
    adapter.gate.set()
    await one.finish(5)

    assert await rows("SELECT after, cause FROM transitions ORDER BY sequence") == [
        ("pending", "issued"),
        ("overdue", "deadline"),
        ("synced", "confirmed"),
    ]


async def test_an_invoice_that_was_voided_while_it_was_asked_stays_voided(poller, tell, rows, clock):
    await tell(issued(invoice(1)))
    clock.pass_(hours=1)
    adapter = Scripted(MATCH)
    adapter.gate.clear()
    one = poller(adapter)
    await one.step()
    await adapter.reached.wait()
    await tell(voided(invoice(1).number))
    adapter.gate.set()
    await one.finish(5)

    assert await rows("SELECT state, sequence FROM invoices") == [("voided", 2)]


async def test_at_most_four_questions_a_beijing_day_go_out_unasked(poller, tell, clock):
    await tell(issued(invoice(1)))
    adapter = Scripted(MISSING)
    one, asked_on = poller(adapter), {}
    for _ in range(3 * 24 * 4):
        clock.pass_(minutes=15)
        before = len(adapter.asked)
        await run(one)
        day = (clock.now() + timedelta(hours=8)).date()
        asked_on[day] = asked_on.get(day, 0) + len(adapter.asked) - before

    assert max(asked_on.values()) == 4


async def test_two_pollers_on_one_database_never_ask_the_same_question_twice(poller, tell, clock):
    await tell(*(issued(invoice(n)) for n in range(60)))
    clock.pass_(hours=1)
    left, right = Scripted(MATCH), Scripted(MATCH)
    await asyncio.gather(*(run(poller(adapter), times=20) for adapter in (left, right)))
    asked = [number for adapter in (left, right) for call in adapter.asked for number in call]

    assert len(asked) == len(set(asked)) == 60


async def test_what_was_done_is_counted(poller, tell, clock):
    await tell(issued(invoice(1)))
    clock.pass_(hours=1)
    await run(poller(Scripted(MATCH)))
    text = poller.metrics.render()[0].decode()

    assert 'piaoda_checks_total{account="proof",outcome="found_match"} 1.0' in text
    assert 'piaoda_transitions_total{after="synced",before="pending",cause="confirmed"} 1.0' in text
    assert 'piaoda_sync_latency_seconds_sum{account="proof",kind="digital_ordinary"} 3600.0' in text


@pytest.fixture
async def idle(poller, tell, clock, database):
    """A poller that has looked and found one invoice, due in half an hour."""
    await tell(issued(invoice(1)))
    made = poller(Scripted(MISSING))
    clock.pass_(minutes=5)
    await run(made)
    return made


@pytest.fixture
def due(database, clock):
    """Moves the invoice's question to so many seconds ago; `held` for so many seconds from now."""

    async def move(seconds, held=None):
        until_ = clock.now() + timedelta(seconds=held) if held else None
        async with database.connection() as connection:
            await connection.execute(
                "UPDATE schedule SET due_at = $1, lease = 1, lease_until = $2",
                clock.now() - timedelta(seconds=seconds), until_,
            )  # fmt: skip

    return move


async def test_who_is_idle_takes_one_look_a_rest(idle, clock, monkeypatch):
    asked = []
    for module, name in ((accounts, "breaker"), (schedule, "claim"), (schedule, "next_due")):
        monkeypatch.setattr(module, name, noted(asked, name, getattr(module, name)))
    for _ in range(5):
        clock.pass_(seconds=1)
        await run(idle)
    assert asked == ["next_due"] * 5


def noted(asked, name, call):
    async def told(*arguments):
        asked.append(name)
        return await call(*arguments)

    return told


@pytest.mark.parametrize("ago", [0, 1.5], ids=["just due", "committed late"])
async def test_who_is_idle_asks_at_once_what_has_become_due(idle, due, clock, rows, ago):
    clock.pass_(seconds=1)
    await due(ago)
    await run(idle)
    assert await rows("SELECT outcome FROM checks") == [("not_found",)]


async def test_who_is_idle_leaves_alone_what_somebody_holds_until_the_lease_ends(idle, due, clock, rows):
    for ago in (1, 30):
        clock.pass_(seconds=1)
        await due(ago, held=3)
        assert await idle.step() == 1.0, "there is nothing to wake for"
    for _ in range(12):  # it lies below where a look begins: the sweep finds it
        clock.pass_(seconds=1)
        await run(idle)
    assert await rows("SELECT outcome FROM checks") == [("not_found",)]


async def test_who_is_idle_wakes_when_the_next_question_comes_due(idle, due, clock):
    await due(-0.4)
    assert await idle.step() == pytest.approx(0.4)
