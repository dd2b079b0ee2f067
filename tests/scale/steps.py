"""The hot ways through the store, each with the rows it handles and the buffers it may touch for each of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count

from app.domain.decision import decide
from app.domain.identity import Kind
from app.domain.invoice import Answer, Cause, Diagnosis, Found, Outcome, State
from app.domain.lanes import LANES, Rota
from app.domain.plan import tax_day
from app.domain.search import Position, Search
from app.domain.transition import Finding, move
from app.store import deliveries, events, lateness, readings, schedule, settlement
from app.store.attempts import Attempts, Ended
from app.store.database import Database
from app.store.deliveries import MOST, Due, Hands, Receiver, Subscription
from app.store.health import Sign
from app.store.invoices import Invoices
from app.store.moves import new_id
from app.store.schedule import Claim, Lease, Spending
from app.store.settlement import Checked
from tests.conftest import NOON, TENANT, HandClock
from tests.integration.store.conftest import POLICY, admission, invoice, issued, voided

BATCH = 500
HOOK = Subscription(
    "hook", "webhook", ["invoice.synced", "invoice.overdue", "invoice.voided", "invoice.changed"], concurrency=100
)

Do = Callable[[Database], Awaitable[None]]


@dataclass(frozen=True)
class Step:
    """`rows`: how many it handles; `each`: buffers that one of them may cost, in all statements of the step."""

    do: Do
    rows: int
    each: float


class Town:
    """Whose turn it is: each step handles other invoices than the one before."""

    def __init__(self) -> None:
        self._fresh, self._known = count(2_000_000), count(500_001)

    async def new_events(self, database: Database) -> None:
        told = [issued(invoice(next(self._fresh))) for _ in range(BATCH)]
        await events.accept(database, TENANT, told, NOON, admission)

    async def new_events_with_keys(self, database: Database) -> None:
        told = [issued(invoice(n := next(self._fresh)), f"one key {n}", f"other key {n}") for _ in range(BATCH)]
        await events.accept(database, TENANT, told, NOON, admission)

    async def repeated_events(self, database: Database) -> None:
        told = [issued(invoice(n)) for n in range(700_001, 700_001 + BATCH)]
        await events.accept(database, TENANT, told, NOON, admission)

    async def voids(self, database: Database) -> None:
        told = [voided(f"25112{next(self._known):015d}") for _ in range(BATCH)]
        await events.accept(database, TENANT, told, NOON, admission)

    async def early_voids(self, database: Database) -> None:
        told = [voided(f"25112{next(self._fresh):015d}") for _ in range(BATCH)]
        await events.accept(database, TENANT, told, NOON, admission)
        await events.apply_early_voids(database, TENANT, NOON)

    async def acts(self, database: Database) -> None:
        """What a person does with a pending invoice."""
        invoices, id_ = Invoices(database, POLICY), known(next(self._known) // 10 * 10 - 300_000)
        await invoices.check_now(TENANT, id_, "key:test", NOON)
        await invoices.note(TENANT, id_, "key:test", NOON, text="a note")
        await invoices.resolve(TENANT, id_, "key:test", NOON, reason="seen", evidence="a screenshot")


def known(n: int) -> str:
    """The id of the n-th invoice of the load."""
    return f"019a0000-0000-7000-8000-{n:012x}"


async def claim(database: Database, account: str = "proof") -> list[Claim]:
    held = schedule.lease(NOON + timedelta(minutes=1))
    spending = Spending(date(2026, 11, 20), 4, 5)
    claimed = await schedule.claim(database, TENANT, account, NOON, Rota().round(BATCH, NOON), held, spending)
    return claimed.claims


async def claim_nothing(database: Database) -> None:
    await claim(database, "nobody")


async def claim_and_release(database: Database) -> None:
    await schedule.release(database, TENANT, await claim(database))


async def settle_staying(database: Database) -> None:
    claims = await claim(database)
    await settlement.settle(database, TENANT, [_checked(one, Answer(Outcome.NOT_FOUND, "0009")) for one in claims])


async def settle_moving(database: Database) -> None:
    claims = await claim(database)
    await settlement.settle(database, TENANT, [_checked(one, _abnormal(one)) for one in claims])


def _checked(claimed: Claim, answer: Answer) -> Checked:
    decision = decide(claimed.case, answer, NOON, POLICY, 0.0)
    check_id, made = new_id(NOON), None
    if decision.cause:
        finding = Finding(decision.diagnosis, decision.answer.outcome, decision.answer.code)
        made = move(claimed.case.record, decision.cause, NOON, evidence=f"check:{check_id}", finding=finding)
    return Checked(claimed, check_id, NOON, 0.2, decision, made)


def _abnormal(claimed: Claim) -> Answer:
    told = claimed.case.record.invoice
    found = Found(
        number=told.number, issued_on=tax_day(told.issued_at), seller_tax_id=told.seller.tax_id, amount=told.amount
    )
    return Answer(Outcome.FOUND_VOID, "0002", found=found)


async def reread(database: Database) -> None:
    await settlement.reread(database, TENANT, [known(n) for n in range(1, BATCH + 1)])


async def next_due(database: Database) -> None:
    await schedule.next_due(database, TENANT, "proof", NOON, dict.fromkeys(LANES, NOON))


async def late(database: Database) -> None:
    await lateness.move_late(database, TENANT, NOON, BATCH)


async def deliver(database: Database) -> None:
    held, due = await _due(database)
    sign = Sign(HOOK.name, NOON, good=True, status=200)
    ended = [
        Ended(one.id, held.token, NOON, 0.1, 1, "delivered", None, "delivered", "", "", sign) for one in due
    ]  # fmt: skip
    await Attempts(database, HandClock(), TENANT).settle(ended)


async def deliver_nothing(database: Database) -> None:
    held, due = await _due(database)
    await deliveries.release(database, TENANT, held, due)


async def _due(database: Database) -> tuple[Lease, list[Due]]:
    held = schedule.lease(NOON + timedelta(minutes=1))
    nobody = [Receiver(f"nobody-{n}") for n in range(50)]
    hands = Hands(free=BATCH, easy=BATCH, retries=BATCH)
    found = await deliveries.claim(database, TENANT, NOON, [Receiver(HOOK.name), *nobody], hands, held)
    return held, found.due


async def gauges(database: Database) -> None:
    await readings.take(database, TENANT, list(POLICY.plans), NOON)


async def get(database: Database) -> None:
    await Invoices(database, POLICY).get(TENANT, known(400_000))


async def history(database: Database) -> None:
    await Invoices(database, POLICY).history(TENANT, known(400_000))


def search(**filters: object) -> Do:
    async def searched(database: Database) -> None:
        await Invoices(database, POLICY).search(TENANT, replace(Search(), **filters))

    return searched


def hot() -> dict[str, Step]:
    """Whatever runs all day long. The figures are about twice what is seen."""
    town = Town()
    return {
        "new events": Step(town.new_events, BATCH, 70),
        "new events with keys": Step(town.new_events_with_keys, BATCH, 80),
        "repeated events": Step(town.repeated_events, BATCH, 20),
        "voids": Step(town.voids, BATCH, 80),
        "early voids": Step(town.early_voids, BATCH, 50),
        "claim nothing": Step(claim_nothing, 32, 10),
        "claim and release": Step(claim_and_release, BATCH, 40),
        "claim and settle, staying": Step(settle_staying, BATCH, 60),
        "claim and settle, moving": Step(settle_moving, BATCH, 90),
        "read again": Step(reread, BATCH, 25),
        "next due": Step(next_due, 32, 10),
        "late": Step(late, BATCH, 70),
        "deliver": Step(deliver, MOST, 60),
        "deliver nothing": Step(deliver_nothing, MOST, 50),
        "gauges": Step(gauges, 20_000, 2),  # of two kinds ten thousand are counted, then it is "or more"
        "get": Step(get, 1, 10),
        "history": Step(history, 1, 70),
        "acts of a person": Step(town.acts, 1, 150),
        "list": Step(search(), 50, 5),
        "list, the next page": Step(search(cursor=Position(NOON - timedelta(days=20), known(1))), 50, 2),
        "list by receipt": Step(search(sort="received_at"), 50, 2),
        "search number": Step(search(number="25112000000000400000"), 1, 10),
        "search issued_from": Step(search(issued_from=NOON - timedelta(days=3), sort="issued_at"), 50, 2),
        "search issued_to": Step(search(issued_to=NOON - timedelta(days=40)), 50, 2),
    }


def long_walks() -> dict[str, Step]:
    """Filters without an index of their own: a page is full soon or the list is walked to its end, once."""
    whole = 120_000  # buffers: all invoices with the index on the way
    filters = {
        "state": (State.VOIDED,), "cause": (Cause.MISMATCH,), "diagnosis": (Diagnosis.DATA_MISMATCH,),
        "account": ("nobody",), "seller": "911101080000009999", "buyer": "913101150000000007",
        "kind": (Kind.DIGITAL_SPECIAL,), "code": "044001900111", "label": (("shop", "two"),), "q": "unheard of",
    }  # fmt: skip
    searches = {"search state": search(state=(State.PENDING,)), "search account": search(account=("solo",))}
    searches |= {f"search a rare {name}": search(**{name: value}) for name, value in filters.items()}
    sorts = {f"list by {name}": search(sort=name) for name in ("state_at", "-state_at", "overdue_at")}
    return {name: Step(do, whole, 1) for name, do in (searches | sorts).items()}
