"""Group commit: while load is steady the flush never ends, and every event gets the instant of the streak's first one."""
import asyncio
from datetime import timedelta

from app.store.intake import Intake
from tests.conftest import TENANT
from tests.integration.store.conftest import admission, invoice, issued


async def test_under_steady_load_each_event_is_received_when_it_came(database, clock):
    intake, n = Intake(database, admission), 0

    async def client(delay):
        nonlocal n
        await asyncio.sleep(delay)  # clients are not in step: one arrives while another's commit is on its way
        for _ in range(30):
            n += 1
            told = issued(invoice(n))
            clock.pass_(minutes=1)
            await intake.accept(TENANT, [told], clock.now())

    await asyncio.gather(client(0.05), client(0.053), client(0.056))
    async with database.connection() as c:
        newest = await c.fetchval("SELECT max(received_at) FROM invoices")
    # ninety minutes of steady load have passed; the newest event came in the last of them
    assert clock.now() - newest < timedelta(minutes=5), f"received {clock.now() - newest} ago, says the row"
