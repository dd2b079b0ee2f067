"""A migration adds a column while we run (rolling deploy): the next transaction on each connection fails, answers 500."""
from datetime import timedelta

from app.store.events import accept
from app.store.lateness import move_late
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import admission, invoice, issued


async def test_a_column_more_disturbs_nobody(database):
    await accept(database, TENANT, [issued(invoice(1))], NOON, admission)
    async with database.connection() as c:
        await c.execute("ALTER TABLE invoices ADD COLUMN later_addition text")
    [again] = await accept(database, TENANT, [issued(invoice(1))], NOON, admission)
    assert again.result == "duplicate"


async def test_a_column_more_disturbs_no_watchdog(database):
    await accept(database, TENANT, [issued(invoice(n)) for n in (1, 2)], NOON, admission)
    await move_late(database, TENANT, NOON + timedelta(hours=25), 1)
    async with database.connection() as c:
        await c.execute("ALTER TABLE invoices ADD COLUMN later_addition text")
    assert len(await move_late(database, TENANT, NOON + timedelta(hours=25), 10)) == 1
