"""Invoices that make processing raise: set aside with the reason, so that the rest goes on.

One rule: nothing is asked about a quarantined invoice, and it is never forgotten: its deadlines hold, its history
tells why, and a person who asks for a check lets it out.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from app.store.database import Connection

log = logging.getLogger(__name__)

Stage = Literal["claim", "settle", "deadline"]

_SET_ASIDE = """
INSERT INTO quarantine (tenant, invoice_id, stage, reason, at)
SELECT $1, invoice_id, $2, left(reason, 500), $3 FROM unnest($4::uuid[], $5::text[]) AS bad (invoice_id, reason)
ON CONFLICT (tenant, invoice_id) DO UPDATE SET stage = excluded.stage, reason = excluded.reason, at = excluded.at"""

_UNSCHEDULE = "DELETE FROM schedule WHERE tenant = $1 AND invoice_id = ANY ($2::uuid[])"
_NO_DEADLINE = "UPDATE invoices SET late_at = NULL WHERE tenant = $1 AND id = ANY ($2::uuid[])"


async def set_aside(
    tx: Connection, tenant: str, stage: Stage, broken: Sequence[tuple[str, str]], now: datetime
) -> None:
    """Quarantines `broken` invoices (id, reason). One that cannot even be moved by time has no more deadline."""
    ids, reasons = [id_ for id_, _ in broken], [reason for _, reason in broken]
    await tx.execute(_NO_DEADLINE if stage == "deadline" else _UNSCHEDULE, tenant, ids)
    await tx.execute(_SET_ASIDE, tenant, stage, now, ids, reasons)
    log.error("set aside", extra={"stage": stage, "invoices": ids, "reasons": reasons})
