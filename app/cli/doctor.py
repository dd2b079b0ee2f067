"""`piaoda doctor`: configuration, database, clock, calendar, accounts, destinations, a line each.

One rule: nothing here is billed, and nobody is told anything.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict

import typer

from app.cli import destination
from app.cli.account import Examination
from app.cli.finding import Finding
from app.cli.surroundings import AsJson, show, with_database
from app.clock import Clock, DatabaseClock
from app.domain.errors import DatabaseUnavailable
from app.egress import Egress
from app.settings import Settings
from app.settings.alerts import HoursSettings
from app.settings.workdays import known_until
from app.store.database import Database

OLDEST = 150_000  # PostgreSQL 15, as server_version_num tells it
MOST_SKEW = 2.0  # seconds between this machine's clock and the database's
_DEADLINES = ("statement_timeout", "idle_in_transaction_session_timeout")
_UNSAFE = ("fsync", "synchronous_commit", "full_page_writes")


def doctor(as_json: AsJson = False) -> None:
    """Check configuration, database, clock, every account and destination; one line each, with what to do."""
    findings = with_database(examine)
    show([asdict(finding) for finding in findings], as_json, "\n".join(map(str, findings)))
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(1)


async def examine(chosen: Settings, database: Database) -> list[Finding]:
    """Every finding, in the order of the layers: what is below comes first."""
    checks: list[tuple[str, Callable[[Database], Awaitable[Finding]]]] = [
        ("database", _reachable),
        ("schema", _migrated),
        ("durability", _durable),
        ("deadlines", _bounded),
        ("clock", _clock),
    ]
    findings = [_configuration(chosen)]
    for what, look in checks:
        try:
            findings.append(await look(database))
        except DatabaseUnavailable as error:
            do = "check PIAODA_DATABASE_URL and the network"
            findings.append(Finding(what, False, f"the database does not answer ({error})", do))
    usable = all(finding.ok for finding in findings if finding.what in {"database", "schema"})
    return findings + await _outside(chosen, database if usable else None)


async def _outside(chosen: Settings, database: Database | None) -> list[Finding]:
    """The calendar, every account, every destination."""
    config, clock = chosen.config, DatabaseClock(scale=chosen.scale)
    if database:
        clock.follow(await database.time())
    async with AsyncExitStack() as stack:
        egress = Egress(allow=config.egress.allow, proxy=config.egress.proxy)
        stack.push_async_callback(egress.close)
        told = await asyncio.gather(
            *(Examination(chosen, name, egress, database, clock).findings() for name in config.accounts),
            *(destination.findings(name, each, egress) for name, each in config.destinations.items()),
        )
    return [_calendar(config.alerts.hours, clock), *(finding for findings in told for finding in findings)]


def _calendar(hours: HoursSettings, clock: Clock) -> Finding:
    """Whether somebody has announced the holidays of the year that is, or is about to be."""
    if hours.calendar != "china":
        return Finding("calendar", True, f"{hours.calendar.replace('_', ' ')}, as configured")
    if year := hours.unknown_year(clock.now()):
        do = "install a newer release of Piaoda, or of the package chinesecalendar"
        return Finding("calendar", True, f"the holidays of {year} are not known: Monday to Friday is assumed", do)
    return Finding("calendar", True, f"working days are known until {known_until()}")


def _configuration(chosen: Settings) -> Finding:
    config = chosen.config
    if not config.accounts:
        do = "add one under accounts: in piaoda.yaml"
        return Finding("configuration", False, "no account is configured: nobody will be asked", do)
    return Finding("configuration", True, f"{len(config.accounts)} accounts, {len(config.destinations)} destinations")


async def _reachable(database: Database) -> Finding:
    async with database.connection() as connection:
        number = int(await connection.fetchval("SHOW server_version_num"))
        shown = await connection.fetchval("SHOW server_version")
    do = "" if number >= OLDEST else "use PostgreSQL 15 or newer"
    return Finding("database", number >= OLDEST, f"PostgreSQL {shown}", do)


async def _migrated(database: Database) -> Finding:
    """Whether our tables are there at all; `/readyz` knows whether they are the newest."""
    async with database.connection() as connection:
        there = await connection.fetchval("SELECT to_regclass('tokens') IS NOT NULL")
    return Finding("schema", there, *(("our tables are there",) if there else ("no tables", "run `piaoda migrate`")))


async def _durable(database: Database) -> Finding:
    async with database.connection() as connection:
        off = [name for name in _UNSAFE if await connection.fetchval(f"SHOW {name}") == "off"]
    if not off:
        return Finding("durability", True, "writes are flushed")
    return Finding("durability", False, f"{', '.join(off)} is off: an acknowledged event could be lost", "turn it on")


async def _bounded(database: Database) -> Finding:
    """Whether the server ends what hangs: we ask it to, but a bouncer in transaction mode passes that on to nobody."""
    async with database.connection() as connection:
        without = [name for name in _DEADLINES if await connection.fetchval(f"SHOW {name}") == "0"]
    if not without:
        return Finding("deadlines", True, "the server ends statements and transactions that hang")
    do = f"ALTER ROLE … SET {without[0]} = '10s', as in docs/scaling.md"
    return Finding("deadlines", False, f"{', '.join(without)} is not set for our role", do)


async def _clock(database: Database) -> Finding:
    skew = abs((await database.time() - DatabaseClock().now()).total_seconds())
    do = "" if skew < MOST_SKEW else "synchronise this machine (NTP)"
    return Finding("clock", skew < MOST_SKEW, f"{skew:.3f} s from the database's", do)
