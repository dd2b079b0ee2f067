"""What time alone does: pending to overdue, overdue to escalated, in chunks, costing nothing while nothing is due.

One rule: a chunk is small and waits for nobody, so that a million invoices that fall due in one minute hold up
neither events nor questions.
"""

from collections.abc import Sequence
from datetime import datetime

from app.domain.invoice import Cause, Record, State
from app.domain.transition import Move, move, overdue_finding
from app.store import maintenance, moves, quarantine
from app.store.database import Connection, Database, Row
from app.store.maintenance import Hold
from app.store.rows import UNREADABLE, record_of

_LATE = """
SELECT * FROM invoices WHERE late_at <= $1 AND tenant = $2 ORDER BY late_at LIMIT $3 FOR UPDATE SKIP LOCKED"""

_BY_TIME = {State.PENDING: Cause.DEADLINE, State.OVERDUE: Cause.ESCALATION}


async def move_late(database: Database, tenant: str, now: datetime, limit: int) -> list[Move]:
    """Moves at most `limit` invoices whose time is up; those that moved. Fewer: nothing else is due.

    Deadlines that maintenance pauses are put aside on the way, a chunk a transaction: they never stand before others.
    """
    moved: list[Move] = []
    while True:
        wanted = limit - len(moved)
        met, part = await _move_some(database, tenant, now, wanted)
        moved += part
        if met < wanted or len(moved) == limit:
            return moved


async def _move_some(database: Database, tenant: str, now: datetime, limit: int) -> tuple[int, list[Move]]:
    """How many were due of at most `limit`, and those that moved."""

    async def work(tx: Connection) -> tuple[int, list[Move]]:
        held = await maintenance.holds(tx, tenant, now)
        rows = await tx.fetch(_LATE, now, tenant, limit)
        aside = {row["id"]: until for row in rows if (until := _until(row, held, now))}
        if aside:
            await maintenance.put_aside(tx, tenant, aside)
        late, broken = _late([row for row in rows if row["id"] not in aside], now)
        if broken:
            await quarantine.set_aside(tx, tenant, "deadline", broken, now)
        moved = await moves.apply(tx, tenant, late) if late else set()
        return len(rows), [one for one in late if one.record.id in moved]

    return await database.repeatably(work)


def _until(row: Row, held: Sequence[Hold], now: datetime) -> datetime | None:
    """Until when maintenance puts the row's deadline aside; None: it has passed."""
    untils = [until for each in held if (until := each.until(row["account"], row["late_at"], now))]
    return max(untils, default=None)


def _late(rows: Sequence[Row], now: datetime) -> tuple[list[Move], list[tuple[str, str]]]:
    """The moves of what is late, and what cannot be moved (id, reason)."""
    late: list[Move] = []
    broken: list[tuple[str, str]] = []
    for row in rows:
        try:
            late.append(_moved(record_of(row), now))
        except UNREADABLE as error:
            broken.append((str(row["id"]), f"{type(error).__name__}: {error}"))
    return late, broken


def _moved(record: Record, now: datetime) -> Move:
    return move(record, _BY_TIME[record.state], now, finding=overdue_finding(record))
