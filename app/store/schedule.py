"""Claim and settle: the two statements of a check.

One rule: a claim is a lease. `claim` marks due rows with a random token until an instant; `settle` counts only for
rows that still carry that token. So a dead worker needs no clean-up (its rows come due again), and a stalled one
cannot overwrite. The lease columns are in no index, which keeps the claim a HOT update.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from app.domain.asking import Ask, Case
from app.domain.decision import Decision
from app.domain.invoice import Outcome
from app.domain.transition import Move
from app.store.database import Connection, Database, Row, columns
from app.store.moves import APPLY, MOVE_COLUMNS, declare, move_values
from app.store.rows import record_of

# Budget is spent before the question is asked: a worker killed after asking has still asked.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT invoice_id FROM schedule
    WHERE tenant = $1 AND account = $2 AND due_at <= $3 AND (lease_until IS NULL OR lease_until <= $3)
    ORDER BY due_at LIMIT $4
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE schedule s
    SET lease = $5, lease_until = $6,
        asked_on = CASE WHEN $7::date IS NULL THEN asked_on ELSE $7 END,
        asked = CASE WHEN $7::date IS NULL THEN asked WHEN asked_on = $7 THEN least(asked + 1, $9 + 1) ELSE 1 END
    WHERE s.tenant = $1 AND s.invoice_id = ANY (ARRAY (SELECT invoice_id FROM due))
    RETURNING s.invoice_id, s.due_at, s.asked, s.requested, s.outcome AS last_outcome, s.streak, s.channel_issued
)
SELECT c.due_at, c.asked, c.requested, c.last_outcome, c.streak, c.channel_issued, i.*,
       $7::date IS NULL OR c.asked <= CASE WHEN c.requested THEN $9::int ELSE $8::int END AS affordable,
       EXISTS (SELECT FROM invoices red WHERE red.tenant = $1 AND red.original_number = i.number
               AND red.original_code = i.code) AS reversed
FROM claimed c CROSS JOIN LATERAL (SELECT * FROM invoices WHERE tenant = $1 AND id = c.invoice_id LIMIT 1) AS i
ORDER BY c.due_at"""


@dataclass(frozen=True, slots=True)
class Claim:
    """One due question, ours until the lease ends. `affordable`: the day's budget still allows it to be asked."""

    case: Case
    due_at: datetime
    affordable: bool


@dataclass(frozen=True, slots=True)
class Lease:
    """What a claim holds its rows by. `until` is an instant of the database's clock."""

    token: int
    until: datetime


def lease(until: datetime) -> Lease:
    return Lease(secrets.randbits(62), until)


@dataclass(frozen=True, slots=True)
class Spending:
    """How a budgeted question is counted: on which Beijing day, up to how many by plan, up to how many for a person."""

    day: date
    automatic: int
    most: int


async def claim(
    database: Database, tenant: str, account: str, now: datetime, limit: int, held: Lease, spending: Spending | None
) -> list[Claim]:
    """Due questions for `account`, at most `limit`, oldest first. `spending` is None where asking is free."""
    day, automatic, most = (spending.day, spending.automatic, spending.most) if spending else (None, 0, 0)
    async with database.connection() as connection:
        rows = await connection.fetch(_CLAIM, tenant, account, now, limit, held.token, held.until, day, automatic, most)
    return [_claim_of(row, account) for row in rows]


def _claim_of(row: Row, account: str) -> Claim:
    last = row["last_outcome"]
    case = Case(
        record=record_of(row),
        asked=account,
        spent=row["asked"],
        outcome=Outcome(last) if last else None,
        streak=row["streak"],
        channel_issued=row["channel_issued"],
        reversed=row["reversed"],
    )
    return Claim(case, row["due_at"], row["affordable"])


@dataclass(frozen=True, slots=True)
class Checked:
    """One answered question, decided: what `settle` writes. `took` in seconds; `move` is None when it stays."""

    case: Case
    check_id: str
    asked_at: datetime
    took: float
    decision: Decision
    move: Move | None


_CHECK_COLUMNS: Mapping[str, str] = MappingProxyType({
    **MOVE_COLUMNS,
    "this_check": "uuid", "asked_account": "text", "asked_at": "timestamptz", "took": "float8",
    "got": "text", "code": "text",
    "said": "text", "billed": "bool", "request_id": "text", "differences": "text", "raw": "text",
    "next_account": "text", "next_due_at": "timestamptz", "streak": "int", "channel_issued": "bool", "refund": "int",
    "found_diagnosis": "text",
})  # fmt: skip

