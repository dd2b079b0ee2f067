"""The schema: what the migrations make is what the tables declare, and many replicas may start at once."""

import asyncio
import uuid
from functools import partial

import asyncpg
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.store import migration, tables
from app.store.database import Database
from app.store.migration import Standing
from tests.conftest import _named


async def _standing(url):
    database = Database(url)
    try:
        return await migration.standing(database)
    finally:
        await database.close()


async def test_the_migrations_make_exactly_the_declared_tables(database_url):
    creator = partial(asyncpg.connect, database_url)
    engine = create_async_engine("postgresql+asyncpg://", poolclass=NullPool, async_creator=lambda **_: creator())
    async with engine.connect() as connection:
        found = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), tables.SQLModel.metadata)
        )
    await engine.dispose()

    partitions = [table.name for kind, table in found if kind == "remove_table"]
    assert all(name.startswith(("checks_", "attempts_")) for name in partitions)
    assert len(found) == len(partitions)


async def test_eight_replicas_that_start_at_once_migrate_once(server):
    name = f"piaoda_empty_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(server)
    await connection.execute(f'CREATE DATABASE "{name}"')
    try:
        url = _named(server, name)
        await asyncio.gather(*(migration.migrate(url) for _ in range(8)))

        assert await _standing(url) is Standing.FIT
    finally:
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await connection.close()


async def test_an_empty_database_is_not_current(server):
    name = f"piaoda_empty_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(server)
    await connection.execute(f'CREATE DATABASE "{name}"')
    try:
        assert await _standing(_named(server, name)) is Standing.BEHIND
    finally:
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await connection.close()


async def test_a_url_with_the_options_of_libpq_migrates_as_it_connects(database_url):
    url = f"{database_url}{'&' if '?' in database_url else '?'}sslmode=prefer&application_name=somebody"
    await migration.migrate(url)

    assert await _standing(url) is Standing.FIT


async def test_what_is_acknowledged_is_flushed(database):
    async with database.connection() as connection:
        assert await connection.fetchval("SHOW synchronous_commit") == "on"


async def test_every_key_begins_with_the_tenant():
    keys = {
        table.name: [column.name for column in table.primary_key] for table in tables.SQLModel.metadata.sorted_tables
    }

    assert {name for name, key in keys.items() if key[0] != "tenant"} == set()
