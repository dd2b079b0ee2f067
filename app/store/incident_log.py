"""Incidents as people and programs see them, and what people do about them.

One rule: an act, what lets it happen once, and the word to the alerter that something changed are one transaction.
"""

import logging
from datetime import datetime
from typing import Any, Final

from app.domain.acting import Act, Deed, Effect, Once
from app.domain.lanes import URGENT
from app.domain.message import instant, invoice_document
from app.domain.quiet import FIELDS, IncidentListing, Listed, Silence
from app.store import silences, used_links
from app.store.database import Connection, Database, Row
from app.store.incident_documents import documents
from app.store.moves import new_id
from app.store.rows import UNREADABLE, record_of

log = logging.getLogger(__name__)

MOST_CHECKED: Final = 100
"""Invoices that one request has asked about: enough to see whether a tax system is back, and no flood."""

_LIST = """
SELECT id::text FROM incidents
WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2) AND ($3::text[] = '{}' OR state = ANY ($3))
  AND ($4::text[] = '{}' OR cause = ANY ($4)) AND ($5::text[] = '{}' OR account = ANY ($5))
ORDER BY id DESC LIMIT $6"""

_NOTICES = """
WITH told AS (
    SELECT message_id, jsonb_agg(jsonb_build_object('destination', destination, 'state', state, 'result', result,
        'failure', failure, 'attempts', attempts, 'attempted_at', attempted_at) ORDER BY destination) AS deliveries
    FROM deliveries WHERE tenant = $1 AND incident_id = $2::uuid GROUP BY message_id)
SELECT m.sequence, m.type, m.at, m.body::jsonb #>> '{data,notice,reason}' AS reason,
       (m.body::jsonb #>> '{data,notice,level}')::int AS level, coalesce(told.deliveries, '[]') AS deliveries
FROM messages m LEFT JOIN told ON told.message_id = m.id
WHERE m.tenant = $1 AND m.incident_id = $2::uuid ORDER BY m.sequence DESC LIMIT 200"""

_MEMBERS = """
SELECT i.*, m.joined_at, m.left_at
FROM incident_members m JOIN invoices i ON i.tenant = m.tenant AND i.id = m.invoice_id
WHERE m.tenant = $1 AND m.incident_id = $2::uuid AND ($3::uuid IS NULL OR m.invoice_id > $3)
ORDER BY m.invoice_id LIMIT $4"""

_THERE = "SELECT EXISTS (SELECT FROM incidents WHERE tenant = $1 AND id = $2::uuid)"
_LOCK = f"SELECT state, {', '.join(FIELDS)} FROM incidents WHERE tenant = $1 AND id = $2::uuid FOR UPDATE"
_ACKNOWLEDGE = """
UPDATE incidents SET acknowledged_by = $3, acknowledged_at = $4, acknowledged_until = $5,
    acknowledged_text = $6, wake_at = $4
WHERE tenant = $1 AND id = $2::uuid"""
_UNACKNOWLEDGE = """
UPDATE incidents SET acknowledged_by = NULL, acknowledged_at = NULL, acknowledged_until = NULL,
    acknowledged_text = NULL, wake_at = $3
WHERE tenant = $1 AND id = $2::uuid AND acknowledged_until IS NOT NULL"""
_ASK = """
WITH longest AS (
    SELECT s.invoice_id FROM incident_members m JOIN schedule s ON s.tenant = m.tenant AND s.invoice_id = m.invoice_id
    WHERE m.tenant = $1 AND m.incident_id = $2::uuid AND m.left_at IS NULL
    ORDER BY m.joined_at LIMIT $6 FOR UPDATE OF s SKIP LOCKED
), asked AS (
    UPDATE schedule s SET lane = $5, due_at = least(due_at, $4), requested = true FROM longest
    WHERE s.tenant = $1 AND s.invoice_id = longest.invoice_id RETURNING s.invoice_id
)
INSERT INTO notes (tenant, invoice_id, id, kind, at, actor, text)
SELECT $1, invoice_id, gen_random_uuid(), 'note', $4, $3, 'check requested' FROM asked"""


