"""A database that is far away: the pool on this side, a line that a test can break, and the database behind it."""

import asyncio
from contextlib import AsyncExitStack

import asyncpg
import httpx2
import pytest

from app import main, settings
from app.api import security
from app.store.database import Database
from app.store.keys import ApiKeys
from tests.conftest import NOON, TENANT
from tests.integration.line import line_to
from tests.integration.store.conftest import SELLER

HANGING = 60.0  # seconds after which a test is taken to hang: nothing waits half as long

EVENT = {
    "number": "25112000000000000001", "issued_at": "2026-11-20T12:00:00+08:00", "seller": {"tax_id": SELLER},
    "amount": {"with_tax": "106.00"},
}  # fmt: skip


@pytest.fixture
async def line(database_url):
    async with asyncio.timeout(HANGING), line_to(database_url) as opened:
        yield opened


@pytest.fixture
async def far(line):
    """The database at the end of the line; a pool of two, and little patience."""
    opened = Database(line.url, size=2, patience=0.4, statement_timeout=0.4)
    await asyncio.gather(opened.time(), opened.time())
    yield opened
    line.restore()
    await opened.close()


@pytest.fixture
def rows(database):
    """What a statement gives, asked on a line that nobody breaks."""

    async def fetch(statement, *values):
        async with database.connection() as connection:
            return [tuple(row) for row in await connection.fetch(statement, *values)]

    return fetch


@pytest.fixture
async def tries(database):
    """A table of two rows to quarrel about."""
    async with database.connection() as connection:
        await connection.execute(
            "CREATE TABLE tries (id int PRIMARY KEY, n int); INSERT INTO tries VALUES (1, 0), (2, 0)"
        )


@pytest.fixture
async def onlooker(database_url):
    """A connection that nobody's pool knows."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def doorway(database, database_url, tmp_path):
    """Opens the whole API over a database of the test's choice; the client's key is known already."""
    key = security.mint()
    await ApiKeys(database).add(TENANT, "billing", security.digest(key.text), ["events:write"], NOON)
    async with AsyncExitStack() as stack:

        async def open_over(chosen):
            service = main.build(settings.load({"PIAODA_DATABASE_URL": database_url}, tmp_path), database_url)
            service.database = chosen
            served = httpx2.ASGITransport(main.application(service))
            headers = {"authorization": f"Bearer {key.text}"}
            client = httpx2.AsyncClient(transport=served, base_url="http://piaoda", headers=headers)
            await stack.enter_async_context(client)
            assert (await client.post("/v1/events", json={})).status_code == 422
            return client

        yield open_over
