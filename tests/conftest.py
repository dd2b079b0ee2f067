"""A real PostgreSQL for every test that asks for one: a migrated template, cloned for each test.

`PIAODA_TEST_DATABASE_URL` names another server (the suite runs on Debian's PostgreSQL 15 too); otherwise the embedded
one.
"""

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from hypothesis import settings

from app.store import embedded, migration
from app.store.database import Database

settings.register_profile("piaoda", deadline=None)  # no test asserts how fast the machine is
settings.load_profile("piaoda")

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # a Friday noon in Beijing
TENANT = "default"
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex


@dataclass
class HandClock:
    """A clock that the test moves by hand; sleeping moves it."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def real(self, seconds: float) -> timedelta:
        return timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    def pass_(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def _named(url: str, name: str) -> str:
    head, _, query = url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of the maintenance database of a server; all workers of a run share one."""
    if url := os.environ.get("PIAODA_TEST_DATABASE_URL"):
        yield url
        return
    shared = Path(tempfile.gettempdir()) / f"piaoda-test-{RUN}"
    joined = embedded.start(shared)
    asyncio.run(_execute(joined.url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"))
    yield joined.url
    if joined.leave():
        shutil.rmtree(shared)


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def template(server: str) -> str:
    """The name of a migrated, empty database; the first worker makes it, the others wait."""
    name = f"piaoda_template_{RUN}"

    async def make() -> None:
        connection = await asyncpg.connect(server)
        try:
            await connection.execute("SELECT pg_advisory_lock(42)")
            if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name):
                await connection.execute(f'CREATE DATABASE "{name}_raw"')
                await migration.migrate(_named(server, f"{name}_raw"))
                await connection.execute(f'ALTER DATABASE "{name}_raw" RENAME TO "{name}"')
        finally:
            await connection.close()

    asyncio.run(make())
    return name


@pytest.fixture
def database_url(server: str, template: str) -> Iterator[str]:
    """A fresh database of its own."""
    name = f"piaoda_test_{uuid.uuid4().hex}"
    asyncio.run(_execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'))
    yield _named(server, name)
    asyncio.run(_execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"
