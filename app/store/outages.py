"""What tells that a tax system is out: breakers, and tallies that all replicas add up. One rule: both are bounded."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from app.domain.incident import Scope, Trouble
from app.domain.outage import Health, Outage, Tallied
from app.domain.tally import Count, Place
from app.store.database import Connection, columns
from app.store.health import GONE, NO_SUCCESS
from app.store.rows import OUTCOMES

ENDPOINT_PATIENCE = timedelta(hours=1)

_HEALTH = """
SELECT name AS account, failing_since, well_since, openings, reason FROM accounts
WHERE tenant = $1 AND name = ANY ($2::text[])"""

_ASKED = "SELECT DISTINCT unnest(accounts) AS account FROM workers WHERE tenant = $1 AND seen_until > $2"

_ADD = """
INSERT INTO tallies AS t (tenant, minute, account, seller, region, asked, failed, outcome, code)
SELECT $1, * FROM unnest($2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::text[],
                         $9::text[]) AS c (minute, account, seller, region, asked, failed, outcome, code)
ORDER BY minute, account, seller, region
ON CONFLICT (tenant, minute, account, seller, region) DO UPDATE SET
    asked = t.asked + excluded.asked, failed = t.failed + excluded.failed,
    outcome = coalesce(nullif(excluded.outcome, ''), t.outcome),
    code = CASE WHEN excluded.outcome = '' THEN t.code ELSE excluded.code END"""

_SUM = """
SELECT account, seller, region, sum(asked)::int AS asked, sum(failed)::int AS failed,
    min(minute) FILTER (WHERE failed > 0) AS since,
    (array_agg(outcome ORDER BY minute DESC) FILTER (WHERE failed > 0))[1] AS outcome,
    (array_agg(code ORDER BY minute DESC) FILTER (WHERE failed > 0))[1] AS code
FROM tallies WHERE tenant = $1 AND minute > $2 GROUP BY account, seller, region HAVING sum(failed) >= $3"""

_ENDPOINTS = """
SELECT name, coalesce(failing_since, disabled_at) AS since, coalesce(last_failure, '') AS failure FROM destinations
WHERE tenant = $1 AND (enabled AND failing_since <= $2 OR NOT enabled AND disabled_reason = ANY ($3::text[]))
ORDER BY name"""

_FORGET = "DELETE FROM tallies WHERE tenant = $1 AND minute <= $2"


async def healths(connection: Connection, tenant: str, accounts: Sequence[str]) -> list[Health]:
    """The health of those accounts that were asked before."""
    rows = await connection.fetch(_HEALTH, tenant, list(accounts))
    return [
        Health(row["account"], row["failing_since"], row["well_since"], row["openings"], OUTCOMES.get(row["reason"]))
        for row in rows
    ]


async def asked(connection: Connection, tenant: str, now: datetime) -> list[str]:
    """The accounts that a living replica asks; an outage of any other one is nobody's any more."""
    return [row["account"] for row in await connection.fetch(_ASKED, tenant, now)]


async def endpoints(connection: Connection, tenant: str, now: datetime) -> list[Outage]:
    """Destinations that have taken nothing for an hour, though there was something to take, or were given up."""
    rows = await connection.fetch(_ENDPOINTS, tenant, now - ENDPOINT_PATIENCE, [GONE, NO_SUCCESS])
    scopes = [Scope(Trouble.ENDPOINT, endpoint=row["name"]) for row in rows]
    return [Outage(scope, row["since"], None, row["failure"]) for scope, row in zip(scopes, rows, strict=True)]


async def add(connection: Connection, tenant: str, counts: Mapping[tuple[datetime, Place], Count]) -> None:
    """Adds one replica's counts to everybody's."""
    rows = [(minute, *place, c.asked, c.failed, c.outcome, c.code) for (minute, place), c in counts.items()]
    if rows:
        await connection.execute(_ADD, tenant, *columns(rows, 8))


async def tallied(connection: Connection, tenant: str, within: timedelta, least: int, now: datetime) -> list[Tallied]:
    """Scopes with at least `least` failures within that time; what is older than that is forgotten."""
    await connection.execute(_FORGET, tenant, now - 2 * within)
    rows = await connection.fetch(_SUM, tenant, now - within, least)
    return [
        Tallied(
            row["account"], row["seller"], row["region"], row["asked"], row["failed"], row["since"],
            OUTCOMES.get(row["outcome"]), row["code"] or "",
        )
        for row in rows
    ]  # fmt: skip
