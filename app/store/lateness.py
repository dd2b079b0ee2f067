"""What time alone does: pending to overdue, overdue to escalated, in chunks, costing nothing while nothing is due."""

from datetime import datetime

from app.domain.invoice import Cause, State
from app.domain.transition import Move, move, overdue_finding
from app.store import moves
from app.store.database import Connection, Database
from app.store.rows import record_of

_LATE = """
SELECT * FROM invoices WHERE late_at <= $1 AND tenant = $2 ORDER BY late_at LIMIT $3 FOR UPDATE SKIP LOCKED"""

_BY_TIME = {State.PENDING: Cause.DEADLINE, State.OVERDUE: Cause.ESCALATION}


async def move_late(database: Database, tenant: str, now: datetime, limit: int) -> list[Move]:
    """Moves at most `limit` invoices whose time is up; those that moved."""

    async def work(tx: Connection) -> list[Move]:
        records = [record_of(row) for row in await tx.fetch(_LATE, now, tenant, limit)]
        late = [move(record, _BY_TIME[record.state], now, finding=overdue_finding(record)) for record in records]
        moved = await moves.apply(tx, tenant, late) if late else set()
        return [one for one in late if one.record.id in moved]

    return await database.repeatably(work)
