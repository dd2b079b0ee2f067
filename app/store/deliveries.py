"""The outbox: who is still to be told what, claimed by lease like the schedule, for all destinations in one statement.

One rule: what is in flight keeps its place in the line. A claim looks at the head of each line, no further than the
destination's concurrency, and takes what nobody holds: so all replicas together keep to it and nobody counts. Nothing
here grows with what waits behind the head.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.store.database import Database
from app.store.schedule import Lease
from app.store.subscriptions import Subscription, declare

__all__ = ["Claimed", "Due", "Hands", "Receiver", "Subscription", "claim", "declare", "release"]

MOST = 100
"""Of one destination in flight, or in one chat message."""

MODEST = 2
"""Sends in flight that any destination may have here, whether or not it has answered lately."""

# Destinations with a rate, and those whose breaker is half open, are claimed for by one replica at a time.
_SERVED = f"""
asked AS MATERIALIZED (
    SELECT * FROM unnest($3::text[], $4::int[], $5::int[], $6::bool[]) AS a (name, together, flying, trusted)
), free AS MATERIALIZED (
    SELECT a.*, d.ordered, d.latest_only, d.concurrency, false AS canary, {MOST} AS allowed
    FROM asked a JOIN destinations d ON d.tenant = $1 AND d.name = a.name
    WHERE d.enabled AND d.rate IS NULL AND d.open_until IS NULL
), paced AS MATERIALIZED (
    SELECT a.*, d.ordered, d.latest_only, d.concurrency, d.open_until IS NOT NULL AS canary,
        CASE WHEN d.open_until IS NOT NULL THEN 1 WHEN a.together > 1 THEN a.together
             ELSE floor(least(greatest(1, d.rate), 1 + extract(epoch FROM $2::timestamptz - d.next_at) * d.rate))
        END::int AS allowed
    FROM asked a JOIN destinations d ON d.tenant = $1 AND d.name = a.name
    WHERE d.enabled AND (d.rate IS NOT NULL OR d.open_until IS NOT NULL)
      AND (d.open_until IS NULL OR d.open_until <= $2) AND (d.next_at IS NULL OR d.next_at <= $2)
    FOR UPDATE OF d SKIP LOCKED
)"""

# The inner limit tells the planner that the head is short; the outer one ends the look. A message behind an earlier
# one of its invoice, and one that a newer has overtaken, is set aside, or it would keep its place for nothing.
_LOOKED_AT = f"""
ahead AS MATERIALIZED (
    SELECT s.*, visit.lane, head.*
    FROM (SELECT * FROM free UNION ALL SELECT * FROM paced) AS s
    CROSS JOIN (VALUES (0), (1)) AS visit (lane) CROSS JOIN LATERAL (
        SELECT * FROM (
            SELECT e.ctid AS place, e.invoice_id, e.sequence, e.due_at, (e.lease_until > $2) IS TRUE AS held
            FROM deliveries e
            WHERE e.tenant = $1 AND e.destination = s.name AND e.lane = visit.lane AND e.state = 'pending'
              AND e.due_at <= $2
            ORDER BY e.due_at LIMIT {MOST}) AS line
        LIMIT CASE WHEN s.together > 1 THEN s.together WHEN visit.lane = 0 THEN s.concurrency
                   ELSE greatest(1, s.concurrency / 4) END) AS head
), judged AS MATERIALIZED (
    SELECT a.*, others.newer, others.behind,
        (a.canary OR a.together > 1) AND a.name IN (SELECT name FROM ahead WHERE held) AS occupied
    FROM ahead a LEFT JOIN LATERAL (
        SELECT bool_or(m.sequence > a.sequence AND e.state IN ('pending', 'delivered')) AND a.latest_only AS newer,
            max(e.due_at) FILTER (WHERE a.ordered AND m.sequence < a.sequence AND e.state = 'pending') AS behind
        FROM messages m CROSS JOIN LATERAL (
            SELECT due_at, state FROM deliveries
            WHERE tenant = $1 AND destination = a.name AND message_id = m.id LIMIT 1) AS e
        WHERE (a.ordered OR a.latest_only) AND m.tenant = $1 AND m.invoice_id = a.invoice_id
    ) AS others ON true
    WHERE NOT a.held
)"""

# Each destination's first comes before anybody's second. `hand`: the how manieth send of this claim it would be.
_CHOSEN = f"""
ranked AS (
    SELECT *, flying + row_number() OVER (PARTITION BY name ORDER BY spot * CASE lane WHEN 0 THEN 1 ELSE 4 END, lane)
        AS rank
    FROM (SELECT *, row_number() OVER (PARTITION BY name, lane ORDER BY due_at, sequence) AS spot FROM judged
          WHERE newer IS NOT TRUE AND behind IS NULL AND NOT occupied) AS fit
), allowed AS (
    SELECT *, row_number() OVER (PARTITION BY together > 1, lane ORDER BY rank, due_at) AS of_lane FROM ranked
    WHERE rank <= flying + allowed AND (together > 1 OR trusted OR rank <= {MODEST})
), chosen AS (
    SELECT * FROM (
        SELECT *, row_number() OVER (PARTITION BY together > 1 ORDER BY rank, due_at) AS hand FROM allowed
        WHERE together > 1 OR lane = 0 OR of_lane <= $9::int) AS x
    WHERE together > 1 OR hand <= CASE WHEN rank <= {MODEST} THEN $7::int ELSE $8::int END
)"""

_CLAIM = f"""
WITH {_SERVED}, {_LOOKED_AT}, {_CHOSEN}, touched AS MATERIALIZED (
    SELECT t.* FROM (
        SELECT 'claim' AS deed, name, together, place, NULL::timestamptz AS due_at FROM chosen
        UNION ALL SELECT CASE WHEN newer THEN 'supersede' ELSE 'set aside' END, name, together, place,
            greatest(behind, $2 + interval '1 second')
        FROM judged WHERE newer OR behind IS NOT NULL) AS t
    CROSS JOIN LATERAL (
        SELECT FROM deliveries e
        WHERE e.ctid = t.place AND e.tenant = $1 AND e.state = 'pending'
          AND (e.lease_until IS NULL OR e.lease_until <= $2)
        LIMIT 1 FOR UPDATE SKIP LOCKED) AS locked
), claimed AS (
    UPDATE deliveries e SET lease = $10, lease_until = $11
    WHERE e.ctid = ANY (ARRAY (SELECT place FROM touched WHERE deed = 'claim')) AND e.tenant = $1
    RETURNING e.destination, e.message_id, e.incident_id, e.at, e.due_at, e.attempts, e.lane > 0 AS again
), superseded AS (
    UPDATE deliveries e SET state = 'superseded'
    WHERE e.ctid = ANY (ARRAY (SELECT place FROM touched WHERE deed = 'supersede')) AND e.tenant = $1
), aside AS (
    UPDATE deliveries e SET lane = 1, due_at = (SELECT t.due_at FROM touched t WHERE t.place = e.ctid)
    WHERE e.ctid = ANY (ARRAY (SELECT place FROM touched WHERE deed = 'set aside')) AND e.tenant = $1
), counted AS (
    UPDATE destinations d
    SET next_at = greatest(d.next_at, $2 - make_interval(secs => (greatest(1, d.rate) - 1) / d.rate))
                + make_interval(secs => c.sends / d.rate)
    FROM (SELECT name, CASE WHEN max(together) > 1 THEN 1 ELSE count(*) END AS sends FROM touched
          WHERE deed = 'claim' GROUP BY name) AS c
    WHERE d.tenant = $1 AND d.name = c.name AND d.rate IS NOT NULL
)
SELECT way.cleared, c.destination, c.message_id::text AS id, c.at, c.attempts, c.again, m.type, m.body,
       m.invoice_id::text, c.incident_id::text, m.traceparent, coalesce(t.handle, '') AS thread
