"""The planner hears of growth before autovacuum looks."""

import asyncio

from app.store import statistics
from app.store.events import accept
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import admission, invoice, issued


async def test_a_table_that_has_grown_is_analyzed_once(database):
    await accept(database, TENANT, [issued(invoice(n)) for n in range(1_500)], NOON, admission)
    async with asyncio.timeout(20):
        while "invoices" not in await statistics.refresh(database):  # noqa: ASYNC110 - the server counts a little later
            await asyncio.sleep(0.1)

    assert "invoices" not in await statistics.refresh(database)
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT reltuples FROM pg_class WHERE relname = 'invoices'") == 1_500
