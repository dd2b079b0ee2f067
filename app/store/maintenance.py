"""Maintenance windows: when accounts are announced to be down; and the deadlines that such a window pauses.

One rule: while a window pauses an account, and until its deadlines have been moved afterwards, no deadline of that
account passes; and nobody else's waits for it.

A deadline that comes due meanwhile is put aside by `late_at` (`Hold`), so that the head of the due index is free
however many are held: each costs one small update, once. After the window `credit` walks over what is still open and
moves each deadline by the time that the window took from it, chunk by chunk, which puts `late_at` right again; how far
it has come is kept in the window's row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from app.domain.quiet import Listed, Listing, Window
from app.store.database import Connection, Database, Row
from app.store.moves import new_id

SETTLING: Final = timedelta(minutes=1)
"""After a window: what was received in it has been committed by then, and the walk meets all of it."""
_ASIDE: Final = timedelta(days=1)

_COLUMNS = "id::text, accounts, starts_at, ends_at, pause_deadlines, reason, author, created_at, credited"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('maintenance ' || $1, 0))"
_SAME = f"""
SELECT {_COLUMNS} FROM maintenance
WHERE tenant = $1 AND accounts = $2 AND starts_at = $3 AND ends_at = $4 AND pause_deadlines = $5 AND reason = $6
  AND author = $7"""
_OVERLAPS = """
SELECT EXISTS (SELECT FROM maintenance
    WHERE tenant = $1 AND pause_deadlines AND starts_at < $4 AND ends_at > $3 AND ends_at > starts_at
      AND (accounts = '{}' OR $2::text[] = '{}' OR accounts && $2))"""
_ADD = f"""
INSERT INTO maintenance (tenant, id, accounts, starts_at, ends_at, pause_deadlines, reason, author, created_at)
VALUES ($1, $9::uuid, $2, $3, $4, $5, $6, $7, $8) RETURNING {_COLUMNS}"""
_GET = f"SELECT {_COLUMNS} FROM maintenance WHERE tenant = $1 AND id = $2::uuid"
_END = """
UPDATE maintenance SET starts_at = least(starts_at, $3), ends_at = $3
WHERE tenant = $1 AND id = $2::uuid AND ends_at > $3"""
_WAKE = """
UPDATE incidents i SET wake_at = $3 FROM maintenance w
WHERE w.tenant = $1 AND w.id = $2::uuid AND i.tenant = w.tenant AND i.state <> 'resolved'
  AND (w.accounts = '{}' OR i.account = ANY (w.accounts))"""
_LIST = f"""
SELECT {_COLUMNS} FROM maintenance w
WHERE w.tenant = $1 AND ($2::uuid IS NULL OR w.id < $2)
  AND ($3::text[] = '{{}}'
       OR CASE WHEN w.ends_at <= $4 THEN 'ended' WHEN w.starts_at <= $4 THEN 'active' ELSE 'planned' END = ANY ($3))
ORDER BY w.id DESC LIMIT $5"""

_HOLDS = """
SELECT accounts, starts_at, ends_at FROM maintenance
WHERE tenant = $1 AND pause_deadlines AND NOT credited AND starts_at <= $2 AND ends_at > starts_at"""

# The window that was over first, or none while another replica is at it.
_OVER = """
SELECT id, accounts, starts_at, ends_at, credited_account, credited_issued_at, credited_id FROM maintenance
WHERE tenant = $1 AND id = (
    SELECT id FROM maintenance WHERE tenant = $1 AND pause_deadlines AND NOT credited AND ends_at <= $2
    ORDER BY ends_at, id LIMIT 1)
