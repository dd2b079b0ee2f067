"""Moves: state, history, outbox and counts of many invoices in one statement, all or nothing.

One rule: a move applies only while the invoice still has the `sequence` it was decided on; whoever was faster wins,
and the slower decision leaves no trace. `APPLY` is shared by every statement that moves invoices; it reads from a CTE
`input`.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from app.domain import message
from app.domain.identifiers import uuid7
from app.domain.invoice import Transition
from app.domain.transition import Move, late_at
from app.store.database import Connection
from app.store.shape import FREE, Shape

MOVES = Shape({
    "invoice_id": "uuid", "sequence": "int", "before": "text", "after": "text", "cause": "text", "actor": FREE,
    "at": "timestamptz", "check_id": "uuid", "evidence": FREE, "reason": FREE,
    "synced_at": "timestamptz", "late_at": "timestamptz", "diagnosis": "text",
    "outcome": "text", "outcome_code": FREE,
    "message_id": "uuid", "message_type": "text", "message_body": FREE, "traceparent": "text",
})  # fmt: skip

APPLY = """
moved AS (
    UPDATE invoices i
    SET state = m.after, cause = m.cause, sequence = i.sequence + 1, state_at = m.at, synced_at = m.synced_at,
        late_at = m.late_at, diagnosis = m.diagnosis, outcome = m.outcome, outcome_code = m.outcome_code
    FROM input m
    WHERE i.tenant = $1 AND i.id = m.invoice_id AND i.sequence = m.sequence {condition}
    RETURNING i.id, i.account, i.seller_tax_id, i.kind, i.labels, i.sequence AS reached,
        abs(coalesce(i.with_tax, i.without_tax)) AS size, m.*
), history AS (
    INSERT INTO moves (tenant, invoice_id, sequence, before, after, cause, actor, at, check_id, evidence, reason)
    SELECT $1, id, reached, before, after, cause, actor, at, check_id, evidence, reason FROM moved
), told AS (
    INSERT INTO messages (tenant, id, invoice_id, sequence, type, at, body, traceparent)
    SELECT $1, message_id, id, reached, message_type, at, message_body, traceparent
    FROM moved WHERE message_id IS NOT NULL
), sent AS (
    INSERT INTO deliveries (tenant, destination, message_id, invoice_id, sequence, at, due_at, attempts, state)
    SELECT $1, d.name, m.message_id, m.id, m.reached, m.at, m.at + make_interval(secs => d.gather), 0, 'pending'
    FROM moved m JOIN destinations d ON d.tenant = $1 AND d.enabled AND m.message_type = ANY (d.events)
    WHERE (d.accounts = '{{}}' OR m.account = ANY (d.accounts))
      AND (d.sellers = '{{}}' OR m.seller_tax_id = ANY (d.sellers))
      AND (d.kinds = '{{}}' OR m.kind = ANY (d.kinds))
      AND m.labels @> d.labels
      AND (d.minimum_amount IS NULL OR m.size >= d.minimum_amount)
      AND (NOT d.recovery_only OR m.message_type <> 'invoice.synced' OR EXISTS (
          SELECT FROM deliveries told WHERE told.tenant = $1 AND told.invoice_id = m.id AND told.destination = d.name))
), counted AS (
    INSERT INTO invoice_counts (tenant, account, state, shard, n)
    SELECT $1, account, state, pg_backend_pid() % 8, sum(change)
    FROM (SELECT account, after AS state, 1 AS change FROM moved
          UNION ALL SELECT account, before, -1 FROM moved) AS changes
    GROUP BY account, state ORDER BY account, state
    ON CONFLICT (tenant, account, state, shard) DO UPDATE SET n = invoice_counts.n + excluded.n
)"""


Moved = Callable[[Sequence[Transition]], None]
"""Hears of transitions after their commit."""


def unheard(_transitions: Sequence[Transition]) -> None:
    """The hearer of those who tell nobody."""


_MOVE = f"""
WITH input AS MATERIALIZED ({MOVES.read(2)}), {APPLY.format(condition="")}
SELECT id::text FROM moved"""

_UNSCHEDULE = """
DELETE FROM schedule s USING unnest($2::uuid[]) AS gone (id) WHERE s.tenant = $1 AND s.invoice_id = gone.id"""


def move_values(move: Move, check_id: str | None = None) -> tuple[Any, ...]:
    """The values of MOVES. A move is made on the `sequence` before its own."""
    record, transition = move.record, move.transition
    kind = message.event_type(transition.cause, transition.after)
    body = message.encode(message.payload(record, transition)) if kind else None
    return (
        record.id, record.sequence - 1, transition.before, transition.after, transition.cause, transition.actor,
        transition.at, check_id, transition.evidence, transition.reason,
        record.synced_at, late_at(record), record.diagnosis, record.outcome, record.code,
        new_id(transition.at) if kind else None, kind, body, str(record.trace) if record.trace else None,
    )  # fmt: skip


async def apply(tx: Connection, tenant: str, moves: Sequence[Move], *, unschedule: bool = False) -> set[str]:
    """Applies moves in the caller's transaction; returns the ids that moved. `unschedule`: no more questions about
    them.

    Locks are taken schedule first, then invoices, here as everywhere.
    """
    if unschedule:
        await tx.execute(_UNSCHEDULE, tenant, [move.record.id for move in moves])
    rows = [move_values(move) for move in moves]
    return {row["id"] for row in await tx.fetch(_MOVE, tenant, *MOVES.sent(rows))}


def new_id(now: datetime) -> str:
    """A fresh UUIDv7."""
    return uuid7(now, random.getrandbits(80))
