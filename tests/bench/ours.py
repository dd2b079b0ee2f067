"""What the benchmark knows of our insides, all in one place: the tables, the poller's parts, a policy.

One rule: nothing else under tests/bench imports from `app` what is behind its processes and its HTTP.
"""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg

from app.clock import Clock, DatabaseClock
from app.domain.breaker import BreakerPolicy
from app.domain.event import Event, EventType
from app.domain.identity import Kind, uscc_check_digit
from app.domain.invoice import Amount, Answer, Cause, Family, Found, Handle, Invoice, Outcome, Party, State
from app.domain.lanes import lane_of
from app.domain.plan import Plan, tax_day
from app.domain.policy import Policy, admit
from app.egress import Allowed, Egress
from app.loop import Loop
from app.observability.metrics import Metrics
from app.poller import Pace, Poller
from app.replica import TENANT
from app.settings.configuration import LoopSettings
from app.store.database import Database
from app.store.deliveries import Subscription, declare
from app.store.events import accept
from app.tax.adapter import Capabilities
from app.telling import ALL_EVENTS
from app.watchdog import Watchdog
from tests.processes import NUONUO_SECRET

ACCOUNT, BATCH, HOUR = "solo", 500, timedelta(hours=1)
SELLERS = [made + uscc_check_digit(made) for made in (f"9111010810{n:07d}" for n in range(200))]
AMOUNT = Amount(Decimal("100.00"), Decimal("6.00"), Decimal("106.00"))


def configuration(tax_system: str, accounts: int = 1) -> dict[str, Any]:
    """piaoda.yaml of so many accounts; all invoices belong to the first."""
    account = {
        "adapter": "nuonuo",
        "url": f"{tax_system}/open/v1/services",
        "token_url": f"{tax_system}/accessToken",
        "credentials": {"app_key": "demo-app", "app_secret": NUONUO_SECRET},
        "limits": {"rate": 100},
    }
    names = [ACCOUNT, *(f"{ACCOUNT}-{n}" for n in range(2, accounts + 1))]
    return {"accounts": dict.fromkeys(names, account), "default_account": ACCOUNT, "egress": {"allow": ["127.0.0.1"]}}


# The big tables

_LOAD = """
WITH made AS MATERIALIZED (
    SELECT n, uuidv7() AS id, lpad(n::text, 15, '0') AS digits,
        $3::timestamptz + (n - $1) * $4::interval / ($2 - $1)::float8 AS due_at,
        ($6::text[])[1 + n % cardinality($6::text[])] AS seller, ($7::int[])[1 + n % cardinality($6::text[])] AS lane,
        coalesce($10::timestamptz, now() + interval '1 day') AS late_at
    FROM generate_series($1::bigint, $2::bigint - 1) AS n
), invoices AS (
    INSERT INTO invoices (tenant, id, number, code, kind, issued_at, seller_tax_id, seller_name, buyer_name,
        without_tax, tax, with_tax, currency, account, serial_no, reference, labels, state, cause, sequence, state_at,
        received_at, overdue_at, escalate_at, late_at, diagnosis, outcome, outcome_code)
    SELECT $8, id, '25112' || digits, '', 'digital_ordinary', due_at - $5::interval, seller, '北京示例餐饮有限公司',
        '北京示例科技发展有限公司', 100, 6, 106, 'CNY', $9, 'S' || digits, 'billing-8841', '{"region": "beijing"}',
        'pending', 'issued', 1, now(), now(), late_at, now() + interval '3 days', late_at, 'in_progress',
        'processing', '20'
    FROM made
), scheduled AS (
    INSERT INTO schedule (tenant, invoice_id, account, lane, due_at, outcome, streak)
    SELECT $8, id, $9, lane, due_at, 'processing', 3 FROM made
)
INSERT INTO invoice_counts (tenant, account, state, shard, n) VALUES ($8, $9, 'pending', 0, $2 - $1)
ON CONFLICT (tenant, account, state, shard) DO UPDATE SET n = invoice_counts.n + excluded.n"""

_CHUNK = 100_000


async def fill(
    url: str, rows: int, *, due: timedelta = -HOUR, over: timedelta = HOUR, every: timedelta = HOUR,
    late_at: datetime | None = None, numbered_from: int = 0,
) -> None:  # fmt: skip
    """`rows` pending invoices that were asked about before. Their questions come due from `due` (from now) on, spread
    evenly `over` a time, and again `every` so often; `late_at` is everybody's deadline, in a day unless given.
    """
    connection = await asyncpg.connect(url)
    try:
        began = await connection.fetchval("SELECT now()") + due
        for first in range(0, rows, _CHUNK):
            last = min(rows, first + _CHUNK)
            start, span = began + over * (first / rows), over * ((last - first) / rows)
            numbers = numbered_from + first, numbered_from + last
            await connection.execute(
                _LOAD, *numbers, start, span, every, SELLERS, [lane_of(s) for s in SELLERS], TENANT, ACCOUNT, late_at
            )  # fmt: skip
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


BYTES = """
SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"""
HEAP = "SELECT pg_relation_size('invoices')"
SYNCED = "SELECT coalesce(sum(n), 0)::bigint FROM invoice_counts WHERE state = 'synced'"
CHECKS = "SELECT count(*) FROM checks"
INVOICES = "SELECT count(*) FROM invoices"
OVERDUE = "SELECT coalesce(sum(n), 0)::bigint FROM invoice_counts WHERE state = 'overdue'"
DELIVERIES = "SELECT count(*) FROM deliveries"


async def hear(url: str) -> None:
    """One webhook destination that wants everything: each move now writes a message and a delivery."""
    database = Database(url, size=1)
    await declare(database, TENANT, [Subscription(name="erp", kind="webhook", events=ALL_EVENTS)])
    await database.close()


