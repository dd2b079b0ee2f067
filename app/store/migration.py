"""Brings a database to the newest schema. One rule: however many replicas start at once, one migrates and the rest
wait.

An advisory lock held by the migrating transaction is what they wait for; DDL gives up on a busy table after a second.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

LOCK = 0x7069616F  # "piao"


async def migrate(url: str) -> None:
    """Migrates the database at `url` (an asyncpg DSN) to the head of our migrations."""
    engine = create_async_engine(_dialect(url), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def is_current(url: str) -> bool:
    """Whether the database is at our head; readiness asks this."""
    engine = create_async_engine(_dialect(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            revision = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
            return revision == ScriptDirectory.from_config(_config()).get_current_head()
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _dialect(url: str) -> str:
    """The DSN as SQLAlchemy spells it."""
    scheme, rest = url.split("://", 1)
    assert scheme in {"postgresql", "postgres"}
    return f"postgresql+asyncpg://{rest}"