FOR UPDATE SKIP LOCKED"""
_NEXT_ACCOUNT = """
SELECT min(account) FROM invoice_counts
WHERE tenant = $1 AND ($2::text[] = '{}' OR account = ANY ($2)) AND ($3::text IS NULL OR account > $3)"""
# Whose next deadline had passed before the window began lost nothing by it. An overdue invoice keeps the deadline that
# it missed; a quarantined one (no `late_at`) stays without.
_CREDIT = """
WITH part AS MATERIALIZED (
    SELECT id, issued_at, state, CASE state WHEN 'pending' THEN overdue_at ELSE escalate_at END AS deadline, received_at
    FROM invoices
    WHERE tenant = $1 AND account = $2 AND state IN ('pending', 'overdue', 'escalated')
      AND (issued_at, id) > ($3, $4) ORDER BY issued_at, id LIMIT $7 FOR UPDATE
), part_with_loss AS (
    SELECT id, state, deadline,
        CASE WHEN deadline > $5 AND received_at < $6 THEN $6 - greatest($5, received_at) ELSE interval '0' END AS lost
    FROM part WHERE state <> 'escalated'
), moved AS (
    UPDATE invoices i
    SET overdue_at = CASE l.state WHEN 'pending' THEN i.overdue_at + l.lost ELSE i.overdue_at END,
        escalate_at = i.escalate_at + l.lost,
        late_at = CASE WHEN i.late_at IS NOT NULL THEN l.deadline + l.lost END
    FROM part_with_loss l
    WHERE i.tenant = $1 AND i.id = l.id AND (l.lost > interval '0' OR i.late_at <> l.deadline)
)
SELECT issued_at, id FROM part ORDER BY issued_at, id"""
_REACHED = """
UPDATE maintenance SET credited_account = $3, credited_issued_at = $4, credited_id = $5, credited = $6
WHERE tenant = $1 AND id = $2"""
_PUT_ASIDE = """
UPDATE invoices i SET late_at = held.until FROM unnest($2::uuid[], $3::timestamptz[]) AS held (id, until)
WHERE i.tenant = $1 AND i.id = held.id"""


@dataclass(frozen=True, slots=True)
class Hold:
    """A window whose deadlines wait: it has begun, and has not been credited. No accounts: all."""

    accounts: Sequence[str]
    starts_at: datetime
    ends_at: datetime

    def until(self, account: str, deadline: datetime, now: datetime) -> datetime | None:
        """Until when a deadline that has come is put aside; None where the window has no say in it.

        Within the window: to a day after it, for `credit` sets it right before. After the window: for a moment, as the
        walk may have been there already.
        """
        if deadline < self.starts_at or (self.accounts and account not in self.accounts):
            return None
        return self.ends_at + _ASIDE if now < self.ends_at else now + SETTLING


async def holds(tx: Connection, tenant: str, now: datetime) -> list[Hold]:
    """The windows that hold deadlines now."""
    return [Hold(**dict(row)) for row in await tx.fetch(_HOLDS, tenant, now)]


async def put_aside(tx: Connection, tenant: str, held: Mapping[UUID, datetime]) -> None:
    """Moves the due instant of invoices (by id) whose rows the caller has locked."""
    await tx.execute(_PUT_ASIDE, tenant, list(held), list(held.values()))


async def credit(database: Database, tenant: str, now: datetime, limit: int) -> bool:
    """Moves the deadlines of at most `limit` invoices for a window that is over; whether there may be more."""

    async def work(tx: Connection) -> bool:
        window = await tx.fetchrow(_OVER, tenant, now - SETTLING)
        if window is None:
            return False
        account, issued_at, last = window["credited_account"], window["credited_issued_at"], window["credited_id"]
        if account is None or issued_at is None:
            account = await tx.fetchval(_NEXT_ACCOUNT, tenant, window["accounts"], account)
            issued_at, last = _BEGINNING, _FIRST
        done = account is None
        if not done:
            span = (window["starts_at"], window["ends_at"])
            part = await tx.fetch(_CREDIT, tenant, account, issued_at, last, *span, limit)
            more = len(part) == limit
            issued_at, last = (part[-1]["issued_at"], part[-1]["id"]) if more else (None, None)
        reached = (None, None, None) if done else (account, issued_at, last)
        await tx.execute(_REACHED, tenant, window["id"], *reached, done)
        return True

    return await database.repeatably(work)


_BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)
_FIRST: Final = UUID(int=0)


class Maintenance:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, tenant: str, accounts: Sequence[str], starts_at: datetime, ends_at: datetime, *,
        pause_deadlines: bool, reason: str, author: str, now: datetime,
    ) -> tuple[Window, bool] | None:  # fmt: skip
        """The window, and whether it is new: the same one again is not. None: it would pause what another one pauses,
        and deadlines would be moved twice.
        """
        named = sorted(set(accounts))
        said = (named, starts_at, ends_at, pause_deadlines, reason, author)

        async def work(tx: Connection) -> tuple[Window, bool] | None:
            await tx.execute(_ONE_AT_A_TIME, tenant)
            if same := await tx.fetchrow(_SAME, tenant, *said):
                return _window(same), False
            if pause_deadlines and await tx.fetchval(_OVERLAPS, tenant, named, starts_at, ends_at):
                return None
            return _window(await tx.fetchrow(_ADD, tenant, *said, now, new_id(now))), True

        return await self._database.repeatably(work)

    async def get(self, tenant: str, window_id: str) -> Window | None:
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_GET, tenant, window_id)
        return _window(row) if row else None

    async def all(self, tenant: str, listing: Listing, now: datetime) -> Listed[Window]:
        """One page, the newest first."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_LIST, tenant, listing.before, list(listing.phases), now, listing.limit + 1)
        items = [_window(row) for row in rows[: listing.limit]]
        return Listed(items, items[-1].id if len(rows) > listing.limit else None)

    async def end(self, tenant: str, window_id: str, now: datetime) -> Window | None:
        """Ends it now, which counts to this moment; one that has ended stays as it is."""

        async def work(tx: Connection) -> Window | None:
            if (await tx.execute(_END, tenant, window_id, now)) != "UPDATE 0":
                await tx.execute(_WAKE, tenant, window_id, now)
            row = await tx.fetchrow(_GET, tenant, window_id)
            return _window(row) if row else None

        return await self._database.repeatably(work)


def _window(row: Row | None) -> Window:
    assert row is not None
    return Window(**{name: row[name] for name in Window.__slots__} | {"accounts": tuple(row["accounts"])})
