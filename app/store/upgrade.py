"""Runs migrations with Alembic, inside a transaction that is open already. One rule: it is `migration` that decides."""

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import StaticPool

if TYPE_CHECKING:
    import asyncpg


async def run(connection: "asyncpg.Connection[asyncpg.Record]", folder: Path, revision: str) -> str:
    """Migrates up to `revision`; the oldest revision whose replicas may work on it. Statements stay unnamed: names
    outlive the transaction.
    """

    async def given(**_options: object) -> "asyncpg.Connection[asyncpg.Record]":
        return connection

    engine = create_async_engine(
        "postgresql+asyncpg://",
        poolclass=StaticPool,
        async_creator=given,
        connect_args={"prepared_statement_cache_size": 0, "prepared_statement_name_func": str},
    )
    async with engine.begin() as ours:
        await ours.run_sync(_upgrade, folder, revision)
    script = scripts(folder).get_revision(revision)
    return serves(script.module, script.revision)


def serves(module: object, revision: str) -> str:
    """The oldest revision whose replicas may work on the schema of this migration; none declared: only its own."""
    return str(getattr(module, "serves", revision))


def scripts(folder: Path) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(folder))


def _upgrade(connection: Connection, folder: Path, revision: str) -> None:
    config = _config(folder)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    return config
