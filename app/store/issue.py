"""New invoices of a batch: invoice (which is its first transition, too), schedule and counts in one statement.

One rule: what the statement wrote is decided by the database alone, however many tell the same invoice at once.

What it costs was measured (batches of 500, microseconds of CPU an invoice, one slow core). The columns as `Shape` sends
them: 9 of Python. COPY into a temporary table and INSERT from there: 10, but more of PostgreSQL, and a table in every
connection. To RETURN the ids costs 1.5; so only their number comes back, unless some are missing.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from app.domain.event import Acceptance, Event
from app.domain.invoice import Invoice, State
from app.domain.lanes import lane_of
from app.domain.policy import Admission
from app.store.database import Connection
from app.store.moves import new_id
from app.store.rows import INVOICE_COLUMNS, invoice_values
from app.store.shape import Shape

Admit = Callable[[Invoice, datetime], Admission]
Identity = tuple[str, str]
"""Number and code; "" where there is no code."""

_COLUMNS = Shape({
    **INVOICE_COLUMNS, "due_at": "timestamptz", "lane": "int2", "warning_list": "text", "traceparent": "text",
})  # fmt: skip

# An empty text arrives as NULL.
_READ: Mapping[str, str] = MappingProxyType(
    {name: name for name in INVOICE_COLUMNS}
    | {
        "code": "coalesce(code, '')",
        "original_code": "CASE WHEN original_number IS NOT NULL THEN coalesce(original_code, '') END",
    }
)


# LATERAL with LIMIT is an index look-up a row, whatever the planner believes of a table that has just grown.
_ISSUE = f"""
WITH input AS MATERIALIZED (
    {_COLUMNS.read(5)}
), issued AS (
    INSERT INTO invoices (tenant, {", ".join(_READ)},
        state, cause, sequence, state_at, received_at, late_at, warnings, diagnosis, outcome_code,
        traceparent)
    SELECT $1, {", ".join(_READ.values())},
        'pending', 'issued', 1, $2, $2, overdue_at,
        coalesce(string_to_array(warning_list, ','), '{{}}'), 'too_early', '', traceparent
    FROM input LEFT JOIN LATERAL (
        SELECT true AS parked FROM early_voids e
        WHERE NOT $3 AND e.tenant = $1 AND e.number = input.number AND e.code = coalesce(input.code, '') LIMIT 1
    ) AS early ON true
    WHERE early.parked IS NULL
    ORDER BY number, code
    ON CONFLICT (tenant, number, code) DO NOTHING
    RETURNING id, account
), scheduled AS (
    INSERT INTO schedule (tenant, invoice_id, account, lane, due_at)
    SELECT $1, issued.id, issued.account, input.lane, input.due_at
    FROM issued JOIN input USING (id) WHERE input.due_at IS NOT NULL
), counted AS (
    INSERT INTO invoice_counts (tenant, account, state, shard, n)
    SELECT $1, account, 'pending', pg_backend_pid() % 8, count(*) FROM issued GROUP BY account ORDER BY account
    ON CONFLICT (tenant, account, state, shard) DO UPDATE SET n = invoice_counts.n + excluded.n
)
SELECT CASE WHEN count(*) < $4 THEN coalesce(array_agg(id::text), '{{}}') END FROM issued"""


async def issue(
    connection: Connection,
    tenant: str,
    told: Mapping[int, Event],
    now: datetime,
    admit: Admit,
    kept: Mapping[Identity, str] | None = None,
) -> dict[int, Acceptance]:
    """Writes the invoices that are new: events by index in, answers of those it wrote out.

    Of several events with one identity the first is tried. `kept`: the ids that were kept for invoices voided before
    they were told; without it such invoices are left alone.
    """
    first: dict[Identity, int] = {}
    for index, event in told.items():
        first.setdefault(identity_of(event), index)
    tried = {(kept or {}).get(identity) or new_id(now): index for identity, index in first.items()}
    rows = [_values(invoice_id, told[index], now, admit) for invoice_id, index in tried.items()]
    written = await connection.fetchval(_ISSUE, tenant, now, kept is not None, len(rows), *_COLUMNS.sent(rows))
    return {
        tried[invoice_id]: Acceptance("accepted", invoice_id, State.PENDING, told[tried[invoice_id]].number)
        for invoice_id in (tried if written is None else written)
    }


def identity_of(event: Event) -> Identity:
    return event.number, event.code or ""


def _values(invoice_id: str, event: Event, now: datetime, admit: Admit) -> tuple[Any, ...]:
    invoice = event.invoice
    assert invoice is not None
    admission = admit(invoice, now)
    values = invoice_values(invoice_id, invoice, admission)
    trace = str(event.trace) if event.trace else None
    return (*values, admission.due_at, lane_of(invoice.seller.tax_id), ",".join(event.warnings), trace)
