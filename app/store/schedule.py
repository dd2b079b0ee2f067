"""The claim: due questions, taken by lease.

One rule: a claim is a lease. It marks due rows with a random token until an instant, and what is written about them
later (`settlement.py`) counts only for rows that still carry that token. So a dead worker needs no clean-up (its rows
come due again), and a stalled one cannot overwrite. The lease columns are in no index, which keeps the claim a HOT
update.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.asking import Case
from app.domain.lanes import Round
from app.domain.swift import swift
from app.store.database import Database, Row
from app.store.rows import OUTCOMES, RECORD, UNREADABLE, record_of

# Budget is spent before the question is asked: a worker killed after asking has still asked.
# The lanes are visited in the order of the arrays, and no further than the limit: a nested loop has no other way.
# A row that we have just locked is found again by its place; one that changed in between is claimed the next time.
_CLAIM = f"""
WITH due AS MATERIALIZED (
    SELECT head.place
    FROM unnest($8::int2[], $9::int[], $10::timestamptz[]) AS visit (lane, quota, floor) CROSS JOIN LATERAL (
        SELECT s.ctid AS place FROM schedule s
        WHERE s.tenant = $1 AND s.account = $2 AND s.lane = visit.lane AND s.due_at BETWEEN visit.floor AND $3
          AND (s.lease_until IS NULL OR s.lease_until <= $3)
        ORDER BY s.due_at LIMIT visit.quota
        FOR UPDATE SKIP LOCKED) AS head
    LIMIT $4
), claimed AS (
    UPDATE schedule s
    SET lease = $5, lease_until = $6,
        asked_on = CASE WHEN $7::date IS NULL THEN asked_on ELSE $7 END,
        asked = CASE WHEN $7::date IS NULL THEN asked WHEN asked_on = $7 THEN least(asked + 1, $12 + 1) ELSE 1 END
    WHERE s.ctid = ANY (ARRAY (SELECT place FROM due)) AND s.tenant = $1
    RETURNING s.invoice_id, s.lane, s.due_at, s.asked, s.requested, s.outcome AS last_outcome, s.streak,
        s.channel_issued, s.under_way
)
SELECT c.lane, c.due_at, c.asked, c.requested, c.last_outcome, c.streak, c.channel_issued, c.under_way, i.*,
       $7::date IS NULL OR c.asked <= CASE WHEN c.requested THEN $12::int ELSE $11::int END AS affordable,
       EXISTS (SELECT FROM invoices red WHERE red.tenant = $1 AND red.original_number = i.number
               AND red.original_code = i.code) AS reversed
FROM claimed c CROSS JOIN LATERAL (
    SELECT {RECORD} FROM invoices WHERE tenant = $1 AND id = c.invoice_id LIMIT 1) AS i"""


@swift
@dataclass(frozen=True, slots=True)
class Claim:
    """One due question, ours until the lease ends. `affordable`: the day's budget still allows it to be asked."""

    case: Case
    due_at: datetime
    affordable: bool
    lease: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim brought. `unfit`: rows that cannot be read, with the reason. `given`: lane and due instant of each
    row in the order of the visits, for `Rota.after`.
    """

    claims: list[Claim]
    unfit: list[tuple[str, str]]
    given: list[tuple[int, datetime]]


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
    database: Database,
    tenant: str,
    account: str,
    now: datetime,
    wanted: Round,
    held: Lease,
    spending: Spending | None,
) -> Claimed:
    """Due questions for `account`, lane by lane. `spending` is None where asking is free."""
    day, automatic, most = (spending.day, spending.automatic, spending.most) if spending else (None, 0, 0)
    visits = wanted.visits
    arrays = [[v.lane for v in visits], [v.quota for v in visits], [v.floor for v in visits]]
    async with database.connection() as connection:
        rows = await connection.fetch(
            _CLAIM, tenant, account, now, wanted.limit, held.token, held.until, day, *arrays, automatic, most
        )
    place = {visit.lane: n for n, visit in enumerate(visits)}
    rows.sort(key=lambda row: (place[row["lane"]], row["due_at"]))
    return _claimed(rows, account, held)


def _claimed(rows: Sequence[Row], account: str, held: Lease) -> Claimed:
    claimed = Claimed([], [], [(row["lane"], row["due_at"]) for row in rows])
    for row in rows:
        try:
            claimed.claims.append(_claim_of(row, account, held))
        except UNREADABLE as error:
            claimed.unfit.append((str(row["id"]), f"{type(error).__name__}: {error}"))
    return claimed


def _claim_of(row: Row, account: str, held: Lease) -> Claim:
    case = Case(
        record=record_of(row),
        asked=account,
        spent=row["asked"],
        outcome=OUTCOMES[row["last_outcome"]],
        streak=row["streak"],
        channel_issued=row["channel_issued"],
        under_way=row["under_way"],
        reversed=row["reversed"],
    )
    return Claim(case, row["due_at"], row["affordable"], held.token)


_NEXT = """
SELECT min(head.due_at) FROM unnest($4::int2[], $5::timestamptz[]) AS its (lane, floor) CROSS JOIN LATERAL (
    SELECT due_at FROM schedule s
    WHERE s.tenant = $1 AND s.account = $2 AND s.lane = its.lane AND s.due_at >= its.floor
      AND (s.lease_until IS NULL OR s.lease_until <= $3)
    ORDER BY s.due_at LIMIT 1) AS head"""


async def next_due(
    database: Database, tenant: str, account: str, now: datetime, floors: Mapping[int, datetime]
) -> datetime | None:
    """When the first question that nobody holds comes due, or was due; None when none is planned. `floors`: from where
    each lane is looked at.
    """
    lanes = list(floors), list(floors.values())
    async with database.connection() as connection:
        found: datetime | None = await connection.fetchval(_NEXT, tenant, account, now, *lanes)
        return found


_RELEASE = """
UPDATE schedule s SET lease = NULL, lease_until = NULL, asked = greatest(0, s.asked - claim.refund)
FROM unnest($2::uuid[], $3::bigint[], $4::int[]) AS claim (id, token, refund)
WHERE s.tenant = $1 AND s.invoice_id = claim.id AND s.lease = claim.token"""


async def release(database: Database, tenant: str, claims: Sequence[Claim], *, refund: bool = False) -> None:
    """Hands back claims without an answer. Their questions stay counted where they may have reached the authority;
    `refund`: none was asked.
    """
    ids = [claim.case.record.id for claim in claims]
    refunds = [int(refund or not claim.affordable) for claim in claims]
    async with database.connection() as connection:
        await connection.execute(_RELEASE, tenant, ids, [claim.lease for claim in claims], refunds)
