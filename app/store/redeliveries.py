"""Telling again: jobs that walk the messages in their order and make deliveries of them due once more.

One rule: a chunk and how far the job has come are one transaction. Whatever dies in between, nothing is left out, and
what is walked twice is due once: a delivery that is pending already is let alone. Receivers know a message by its id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.cursors import Mark
from app.domain.identifiers import ZERO, earlier, first_of, made_at
from app.domain.message import instant
from app.domain.retelling import Order
from app.store import again
from app.store.database import Connection, Database, Row
from app.store.feed import MARGIN, resume
from app.store.moves import new_id

JOBS_SHOWN = 100

# Whatever was begun before the job has a number below that of the job's own transaction.
_MAKE = """
INSERT INTO redeliveries (tenant, id, destination, wanted, state, actor, created_at, reached_position, reached_id,
                          until_position, seen, sent)
SELECT tenant, $3::uuid, name, $4, 'running', $5, $6, $7, $8::uuid,
       pg_current_xact_id()::text::bigint, 0, 0
FROM destinations WHERE tenant = $1 AND name = $2
RETURNING *"""

# Any of them: a job that waits for a transaction under way keeps none of the others waiting.
_TAKE = """
SELECT r.*, EXISTS (SELECT FROM destinations d WHERE d.tenant = $1 AND d.name = r.destination) AS known
FROM redeliveries r WHERE r.tenant = $1 AND r.state = 'running'
ORDER BY random() LIMIT 1 FOR UPDATE OF r SKIP LOCKED"""

_REACH = """
UPDATE redeliveries SET reached_position = $3, reached_id = $4::uuid, seen = seen + $5, sent = sent + $6,
    state = $7, finished_at = CASE WHEN $7 <> 'running' THEN $8::timestamptz END
WHERE tenant = $1 AND id = $2"""

_CANCEL = """
UPDATE redeliveries SET state = 'cancelled', finished_at = $4
WHERE tenant = $1 AND destination = $2 AND id = $3::uuid AND state = 'running'"""

_JOB = "SELECT * FROM redeliveries WHERE tenant = $1 AND destination = $2 AND id = $3::uuid"
_JOBS = "SELECT * FROM redeliveries WHERE tenant = $1 AND destination = $2 ORDER BY id DESC LIMIT $3"
_KNOWN = "SELECT EXISTS (SELECT FROM destinations WHERE tenant = $1 AND name = $2)"
_UNKNOWN = """
SELECT asked.id::text FROM unnest($2::uuid[]) AS asked (id)
WHERE NOT EXISTS (SELECT FROM messages m WHERE m.tenant = $1 AND m.id = asked.id)"""


@dataclass(frozen=True, slots=True)
class Step:
    """What one chunk came to. `advanced`: there may be more to do at once."""

    job: str
    destination: str
    state: str
    seen: int
    sent: int
    advanced: bool


class Redeliveries:
    """Jobs as the API sees them: JSON objects. None: this tenant has no such destination or job."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unknown(self, tenant: str, messages: Sequence[str]) -> list[str]:
        """Those of the ids that name no message of this tenant."""
        async with self._database.connection() as connection:
            return [row["id"] for row in await connection.fetch(_UNKNOWN, tenant, list(messages))]

    async def start(
        self, tenant: str, destination: str, order: Order, actor: str, now: datetime
    ) -> dict[str, Any] | None:
        """Writes the order down; it is carried out by `walk`. What is told from now on is not part of it."""
        async with self._database.transaction() as tx:
            begin = await _begin(tx, tenant, order)
            row = await tx.fetchrow(
                _MAKE, tenant, destination, new_id(now), order.document(), actor, now, begin.position, begin.id
            )
        return _document(row) if row else None

    async def list(self, tenant: str, destination: str) -> list[dict[str, Any]] | None:
        """The newest jobs, newest first."""
        async with self._database.connection() as connection:
            if not await connection.fetchval(_KNOWN, tenant, destination):
                return None
            return [_document(row) for row in await connection.fetch(_JOBS, tenant, destination, JOBS_SHOWN)]

    async def get(self, tenant: str, destination: str, job: str) -> dict[str, Any] | None:
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_JOB, tenant, destination, job)
        return _document(row) if row else None

    async def cancel(self, tenant: str, destination: str, job: str, now: datetime) -> dict[str, Any] | None:
        """Stops a job after its present chunk; what is due already is sent. A finished job stays as it is."""
        async with self._database.connection() as connection:
            await connection.execute(_CANCEL, tenant, destination, job, now)
        return await self.get(tenant, destination, job)


async def walk(database: Database, tenant: str, now: datetime, limit: int) -> Step | None:
    """Carries out the next chunk of one of the jobs that nobody else is at; None where there is none."""

    async def work(tx: Connection) -> Step | None:
        job = await tx.fetchrow(_TAKE, tenant)
        if job is None:
            return None
        if not job["known"]:
            await tx.execute(_CANCEL, tenant, job["destination"], job["id"], now)
            return Step(str(job["id"]), job["destination"], "cancelled", 0, 0, advanced=True)
        return await _advance(tx, job, now, limit)

    return await database.repeatably(work)


async def _begin(tx: Connection, tenant: str, order: Order) -> Mark:
    """Where the walk starts: at the beginning, or shortly before `since`."""
    if order.since is None:
        return Mark()
    if order.dead:
        return Mark(0, earlier(first_of(order.since), MARGIN))
    return await resume(tx, tenant, first_of(order.since))


async def _advance(tx: Connection, job: Row, now: datetime, limit: int) -> Step:
    chunk = await again.make_due(tx, job, Order.of(job["wanted"]), now, limit)
    reached = chunk.reached or Mark(job["reached_position"], str(job["reached_id"]))
    state = "done" if chunk.last else "running"
    progress = (reached.position, reached.id, chunk.seen, chunk.sent, state, now)
    await tx.execute(_REACH, job["tenant"], job["id"], *progress)
    advanced = chunk.last or chunk.seen > 0
    return Step(str(job["id"]), job["destination"], state, chunk.seen, chunk.sent, advanced)


def _document(row: Row) -> dict[str, Any]:
    order = Order.of(row["wanted"])
    reached = _reached(row["reached_id"]) if row["seen"] else None
    return {
        "id": str(row["id"]),
        "destination": row["destination"],
        "wanted": order.document(),
        "state": row["state"],
        "actor": row["actor"],
        "created_at": instant(row["created_at"]),
        "finished_at": instant(row["finished_at"]),
        "seen": row["seen"],
        "sent": row["sent"],
        "reached": instant(reached),
        "share": _share(row, order, reached),
    }


def _reached(last_id: UUID) -> datetime | None:
    return None if str(last_id) == ZERO else made_at(str(last_id))


def _share(row: Row, order: Order, reached: datetime | None) -> float | None:
    """How much of the way is done, by time; None where nothing tells how long it is."""
    if row["state"] == "done":
        return 1.0
    if order.since is None or reached is None:
        return None
    whole = (row["created_at"] - order.since).total_seconds()
    return round(min(1.0, max(0.0, (reached - order.since).total_seconds() / whole)), 3) if whole > 0 else None
