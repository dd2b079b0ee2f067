"""Calls to providers by account and day, counted by those who make them and told every few seconds.

One rule: a replica writes its own rows alone, and in them its total of the day. So nobody waits for another's row, and
what is told twice is counted once. A replica that is killed takes with it what it did since it last told: some seconds
of calls.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from app.store.database import Database, columns

FORGOTTEN_AFTER = timedelta(days=7)

_TELL = """
WITH told AS (
    SELECT * FROM unnest($3::text[], $4::date[], $5::int[]) AS t (account, day, calls)
), kept AS (
    INSERT INTO account_calls (tenant, account, day, worker, calls)
    SELECT $1, account, day, $2, calls FROM told WHERE calls > 0
    ON CONFLICT (tenant, account, day, worker) DO UPDATE SET calls = excluded.calls
        WHERE account_calls.calls < excluded.calls
)
SELECT t.account, t.day, sum(o.calls)::bigint AS calls
FROM told t JOIN account_calls o ON o.tenant = $1 AND o.account = t.account AND o.day = t.day AND o.worker <> $2
GROUP BY t.account, t.day"""

_FORGET = "DELETE FROM account_calls WHERE tenant = $1 AND day < $2"


async def tell(
    database: Database, tenant: str, worker: str, totals: Mapping[str, Mapping[date, int]]
) -> Mapping[str, Mapping[date, int]]:
    """Keeps the `totals` of `worker`, by account and day; gives those of all others together, for the same days."""
    told = [(account, day, calls) for account, days in totals.items() for day, calls in days.items()]
    async with database.connection() as connection:
        rows = await connection.fetch(_TELL, tenant, worker, *columns(told, 3))
    others: dict[str, dict[date, int]] = {account: {} for account in totals}
    for row in rows:
        others[row["account"]][row["day"]] = row["calls"]
    return others


async def forget(database: Database, tenant: str, now: datetime) -> None:
    """Drops the days that nobody asks about any more."""
    async with database.connection() as connection:
        await connection.execute(_FORGET, tenant, (now - FORGOTTEN_AFTER).date())
