"""A server that is busy, slow, locked, read-only, restarting or gone: bounded waits, one word, nothing half done.

Whatever it was, the next call after it works: no failed state stays.
"""

import asyncio
from contextlib import asynccontextmanager
from itertools import count

import asyncpg
import pytest

from app.domain.errors import DatabaseUnavailable
from app.store.database import Database
from app.store.events import accept
from tests.conftest import NOON, TENANT
from tests.integration.conftest import EVENT
from tests.integration.line import Fault
from tests.integration.store.conftest import admission, invoice, issued

PID = "SELECT pg_backend_pid()"
END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@pytest.fixture
async def narrow(database_url):
    """A pool of one, with little patience and room for two who wait."""
    opened = Database(database_url, size=1, patience=0.3, statement_timeout=0.3, most_waiting=2)
    yield opened
    await opened.close()


async def told(database, number=1):
    [answer] = await accept(database, TENANT, [issued(invoice(number))], NOON, admission)
    return answer.result


# --- a pool that is used up


async def test_a_pool_that_is_used_up_is_waited_for_and_then_refused_with_nothing_half_done(narrow, rows):
    async with narrow.connection():
        with pytest.raises(DatabaseUnavailable):
            await told(narrow)

    assert await rows("SELECT count(*) FROM invoices") == [(0,)]
    assert await told(narrow) == "accepted"


async def test_a_pool_that_is_used_up_is_answered_with_503_and_when_to_come_back(narrow, doorway, rows):
    client = await doorway(narrow)
    async with narrow.connection():
        refused = await client.post("/v1/events", json=EVENT)
    again = await client.post("/v1/events", json=EVENT)

    assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
    assert int(refused.headers["retry-after"]) > 0
    assert again.status_code == 202, "what was refused had not been written"
    assert await rows("SELECT count(*) FROM invoices") == [(1,)]


