"""Tax-system accounts as all replicas see them: their breakers, how they fare, and how often they were asked today.

One rule: what is looked at here does not grow with the backlog: first index entries, capped counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.domain.breaker import Breaker
from app.domain.invoice import Outcome
from app.domain.lanes import LANES
from app.domain.message import instant
from app.domain.meter import Daily
from app.store.database import Connection, Database, Row

CAP = 10_000  # beyond this a backlog is "ten thousand or more"

_GET = "SELECT failures, openings, open_until, reason FROM accounts WHERE tenant = $1 AND name = $2"

_PUT = """
INSERT INTO accounts (tenant, name, failures, openings, open_until, reason, last_success_at, last_failure_at,
                      well_since, failing_since)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8)
ON CONFLICT (tenant, name) DO UPDATE SET
    failures = excluded.failures, openings = excluded.openings,
    open_until = excluded.open_until, reason = excluded.reason,
    last_success_at = coalesce(excluded.last_success_at, accounts.last_success_at),
    last_failure_at = coalesce(excluded.last_failure_at, accounts.last_failure_at),
    well_since = CASE WHEN excluded.failures = 0 THEN coalesce(accounts.well_since, excluded.well_since) END,
    failing_since = CASE WHEN excluded.failures > 0 THEN coalesce(accounts.failing_since, excluded.failing_since) END"""


async def breaker(database: Database, tenant: str, account: str) -> Breaker:
    """The breaker of `account` as all replicas see it."""
    async with database.connection() as connection:
        row = await connection.fetchrow(_GET, tenant, account)
    if row is None:
        return Breaker()
    return Breaker(
        row["failures"], row["openings"], row["open_until"], Outcome(row["reason"]) if row["reason"] else None
    )


async def keep_breaker(database: Database, tenant: str, account: str, state: Breaker, now: datetime) -> None:
    """Keeps the breaker after a call; the last writer wins, which at worst costs one more canary."""
    good = state.failures == 0
    async with database.connection() as connection:
        await connection.execute(
            _PUT, tenant, account, state.failures, state.openings, state.open_until, state.reason,
            now if good else None, None if good else now,
        )  # fmt: skip


_LOOK = """
SELECT a.name,
    (SELECT i.issued_at FROM invoices i WHERE i.tenant = $1 AND i.account = a.name
        AND i.state IN ('pending', 'overdue', 'escalated') ORDER BY i.issued_at LIMIT 1) AS oldest,
    (SELECT count(*) FROM (SELECT FROM unnest($5::int2[]) AS its (lane) CROSS JOIN LATERAL (
        SELECT FROM schedule s WHERE s.tenant = $1 AND s.account = a.name AND s.lane = its.lane AND s.due_at <= $3
        LIMIT $4) AS head LIMIT $4) AS due) AS due,
    (SELECT coalesce(sum(c.calls), 0)::bigint FROM account_calls c
        WHERE c.tenant = $1 AND c.account = a.name AND c.day = a.day) AS used,
    h.open_until, h.last_success_at, h.last_failure_at
FROM unnest($2::text[], $6::date[]) AS a (name, day) LEFT JOIN accounts h ON h.tenant = $1 AND h.name = a.name"""

_NAMES = """
SELECT name FROM accounts WHERE tenant = $1 UNION SELECT DISTINCT account FROM invoice_counts WHERE tenant = $1"""


async def look(connection: Connection, tenant: str, days: Mapping[str, date], now: datetime) -> Sequence[Row]:
    """How the accounts named by `days` fare: `oldest` open invoice, checks `due` (at most CAP), calls `used` on that
    day, and what the breaker's row says.
    """
    return await connection.fetch(_LOOK, tenant, list(days), now, CAP, LANES, list(days.values()))


@dataclass(frozen=True, slots=True)
class Configured:
    """What the settings say of an account, as far as anybody may know it."""

    adapter: str
    proof: str | None
    credentials_expire_at: datetime | None
    daily: Daily


class Accounts:
    """Accounts as JSON objects: the configured ones, and those that only the database knows."""

    def __init__(self, database: Database, configured: Mapping[str, Configured]) -> None:
        self._database, self._configured = database, configured

    async def all(self, tenant: str, now: datetime) -> list[dict[str, Any]]:
        """In the order of their names."""
        async with self._database.connection() as connection:
            names = await self._names(connection, tenant)
            rows = await look(connection, tenant, {name: self._daily(name).day(now) for name in sorted(names)}, now)
        return [self._document(row, now) for row in sorted(rows, key=lambda row: row["name"])]

    async def get(self, tenant: str, name: str, now: datetime) -> dict[str, Any] | None:
        """None: nobody knows this account."""
        async with self._database.connection() as connection:
            if name not in await self._names(connection, tenant):
                return None
            [row] = await look(connection, tenant, {name: self._daily(name).day(now)}, now)
        return self._document(row, now)

    async def _names(self, connection: Connection, tenant: str) -> set[str]:
        return {*self._configured, *(row["name"] for row in await connection.fetch(_NAMES, tenant))}

    def _daily(self, name: str) -> Daily:
        known = self._configured.get(name)
        return known.daily if known else Daily()

    def _document(self, row: Row, now: datetime) -> dict[str, Any]:
        known, daily = self._configured.get(row["name"]), self._daily(row["name"])
        seen = row["last_success_at"] or row["last_failure_at"]
        return {
            "name": row["name"],
            "configured": known is not None,
            "adapter": known.adapter if known else None,
            "proof": known.proof if known else None,
            "up": row["open_until"] is None if seen else None,
            "breaker": {
                "open": Breaker(open_until=row["open_until"]).is_open(now),
                "open_until": instant(row["open_until"]),
            },
            "last_success_at": instant(row["last_success_at"]),
            "last_failure_at": instant(row["last_failure_at"]),
            "calls": {
                "day": daily.day(now).isoformat(),
                "used": row["used"],
                "limit": daily.limit,
                "left": None if daily.limit is None else max(0, daily.limit - row["used"]),
            },
            "checks_due": row["due"],
            "credentials_expire_at": instant(known.credentials_expire_at if known else None),
        }
