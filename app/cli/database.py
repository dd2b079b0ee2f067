"""Commands about the database and the health of a set-up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import typer

from app import main
from app.cli.surroundings import AsJson, settings, show, with_database
from app.clock import DatabaseClock
from app.domain.errors import DatabaseUnavailable
from app.settings import Settings
from app.store import accounts, migration
from app.store.database import Database

OLDEST = 150_000  # PostgreSQL 15, as server_version_num tells it
MOST_SKEW = 2.0  # seconds between this machine's clock and the database's


def migrate() -> None:
    """Bring the database to the newest schema. Safe to run many times and at once."""
    with main.database_url(settings()) as url:
        asyncio.run(migration.migrate(url))
    print("The database is at the newest schema.")


def doctor(as_json: AsJson = False) -> None:
    """Check configuration, database, clock and every account; one line each, with what to do."""
    findings = with_database(_examine)
    words = "\n".join(f"{'ok  ' if f['ok'] else 'FAIL'}  {f['what']}: {f['says']}" for f in findings)
    show(findings, as_json, words)
    if not all(finding["ok"] for finding in findings):
        raise typer.Exit(1)


async def _examine(chosen: Settings, database: Database) -> list[dict[str, Any]]:
    checks: list[tuple[str, Callable[[], Awaitable[tuple[bool, str]]]]] = [
        ("configuration", lambda: _configuration(chosen)),
        ("database", lambda: _reachable(database)),
        ("durability", lambda: _durable(database)),
        ("clock", lambda: _clock(database)),
        *((f"account {name}", lambda name=name: _account(database, name)) for name in chosen.config.accounts),
    ]
    findings = []
    for what, look in checks:
        try:
            ok, says = await look()
        except DatabaseUnavailable as error:
            ok, says = False, f"the database does not answer ({error}); check PIAODA_DATABASE_URL and the network"
        findings.append({"what": what, "ok": ok, "says": says})
    return findings


async def _configuration(chosen: Settings) -> tuple[bool, str]:
    config = chosen.config
    if not config.accounts:
        return False, "no account is configured: nobody will be asked. Add one under accounts: in piaoda.yaml"
    return True, f"{len(config.accounts)} accounts, {len(config.destinations)} destinations"


async def _reachable(database: Database) -> tuple[bool, str]:
    async with database.connection() as connection:
        number = int(await connection.fetchval("SHOW server_version_num"))
        shown = await connection.fetchval("SHOW server_version")
    new_enough = number >= OLDEST
    return new_enough, f"PostgreSQL {shown}" + ("" if new_enough else "; 15 or newer is needed")


async def _durable(database: Database) -> tuple[bool, str]:
    async with database.connection() as connection:
        off = [
            name
            for name in ("fsync", "synchronous_commit", "full_page_writes")
            if await connection.fetchval(f"SHOW {name}") == "off"
        ]
    return (
        not off,
        f"{', '.join(off)} is off: an acknowledged event could be lost; turn it on" if off else "writes are flushed",
    )


async def _clock(database: Database) -> tuple[bool, str]:
    ours = DatabaseClock()
    skew = abs((await database.time() - ours.now()).total_seconds())
    return skew < MOST_SKEW, f"{skew:.3f} s from the database's" + (
        "" if skew < MOST_SKEW else "; synchronise this machine (NTP)"
    )


async def _account(database: Database, name: str) -> tuple[bool, str]:
    state = await accounts.breaker(database, main.TENANT, name)
    if state.open_until is None:
        return True, "no trouble on record"
    return False, f"paused until {state.open_until:%Y-%m-%d %H:%M} UTC because of {state.reason}"
