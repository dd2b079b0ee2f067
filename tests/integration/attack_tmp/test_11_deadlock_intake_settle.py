"""A batch that issues one invoice and voids another takes counts before schedule; settle takes schedule before counts."""
import asyncio

from app.store.events import accept
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import admission, invoice, issued, voided


async def test_a_batch_that_issues_and_voids_locks_in_the_common_order(database):
    await accept(database, TENANT, [issued(invoice(1)), issued(invoice(99))], NOON, admission)
    async with database.connection() as c:  # all shards exist, as after a while of service
        await c.execute("""INSERT INTO invoice_counts SELECT $1, 'proof', s, n, 0 FROM generate_series(0, 7) n,
                        unnest('{pending,voided}'::text[]) s ON CONFLICT DO NOTHING""", TENANT)
    async with database.transaction() as settle:  # what a settle holds: the schedule row; what it takes next: the counts
        await settle.execute("SELECT 1 FROM schedule FOR UPDATE")
        told = asyncio.create_task(accept(database, TENANT, [issued(invoice(2)), voided(invoice(1).number)], NOON, admission))
        await asyncio.sleep(0.5)
        taken = await settle.fetchval("SELECT count(*) FROM invoice_counts")
        free = len(await settle.fetch("SELECT 1 FROM invoice_counts FOR UPDATE SKIP LOCKED"))
    await told
    assert free == taken
