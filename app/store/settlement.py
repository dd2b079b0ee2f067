"""The settlement: what was answered is written down, a whole batch in one statement.

One rule: it counts only for rows that still carry the token of their claim, and all or nothing for each invoice:
the answer, the move with its history, outbox and counts, and the next question.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.domain.asking import Ask, Case
from app.domain.breaker import TROUBLE
from app.domain.decision import Decision
from app.domain.invoice import UNSYNCED, Outcome, Record
from app.domain.lanes import lane_at
from app.domain.swift import swift
from app.domain.transition import Move, late_at
from app.store.database import Connection, Database
from app.store.moves import APPLY, MOVES, move_values
from app.store.rows import record_of
from app.store.schedule import Claim
from app.store.shape import FREE, Shape


@swift
@dataclass(frozen=True, slots=True)
class Checked:
    """One answered question, decided: what `settle` writes. `took` in seconds; `move` is None when it stays."""

    claim: Claim
    check_id: str
    asked_at: datetime
    took: float
    decision: Decision
    move: Move | None

    @property
    def case(self) -> Case:
        return self.claim.case


_CHECKS = Shape({
    "invoice": "uuid", "token": "bigint", "moves": "bool", "this_check": "uuid", "asked_account": "text",
    "asked_at": "timestamptz", "took": "float8", "got": "text", "code": FREE, "said": FREE, "billed": "bool",
    "request_id": FREE, "differences": "jsonb", "raw": FREE,
    "next_account": "text", "next_lane": "int2", "next_due_at": "timestamptz", "streak": "int",
    "channel_issued": "bool", "under_way": "bool", "refund": "int", "found_diagnosis": "text", "telling": "bool",
})  # fmt: skip

_AGAIN = """
    due_at = a.next_due_at, account = a.next_account, lane = a.next_lane, lease = NULL, lease_until = NULL,
    requested = false, asked = greatest(0, s.asked - a.refund), outcome = a.got, streak = a.streak,
    channel_issued = a.channel_issued, under_way = a.under_way"""

# Nearly every answer moves nothing and leads to a next question: for those, the update of the schedule is the guard.
# The others are locked first, so that a move that came too late leaves the question with its lease.
# IS TRUE keeps a hashed look-up what it is: the planner would turn it into a loop over pairs.
_SETTLE = f"""
WITH answers AS MATERIALIZED ({_CHECKS.read(2)}),
input AS MATERIALIZED ({MOVES.read(2 + len(_CHECKS))}),
stayed AS (
    UPDATE schedule s SET {_AGAIN}
    FROM answers a
    WHERE s.tenant = $1 AND s.invoice_id = a.invoice AND s.lease = a.token AND NOT a.moves
      AND a.next_due_at IS NOT NULL
    RETURNING a.this_check
), held AS MATERIALIZED (
    SELECT a.* FROM answers a CROSS JOIN LATERAL (
        SELECT FROM schedule
        WHERE tenant = $1 AND invoice_id = a.invoice AND lease = a.token LIMIT 1 FOR UPDATE) AS s
    WHERE a.moves OR a.next_due_at IS NULL
), {APPLY.format(condition="AND (m.check_id IN (SELECT this_check FROM held)) IS TRUE")},
rest AS MATERIALIZED (
    SELECT * FROM held WHERE NOT moves OR this_check IN (SELECT check_id FROM moved)
), kept AS (
    UPDATE schedule s SET {_AGAIN}
    FROM rest a WHERE s.tenant = $1 AND s.invoice_id = a.invoice AND a.next_due_at IS NOT NULL
), dropped AS (
    DELETE FROM schedule s USING rest a
    WHERE s.tenant = $1 AND s.invoice_id = a.invoice AND a.next_due_at IS NULL
), settled AS MATERIALIZED (
    SELECT * FROM answers
    WHERE this_check IN (SELECT this_check FROM stayed) OR this_check IN (SELECT this_check FROM rest)
), written AS (
    INSERT INTO checks (tenant, invoice_id, id, account, asked_at, took, outcome, code, message, billed, request_id,
                        differences, raw)
    SELECT $1, invoice, this_check, asked_account, asked_at, took, got, code, said, billed, request_id,
           differences, raw
    FROM settled
), described AS (
    UPDATE invoices i SET diagnosis = a.found_diagnosis, outcome = a.got, outcome_code = a.code
    FROM settled a
    WHERE i.tenant = $1 AND i.id = a.invoice AND a.telling AND NOT a.moves AND i.state NOT IN ('synced', 'voided')
      AND (i.diagnosis, i.outcome, i.outcome_code) IS DISTINCT FROM (a.found_diagnosis, a.got, a.code)
)
SELECT invoice::text AS id, this_check IN (SELECT this_check FROM held) AS held
FROM answers WHERE this_check NOT IN (SELECT this_check FROM settled)"""


@dataclass(frozen=True, slots=True)
class Settlement:
    """Which checks were not written. `stale`: the invoice moved meanwhile, decide again; `lost`: the lease was no
    longer ours.
    """

    stale: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()


async def settle(database: Database, tenant: str, checked: Sequence[Checked]) -> Settlement:
    """Writes a batch: answers, moves, outbox and next questions, all or nothing for each invoice. Repeatable.

    Locks are taken in the order of the ids, so that two batches never wait for each other.
    """
    in_order = sorted(checked, key=lambda one: one.case.record.id)
    answers = _CHECKS.sent([_check_values(one) for one in in_order])
    moves = [move_values(one.move, one.check_id) for one in in_order if one.move]
    values = [*answers, *MOVES.sent(moves)]

    async def work(tx: Connection) -> list[Any]:
        return await tx.fetch(_SETTLE, tenant, *values)

    failed = {row["id"]: row["held"] for row in await database.repeatably(work)}
    stale = frozenset(id_ for id_, held in failed.items() if held)
    return Settlement(stale, frozenset(failed) - stale)


def _check_values(one: Checked) -> tuple[Any, ...]:
    record, decision, answer = one.case.record, one.decision, one.decision.answer
    differences = [asdict(difference) for difference in decision.differences]
    return (
        record.id, one.claim.lease, one.move is not None, one.check_id, one.case.asked, one.asked_at, one.took,
        answer.outcome, answer.code,
        answer.message, answer.billed, answer.request_id, json.dumps(differences) if differences else None,
        _evidence(one), *_next(one), decision.streak, decision.channel_issued, decision.under_way, int(decision.refund),
        decision.diagnosis, _says_something_new(record, decision),
    )  # fmt: skip


_SAME_AGAIN = TROUBLE | {
    Outcome.NOT_FOUND, Outcome.PROCESSING, Outcome.TOO_EARLY, Outcome.RATE_LIMITED, Outcome.QUOTA_INVOICE_DAY,
}  # fmt: skip
"""What an invoice that waits hears over and over."""
_KEPT_EVERY = 100  # of the same, so that the newest page of a history shows it


def _evidence(one: Checked) -> str:
    """The answer's text, unless it is what the one before it was: the same outcome and code, and nothing told."""
    answer, record = one.decision.answer, one.case.record
    again = one.decision.streak % _KEPT_EVERY != 1 and answer.outcome in _SAME_AGAIN and answer.code == record.code
    bare = record.state in UNSYNCED and answer.found is None and not answer.unlisted
    return answer.raw() if answer.raw and not (again and bare) else ""


def _next(one: Checked) -> tuple[str | None, int | None, datetime | None]:
    """Account, lane and instant of the next question."""
    ask: Ask | None = one.decision.ask
    if ask is None:
        return None, None, None
    record = one.move.record if one.move else one.case.record
    return ask.account, lane_at(record.invoice.seller.tax_id, ask.due_at, late_at(record)), ask.due_at


def _says_something_new(record: Record, decision: Decision) -> bool:
    """Whether the invoice's row has to be looked at: nearly every answer says what the one before it said."""
    answer = decision.answer
    return (record.diagnosis, record.outcome, record.code) != (decision.diagnosis, answer.outcome, answer.code)


_REREAD = "SELECT * FROM invoices WHERE tenant = $1 AND id = ANY ($2::uuid[])"


async def reread(database: Database, tenant: str, ids: Sequence[str]) -> dict[str, Any]:
    """The present records of `ids`, for deciding again after a move by someone else."""
    async with database.connection() as connection:
        rows = await connection.fetch(_REREAD, tenant, list(ids))
    return {str(row["id"]): record_of(row) for row in rows}
