"""Who may ask an account, and how much of it: slots, leased by replicas.

One rule: no statement here waits for another replica's. A row that somebody has locked is somebody's already, and is
passed over (SKIP LOCKED); so a slot has one holder, and renewals neither queue nor deadlock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.store.database import Database, columns

FORGOTTEN_AFTER = timedelta(days=1)  # what a replica leaves behind that was killed

_DECLARE = """
INSERT INTO slots (tenant, account, slot)
SELECT $1, a.account, n FROM unnest($2::text[], $3::int[]) a(account, slots), generate_series(0, a.slots - 1) n
ORDER BY 2, 3
ON CONFLICT DO NOTHING"""

# A slot beyond the configured number is deleted when it is free: whoever is configured with more uses it until then.
_RENEW = """
WITH wanted AS (
    SELECT * FROM unnest($5::text[], $6::int[], $7::int[], $8::timestamptz[]) w(account, slots, more, until)
), kept AS (
    SELECT * FROM unnest($9::text[], $10::int[]) k(account, slot)
), present AS (
    INSERT INTO workers (tenant, name, accounts, seen_until) VALUES ($1, $2, $5, $4)
    ON CONFLICT (tenant, name) DO UPDATE SET accounts = excluded.accounts, seen_until = excluded.seen_until
), forgotten AS (
    DELETE FROM workers WHERE tenant = $1 AND name <> $2 AND seen_until < $3::timestamptz - $11::interval
), others AS (
    SELECT w.account, count(o.name) AS n, count(o.name) FILTER (WHERE o.name < $2) AS before
    FROM wanted w LEFT JOIN workers o
        ON o.tenant = $1 AND o.name <> $2 AND o.seen_until > $3 AND w.account = ANY (o.accounts)
    GROUP BY w.account
), reachable AS (
    SELECT s.account, s.slot, s.holder, w.slots, w.more, w.until, s.holder = $2 AND k.slot IS NOT NULL AS kept
    FROM slots s JOIN wanted w USING (account) LEFT JOIN kept k USING (account, slot)
    WHERE s.tenant = $1 AND (s.holder IS NULL OR s.holder = $2 OR s.held_until <= $3)
    FOR UPDATE OF s SKIP LOCKED
), vanished AS (
    DELETE FROM slots s USING reachable r
    WHERE s.tenant = $1 AND s.account = r.account AND s.slot = r.slot AND r.slot >= r.slots
), numbered AS (
    SELECT *, kept IS TRUE OR row_number() OVER (PARTITION BY account, kept IS TRUE ORDER BY slot) <= more AS ours
    FROM reachable WHERE slot < slots
), settled AS (
    UPDATE slots s SET holder = CASE WHEN n.ours THEN $2 END, held_until = CASE WHEN n.ours THEN n.until END
    FROM numbered n
    WHERE s.tenant = $1 AND s.account = n.account AND s.slot = n.slot AND (n.ours OR n.holder = $2)
    RETURNING s.account, s.slot, n.ours
)
SELECT o.account, o.n + 1 AS living, o.before AS rank,
    coalesce(array_agg(s.slot) FILTER (WHERE s.ours), '{}') AS slots
FROM others o LEFT JOIN settled s USING (account) GROUP BY o.account, o.n, o.before"""

_GIVE_BACK = """
WITH gone AS (
    DELETE FROM workers WHERE tenant = $1 AND name = $2
)
UPDATE slots SET holder = NULL, held_until = NULL WHERE tenant = $1 AND holder = $2 AND account = ANY ($3::text[])"""


@dataclass(frozen=True, slots=True)
class Want:
    """What a replica asks of an account that is configured with `slots`: to `keep` these, and to get up to `more`, all
    of them held until `until`. What it holds and does not keep, it gives back.
    """

    slots: int
    keep: frozenset[int]
    more: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Holding:
    """What it got: the slots it holds now, of `living` replicas that ask this account, of which it is number `rank`."""

    slots: frozenset[int]
    living: int
    rank: int


async def declare(database: Database, tenant: str, configured: Mapping[str, int]) -> None:
    """Makes the slots of accounts that are configured with so many, where there are fewer."""
    async with database.connection() as connection:
        await connection.execute(_DECLARE, tenant, *columns(list(configured.items()), 2))


async def renew(
    database: Database, tenant: str, worker: str, wants: Mapping[str, Want], now: datetime, seen_until: datetime
) -> Mapping[str, Holding]:
    """Says that `worker` lives, keeps, gives back and takes slots of all accounts, in one statement.

    When it fails nobody knows whether it happened; the next one, told to keep what was known before, puts it right.
    """
    asked = [(account, want.slots, want.more, want.until) for account, want in wants.items()]
    kept = [(account, slot) for account, want in wants.items() for slot in want.keep]
    values = (*columns(asked, 4), *columns(kept, 2), FORGOTTEN_AFTER)
    async with database.connection() as connection:
        rows = await connection.fetch(_RENEW, tenant, worker, now, seen_until, *values)
    return {row["account"]: Holding(frozenset(row["slots"]), row["living"], row["rank"]) for row in rows}


async def give_back(database: Database, tenant: str, worker: str, accounts: Iterable[str]) -> None:
    """Ends `worker`: its slots of `accounts` are free at once, the rest when their time is over."""
    async with database.connection() as connection:
        await connection.execute(_GIVE_BACK, tenant, worker, list(accounts))
