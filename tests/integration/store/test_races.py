"""Two at the same rows: nothing told is lost, nobody is refused for another's haste, locks have one order."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

from app.domain.invoice import Cause
from app.domain.transition import move
from app.store import moves
from app.store.events import accept, apply_early_voids
from app.store.lateness import move_late
from app.store.rows import record_of
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import admission, invoice, issued, voided
from tests.integration.waiting import somebody_waits

LATE = NOON + timedelta(hours=30)


async def tell(database, *events, now=NOON):
    return await accept(database, TENANT, events, now, admission)


async def value(database, statement, *values):
    async with database.connection() as connection:
        return await connection.fetchval(statement, *values)


@asynccontextmanager
async def watchdog_at_work(database):
    """Inside, the only invoice is overdue in a transaction that is not committed yet."""
    async with database.transaction() as tx:
        record = record_of(await tx.fetchrow("SELECT * FROM invoices FOR UPDATE"))
        await moves.apply(tx, TENANT, [move(record, Cause.DEADLINE, LATE)])
        yield


async def test_a_void_that_races_with_the_watchdog_is_not_lost(database):
    await tell(database, issued(invoice(1)))
    async with watchdog_at_work(database):
        telling = asyncio.create_task(tell(database, voided(invoice(1).number), now=LATE))
        await somebody_waits(database)
    [answer] = await telling

    assert answer.result == "accepted"
    assert await value(database, "SELECT state FROM invoices") == "voided"
    assert await value(database, "SELECT count(*) FROM schedule") == 0


async def test_an_early_void_that_races_with_the_watchdog_is_not_lost(database):
    await tell(database, voided(invoice(1).number), now=LATE)
    await value(database, "CREATE TABLE kept AS SELECT * FROM early_voids")
    await value(database, "DELETE FROM early_voids")
    await tell(database, issued(invoice(1)))
    await value(database, "INSERT INTO early_voids SELECT * FROM kept")  # the two crossed on their way in
    async with watchdog_at_work(database):
        applying = asyncio.create_task(apply_early_voids(database, TENANT, LATE))
        await somebody_waits(database)
    await applying

    assert await value(database, "SELECT state FROM invoices") == "voided"
    assert await value(database, "SELECT count(*) FROM early_voids") == 0


async def test_a_bulk_whose_keys_are_told_singly_at_the_same_time_meets_no_conflict(database):
    bulk = [issued(invoice(n), f"key-{n}") for n in range(400)]
    others = [issued(invoice(n), f"key-{n}") for n in range(1000, 1010)]

    async def singly():
        for event in bulk[::2]:
            await tell(database, event)

    singles, results = asyncio.create_task(singly()), set()
    while not singles.done():
        results |= {answer.result for answer in await tell(database, *reversed(bulk), *others)}
    await singles

    assert results <= {"accepted", "duplicate"}
    assert await value(database, "SELECT count(*) FROM invoices") == 410


async def test_a_batch_that_issues_and_voids_takes_its_locks_in_the_order_of_a_settle(database):
    await tell(database, issued(invoice(1)), issued(invoice(99)))
    await value(
        database,
        """INSERT INTO invoice_counts SELECT $1, 'proof', state, shard, 0
        FROM generate_series(0, 7) shard, unnest('{pending,voided}'::text[]) state ON CONFLICT DO NOTHING""",
        TENANT,
    )  # every shard exists, as after a while of service
    async with database.transaction() as settle:  # holds the schedule and will want the counts
        await settle.execute("SELECT FROM schedule FOR UPDATE")
        telling = asyncio.create_task(tell(database, issued(invoice(2)), voided(invoice(1).number)))
        await somebody_waits(database)
        free = await settle.fetch("SELECT FROM invoice_counts FOR UPDATE SKIP LOCKED")
    await telling

    assert len(free) == await value(database, "SELECT count(*) FROM invoice_counts")


async def test_a_column_that_a_newer_release_adds_disturbs_no_intake(database):
    await tell(database, issued(invoice(1)))
    await tell(database, issued(invoice(1)))
    await value(database, "ALTER TABLE invoices ADD COLUMN of_a_newer_release text")
    [again] = await tell(database, issued(invoice(1)))

    assert again.result == "duplicate"


async def test_a_column_that_a_newer_release_adds_disturbs_no_watchdog(database):
    await tell(database, *(issued(invoice(n)) for n in (1, 2)))
    await move_late(database, TENANT, LATE, 1)
    await value(database, "ALTER TABLE invoices ADD COLUMN of_a_newer_release text")

    assert len(await move_late(database, TENANT, LATE, 10)) == 1


async def test_a_batch_that_a_deadlock_chose_is_written_all_the_same(database):
    await tell(database, issued(invoice(1, account="solo")), issued(invoice(2, account="proof")))
    lock = "SELECT FROM invoice_counts WHERE account = $1 FOR UPDATE"
    await value(
        database,
        """INSERT INTO invoice_counts SELECT $1, account, 'pending', shard, 0
        FROM generate_series(0, 7) shard, unnest('{proof,solo}'::text[]) account ON CONFLICT DO NOTHING""",
        TENANT,
    )
    async with database.transaction() as other:
        await other.execute(lock, "solo")
        both = (issued(invoice(3, account="proof")), issued(invoice(4, account="solo")))
        telling = asyncio.create_task(tell(database, *both))
        await somebody_waits(database)
        await other.execute(lock, "proof")  # each now waits for the other; who waits longest gives way
    answers = await telling

    assert [answer.result for answer in answers] == ["accepted", "accepted"]
