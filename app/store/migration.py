"""Brings a database to the newest schema, and says who may serve on it. One rule: however many replicas start at once,
one migrates and the rest wait; and whoever was at work goes on.

An advisory lock held by the migrating transaction is what they wait for; DDL gives up on a busy table after a second,
lets those go on who waited behind it, and all is tried again. Each try is one transaction of one connection, so a
bouncer may stand in between.

A migration adds what the older version does not miss, or takes away what it no longer uses. `serves` in its file is the
oldest revision whose replicas can work on its schema. It is written beside the revision, in `alembic_version`, so that
a replica that does not know the revision knows whether it may serve.
"""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random

from app.domain.errors import ConfigurationError, DatabaseUnavailable
from app.store.address import Address
from app.store.database import Database, Row

LOCK = 0x7069616F  # "piao"
ATTEMPTS = 10  # on a busy table: half a minute
SCRIPTS = Path(__file__).parent / "migrations"

_BEGIN = """
SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;
SELECT pg_advisory_xact_lock({lock}); SET LOCAL lock_timeout = '1s'"""
_THERE = "SELECT to_regclass('alembic_version') IS NOT NULL"
_REVISION = "SELECT version_num, to_jsonb(v) ->> 'serves' AS serves FROM alembic_version AS v"
_DECLARE = """
ALTER TABLE alembic_version ADD COLUMN IF NOT EXISTS serves text;
UPDATE alembic_version SET serves = '{serves}'"""


class Standing(StrEnum):
    """How the schema of a database stands to what this version of Piaoda knows."""

    BEHIND = "behind"
    """Older than ours, or not there: `piaoda migrate` has to come first."""
    FIT = "fit"
    """Ours, or a newer one that declares that replicas of our version may work on it."""
    AHEAD = "ahead"
    """Newer, and not for us any more."""


TOO_NEW = "The database belongs to a newer version of Piaoda, which this one cannot work beside: run the newer one."


async def migrate(url: str, revision: str = "head") -> None:
    """Migrates the database at `url` (as PIAODA_DATABASE_URL has it) up to `revision`; leaves a newer one as it is.

    Raises ConfigurationError where a newer one is not for us, DatabaseUnavailable, the database's own errors otherwise.
    """
    patiently = AsyncRetrying(
        retry=retry_if_exception(_is_busy), stop=stop_after_attempt(ATTEMPTS), wait=wait_random(0.5, 3), reraise=True
    )
    await patiently(_migrate, url, revision)


def _is_busy(error: BaseException | None) -> bool:
    """Whether a table was in use; SQLAlchemy hands errors on in its own."""
    while error and not isinstance(error, asyncpg.LockNotAvailableError | asyncpg.DeadlockDetectedError):
        error = error.__cause__
    return error is not None


async def _migrate(url: str, revision: str) -> None:
    address = Address.of(url)
    options = address.options({"application_name": "piaoda migrate"}) | {"statement_cache_size": 0}
    try:
        connection = await asyncpg.connect(address.dsn, **options)
    except (OSError, asyncpg.PostgresError) as error:
        raise DatabaseUnavailable(f"{type(error).__name__}: {error}") from error
    try:
        async with connection.transaction():
            await connection.execute(_BEGIN.format(lock=LOCK))
            schema = await _schema(connection)
            if _stands(schema) is Standing.AHEAD:
                raise ConfigurationError(TOO_NEW)
            if schema is None or schema["version_num"] in _known(SCRIPTS):
                await _upgrade(connection, revision)
    finally:
        await connection.close()


async def standing(database: Database) -> Standing:
    """Whether this version of ours may serve on the database; raises DatabaseUnavailable."""
    async with database.connection() as connection:
        return _stands(await _schema(connection))


async def _schema(connection: Any) -> Row | None:
    return await connection.fetchrow(_REVISION) if await connection.fetchval(_THERE) else None


def _stands(schema: Row | None) -> Standing:
    newest, *older = _known(SCRIPTS)
    if schema is None or schema["version_num"] in older:
        return Standing.BEHIND
    if schema["version_num"] == newest:
        return Standing.FIT
    # Whoever knows the oldest revision that may serve is of that version, or newer.
    return Standing.FIT if schema["serves"] in (newest, *older) else Standing.AHEAD


async def _upgrade(connection: "asyncpg.Connection[asyncpg.Record]", revision: str) -> None:
    from app.store import upgrade  # noqa: PLC0415 - Alembic and SQLAlchemy: 25 MB that a replica at work has no use for

    said = await upgrade.run(connection, SCRIPTS, revision)
    await connection.execute(_DECLARE.format(serves=said))


@cache
def _known(scripts: Path) -> list[str]:
    """Our revisions, the newest first: files are named for them, and a test compares with what Alembic reads."""
    return sorted((file.name.partition("_")[0] for file in (scripts / "versions").glob("[0-9]*.py")), reverse=True)
