"""The shared health of tax-system accounts: their breakers, so that all replicas stop and start asking together."""

from datetime import datetime

from app.domain.breaker import Breaker
from app.domain.invoice import Outcome
from app.store.database import Database

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
