"""Notices: who has heard of an incident, and the outbox of those who shall. One rule: one notice is one statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.domain import message
from app.domain.alerting_policy import AlertPolicy
from app.domain.incident import Incident, IncidentState
from app.store.database import Connection
from app.store.moves import new_id

_CHATS = "SELECT name FROM destinations WHERE tenant = $1 AND enabled AND kind <> 'webhook' ORDER BY name"

_AMOUNT = """
SELECT coalesce(sum(abs(amount)), 0) FROM incident_members
WHERE tenant = $1 AND incident_id = $2::uuid AND left_at IS NULL AND currency = 'CNY'"""

# "As long as the state stays": an acknowledgement without an end counts while the invoice has not moved since.
_ACKNOWLEDGED = """
SELECT min(a.until) AS until FROM incident_members m
JOIN invoices i ON i.tenant = $1 AND i.id = m.invoice_id
LEFT JOIN LATERAL (
    SELECT max(coalesce(n.until, $3::timestamptz + interval '1 day')) AS until FROM notes n
    WHERE n.tenant = $1 AND n.invoice_id = m.invoice_id AND n.kind = 'acknowledgement'
      AND CASE WHEN n.until IS NULL THEN n.at >= i.state_at ELSE n.until > $3 END) AS a ON true
WHERE m.tenant = $1 AND m.incident_id = $2::uuid AND m.left_at IS NULL
HAVING bool_and(a.until IS NOT NULL)"""

_FEW = 50  # invoices that people may have acknowledged one by one

_TOLD = """
SELECT destination, bool_or(state IN ('pending', 'delivered')) AS heard FROM deliveries
WHERE tenant = $1 AND incident_id = $2::uuid GROUP BY destination"""

_MEMBERS = "FROM incident_members m WHERE m.tenant = $1 AND m.incident_id = $2::uuid AND (m.left_at IS NULL OR $5)"

# Who was told once goes on being told: also of the end, when there is little left of it.
_WANTED = f"""
(d.accounts = '{{}}' OR $3 = '' OR $3 = ANY (d.accounts))
AND CASE
    WHEN d.sellers = '{{}}' AND d.minimum_amount IS NULL THEN true
    WHEN EXISTS (SELECT FROM deliveries t WHERE t.tenant = $1 AND t.incident_id = $2::uuid AND t.destination = d.name)
        THEN true
    ELSE (d.sellers = '{{}}' OR CASE WHEN $4 <> '' THEN $4 = ANY (d.sellers)
              ELSE NOT EXISTS (SELECT {_MEMBERS}) OR EXISTS (SELECT {_MEMBERS} AND m.seller = ANY (d.sellers)) END)
         AND (d.minimum_amount IS NULL OR d.minimum_amount <= coalesce(
              (SELECT sum(abs(m.amount)) {_MEMBERS} AND m.currency = 'CNY'), d.minimum_amount)) END"""

_REACH = f"SELECT name FROM destinations d WHERE d.tenant = $1 AND d.enabled AND d.kind <> 'webhook' AND {_WANTED}"

_TELL = f"""
WITH told AS (
    INSERT INTO messages (tenant, id, incident_id, sequence, type, at, body) VALUES ($1, $6, $2::uuid, $7, $8, $9, $10)
)
INSERT INTO deliveries (tenant, destination, message_id, incident_id, sequence, at, due_at, attempts, state)
SELECT $1, d.name, $6, $2::uuid, $7, $9, $9, 0, 'pending' FROM destinations d
WHERE d.tenant = $1 AND d.enabled
  AND CASE WHEN d.kind = 'webhook' THEN $8 = ANY (d.events) ELSE d.name = ANY ($11::text[]) END
  AND {_WANTED}
RETURNING destination"""


async def told(connection: Connection, tenant: str, incident: Incident) -> tuple[frozenset[str], frozenset[str]]:
    """The destinations that have heard of it, or are about to; and those that it was sent to in vain."""
    rows = await connection.fetch(_TOLD, tenant, incident.id) if incident.notices else []
    heard = frozenset(row["destination"] for row in rows if row["heard"])
    return heard, frozenset(row["destination"] for row in rows) - heard


async def reach(connection: Connection, tenant: str, incident: Incident) -> set[str]:
    """The chat destinations that are enabled and want to hear of this incident."""
    return {row["name"] for row in await connection.fetch(_REACH, tenant, *_about(incident))}


async def acknowledged_until(connection: Connection, tenant: str, incident: Incident, now: datetime) -> datetime | None:
    """Until when nobody need hear of it because each of its invoices has been acknowledged by itself."""
    if not 0 < incident.remaining <= _FEW:
        return None
    until: datetime | None = await connection.fetchval(_ACKNOWLEDGED, tenant, incident.id, now)
    return until


async def chats(connection: Connection, tenant: str) -> tuple[str, ...]:
    """Every chat destination that is enabled."""
    return tuple(row["name"] for row in await connection.fetch(_CHATS, tenant))


async def amount(connection: Connection, tenant: str, incident: Incident, policy: AlertPolicy) -> Decimal:
    """What the invoices still in it come to, in CNY; nothing is added up where no level asks for it."""
    if all(level.minimum_amount is None for level in policy.levels):
        return Decimal(0)
    return Decimal(await connection.fetchval(_AMOUNT, tenant, incident.id))


async def tell(
    connection: Connection,
    tenant: str,
    incident: Incident,
    payload: Mapping[str, Any],
    destinations: Sequence[str],
    now: datetime,
) -> None:
    """Writes one notice: for `destinations` (chats) and for the webhooks that want its type; filters hold."""
    await connection.execute(
        _TELL, tenant, *_about(incident), new_id(now), incident.notices, payload["type"], now,
        message.encode(payload), list(destinations),
    )  # fmt: skip


def _about(incident: Incident) -> tuple[Any, ...]:
    """The values of _WANTED."""
    return incident.id, incident.scope.account, incident.scope.seller, incident.state is IncidentState.RESOLVED
