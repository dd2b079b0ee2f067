"""Checks and attempts by month: partitions are made ahead of time, and go when their time is over.

One rule: nobody waits. A partition that cannot be made or dropped within a second is left for the next round;
until then `checks_other` takes what has no month, and a month that has begun there stays there.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from app.store.database import Connection, Database

log = logging.getLogger(__name__)

AHEAD = 2  # months beyond the present one
_PATIENCE = "SET LOCAL lock_timeout = '1s'"

TABLES: Mapping[str, str] = {"checks": "asked_at", "attempts": "at"}
"""What is kept by month, and the instant that says which."""

_PRESENT = """
SELECT c.relname::text AS name FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
WHERE h.inhparent = $1::text::regclass ORDER BY 1"""

# Asked first, because to be refused costs more: a look through all of `checks_other` that nobody may write beside.
_BEGUN = "SELECT EXISTS (SELECT FROM {table}_other WHERE {at} >= $1 AND {at} < $2)"


def month(instant: datetime) -> datetime:
    """The first instant of the month of `instant`, UTC."""
    return instant.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(start: datetime) -> datetime:
    return month(start + timedelta(days=31))


def name_of(start: datetime, table: str = "checks") -> str:
    return f"{table}_{start:%Y_%m}"


def wanted(now: datetime) -> list[datetime]:
    """The months that need a partition: the present one and those ahead."""
    months = [month(now)]
    for _ in range(AHEAD):
        months.append(next_month(months[-1]))
    return months


def outdated(names: Sequence[str], before: datetime, table: str = "checks") -> list[str]:
    """The partitions that hold nothing of `before` or later; `…_other` sorts behind every month."""
    return [name for name in names if name < name_of(month(before), table)]


async def keep(database: Database, now: datetime, keep_for: Mapping[str, timedelta]) -> list[str]:
    """Makes what is missing, drops what is older than its table's `keep_for` (not named: kept); what it dropped."""
    async with database.connection() as connection:
        return [
            name
            for table, at in TABLES.items()
            for name in await _keep(connection, table, at, now, keep_for.get(table))
        ]


async def _keep(connection: Connection, table: str, at: str, now: datetime, keep_for: timedelta | None) -> list[str]:
    names = [row["name"] for row in await connection.fetch(_PRESENT, table)]
    begun = _BEGUN.format(table=table, at=at)
    for start in wanted(now):
        if name_of(start, table) not in names and not await connection.fetchval(begun, start, next_month(start)):
            await _patiently(connection, _create(start, table))
    old = outdated(names, now - keep_for, table) if keep_for else []
    return [name for name in old if await _patiently(connection, f'DROP TABLE "{name}"')]


def _create(start: datetime, table: str = "checks") -> str:
    return (
        f'CREATE TABLE IF NOT EXISTS "{name_of(start, table)}" PARTITION OF {table} '
        f"FOR VALUES FROM ('{start.isoformat()}') TO ('{next_month(start).isoformat()}')"
    )


_LATER = (
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.CheckViolationError,
    asyncpg.DuplicateTableError,
    asyncpg.UndefinedTableError,
)


async def _patiently(connection: Connection, statement: str) -> bool:
    """Whether `statement` went through; another replica may have done it, a long query may be in the way."""
    try:
        async with connection.transaction():
            await connection.execute(_PATIENCE)
            await connection.execute(statement)
    except _LATER as error:
        log.info("partition left for later", extra={"statement": statement, "reason": str(error)})
        return False
    return True
