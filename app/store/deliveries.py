"""The outbox: who is still to be told what. Claimed by lease like the schedule, settled by token."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.store.database import Connection, Database, columns
from app.store.schedule import Lease

_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT message_id FROM deliveries
    WHERE tenant = $1 AND destination = $2 AND state = 'pending' AND due_at <= $3
      AND (lease_until IS NULL OR lease_until <= $3)
    ORDER BY due_at LIMIT $4
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE deliveries d SET lease = $5, lease_until = $6
    WHERE d.tenant = $1 AND d.destination = $2 AND d.message_id = ANY (ARRAY (SELECT message_id FROM due))
    RETURNING d.message_id, d.at, d.attempts, d.due_at
)
SELECT c.message_id::text AS id, c.at, c.attempts, m.type, m.body, m.invoice_id::text
FROM claimed c CROSS JOIN LATERAL (SELECT * FROM messages WHERE tenant = $1 AND id = c.message_id LIMIT 1) AS m
ORDER BY c.due_at, c.at"""

_SETTLE = """
UPDATE deliveries d
SET state = s.state, due_at = coalesce(s.due_at, d.due_at), attempts = d.attempts + 1, lease = NULL, lease_until = NULL,
    result = s.result, status = s.status, code = s.code, detail = s.detail, attempted_at = $4
FROM unnest($5::uuid[], $6::text[], $7::timestamptz[], $8::text[], $9::int[], $10::text[], $11::text[])
    AS s (message_id, state, due_at, result, status, code, detail)
WHERE d.tenant = $1 AND d.destination = $2 AND d.message_id = s.message_id AND d.lease = $3"""

_RELEASE = """
UPDATE deliveries SET lease = NULL, lease_until = NULL
WHERE tenant = $1 AND destination = $2 AND lease = $3 AND message_id = ANY ($4::uuid[])"""

_DISABLE = "UPDATE destinations SET enabled = false, disabled_reason = $3 WHERE tenant = $1 AND name = $2"
_IS_ENABLED = "SELECT enabled FROM destinations WHERE tenant = $1 AND name = $2"

_DECLARE = """
INSERT INTO destinations (tenant, name, kind, enabled, events, accounts, sellers, minimum_amount, recovery_only, gather)
SELECT $1, name, kind, true, string_to_array(events, ','), coalesce(string_to_array(nullif(accounts, ''), ','), '{}'),
       coalesce(string_to_array(nullif(sellers, ''), ','), '{}'), minimum_amount, recovery_only, gather
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::bool[], $9::float8[])
    AS d (name, kind, events, accounts, sellers, minimum_amount, recovery_only, gather)
ORDER BY name
ON CONFLICT (tenant, name) DO UPDATE SET
    kind = excluded.kind, events = excluded.events, accounts = excluded.accounts, sellers = excluded.sellers,
    minimum_amount = excluded.minimum_amount, recovery_only = excluded.recovery_only, gather = excluded.gather"""

_RETIRE = """
UPDATE destinations SET enabled = false, disabled_reason = 'no longer configured'
WHERE tenant = $1 AND enabled AND name <> ALL ($2::text[])"""

_RETURN = """
UPDATE destinations SET enabled = true, disabled_reason = NULL
WHERE tenant = $1 AND disabled_reason = 'no longer configured' AND name = ANY ($2::text[])"""


@dataclass(frozen=True, slots=True)
class Due:
    """One delivery that is ours to send until the lease ends. `at`: when the transition happened."""

    id: str
    at: datetime
    attempts: int
    type: str
    body: str
    invoice_id: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one delivery: `state` pending (again at `due_at`), delivered or dead."""

    id: str
    state: str
    due_at: datetime | None
    result: str
    status: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a configured destination wants to hear. `gather`: seconds that messages wait for company before they are
    due.
    """

    name: str
    kind: str
    events: Sequence[str]
    accounts: Sequence[str] = ()
    sellers: Sequence[str] = ()
    minimum_amount: Any = None
    recovery_only: bool = False
    gather: float = 0.0


async def declare(database: Database, tenant: str, subscriptions: Sequence[Subscription]) -> None:
    """Makes the configured destinations known to the outbox; those no longer configured hear of nothing new.
    Repeatable.
    """
    rows = [
        (
            s.name,
            s.kind,
            ",".join(s.events),
            ",".join(s.accounts),
            ",".join(s.sellers),
            s.minimum_amount,
            s.recovery_only,
            s.gather,
        )
        for s in subscriptions
    ]
    names = [s.name for s in subscriptions]

    async def work(tx: Connection) -> None:
        await tx.execute(_DECLARE, tenant, *columns(rows, 8))
        await tx.execute(_RETIRE, tenant, names)
        await tx.execute(_RETURN, tenant, names)

    await database.repeatably(work)


async def claim(database: Database, tenant: str, destination: str, now: datetime, limit: int, held: Lease) -> list[Due]:
    """Due deliveries to `destination`, at most `limit`, oldest first; none while it is disabled."""
    async with database.connection() as connection:
        if not await connection.fetchval(_IS_ENABLED, tenant, destination):
            return []
        rows = await connection.fetch(_CLAIM, tenant, destination, now, limit, held.token, held.until)
    return [Due(**dict(row)) for row in rows]


async def settle(
    database: Database, tenant: str, destination: str, held: Lease, sent: Sequence[Sent], now: datetime
) -> None:
    """Writes what became of them, for those whose lease is still ours. Repeatable."""
    rows = [(s.id, s.state, s.due_at, s.result, s.status, s.code, s.detail) for s in sent]
    async with database.connection() as connection:
        await connection.execute(_SETTLE, tenant, destination, held.token, now, *columns(rows, 7))


async def release(database: Database, tenant: str, destination: str, held: Lease, ids: Sequence[str]) -> None:
    """Hands back what was claimed and not sent."""
    async with database.connection() as connection:
        await connection.execute(_RELEASE, tenant, destination, held.token, list(ids))


async def disable(database: Database, tenant: str, destination: str, reason: str) -> None:
    """Stops a destination; what is due for it waits."""
    async with database.connection() as connection:
        await connection.execute(_DISABLE, tenant, destination, reason)
