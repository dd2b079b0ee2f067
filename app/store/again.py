"""Which messages are told again, and the deliveries that this makes due: one chunk of it in one statement.

One rule: a delivery that is pending already is let alone, so that an order given twice sends once. What is told again
takes lane 1: it never delays what is fresh.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.cursors import Mark
from app.domain.retelling import Order
from app.store.database import Connection, Row
from app.store.feed import SETTLED

_ABOUT = "position, id, invoice_id, incident_id, sequence, type, at"

# $1 tenant, $2 destination, $3 now; what is wanted comes after them.
_THE_MESSAGES = f"""
WITH seen AS MATERIALIZED (
    SELECT {_ABOUT} FROM messages WHERE tenant = $1 AND id = ANY ($4::uuid[])
), wanted AS (
    SELECT * FROM seen
)"""

# Only what was dead when the job was made: what dies again meanwhile would be sent without end.
_THE_DEAD = """
WITH seen AS MATERIALIZED (
    SELECT m.position, m.id, m.invoice_id, m.incident_id, m.sequence, m.type, m.at, d.failure
    FROM deliveries d JOIN messages m ON m.tenant = $1 AND m.id = d.message_id
    WHERE d.tenant = $1 AND d.destination = $2 AND d.state = 'dead' AND d.message_id > $4::uuid
      AND coalesce(d.attempted_at <= $5, true)
    ORDER BY d.message_id LIMIT $6
), wanted AS (
    SELECT * FROM seen
    WHERE ($7::text IS NULL OR failure = $7) AND ($8::text[] = '{}' OR type = ANY ($8))
      AND coalesce(at >= $9::timestamptz, true) AND coalesce(at < $10::timestamptz, true)
)"""

# The filters are those of `moves.py`; of an incident, only what it is about all of can be told by them.
_EVERYTHING = f"""
WITH seen AS MATERIALIZED (
    SELECT {_ABOUT} FROM messages
    WHERE tenant = $1 AND (position, id) > ($4, $5::uuid) AND position <= $6 AND {SETTLED}
    ORDER BY position, id LIMIT $7
), fitting AS (
    SELECT s.*, d.recovery_only
    FROM seen s JOIN destinations d ON d.tenant = $1 AND d.name = $2 AND s.type = ANY (d.events)
    LEFT JOIN invoices i ON i.tenant = $1 AND i.id = s.invoice_id
    LEFT JOIN incidents c ON c.tenant = $1 AND c.id = s.incident_id
    WHERE ($8::text[] = '{{}}' OR s.type = ANY ($8)) AND s.at >= $9 AND coalesce(s.at < $10::timestamptz, true)
      AND (d.accounts = '{{}}' OR coalesce(i.account, nullif(c.account, ''), d.accounts[1]) = ANY (d.accounts))
      AND (d.sellers = '{{}}' OR coalesce(i.seller_tax_id, nullif(c.seller, ''), d.sellers[1]) = ANY (d.sellers))
      AND (i.id IS NULL OR d.kinds = '{{}}' OR i.kind = ANY (d.kinds))
      AND (i.id IS NULL OR i.labels @> d.labels)
      AND (i.id IS NULL OR d.minimum_amount IS NULL
           OR abs(coalesce(i.with_tax, i.without_tax)) >= d.minimum_amount)
), wanted AS (
    SELECT * FROM fitting f
    WHERE NOT recovery_only OR type <> 'invoice.synced'
       OR EXISTS (SELECT FROM deliveries told WHERE told.tenant = $1 AND told.destination = $2
                  AND told.invoice_id = f.invoice_id AND told.sequence <= f.sequence)
       OR EXISTS (SELECT FROM fitting told WHERE told.invoice_id = f.invoice_id AND told.sequence < f.sequence)
)"""

_AGAIN = """, again AS (
    INSERT INTO deliveries (tenant, destination, message_id, invoice_id, incident_id, sequence, at, due_at, lane,
                            attempts, state)
    SELECT $1, $2, id, invoice_id, incident_id, sequence, at, $3, 1, 0, 'pending' FROM wanted ORDER BY position, id
    ON CONFLICT (tenant, destination, message_id) DO UPDATE
    SET state = 'pending', lane = 1, attempts = 0, due_at = excluded.due_at, sequence = excluded.sequence,
        lease = NULL, lease_until = NULL
    WHERE deliveries.state <> 'pending'
    RETURNING 1
)
SELECT (SELECT count(*) FROM seen) AS seen, (SELECT count(*) FROM again) AS sent,
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon,
       (SELECT position FROM seen ORDER BY {last} LIMIT 1) AS position,
       (SELECT id::text FROM seen ORDER BY {last} LIMIT 1) AS id"""

_AGAIN_IN_ORDER = _AGAIN.format(last="position DESC, id DESC")
_AGAIN_BY_ID = _AGAIN.format(last="id DESC")


@dataclass(frozen=True, slots=True)
class Chunk:
    """`seen`: messages looked at; `sent`: deliveries made due. `reached`: the last one seen, None where there was none.
    `last`: no other chunk follows.
    """

    seen: int
    sent: int
    reached: Mark | None
    last: bool


async def make_due(tx: Connection, job: Row, order: Order, now: datetime, limit: int) -> Chunk:
    """The next chunk of a job (a row of `redeliveries`), in the caller's transaction; at most `limit` are looked at.

    The last one is not before all transactions that were under way when the job was made have ended.
    """
    statement, values = _statement(job, order, limit)
    came = await tx.fetchrow(statement, job["tenant"], job["destination"], now, *values)
    assert came is not None
    at_end = came["seen"] < limit and came["horizon"] > job["until_position"]
    reached = Mark(came["position"], came["id"]) if came["seen"] else None
    return Chunk(came["seen"], came["sent"], reached, bool(order.messages) or at_end)


def _statement(job: Row, order: Order, limit: int) -> tuple[str, Sequence[Any]]:
    """What carries out the next chunk of a job, and its values after the first three."""
    types, since, until = list(order.types), order.since, order.until
    if order.messages:
        return _THE_MESSAGES + _AGAIN_IN_ORDER, [list(order.messages)]
    if order.dead:
        values = [job["reached_id"], job["created_at"], limit, order.failure, types, since, until]
        return _THE_DEAD + _AGAIN_BY_ID, values
    values = [job["reached_position"], job["reached_id"], job["until_position"], limit, types, since, until]
    return _EVERYTHING + _AGAIN_IN_ORDER, values
