"""Incidents and their members: who joins, who leaves, what is written when somebody is told.

One rule: everything that a chunk of messages leads to is one transaction with the cursor, so that it happens once,
whichever replica does it and wherever it dies.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import message
from app.domain.alerting_policy import AlertPolicy
from app.domain.incident import TROUBLE_OF, Incident, IncidentState, Scope, Trouble
from app.domain.outage import Outage, covers
from app.store.database import Connection, Row, columns
from app.store.feed import SETTLED, Mark
from app.store.incident_rows import CHANGING, changed, incident_of
from app.store.moves import new_id
from app.store.rows import OUTCOMES

CURSOR = "incidents"

_BEGIN = """
INSERT INTO cursors (tenant, name, position, id) VALUES ($1, $2, 0, $3::uuid) ON CONFLICT (tenant, name) DO NOTHING"""
_HOLD = "SELECT position, id::text FROM cursors WHERE tenant = $1 AND name = $2 FOR UPDATE SKIP LOCKED"
_ADVANCE = "UPDATE cursors SET position = $3, id = $4::uuid WHERE tenant = $1 AND name = $2"

_NEWS = f"""
SELECT position, id::text, type, invoice_id::text
FROM messages WHERE tenant = $1 AND (position, id) > ($2, $3::uuid) AND {SETTLED}
ORDER BY position, id LIMIT $4"""

_STANDING = """
SELECT i.id::text, i.cause, i.account, i.seller_tax_id, coalesce(i.labels ->> $3, '') AS region,
    coalesce(s.account, i.account) AS asked, i.outcome, i.outcome_code, i.overdue_at, i.state_at, known.cause AS known
FROM unnest($2::uuid[]) AS wanted (id)
CROSS JOIN LATERAL (SELECT * FROM invoices WHERE tenant = $1 AND id = wanted.id LIMIT 1) AS i
LEFT JOIN schedule s ON s.tenant = $1 AND s.invoice_id = i.id
LEFT JOIN incident_members m ON m.tenant = $1 AND m.invoice_id = i.id AND m.left_at IS NULL
LEFT JOIN incidents known ON known.tenant = $1 AND known.id = m.incident_id
WHERE i.state IN ('overdue', 'escalated')"""

_OPEN = """
INSERT INTO incidents (tenant, id, cause, account, seller, region, endpoint, state, since, opened_at, wake_at, outcome,
                       code, whole, follows, members, remaining, level, notices, told_members, reminders)
SELECT $1, id, cause, account, seller, region, endpoint, 'open', since, $2, $2, outcome, code, whole, follows,
    0, 0, 0, 0, 0, 0
FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::text[],
            $11::text[], $12::bool[], $13::uuid[])
    AS o (id, cause, account, seller, region, endpoint, since, outcome, code, whole, follows)
ORDER BY cause, account, seller, region, endpoint
ON CONFLICT (tenant, cause, account, seller, region, endpoint) WHERE state <> 'resolved'
DO UPDATE SET outcome = coalesce(excluded.outcome, incidents.outcome),
    code = CASE WHEN excluded.outcome IS NULL THEN incidents.code ELSE excluded.code END,
    whole = incidents.whole OR excluded.whole
RETURNING id::text, cause, account, seller, region, endpoint"""

_LEAVE_OTHERS = """
UPDATE incident_members m SET left_at = $4
FROM unnest($2::uuid[], $3::uuid[]) AS wanted (invoice_id, incident_id)
WHERE m.tenant = $1 AND m.invoice_id = wanted.invoice_id AND m.left_at IS NULL AND m.incident_id <> wanted.incident_id
RETURNING m.incident_id::text AS id"""

_LEAVE = """
UPDATE incident_members SET left_at = $3 WHERE tenant = $1 AND invoice_id = ANY ($2::uuid[]) AND left_at IS NULL
RETURNING incident_id::text AS id"""

_JOIN = """
INSERT INTO incident_members AS m (tenant, incident_id, invoice_id, joined_at, account, seller, region, kind, currency,
                                   amount, issued_at, overdue_at)
SELECT $1, incident_id, invoice_id, $4, i.account, i.seller_tax_id, coalesce(i.labels ->> $5, ''), i.kind, i.currency,
    coalesce(i.with_tax, i.without_tax), i.issued_at, i.overdue_at
