"""Brings a database to the newest schema. One rule: however many replicas start at once, one migrates and the rest
wait.

An advisory lock held by the migrating transaction is what they wait for; DDL gives up on a busy table after a second.
"""

from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

LOCK = 0x7069616F  # "piao"


async def migrate(url: str) -> None:
    """Migrates the database at `url` (an asyncpg DSN) to the head of our migrations."""
    engine = _engine(url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            await connection.execute(text("SET LOCAL lock_timeout = '1s'"))
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def is_current(url: str) -> bool:
    """Whether the database is at our head, or beyond it: an older replica serves on while a newer one has migrated."""
    engine = _engine(url)
    try:
        async with engine.connect() as connection:
            revision = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    finally:
        await engine.dispose()
    known = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]
    return revision is not None and (revision == known[0] or revision not in known)


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _engine(url: str) -> AsyncEngine:
    """Connections by asyncpg's own reading of the DSN: SQLAlchemy's knows neither `sslmode` nor the other libpq
    options.
    """
    return create_async_engine("postgresql+asyncpg://", poolclass=NullPool, async_creator=lambda: asyncpg.connect(url))
