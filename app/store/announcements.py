"""Silences and maintenance windows of piaoda.yaml, made rows beside those of the API.

One rule: what the file does not say any more ends; what it goes on saying stays as it is.
"""

from collections.abc import Sequence
from datetime import datetime

from app.domain.muting import Maintenance, Silence
from app.store import maintenance, silences
from app.store.database import Database

AUTHOR = "piaoda.yaml"

_RUNNING = "SELECT id::text FROM {table} WHERE tenant = $1 AND author = $2 AND ends_at > $3"


async def declare(
    database: Database, tenant: str, quiet: Sequence[Silence], windows: Sequence[Maintenance], now: datetime
) -> None:
    """Makes the file's lists known. Repeatable, and every replica may do it."""
    hushed, announced = silences.Silences(database), maintenance.Maintenance(database)
    kept_silences = {await _silence(hushed, tenant, one, now) for one in quiet if one.ends_at > now}
    kept_windows = {await _window(announced, tenant, one, now) for one in windows if one.ends_at > now}
    for known in await _running(database, tenant, "silences", now) - kept_silences:
        await hushed.end(tenant, known, now)
    for known in await _running(database, tenant, "maintenance", now) - kept_windows:
        await announced.end(tenant, known, now)


async def _silence(hushed: silences.Silences, tenant: str, one: Silence, now: datetime) -> str:
    told, _ = await hushed.create(
        tenant, one.matchers, one.starts_at, one.ends_at, reason=one.reason, author=AUTHOR, now=now
    )
    return told.id


async def _window(announced: maintenance.Maintenance, tenant: str, one: Maintenance, now: datetime) -> str | None:
    """None where another pausing window of the same time is there already; that one holds."""
    told = await announced.create(
        tenant, one.accounts, one.starts_at, one.ends_at,
        pause_deadlines=one.pause_deadlines, reason=one.reason, author=AUTHOR, now=now,
    )  # fmt: skip
    return told[0].id if told else None


async def _running(database: Database, tenant: str, table: str, now: datetime) -> set[str]:
    async with database.connection() as connection:
        return {row["id"] for row in await connection.fetch(_RUNNING.format(table=table), tenant, AUTHOR, now)}
