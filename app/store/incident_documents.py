"""An incident as the outside sees it: GET /v1/incidents/{id}, webhooks and alerts show this very object.

One rule: what is counted is counted from its members; nothing about them is kept twice but their number.
"""

from collections.abc import Sequence
from typing import Any

from app.domain.diagnosis import explain
from app.domain.incident import DIAGNOSIS_OF, Incident, IncidentState, Trouble
from app.domain.incident_phrases import LEFT_TO_DO
from app.domain.message import instant, invoice_document
from app.store.database import Connection, Row
from app.store.incident_rows import incident_of
from app.store.rows import UNREADABLE, record_of

TOP = 5

_BY_ID = "SELECT * FROM incidents WHERE tenant = $1 AND id = ANY ($2::uuid[])"

# Of an incident that goes on the invoices still in trouble, of one that is over all that ever were.
_PRESENT = "FROM incident_members m WHERE m.tenant = $1 AND m.incident_id = $2::uuid AND (m.left_at IS NULL OR $3)"

_SUMMARY = f"""
WITH present AS MATERIALIZED (SELECT m.* {_PRESENT}),
amounts AS (SELECT currency, sum(amount) AS total FROM present GROUP BY currency ORDER BY 2 DESC NULLS LAST),
sellers AS MATERIALIZED (
    SELECT seller AS tax_id, count(*) AS invoices, (array_agg(invoice_id))[1] AS one FROM present
    GROUP BY seller ORDER BY 2 DESC, 1),
named AS (
    SELECT s.tax_id, i.seller_name AS name, s.invoices FROM (SELECT * FROM sellers LIMIT {TOP}) AS s
    JOIN invoices i ON i.tenant = $1 AND i.id = s.one)
SELECT
    (SELECT jsonb_agg(jsonb_build_object('currency', currency, 'total', total::text)) FROM amounts) AS amounts,
    (SELECT jsonb_agg(to_jsonb(n) ORDER BY n.invoices DESC, n.tax_id) FROM named n) AS sellers,
    (SELECT count(*) FROM sellers) AS sellers_total,
    (SELECT array_agg(DISTINCT kind ORDER BY kind) FROM present WHERE kind IS NOT NULL) AS kinds,
    (SELECT array_agg(DISTINCT region ORDER BY region) FROM present WHERE region <> '') AS regions,
    (SELECT array_agg(DISTINCT account ORDER BY account) FROM present) AS accounts,
    (SELECT min(issued_at) FROM present) AS oldest_issued_at, (SELECT min(overdue_at) FROM present) AS oldest_overdue_at
"""

_GRAVEST = f"""
SELECT i.* FROM (SELECT m.invoice_id {_PRESENT} ORDER BY abs(m.amount) DESC NULLS LAST, m.invoice_id LIMIT {TOP}) AS top
CROSS JOIN LATERAL (SELECT * FROM invoices WHERE tenant = $1 AND id = top.invoice_id LIMIT 1) AS i
ORDER BY abs(coalesce(i.with_tax, i.without_tax)) DESC NULLS LAST, i.id"""

_TOLD = (
    "id", "number", "code", "state", "cause", "kind", "issued_at", "overdue_at", "synced_at", "seller", "buyer",
    "amount", "account", "reference", "outcome", "diagnosis",
)  # fmt: skip


async def documents(connection: Connection, tenant: str, ids: Sequence[str]) -> dict[str, Any]:
    """The incidents of `ids` by id, each as a JSON object."""
    rows = await connection.fetch(_BY_ID, tenant, list(ids))
    return {str(row["id"]): await document(connection, tenant, incident_of(row)) for row in rows}


async def document(connection: Connection, tenant: str, incident: Incident) -> dict[str, Any]:
    over = incident.state is IncidentState.RESOLVED
    row = await connection.fetchrow(_SUMMARY, tenant, incident.id, over)
    assert row is not None
    return brief(incident) | {
        "amounts": row["amounts"] or [],
        "oldest_issued_at": instant(row["oldest_issued_at"]),
        "oldest_overdue_at": instant(row["oldest_overdue_at"]),
        "scope": _scope(incident, row),
    }


async def gravest(connection: Connection, tenant: str, incident: Incident) -> list[dict[str, Any]]:
    """The largest invoices still in it (of one that is over: that ever were), at most five, as they are told."""
    over = incident.state is IncidentState.RESOLVED
    rows = await connection.fetch(_GRAVEST, tenant, incident.id, over)
    return [told for row in rows if (told := _told(row))]


def _told(row: Row) -> dict[str, Any] | None:
    """None for a row that this version cannot read: the alert is told without it."""
    try:
        invoice = invoice_document(record_of(row))
    except UNREADABLE:
        return None
    return {key: invoice[key] for key in _TOLD}


def brief(incident: Incident) -> dict[str, Any]:
    """What is known without looking at the members."""
    scope = incident.scope
    return {
        "id": incident.id,
        "cause": scope.cause.value,
        "state": incident.state.value,
        "account": scope.account,
        "seller": scope.seller,
        "region": scope.region,
        "endpoint": scope.endpoint,
        "since": instant(incident.since),
        "opened_at": instant(incident.opened_at),
        "draining_at": instant(incident.draining_at),
        "resolved_at": instant(incident.resolved_at),
        "members": incident.members,
        "remaining": incident.remaining,
        "level": incident.level,
        "acknowledged": _acknowledged(incident),
        "diagnosis": _diagnosis(incident),
        "code": incident.code,
    }


def _acknowledged(incident: Incident) -> dict[str, Any] | None:
    if not incident.acknowledged_by:
        return None
    at, until = instant(incident.acknowledged_at), instant(incident.acknowledged_until)
    return {"by": incident.acknowledged_by, "at": at, "until": until, "text": incident.acknowledged_text}


def _diagnosis(incident: Incident) -> dict[str, Any] | None:
    diagnosis = DIAGNOSIS_OF.get(incident.outcome) if incident.outcome else None
    if diagnosis is None:
        return None
    said = explain(diagnosis, incident.outcome, incident.code)
    over = incident.scope.cause is Trouble.OUTAGE and incident.state in LEFT_TO_DO
    step = LEFT_TO_DO[incident.state] if over else said.next_step
    return {"code": said.code.value, "text": dict(said.text), "next_step": dict(step)}


def _scope(incident: Incident, row: Row) -> dict[str, Any]:
    return {
        "all": incident.whole,
        "accounts": row["accounts"] or ([incident.scope.account] if incident.scope.account else []),
        "sellers": row["sellers"] or [],
        "sellers_total": row["sellers_total"],
        "kinds": row["kinds"] or [],
        "regions": row["regions"] or [],
    }