async def test_more_callers_than_may_wait_are_refused_before_they_cost_anything(narrow):
    async with narrow.connection():
        waiting = [asyncio.create_task(narrow.time()) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(DatabaseUnavailable, match="too many"):
            await narrow.time()
        assert not any(one.done() for one in waiting)
    await asyncio.gather(*waiting)


async def test_a_caller_who_gives_up_waiting_leaves_his_place_to_others(narrow):
    async with narrow.connection():
        for _ in range(5):
            waiting = asyncio.create_task(narrow.time())
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait([waiting])
        patient = [asyncio.create_task(narrow.time()) for _ in range(2)]
        await asyncio.sleep(0)
    await asyncio.gather(*patient)


# --- a statement that takes too long


async def test_a_statement_that_takes_too_long_is_rolled_back_and_its_connection_serves_on(narrow, tries, rows):
    async def work(tx):
        await tx.execute("UPDATE tries SET n = 1")
        await tx.execute("SELECT pg_sleep(30)")

    async with narrow.connection() as connection:
        before = await connection.fetchval(PID)
    with pytest.raises(DatabaseUnavailable):
        await narrow.repeatably(work)

    assert await rows("SELECT sum(n) FROM tries") == [(0,)]
    async with narrow.connection() as connection:
        assert await connection.fetchval(PID) == before


async def test_the_server_itself_ends_a_statement_that_takes_too_long(narrow):
    async with narrow.connection() as connection:
        with pytest.raises(asyncpg.QueryCanceledError):
            await connection.execute("SELECT pg_sleep(30)", timeout=30)


async def test_a_server_that_falls_silent_is_given_up_and_another_connection_serves_on(line, far, rows):
    line.on("INSERT INTO invoices", Fault.STALL_BEFORE)
    with pytest.raises(DatabaseUnavailable):
        await told(far)

    assert await rows("SELECT count(*) FROM invoices") == [(0,)]
    assert await told(far) == "accepted"


async def test_whoever_falls_asleep_in_a_transaction_loses_it_and_its_locks(narrow, tries, onlooker):
    async def asleep(tx):
        await tx.execute("UPDATE tries SET n = 1")
        await onlooker.execute("UPDATE tries SET n = n + 2")  # waits for the locks, and gets them

    with pytest.raises(DatabaseUnavailable):
        await narrow.repeatably(asleep)
    assert await onlooker.fetchval("SELECT sum(n) FROM tries") == 4
    assert await told(narrow) == "accepted"


async def test_a_lock_that_is_not_to_be_had_in_time_is_nobodys_mistake(narrow, tries, onlooker):
    async def hurried(tx):
        await tx.execute("SET LOCAL lock_timeout = '50ms'")
        await tx.execute("UPDATE tries SET n = 1")

    async with onlooker.transaction():
        await onlooker.execute("LOCK TABLE tries")
        with pytest.raises(DatabaseUnavailable, match="LockNotAvailable"):
            await narrow.repeatably(hurried)
    assert await told(narrow) == "accepted"


# --- a server that goes away


async def test_sessions_that_are_all_ended_at_once_leave_no_trace(database, onlooker, rows):
    await asyncio.gather(*(database.time() for _ in range(10)))
    await onlooker.execute(END_OTHERS)
    for attempt in count():
        try:
            result = await told(database)
            break
        except DatabaseUnavailable:
            assert attempt < 10, "a dead connection is met more than once"

    assert result == "accepted"


@asynccontextmanager
async def read_only(onlooker):
    """The server turns read-only for every session but the onlooker's, those that are open included."""
    this = await onlooker.fetchval("SELECT current_database()")
    await onlooker.execute(f'ALTER DATABASE "{this}" SET default_transaction_read_only = on')
    await onlooker.execute(END_OTHERS)
    yield
    await onlooker.execute(f'ALTER DATABASE "{this}" RESET default_transaction_read_only')


async def test_a_server_that_turned_read_only_is_away_and_one_that_can_be_written_is_found_again(
    database, onlooker, rows
):
    async with read_only(onlooker):
        for _ in range(3):
            with pytest.raises(DatabaseUnavailable):
                await told(database)
        with pytest.raises(DatabaseUnavailable):
            await database.time()  # readiness asks this: a replica that cannot write is not ready

    assert await told(database) == "accepted"


async def test_a_connection_that_turned_read_only_is_not_kept(narrow, tries):
    async def write(tx):
        await tx.execute("SET TRANSACTION READ ONLY")
        await tx.execute("UPDATE tries SET n = 1")

    async with narrow.connection() as connection:
        before = await connection.fetchval(PID)
    with pytest.raises(DatabaseUnavailable, match="ReadOnly"):
        await narrow.repeatably(write)

    async with narrow.connection() as connection:
        assert await connection.fetchval(PID) != before


RAISE = "DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '{}'; END $$"
NOBODYS_FAULT = "08006 25006 25P03 28000 3D000 53100 53200 53300 55P03 57014 57P03 58030"


@pytest.mark.parametrize("code", NOBODYS_FAULT.split())
async def test_what_is_no_fault_of_the_statement_is_told_in_one_word(narrow, code):
    with pytest.raises(DatabaseUnavailable):
        await narrow.repeatably(lambda tx: tx.execute(RAISE.format(code)))


@pytest.mark.parametrize("code", ["22001", "23505", "42P01"])
async def test_what_is_a_fault_of_the_statement_is_not_passed_off_as_the_databases(narrow, code):
    with pytest.raises(asyncpg.PostgresError, match="as if"):
        await narrow.repeatably(lambda tx: tx.execute(RAISE.format(code)))


@pytest.mark.parametrize("missing", ["database", "server"])
async def test_a_database_that_is_not_there_yet_is_away(database_url, missing):
    nameless = database_url.replace("piaoda_test_", "piaoda_none_")
    away = Database(nameless if missing == "database" else "postgresql://nobody@127.0.0.1:1/none", patience=1)
    with pytest.raises(DatabaseUnavailable):
        await away.time()
    await away.close()
