"""The checks by month: partitions are made ahead of time, and go when their time is over.

One rule: nobody waits. A partition that cannot be made or dropped within a second is left for the next round;
until then `checks_other` takes what has no month, and a month that has begun there stays there.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from app.store.database import Connection, Database

log = logging.getLogger(__name__)

AHEAD = 2  # months beyond the present one
_PATIENCE = "SET LOCAL lock_timeout = '1s'"

_PRESENT = """
SELECT c.relname::text AS name FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
WHERE h.inhparent = 'checks'::regclass ORDER BY 1"""

# Asked first, because to be refused costs more: a look through all of `checks_other` that nobody may write beside.
_BEGUN = "SELECT EXISTS (SELECT FROM checks_other WHERE asked_at >= $1 AND asked_at < $2)"


def month(instant: datetime) -> datetime:
    """The first instant of the month of `instant`, UTC."""
    return instant.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(start: datetime) -> datetime:
    return month(start + timedelta(days=31))


def name_of(start: datetime) -> str:
    return f"checks_{start:%Y_%m}"


def wanted(now: datetime) -> list[datetime]:
    """The months that need a partition: the present one and those ahead."""
    months = [month(now)]
    for _ in range(AHEAD):
        months.append(next_month(months[-1]))
    return months


def outdated(names: Sequence[str], before: datetime) -> list[str]:
    """The partitions all of whose checks were asked before `before`; `checks_other` sorts behind every month."""
    return [name for name in names if name < name_of(month(before))]


async def keep(database: Database, now: datetime, keep_for: timedelta | None) -> list[str]:
    """Makes what is missing, drops what is older than `keep_for` (None: nothing); the names it dropped."""
    async with database.connection() as connection:
        names = [row["name"] for row in await connection.fetch(_PRESENT)]
        for start in wanted(now):
            if name_of(start) not in names and not await connection.fetchval(_BEGUN, start, next_month(start)):
                await _patiently(connection, _create(start))
        old = outdated(names, now - keep_for) if keep_for else []
        return [name for name in old if await _patiently(connection, f'DROP TABLE "{name}"')]


def _create(start: datetime) -> str:
    return (
        f'CREATE TABLE IF NOT EXISTS "{name_of(start)}" PARTITION OF checks '
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
