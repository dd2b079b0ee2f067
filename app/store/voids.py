"""Voids: of invoices that are here, and of those that were not told yet.

One rule: a void is never lost. It is applied under locks, or it is parked until its invoice comes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain import lifecycle
from app.domain.invoice import Cause
from app.domain.transition import Move, move
from app.store import moves
from app.store.database import Connection, columns
from app.store.issue import Identity
from app.store.moves import new_id
from app.store.rows import record_of

_EARLY = """
SELECT e.number, e.code, e.invoice_id::text, e.reason
FROM unnest($2::text[], $3::text[]) AS wanted (number, code) CROSS JOIN LATERAL (
    SELECT * FROM early_voids WHERE tenant = $1 AND number = wanted.number AND code = wanted.code LIMIT 1) AS e"""

_PARK = """
INSERT INTO early_voids (tenant, number, code, invoice_id, reason, received_at)
SELECT $1, number, code, invoice_id, reason, $2
FROM unnest($3::text[], $4::text[], $5::uuid[], $6::text[]) AS parked (number, code, invoice_id, reason)
ON CONFLICT DO NOTHING"""

_UNPARK = """
DELETE FROM early_voids e USING unnest($2::text[], $3::text[]) AS done (number, code)
WHERE e.tenant = $1 AND e.number = done.number AND e.code = done.code"""

# In the order of the ids, by look-ups: whatever the planner believes of a table that has just grown.
_LOCK_SCHEDULE = """
SELECT FROM (SELECT id FROM unnest($2::uuid[]) AS its (id) ORDER BY id) AS wanted CROSS JOIN LATERAL (
    SELECT FROM schedule WHERE tenant = $1 AND invoice_id = wanted.id LIMIT 1 FOR UPDATE) AS s"""
_LOCK = "SELECT * FROM invoices WHERE tenant = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR UPDATE"


@dataclass(frozen=True, slots=True)
class Parked:
    """A void waiting for its invoice; `invoice_id` is the id the invoice will get."""

    invoice_id: str
    reason: str | None


async def early(tx: Connection, tenant: str, wanted: Iterable[Identity]) -> dict[Identity, Parked]:
    """Voids that arrived before their invoice."""
    identities = sorted(set(wanted))
    rows = await tx.fetch(_EARLY, tenant, *columns(identities, 2)) if identities else ()
    return {(row["number"], row["code"]): Parked(row["invoice_id"], row["reason"]) for row in rows}


async def park(
    tx: Connection, tenant: str, told: Mapping[Identity, str | None], now: datetime
) -> dict[Identity, tuple[str, bool]]:
    """Keeps voids whose invoice is not there yet: the id it will have, and whether the void is news."""
    if not told:
        return {}
    ours = {identity: new_id(now) for identity in told}
    rows = [(*identity, ours[identity], reason) for identity, reason in told.items()]
    await tx.execute(_PARK, tenant, now, *columns(rows, 4))
    kept = {identity: parked.invoice_id for identity, parked in (await early(tx, tenant, told)).items()}
    return {identity: (kept[identity], kept[identity] == ours[identity]) for identity in told}


async def unpark(tx: Connection, tenant: str, done: Iterable[Identity]) -> None:
    identities = sorted(done)
    if identities:
        await tx.execute(_UNPARK, tenant, *columns(identities, 2))


async def lock_schedule(tx: Connection, tenant: str, ids: list[str]) -> None:
    await tx.execute(_LOCK_SCHEDULE, tenant, ids)


async def apply(tx: Connection, tenant: str, reasons: Mapping[str, str | None], now: datetime) -> list[Move]:
    """Voids invoices, reasons by id, as they stand under our locks: a void that lost a race would be lost for good."""
    if not reasons:
        return []
    await lock_schedule(tx, tenant, list(reasons))
    records = [record_of(row) for row in await tx.fetch(_LOCK, tenant, list(reasons))]
    told = [
        move(record, Cause.VOIDED, now, actor="issuer", reason=reasons[record.id])
        for record in records
        if lifecycle.allows(record.state, Cause.VOIDED)
    ]
    moved = await moves.apply(tx, tenant, told, unschedule=True) if told else set()
    return [one for one in told if one.record.id in moved]