async def enqueue(url: str, count: int, issued_at: datetime) -> None:
    """Tells `count` invoices through the doorway's own statement, in batches."""
    database, policy, now = Database(url, size=2), policy_of(timedelta(seconds=1)), issued_at
    for first in range(0, count, BATCH):
        told = [event(n, issued_at) for n in range(first, min(count, first + BATCH))]
        await accept(database, TENANT, told, now, lambda invoice, at: admit(invoice, at, policy, 0.0))
    await database.close()


def event(number: int, issued_at: datetime) -> Event:
    told = Invoice(
        number=f"25112{number:015d}", kind=Kind.DIGITAL_ORDINARY, issued_at=issued_at, account=ACCOUNT, amount=AMOUNT,
        buyer=Party(None, "北京示例科技发展有限公司"), reference="billing-8841", labels={"region": "beijing"},
        seller=Party(SELLERS[number % len(SELLERS)], "北京示例餐饮有限公司"), handle=Handle(f"S{number}", None),
    )  # fmt: skip
    return Event(EventType.ISSUED, told.number, None, invoice=told)


def policy_of(every: timedelta) -> Policy:
    """One account that is asked about each invoice `every` so often."""
    return Policy(plans={ACCOUNT: Plan(ACCOUNT, Family.CHANNEL, (), every=every)}, default_account=ACCOUNT)


# Workers


@dataclass
class InProcess:
    """A tax system without a network: it yields once and answers what `found` says. `asked` counts invoices."""

    found: Callable[[Invoice], bool]
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(Family.CHANNEL, batch=BATCH))
    asked: int = 0

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        self.asked += len(invoices)
        await asyncio.sleep(0)
        return [_match(one) if self.found(one) else Answer(Outcome.PROCESSING, "20") for one in invoices]


def _match(told: Invoice) -> Answer:
    found = Found(told.number, told.code, tax_day(told.issued_at), told.seller.tax_id, amount=told.amount)
    return Answer(Outcome.FOUND_MATCH, "2", found=found)


def by_chance(share: float) -> Callable[[Invoice], bool]:
    return lambda _invoice: random.random() < share


def third_time() -> Callable[[Invoice], bool]:
    times = Counter[str]()

    def found(told: Invoice) -> bool:
        times[told.number] += 1
        return times[told.number] > 2

    return found


class Lags(Metrics):
    """The service's metrics, and every lag from due to asked in real seconds since `began`."""

    def __init__(self) -> None:
        super().__init__("0", [ACCOUNT], ["webhook"])
        self.began = time.perf_counter()
        self.by_second: defaultdict[int, list[float]] = defaultdict(list)

    def lag(self, account: str, *seconds: float) -> None:
        super().lag(account, *seconds)
        self.by_second[int(time.perf_counter() - self.began)] += seconds


def teller(share: float) -> Callable[[], None]:
    """Tells the metrics of one call for a batch, of whose invoices a `share` is confirmed."""
    metrics, found = Metrics("0", [ACCOUNT], ["webhook"]), round(BATCH * share)
    late = [random.random() for _ in range(BATCH)]

    def tell() -> None:
        metrics.lag(ACCOUNT, *late)
        metrics.call(ACCOUNT, 0.2)
        metrics.waited("worker", 0.0)
        metrics.waited("worker", 0.0)
        metrics.check(ACCOUNT, Outcome.PROCESSING, BATCH - found)
        metrics.check(ACCOUNT, Outcome.FOUND_MATCH, found)
        for _ in range(found):
            metrics.transition(State.PENDING, State.SYNCED, Cause.CONFIRMED, account=ACCOUNT)
            metrics.synced(ACCOUNT, Kind.DIGITAL_ORDINARY, 600.0)
        metrics.loop_stepped("poller", 0.1, failed=False)

    return tell


@dataclass
class Worker:
    """What one worker process has: run its `loop` until told, then `finish`."""

    database: Database
    clock: DatabaseClock
    loop: Loop
    poller: Poller
    adapter: InProcess
    metrics: Lags

    async def finish(self) -> None:
        await self.poller.finish(30)
        await self.database.close()


async def worker(url: str, found: Callable[[Invoice], bool], every: timedelta) -> Worker:
    """A poller as `piaoda serve --worker-only` has it, before an adapter that takes batches of 500."""
    database, metrics, adapter = Database(url, size=10), Lags(), InProcess(found)
    clock = DatabaseClock(await database.time())
    made = poller(database, clock, adapter, metrics, every=every)
    loop = Loop("poller", made.step, clock=clock, on_success=metrics.loop_succeeded)
    return Worker(database, clock, loop, made, adapter, metrics)


def poller(
    database: Database, clock: Clock, adapter: InProcess, metrics: Metrics, *, every: timedelta = HOUR,
    batch: int = BATCH,
) -> Poller:  # fmt: skip
    rest = LoopSettings().poll_every.total_seconds()
    return Poller(
        tenant=TENANT, account=ACCOUNT, adapter=adapter, database=database, clock=clock, policy=policy_of(every),
        pace=Pace(rate=1000.0, concurrency=adapter.capabilities.concurrency, batch=batch, timeout=15.0, rest=rest),
        breaker_policy=BreakerPolicy(), metrics=metrics,
    )  # fmt: skip


async def watchdog(url: str) -> tuple[Watchdog, Database]:
    database = Database(url, size=10)
    clock = DatabaseClock(await database.time())
    return Watchdog(tenant=TENANT, database=database, clock=clock, metrics=Lags()), database


def egress(host: str | None) -> Egress:
    """The service's way out, opened for `host`."""
    return Egress(allow=[Allowed.parse(host or "")])