class IncidentLog:
    """Reads and acts for the API, the console and chat tools. Ids are UUIDs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, tenant: str, listing: IncidentListing) -> Listed[dict[str, Any]]:
        """One page of documents, the newest first."""
        filters = [list(each) for each in (listing.state, listing.cause, listing.account)]
        async with self._database.connection() as connection:
            rows = await connection.fetch(_LIST, tenant, listing.before, *filters, listing.limit + 1)
            ids = [str(row["id"]) for row in rows[: listing.limit]]
            found = await documents(connection, tenant, ids)
        return Listed([found[each] for each in ids if each in found], ids[-1] if len(rows) > listing.limit else None)

    async def get(self, tenant: str, incident_id: str) -> dict[str, Any] | None:
        """Its document, and `notices`: what was told of it, the latest first, and how far each word has come."""
        async with self._database.connection() as connection:
            found = (await documents(connection, tenant, [incident_id])).get(incident_id)
            if found is None:
                return None
            rows = await connection.fetch(_NOTICES, tenant, incident_id)
        return {**found, "notices": [{**dict(row), "at": instant(row["at"])} for row in rows]}

    async def members(
        self, tenant: str, incident_id: str, after: str | None, limit: int
    ) -> Listed[dict[str, Any]] | None:
        """The invoices that ever were in it, in the order of their receipt."""
        async with self._database.connection() as connection:
            if not await connection.fetchval(_THERE, tenant, incident_id):
                return None
            rows = await connection.fetch(_MEMBERS, tenant, incident_id, after, limit + 1)
        more = len(rows) > limit
        items = [told for row in rows[:limit] if (told := _member(row))]
        return Listed(items, str(rows[limit - 1]["id"]) if more else None)

    async def do(self, tenant: str, deed: Deed, now: datetime, once: Once | None = None) -> Effect:
        """Does what a person wants; an incident that is over takes nothing any more. Repeatable, or with `once` not."""

        async def work(tx: Connection) -> Effect:
            row = await tx.fetchrow(_LOCK, tenant, deed.incident)
            if row is None:
                return Effect.UNKNOWN
            if once and not await used_links.spend(tx, tenant, once, deed.actor, now):
                return Effect.USED
            if row["state"] == "resolved":
                return Effect.RESOLVED
            await self._done(tx, tenant, deed, row, now)
            return Effect.DONE

        effect = await self._database.repeatably(work)
        log.info("incident act", extra={"incident": deed.incident, "act": deed.act, "effect": effect})
        return effect

    async def unacknowledge(self, tenant: str, incident_id: str, now: datetime) -> Effect:
        """Takes an acknowledgement back: reminders and levels go on from where they were."""
        async with self._database.transaction() as tx:
            row = await tx.fetchrow(_LOCK, tenant, incident_id)
            if row is None:
                return Effect.UNKNOWN
            if row["state"] == "resolved":
                return Effect.RESOLVED
            await tx.execute(_UNACKNOWLEDGE, tenant, incident_id, now)
        return Effect.DONE

    async def used(self, tenant: str, once_id: str) -> bool:
        """Whether what may act only once has acted."""
        return await used_links.used(self._database, tenant, once_id)

    async def _done(self, tx: Connection, tenant: str, deed: Deed, row: Row, now: datetime) -> None:
        if deed.act is Act.ACKNOWLEDGE:
            await tx.execute(_ACKNOWLEDGE, tenant, deed.incident, deed.actor, now, deed.until, deed.text or None)
        elif deed.act is Act.CHECK:
            await tx.execute(_ASK, tenant, deed.incident, deed.actor, now, URGENT, MOST_CHECKED)
        else:
            assert deed.until is not None
            matchers = {each: [row[each]] for each in FIELDS if row[each]}
            reason = deed.text or f"incident {deed.incident}"
            silence = Silence(new_id(now), matchers, now, deed.until, reason, deed.actor, now)
            await silences.add(tx, tenant, silence)


def _member(row: Row) -> dict[str, Any] | None:
    """None for an invoice that this version cannot read."""
    try:
        invoice = invoice_document(record_of(row))
    except UNREADABLE:
        log.exception("unreadable", extra={"invoice": str(row["id"])})
        return None
    return {"invoice": invoice, "joined_at": instant(row["joined_at"]), "left_at": instant(row["left_at"])}
