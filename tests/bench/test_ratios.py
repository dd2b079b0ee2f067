"""What the engine's speed rests on, guarded as ratios in the same run on the same database; `make bench` measures it.

Nothing here asserts a time: only that the set-based way wins by a wide margin, and that more rows cost no more.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from itertools import count

import pytest

from app.store import readings
from app.store.events import accept
from app.store.intake import Intake
from tests.bench import ours
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import admission, invoice, issued

NEVER = ours.by_chance(0.0)
ROUNDS = 3
FEW, MANY = 10_000, 50_000


async def rates(*ways: Callable[[], Awaitable[int]]) -> list[float]:
    """Items a second of each way, the median of a few rounds in which all take turns."""
    found: list[list[float]] = [[] for _ in ways]
    for _ in range(ROUNDS):
        for way, seen in zip(ways, found, strict=True):
            began = time.perf_counter()
            items = await way()
            seen.append(items / (time.perf_counter() - began))
    return [statistics.median(each) for each in found]


@pytest.fixture
def news():
    """So many new events, each number told once."""
    numbers = count()
    return lambda many: [issued(invoice(next(numbers))) for _ in range(many)]


async def test_events_that_come_together_share_a_commit_and_batches_need_one(database, news):
    inbox = Intake(database, admission)

    async def alone():
        for event in news(100):
            await accept(database, TENANT, [event], NOON, admission)
        return 100

    async def together():
        await asyncio.gather(*(inbox.accept(TENANT, [event], NOON) for event in news(1_500)))
        return 1_500

    async def batches():
        for _ in range(5):
            await accept(database, TENANT, news(500), NOON, admission)
        return 2_500

    plain, grouped, batched = await rates(alone, together, batches)

    assert grouped > 2 * plain
    assert batched > 4 * plain


@pytest.fixture
def checking(database, clock):
    """A way to check at least `amount` invoices, `batch` a call, on a clock that follows the database's."""

    def make(amount, batch):
        adapter = ours.InProcess(NEVER)
        poller = ours.poller(database, clock, adapter, ours.Lags(), batch=batch)

        async def check():
            before, clock.at = adapter.asked, await database.time()
            steps = iter(range(10 + 2 * amount // batch))
            while adapter.asked < before + amount and next(steps, None) is not None:
                await poller.step()
            await poller.finish(30)
            assert adapter.asked >= before + amount, "there was not enough to ask about"
            return adapter.asked - before

        return check

    return make


async def test_checks_in_batches_cost_a_part_of_what_checks_cost_one_by_one(database_url, checking):
    await ours.fill(database_url, MANY)

    single, batched = await rates(checking(100, 1), checking(4_000, 500))

    assert batched > 3 * single


async def test_a_check_costs_no_more_when_many_wait(database_url, checking):
    await ours.fill(database_url, FEW)
    [few] = await rates(checking(1_000, 500))
    await ours.fill(database_url, MANY, numbered_from=FEW)
    [many] = await rates(checking(1_000, 500))

    assert many > few / 3


async def test_a_scrape_costs_no_more_when_many_wait(database, database_url):
    async def scrape():
        for _ in range(50):
            await readings.take(database, TENANT, [ours.ACCOUNT], NOON)
        return 50

    await ours.fill(database_url, FEW)
    [few] = await rates(scrape)
    await ours.fill(database_url, MANY, numbered_from=FEW)
    [many] = await rates(scrape)

    assert many > few / 3


ASKED_BEFORE = {"outcome", "outcome_code"}


@pytest.mark.parametrize("table", ["invoices", "schedule"])
async def test_a_filled_invoice_is_like_one_that_was_told_and_asked_about(database, database_url, table):
    await ours.enqueue(database_url, 1, NOON)
    await ours.fill(database_url, 1, numbered_from=1)

    async with database.connection() as connection:
        told, filled = await connection.fetch(f"SELECT * FROM {table} ORDER BY 2")

    assert said(told) == said(filled) - ASKED_BEFORE


def said(row):
    """The columns that say something."""
    return {column for column, value in row.items() if value not in (None, "", [], {})}