_SETTLE = f"""
WITH input AS MATERIALIZED ({declare(_CHECK_COLUMNS, 3)}),
held AS MATERIALIZED (
    SELECT s.invoice_id AS held_id FROM schedule s JOIN input m ON s.invoice_id = m.invoice_id
    WHERE s.tenant = $1 AND s.lease = $2 ORDER BY s.invoice_id FOR UPDATE OF s
), {APPLY.format(condition="AND EXISTS (SELECT FROM held WHERE held_id = m.invoice_id)")},
settled AS MATERIALIZED (
    SELECT m.* FROM input m JOIN held ON held_id = m.invoice_id
    WHERE m.cause IS NULL OR EXISTS (SELECT FROM moved WHERE moved.id = m.invoice_id)
), kept AS (
    UPDATE schedule s
    SET due_at = m.next_due_at, account = m.next_account, lease = NULL, lease_until = NULL, requested = false,
        asked = greatest(0, s.asked - m.refund), outcome = m.got, streak = m.streak, channel_issued = m.channel_issued
    FROM settled m WHERE s.tenant = $1 AND s.invoice_id = m.invoice_id AND m.next_due_at IS NOT NULL
), dropped AS (
    DELETE FROM schedule s USING settled m
    WHERE s.tenant = $1 AND s.invoice_id = m.invoice_id AND m.next_due_at IS NULL
), kept_answers AS (
    INSERT INTO checks (tenant, invoice_id, id, account, asked_at, took, outcome, code, message, billed, request_id,
                        differences, raw)
    SELECT $1, invoice_id, this_check, asked_account, asked_at, took, got, code, said, billed, request_id,
           differences::jsonb, raw
    FROM settled
), described AS (
    UPDATE invoices i SET diagnosis = m.found_diagnosis, outcome = m.got, outcome_code = m.code
    FROM settled m
    WHERE i.tenant = $1 AND i.id = m.invoice_id AND m.cause IS NULL AND i.state NOT IN ('synced', 'voided')
      AND (i.diagnosis, i.outcome, i.outcome_code) IS DISTINCT FROM (m.found_diagnosis, m.got, m.code)
)
SELECT held_id::text AS id, EXISTS (SELECT FROM settled WHERE invoice_id = held_id) AS settled FROM held"""


@dataclass(frozen=True, slots=True)
class Settlement:
    """Which checks were written. `stale`: the invoice moved meanwhile, decide again; `lost`: the lease was no longer
    ours.
    """

    settled: frozenset[str]
    stale: frozenset[str]
    lost: frozenset[str]


async def settle(database: Database, tenant: str, held: Lease, checked: Sequence[Checked]) -> Settlement:
    """Writes a batch: answers, moves, outbox and next questions, all or nothing for each invoice. Repeatable."""
    rows = [_check_values(one) for one in checked]

    async def work(tx: Connection) -> list[Any]:
        return await tx.fetch(_SETTLE, tenant, held.token, *columns(rows, len(_CHECK_COLUMNS)))

    found = {row["id"]: row["settled"] for row in await database.repeatably(work)}
    asked = {one.case.record.id for one in checked}
    settled = frozenset(id_ for id_, done in found.items() if done)
    return Settlement(settled, frozenset(found) - settled, frozenset(asked - found.keys()))


def _check_values(one: Checked) -> tuple[Any, ...]:
    record, decision, answer = one.case.record, one.decision, one.decision.answer
    ask: Ask | None = decision.ask
    differences = [asdict(difference) for difference in decision.differences]
    return (
        *move_values(one.move, record.id, record.sequence, one.check_id),
        one.check_id, one.case.asked, one.asked_at, one.took, answer.outcome, answer.code,
        answer.message, answer.billed, answer.request_id, json.dumps(differences) if differences else None, answer.raw,
        ask and ask.account, ask and ask.due_at, decision.streak, decision.channel_issued, int(decision.refund),
        decision.diagnosis,
    )  # fmt: skip


_RELEASE = """
UPDATE schedule SET lease = NULL, lease_until = NULL
WHERE tenant = $1 AND lease = $2 AND invoice_id = ANY ($3::uuid[])"""


async def release(database: Database, tenant: str, held: Lease, ids: Sequence[str]) -> None:
    """Hands back claims without an answer. Their questions stay counted: they may have reached the authority."""
    async with database.connection() as connection:
        await connection.execute(_RELEASE, tenant, held.token, list(ids))


_REREAD = "SELECT * FROM invoices WHERE tenant = $1 AND id = ANY ($2::uuid[])"


async def reread(database: Database, tenant: str, ids: Sequence[str]) -> dict[str, Any]:
    """The present records of `ids`, for deciding again after a move by someone else."""
    async with database.connection() as connection:
        rows = await connection.fetch(_REREAD, tenant, list(ids))
    return {str(row["id"]): record_of(row) for row in rows}
