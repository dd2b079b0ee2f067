"""A bulk of keyed events meets the same events told singly (a client's retry, another replica): after three rounds ALL its
events, also those nobody else told, are answered `conflict` although nothing contradicts; a client takes 409 as final."""
import asyncio

from app.store.events import accept
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import admission, invoice, issued


async def test_contended_keys_are_no_conflict(database):
    bulk = [issued(invoice(n), f"ik:{n}") for n in range(400)]

    async def singly():
        for n in range(0, 400, 2):  # every second one only
            await accept(database, TENANT, [bulk[n]], NOON, admission)

    alone = [issued(invoice(n), f"ik:{n}") for n in range(1000, 1010)]
    singles = asyncio.create_task(singly())
    results = []
    for start in range(6):
        await asyncio.sleep(0.03)
        answers = await accept(database, TENANT, [*reversed(bulk), *alone], NOON, admission)
        results.append({a.result for a in answers})
        if "conflict" in results[-1]:
            break
    await singles
    async with database.connection() as c:
        print(results, await c.fetchval("SELECT count(*) FROM invoices"))
    assert all("conflict" not in one for one in results)
