"""Races without luck: a test holds a lock, or looks, and goes on when the other side is where it should be."""

import asyncio

_PATIENCE = 30.0
_BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def until(condition):
    """Returns once `condition()` holds."""
    async with asyncio.timeout(_PATIENCE):
        while not condition():  # noqa: ASYNC110 - whoever is watched knows of no event
            await asyncio.sleep(0.01)


async def somebody_waits(database):
    """Returns once a statement in this database waits for a lock."""
    async with asyncio.timeout(_PATIENCE), database.connection() as connection:
        while not await connection.fetchval(_BLOCKED):  # noqa: ASYNC110 - PostgreSQL tells nobody
            await asyncio.sleep(0.01)


_HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


async def settled(connection):
    """Waits until all that is committed can be read: other tests' transactions in this cluster hold readers up too."""
    number = await connection.fetchval("SELECT pg_current_xact_id()::text::bigint")
    async with asyncio.timeout(_PATIENCE):
        while await connection.fetchval(_HORIZON) <= number:  # noqa: ASYNC110 - PostgreSQL tells nobody
            await asyncio.sleep(0.01)
