"""PgBouncer in transaction mode between the service and its database, with fewer connections than the service opens.

Debian's is 1.18, which passes on neither prepared statements nor unknown settings: what works here works with all.
"""

import asyncio
import os
import pwd
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from app.demo.processes import free_port
from app.store import migration
from app.store.database import Database
from app.store.migration import Standing
from tests.acceptance.story import rows
from tests.chaos.test_kill import patient
from tests.conftest import _execute
from tests.deploy.flow import Flow
from tests.processes import Tempo, until
from tests.town import Town, town

SERVERS = 4  # connections that the bouncer keeps, for two replicas that open up to twenty each
SETTINGS = """
[databases]
* = host={host} port={port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
admin_users = postgres
pool_mode = transaction
default_pool_size = {servers}
max_client_conn = 500
logfile = {folder}/pgbouncer.log
"""
OURS = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
LEFT = """
SELECT (SELECT count(*) FROM pg_prepared_statements) AS statements,
    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
    (SELECT count(*) FROM pg_listening_channels()) AS channels,
    (SELECT count(*) FROM pg_class WHERE relpersistence = 't') AS tables"""


@dataclass(frozen=True)
class Bouncer:
    """A running one. `url(name)`: its address of the database `name`, as an operator writes it."""

    port: int

    def plain(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def url(self, name: str) -> str:
        return f"{self.plain(name)}?pooler=transaction"

    def command(self, words: str) -> None:
        """A command on its admin console, which knows simple queries alone; PAUSE waits for transactions to end."""
        done = subprocess.run(
            ["psql", "-qX", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-c", words, "pgbouncer"],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def _account() -> str | None:
    """Who it runs as: it refuses root, and must reach the socket of the test's server."""
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        return pwd.getpwnam("embedded_postgres").pw_name
    return "postgres"


@contextmanager
def bouncing(program: str, server: str) -> Iterator[Bouncer]:
    """A bouncer before the server behind the URL `server`."""
    behind, listen = urlsplit(server), free_port("127.0.0.1")
    host = parse_qs(behind.query).get("host", [behind.hostname])[0]
    with tempfile.TemporaryDirectory(prefix="piaoda-bouncer-") as made:
        folder = Path(made)
        folder.chmod(0o777)
        file = folder / "pgbouncer.ini"
        (folder / "users").write_text('"postgres" ""\n')
        user = behind.username or "postgres"
        file.write_text(
            SETTINGS.format(
                host=host, port=behind.port or 5432, user=user, listen=listen, servers=SERVERS, folder=folder
            )
        )
        with (folder / "words").open("wb") as words:
            process = subprocess.Popen([program, file], user=_account(), stdout=words, stderr=words)
        try:
            bouncer = Bouncer(listen)
            until(lambda: _answers(bouncer, process, folder), "the bouncer answers")
            yield bouncer
        finally:
            process.terminate()
            process.wait(30)


def _answers(bouncer: Bouncer, process: "subprocess.Popen[bytes]", folder: Path) -> bool:
    assert process.poll() is None, (folder / "words").read_text()
    with suppress(AssertionError):
        bouncer.command("SHOW VERSION")
        return True
    return False


@pytest.fixture
def bouncer(tool: Callable[[str], str], server: str) -> Iterator[Bouncer]:
    tool("psql")
    with bouncing(tool("pgbouncer"), server) as made:
        yield made


@pytest.fixture
def name(database_url: str) -> str:
    return urlsplit(database_url).path[1:]


@pytest.fixture
def place(tmp_path: Path, bouncer: Bouncer, name: str) -> Iterator[Town]:
    with town(tmp_path, bouncer.url(name), Tempo.starting(timedelta(hours=10), 60), patient) as made:
        made.simulator.behave(daily_limit=None)
        yield made


@pytest.mark.slow
def test_two_replicas_work_through_a_bouncer_and_leave_nothing_on_its_connections(place, bouncer, name, database_url):
    for _ in range(2):
        place.service()
    for each in place.services:
        each.ready()
    flow, most = Flow(place, 60), 0
    with flow.running():
        while flow.acknowledged < 55:
            most = max(most, rows(database_url, OURS)[0]["n"])
            time.sleep(0.1)

    assert flow.violations(database_url) == []
    assert [each.stop() for each in place.services] == [0, 0]
    assert 0 < most <= SERVERS
    # Whoever comes next gets the very connections that the replicas had.
    assert asyncio.run(_left(bouncer.plain(name))) == [(0, 0, 0, 0)] * SERVERS


async def _left(url: str) -> list[tuple[int, ...]]:
    """What each of the bouncer's connections keeps of those who had it; all of them are held at the same time."""
    opened = [await asyncpg.connect(url, statement_cache_size=0) for _ in range(SERVERS)]
    try:
        for each in opened:
            await each.execute("BEGIN")
        return [tuple(await each.fetchrow(LEFT)) for each in opened]
    finally:
        for each in opened:
            await each.close()


@pytest.mark.parametrize(("word", "cuts"), [("PAUSE", 0), pytest.param("KILL", 1, marks=pytest.mark.slow)])
def test_while_the_bouncer_holds_everything_nothing_acknowledged_is_lost(
    word, cuts, place, bouncer, name, database_url
):
    place.service().ready()
    flow = Flow(place, 80)
    with flow.running():
        flow.reaches(0.3)
        bouncer.command(f"{word} {name}")
        held = flow.acknowledged
        time.sleep(3)  # longer than anything here waits for on a good day, shorter than a statement may take
        assert flow.acknowledged <= held + 16  # what was acknowledged in the same moment
        bouncer.command(f"RESUME {name}")

    assert flow.violations(database_url, cuts=cuts) == []
    assert place.services[0].stop() == 0


def test_an_empty_database_is_migrated_through_a_bouncer_by_many_at_once(bouncer, server):
    name = f"piaoda_bounced_{os.getpid()}"
    asyncio.run(_execute(server, f'CREATE DATABASE "{name}"'))
    try:
        for _ in range(2):  # again: names of statements that were left behind would be in the way
            assert asyncio.run(_migrated(bouncer.url(name))) is Standing.FIT
    finally:
        bouncer.command(f"KILL {name}")
        asyncio.run(_execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _migrated(url: str) -> Standing:
    await asyncio.gather(*(migration.migrate(url) for _ in range(SERVERS)))
    database = Database(url)
    try:
        return await migration.standing(database)
    finally:
        await database.close()


def test_where_nobody_said_that_there_is_a_bouncer_the_service_does_not_start_and_says_what_it_met(
    place, bouncer, name
):
    place.environment["PIAODA_DATABASE_URL"] = bouncer.plain(name)
    unaware = place.service()

    assert unaware.finish() == 4
    assert "unsupported startup parameter" in unaware.log + unaware.words
    assert "?pooler=transaction" in unaware.log + unaware.words


def test_deadlines_of_the_role_hold_behind_a_bouncer(bouncer, name, database_url):
    """What docs/scaling.md tells the operator to set, because a bouncer passes no settings on."""
    [who] = rows(database_url, "SELECT current_user AS name")
    asyncio.run(
        _execute(database_url, f'ALTER ROLE "{who["name"]}" IN DATABASE "{name}" SET statement_timeout = \'10s\'')
    )

    async def shown() -> str:
        database = Database(bouncer.url(name))
        async with database.connection() as connection:
            found: str = await connection.fetchval("SHOW statement_timeout")
        await database.close()
        return found

    assert asyncio.run(shown()) == "10s"