FROM (SELECT count(*) > 0 AS cleared FROM touched WHERE deed <> 'claim') AS way
LEFT JOIN (claimed c CROSS JOIN LATERAL (SELECT * FROM messages WHERE tenant = $1 AND id = c.message_id LIMIT 1) AS m)
    ON true
LEFT JOIN threads t ON t.tenant = $1 AND t.destination = c.destination AND t.incident_id = c.incident_id
ORDER BY c.due_at, c.at, m.sequence"""

_RELEASE = """
UPDATE deliveries d SET lease = NULL, lease_until = NULL
FROM unnest($3::text[], $4::uuid[]) AS back (destination, id)
WHERE d.tenant = $1 AND d.destination = back.destination AND d.message_id = back.id AND d.lease = $2"""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A destination that this replica can reach. `together`: messages that one send may merge; with more than one
    there is one send at a time. `flying`: its sends under way here; `trusted`: it has answered well lately.
    """

    name: str
    together: int = 1
    flying: int = 0
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class Hands:
    """How many sends a claim may begin: `free` in all; `easy` of them for destinations that have `MODEST` already;
    `retries` of them for what failed before. Merged sends are not counted: there is one a destination.
    """

    free: int
    easy: int
    retries: int


@dataclass(frozen=True, slots=True)
class Due:
    """One delivery that is ours to send until the lease ends. `at`: when what it tells of happened. `again`: it has
    been tried, or a person wants it sent again. `thread`: where its incident stands in that chat. `traceparent`: where
    it hangs in a trace.
    """

    destination: str
    id: str
    at: datetime
    attempts: int
    again: bool
    type: str
    body: str
    invoice_id: str | None = None
    incident_id: str | None = None
    traceparent: str | None = None
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim brought. `cleared`: it set aside what stood in the way, so that more may be due behind it."""

    due: list[Due]
    cleared: bool


async def claim(
    database: Database, tenant: str, now: datetime, receivers: Sequence[Receiver], hands: Hands, held: Lease
) -> Claimed:
    """Due deliveries to `receivers`, as far as breakers, rates, concurrency, order and `hands` allow; oldest first."""
    asked = [
        [one.name for one in receivers],
        [min(one.together, MOST) for one in receivers],
        [one.flying for one in receivers],
        [one.trusted for one in receivers],
    ]
    async with database.connection() as connection:
        rows = await connection.fetch(
            _CLAIM, tenant, now, *asked, hands.free, hands.easy, hands.retries, held.token, held.until
        )
    found = [dict(row) for row in rows]
    cleared = [row.pop("cleared") for row in found]
    return Claimed([Due(**row) for row in found if row["id"]], any(cleared))


async def release(database: Database, tenant: str, held: Lease, due: Sequence[Due]) -> None:
    """Hands back what was claimed and not sent."""
    async with database.connection() as connection:
        await connection.execute(
            _RELEASE, tenant, held.token, [one.destination for one in due], [one.id for one in due]
        )  # fmt: skip
