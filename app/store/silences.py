"""Silences: who asked for quiet about what, until when, and why. None is ever deleted: ending one early keeps it.

One rule: asking for the same silence twice makes one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from app.domain.quiet import FIELDS, Listed, Listing, Silence
from app.store.database import Connection, Database, Row
from app.store.moves import new_id

FITS: Final = "({})".format(
    " AND ".join(f"(NOT s.matchers ? '{each}' OR s.matchers -> '{each}' ? i.{each})" for each in FIELDS)
)
"""Whether the silence `s` covers the incident `i`."""

_HIDES = f"""
(SELECT count(*) FROM incidents i WHERE i.tenant = s.tenant AND i.state <> 'resolved' AND {FITS}) AS hides"""
_COLUMNS = "s.id::text, s.matchers, s.starts_at, s.ends_at, s.reason, s.author, s.created_at"

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('silences ' || $1, 0))"
_SAME = """
SELECT id::text FROM silences
WHERE tenant = $1 AND matchers = $2 AND ends_at = $3 AND reason = $4 AND author = $5 AND ends_at > $6
  AND starts_at <= greatest($6, $7::timestamptz)"""
_ADD = """
INSERT INTO silences (tenant, id, matchers, starts_at, ends_at, reason, author, created_at)
VALUES ($1, $2::uuid, $3, $4, $5, $6, $7, $8)"""
_WAKE = f"""
UPDATE incidents i SET wake_at = $3 FROM silences s
WHERE s.tenant = $1 AND s.id = $2::uuid AND i.tenant = s.tenant AND i.state <> 'resolved' AND {FITS}"""
_GET = f"SELECT {_COLUMNS}, {_HIDES} FROM silences s WHERE s.tenant = $1 AND s.id = $2::uuid"
_END = """
UPDATE silences SET starts_at = least(starts_at, $3), ends_at = $3
WHERE tenant = $1 AND id = $2::uuid AND ends_at > $3"""
_LIST = f"""
SELECT {_COLUMNS}, {_HIDES} FROM silences s
WHERE s.tenant = $1 AND ($2::uuid IS NULL OR s.id < $2)
  AND ($3::text[] = '{{}}'
       OR CASE WHEN s.ends_at <= $4 THEN 'ended' WHEN s.starts_at <= $4 THEN 'active' ELSE 'planned' END = ANY ($3))
ORDER BY s.id DESC LIMIT $5"""


async def add(tx: Connection, tenant: str, told: Silence) -> tuple[str, bool]:
    """Writes it down and has the incidents that it covers looked at again; its id, and whether it is new."""
    await tx.execute(_ONE_AT_A_TIME, tenant)
    matchers = dict(told.matchers)
    said = (matchers, told.ends_at, told.reason, told.author, told.created_at, told.starts_at)
    same = await tx.fetchval(_SAME, tenant, *said)
    if same:
        return str(same), False
    values = (told.id, matchers, told.starts_at, told.ends_at, told.reason, told.author, told.created_at)
    await tx.execute(_ADD, tenant, *values)
    await tx.execute(_WAKE, tenant, told.id, told.created_at)
    return told.id, True


class Silences:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, tenant: str, matchers: Mapping[str, Sequence[str]], starts_at: datetime, ends_at: datetime, *,
        reason: str, author: str, now: datetime,
    ) -> tuple[Silence, bool]:  # fmt: skip
        """The silence, and whether it is new: the same one (matchers, end, reason, author) that still lasts is not."""
        sorted_ = {name: sorted(set(values)) for name, values in matchers.items()}
        told = Silence(new_id(now), sorted_, starts_at, ends_at, reason, author, now)

        async def work(tx: Connection) -> tuple[Silence, bool]:
            known, new = await add(tx, tenant, told)
            return _silence(await tx.fetchrow(_GET, tenant, known)), new

        return await self._database.repeatably(work)

    async def get(self, tenant: str, silence_id: str) -> Silence | None:
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_GET, tenant, silence_id)
        return _silence(row) if row else None

    async def all(self, tenant: str, listing: Listing, now: datetime) -> Listed[Silence]:
        """One page, the newest first."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_LIST, tenant, listing.before, list(listing.phases), now, listing.limit + 1)
        items = [_silence(row) for row in rows[: listing.limit]]
        return Listed(items, items[-1].id if len(rows) > listing.limit else None)

    async def end(self, tenant: str, silence_id: str, now: datetime) -> Silence | None:
        """Ends it now, and has what it hid looked at again; one that has ended stays as it is."""

        async def work(tx: Connection) -> Silence | None:
            if (await tx.execute(_END, tenant, silence_id, now)) != "UPDATE 0":
                await tx.execute(_WAKE, tenant, silence_id, now)
            row = await tx.fetchrow(_GET, tenant, silence_id)
            return _silence(row) if row else None

        return await self._database.repeatably(work)


def _silence(row: Row | None) -> Silence:
    assert row is not None
    return Silence(**{name: row[name] for name in Silence.__slots__})