FROM unnest($2::uuid[], $3::uuid[]) AS wanted (invoice_id, incident_id)
CROSS JOIN LATERAL (SELECT * FROM invoices WHERE tenant = $1 AND id = wanted.invoice_id LIMIT 1) AS i
ORDER BY incident_id, invoice_id
ON CONFLICT (tenant, incident_id, invoice_id) DO UPDATE SET left_at = NULL WHERE m.left_at IS NOT NULL
RETURNING incident_id::text AS id, xmax = 0 AS first"""

_COUNT = """
UPDATE incidents i SET members = i.members + c.members, remaining = i.remaining + c.remaining,
    joined_at = CASE WHEN c.members > 0 THEN $2 ELSE i.joined_at END, wake_at = $2
FROM unnest($3::uuid[], $4::int[], $5::int[]) AS c (id, members, remaining)
WHERE i.tenant = $1 AND i.id = c.id"""

_AWAKE = """
SELECT * FROM incidents
WHERE tenant = $1 AND state <> 'resolved' AND (wake_at <= $2 OR id = ANY ($3::uuid[]))
ORDER BY wake_at LIMIT $4 FOR UPDATE"""

_OUTAGES = """
SELECT * FROM incidents WHERE tenant = $1 AND state <> 'resolved' AND cause = ANY ($2::text[]) ORDER BY opened_at"""

_KEEP = f"""
UPDATE incidents SET ({", ".join(CHANGING)}, wake_at) = ({", ".join(f"${n}" for n in range(3, 4 + len(CHANGING)))})
WHERE tenant = $1 AND id = $2::uuid"""

_LEFTOVER = """
SELECT invoice_id::text AS id FROM incident_members
WHERE tenant = $1 AND incident_id = $2::uuid AND left_at IS NULL LIMIT $3"""

_TYPES_OF_TROUBLE = frozenset({"invoice.overdue", "invoice.escalated", message.CHANGED})
_TYPES_OF_RELIEF = frozenset({"invoice.synced", "invoice.voided"})
_TROUBLES = {cause.value: trouble for cause, trouble in TROUBLE_OF.items()}
_SINCE_ALWAYS = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class News:
    """What has been told since the cursor: invoices that got into trouble, and those that are out of it."""

    troubled: tuple[str, ...]
    relieved: tuple[str, ...]
    mark: Mark
    more: bool


async def hold(connection: Connection, tenant: str) -> Mark | None:
    """How far we have come, and the right to go on, until the transaction ends; None while another replica has it."""
    row = await connection.fetchrow(_HOLD, tenant, CURSOR)
    return Mark(row["position"], row["id"]) if row else None


async def begin(connection: Connection, tenant: str) -> None:
    """Makes the cursor. It begins at the first message of all, so that whoever is late today has an incident."""
    await connection.execute(_BEGIN, tenant, CURSOR, _SINCE_ALWAYS)


async def news(connection: Connection, tenant: str, after: Mark, limit: int) -> News:
    """The next messages, at most `limit`; what became of an invoice later counts, not what came before it."""
    rows = await connection.fetch(_NEWS, tenant, after.position, after.id, limit)
    last = {row["invoice_id"]: row["type"] for row in rows if row["invoice_id"]}
    mark = Mark(rows[-1]["position"], rows[-1]["id"]) if rows else after
    return News(
        tuple(id_ for id_, type_ in last.items() if type_ in _TYPES_OF_TROUBLE),
        tuple(id_ for id_, type_ in last.items() if type_ in _TYPES_OF_RELIEF),
        mark,
        len(rows) == limit,
    )


async def advance(connection: Connection, tenant: str, mark: Mark) -> None:
    await connection.execute(_ADVANCE, tenant, CURSOR, mark.position, mark.id)


async def running(connection: Connection, tenant: str, *causes: Trouble) -> list[Incident]:
    """Incidents of `causes` that are not over, the oldest first."""
    return [incident_of(row) for row in await connection.fetch(_OUTAGES, tenant, list(causes))]


async def leave(connection: Connection, tenant: str, invoices: Sequence[str], now: datetime) -> None:
    """Those invoices need nobody any more."""
    if invoices:
        await _count(connection, tenant, now, left=await connection.fetch(_LEAVE, tenant, list(invoices), now))


async def join(
    connection: Connection,
    tenant: str,
    invoices: Sequence[str],
    outages: Sequence[Incident],
    policy: AlertPolicy,
    now: datetime,
    *,
    follows: str | None = None,
) -> None:
    """Puts those of `invoices` that are in trouble now into the incident where they belong, opening it where there is
    none: an outage that explains them, else that of their cause in their scope.
    """
    if not invoices:
        return
    standing = await connection.fetch(_STANDING, tenant, list(invoices), policy.region_label)
    scopes = {row["id"]: _scope(row, outages, policy) for row in standing}
    first = {scopes[row["id"]]: row for row in reversed(standing)}
    begun = [
        Outage(scope, min(_since(row, scope), now), OUTCOMES.get(row["outcome"]), row["outcome_code"])
        for scope, row in first.items()
        if scope.cause is not Trouble.OUTAGE
    ]
    ids = {one.scope: one.id for one in outages} | await open_(connection, tenant, begun, now, follows=follows)
    wanted = columns([(invoice, ids[scope]) for invoice, scope in scopes.items()], 2)
    left = await connection.fetch(_LEAVE_OTHERS, tenant, *wanted, now)
    joined = await connection.fetch(_JOIN, tenant, *wanted, now, policy.region_label)
    await _count(connection, tenant, now, left=left, joined=joined, met=set(wanted[1]))


async def open_(
    connection: Connection, tenant: str, begun: Sequence[Outage], now: datetime, *, follows: str | None = None
) -> dict[Scope, str]:
    """The ids of the incidents of those scopes, opened where they were not."""
    if not begun:
        return {}
    rows = [
        (new_id(now), s.cause.value, s.account, s.seller, s.region, s.endpoint, one.since, one.outcome, one.code,
         one.whole, follows)
        for one in begun
        for s in (one.scope,)
    ]  # fmt: skip
    found = await connection.fetch(_OPEN, tenant, now, *columns(rows, 11))
    return {_scope_of(row): row["id"] for row in found}


async def awake(connection: Connection, tenant: str, now: datetime, also: Iterable[str], limit: int) -> list[Incident]:
    """Incidents to be looked at, locked: those whose time has come, and `also`."""
    return [incident_of(row) for row in await connection.fetch(_AWAKE, tenant, now, list(also), limit)]


async def keep(connection: Connection, tenant: str, incident: Incident, wake_at: datetime | None) -> None:
    await connection.execute(_KEEP, tenant, incident.id, *changed(incident), wake_at)


async def leftover(connection: Connection, tenant: str, incident: Incident, limit: int) -> list[str]:
    """Invoices still in an incident that is over, at most `limit`."""
    return [row["id"] for row in await connection.fetch(_LEFTOVER, tenant, incident.id, limit)]


async def _count(
    connection: Connection, tenant: str, now: datetime, *,
    left: Sequence[Row] = (), joined: Sequence[Row] = (), met: Iterable[str] = (),
) -> None:  # fmt: skip
    """Keeps the numbers of those incidents whose members changed. They will be looked at, and so will `met`: what
    their members were acknowledged for is over.
    """
    remaining = Counter(dict.fromkeys(met, 0))
    remaining.update(row["id"] for row in joined)
    remaining.subtract(row["id"] for row in left)
    members = Counter(row["id"] for row in joined if row["first"])
    changes = [(id_, members[id_], change) for id_, change in sorted(remaining.items())]
    if changes:
        await connection.execute(_COUNT, tenant, now, *columns(changes, 3))


def _since(row: Row, scope: Scope) -> datetime:
    """When the trouble of that invoice began."""
    since: datetime = row["overdue_at"] if scope.cause is Trouble.DEADLINE else row["state_at"]
    return since


def _scope(row: Row, outages: Sequence[Incident], policy: AlertPolicy) -> Scope:
    """Where an invoice in trouble belongs. What becomes late while nobody answers is late because of that; what was
    late before stays where it was told. Of a cause that this version does not know it knows this: a person must look.
    """
    trouble = _TROUBLES.get(row["cause"], Trouble.UNCHECKABLE)
    if trouble is Trouble.DEADLINE and row["known"] != trouble:
        places = [
            Scope(Trouble.OUTAGE, at, row["seller_tax_id"], row["region"]) for at in {row["asked"], row["account"]}
        ]
        for outage in outages:
            if outage.state is not IncidentState.RESOLVED and any(covers(outage.scope, place) for place in places):
                return outage.scope
    return Scope(
        trouble,
        row["account"] if "account" in policy.group_by else "",
        row["seller_tax_id"] if "seller" in policy.group_by else "",
        row["region"] if "region" in policy.group_by else "",
    )


def _scope_of(row: Row) -> Scope:
    return Scope(Trouble(row["cause"]), row["account"], row["seller"], row["region"], row["endpoint"])
