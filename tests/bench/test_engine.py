"""What the engine does a second, as ratios against the plain way of doing it, in the same run on the same database.

`make bench` prints the table; nothing here asserts a time, only that the set-based way wins by a wide margin.
"""

import asyncio
import time
from datetime import timedelta

import pytest

from app.domain.breaker import BreakerPolicy
from app.domain.invoice import Answer, Outcome
from app.observability.metrics import Metrics
from app.poller import Pace, Poller
from app.store.events import accept
from app.store.intake import Intake
from tests.conftest import NOON, TENANT
from tests.integration.engine.test_poller import Scripted
from tests.integration.store.conftest import POLICY, admission, invoice, issued

pytestmark = pytest.mark.slow


async def measured(label, count, work, baseline=None):
    began = time.perf_counter()
    await work()
    rate = count / (time.perf_counter() - began)
    print(f"\n{label:<48} {rate:>10,.0f}/s" + (f"   {rate / baseline:.1f} x" if baseline else ""), end="")  # noqa: T201 - the table is what is asked for
    return rate


async def test_batches_and_group_commit_against_one_transaction_an_event(database):
    inbox = Intake(database, admission)

    async def alone():
        for n in range(500):
            await accept(database, TENANT, [issued(invoice(n))], NOON, admission)

    async def together():
        await asyncio.gather(*(inbox.accept(TENANT, [issued(invoice(n))], NOON) for n in range(10_000, 14_000)))

    async def batches():
        for start in range(100_000, 120_000, 500):
            await accept(database, TENANT, [issued(invoice(n)) for n in range(start, start + 500)], NOON, admission)

    plain = await measured("events, one transaction each", 500, alone)
    grouped = await measured("events, concurrent, group commit", 4_000, together, plain)
    batched = await measured("events, batches of 500", 20_000, batches, plain)

    assert grouped > 2 * plain
    assert batched > 4 * plain


async def test_checks_in_batches_against_one_at_a_time(database, clock):
    await accept(database, TENANT, [issued(invoice(n, account="solo")) for n in range(10_000)], NOON, admission)
    metrics = Metrics("0", ["solo"], [])

    def poller(batch):
        return Poller(
            tenant=TENANT, account="solo", adapter=Scripted(Answer(Outcome.PROCESSING, "20")), database=database,
            clock=clock, policy=POLICY, pace=Pace(rate=1e6, concurrency=2, batch=batch, timeout=5),
            breaker_policy=BreakerPolicy(), metrics=metrics, chance=lambda: 0.0,
        )  # fmt: skip

    async def run(batch, calls):
        one = poller(batch)
        for _ in range(calls):
            await one.step()
        await one.finish(30)

    clock.pass_(minutes=2)
    single = await measured("checks, one a call and a commit", 400, lambda: run(1, 400))
    clock.pass_(hours=2)
    batched = await measured("checks, fifty a call and a commit", 8_000, lambda: run(50, 160), single)

    assert batched > 3 * single
    assert clock.now() > NOON + timedelta(hours=2)
