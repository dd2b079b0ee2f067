"""A void event that races with a settle or the watchdog is acknowledged and lost (and its schedule row is gone)."""
import asyncio
from datetime import timedelta

from app.store.events import accept, apply_early_voids
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import admission, invoice, issued, voided

LATE = NOON + timedelta(hours=30)


async def tell(database, *events, now=NOON):
    return await accept(database, TENANT, events, now, admission)


async def rows(database, statement, *values):
    async with database.connection() as connection:
        return [tuple(row) for row in await connection.fetch(statement, *values)]


async def test_a_void_that_races_with_the_watchdog_is_not_lost(database):
    await tell(database, issued(invoice(1)))
    number = invoice(1).number
    # The watchdog's transaction is open: it has moved the invoice to overdue and not committed yet.
    async with database.transaction() as tx:
        from app.domain.invoice import Cause
        from app.domain.transition import move
        from app.store import moves
        from app.store.rows import record_of
        record = record_of(await tx.fetchrow("SELECT * FROM invoices FOR UPDATE"))
        await moves.apply(tx, TENANT, [move(record, Cause.DEADLINE, LATE)])
        telling = asyncio.create_task(tell(database, voided(number), now=LATE))
        await asyncio.sleep(0.5)  # it has read sequence 1 and waits for the row
    [answer] = await telling

    assert answer.result == "accepted"
    assert await rows(database, "SELECT state FROM invoices") == [("voided",)]


async def test_an_early_void_that_races_with_the_watchdog_is_not_lost(database):
    await tell(database, issued(invoice(1)))
    number = invoice(1).number
    async with database.connection() as c:  # the void crossed its invoice on the way in
        await c.execute("INSERT INTO early_voids VALUES ($1,$2,'',gen_random_uuid(),'r',$3)", TENANT, number, NOON)
    async with database.transaction() as tx:
        from app.domain.invoice import Cause
        from app.domain.transition import move
        from app.store import moves
        from app.store.rows import record_of
        record = record_of(await tx.fetchrow("SELECT * FROM invoices FOR UPDATE"))
        await moves.apply(tx, TENANT, [move(record, Cause.DEADLINE, LATE)])
        applying = asyncio.create_task(apply_early_voids(database, TENANT, LATE))
        await asyncio.sleep(0.5)
    await applying
    await apply_early_voids(database, TENANT, LATE)

    assert await rows(database, "SELECT state FROM invoices") == [("voided",)]
