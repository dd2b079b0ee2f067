"""A database that was moved to another cluster, whose transactions are counted anew.

One rule: a position of another cluster is never compared with one of ours. What came along gets position 0, where ids
tell the order, and the epoch rises, so that whoever has a mark of before is known by it (`feed.py`).
"""

import logging

from app.domain.identifiers import earlier
from app.store.database import Connection, Database
from app.store.feed import MARGIN

log = logging.getLogger(__name__)

LOCK = 0x70696170  # "piap"
PATIENCE = 3600.0  # seconds: all messages are rewritten, once in the life of a cluster

# No transaction that this snapshot sees can have a number from its end on, so there is no false alarm.
_MOVED = """
SELECT coalesce(max(position) >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint, false)
FROM messages WHERE tenant = $1"""

_FORGET = "UPDATE messages SET position = 0 WHERE tenant = $1 AND position > 0"

# Minutes since 1970: two clusters that were made from one dump do not share an epoch.
_RAISE = """
INSERT INTO epochs (tenant, epoch) VALUES ($1, (extract(epoch FROM now()) / 60)::int)
ON CONFLICT (tenant) DO UPDATE SET epoch = greatest(epochs.epoch + 1, excluded.epoch)"""

_READERS = "SELECT name, id::text FROM cursors WHERE tenant = $1 FOR UPDATE"
_SET_READER = "UPDATE cursors SET position = 0, id = $3::uuid WHERE tenant = $1 AND name = $2"
_JOBS = "SELECT id::text, reached_id::text FROM redeliveries WHERE tenant = $1 AND state = 'running' FOR UPDATE"
_SET_JOB = """
UPDATE redeliveries SET reached_position = 0, until_position = 0, reached_id = $3::uuid
WHERE tenant = $1 AND id = $2::uuid"""


async def heal(database: Database, tenant: str) -> bool:
    """Notices that the database was moved, and makes it readable again; whether it had to. Repeatable, for every start.

    Our own readers and what is being sent again go on a margin earlier: repeats are harmless, gaps are not.
    """
    async with database.transaction() as tx:
        if not await tx.fetchval(_MOVED, tenant):
            return False
        await tx.execute("SET LOCAL statement_timeout = 0")
        await tx.execute("SELECT pg_advisory_xact_lock($1)", LOCK, timeout=PATIENCE)
        if not await tx.fetchval(_MOVED, tenant):  # another replica was faster
            return False
        await tx.execute(_FORGET, tenant, timeout=PATIENCE)
        await tx.execute(_RAISE, tenant)
        await _set_back(tx, tenant)
    log.warning("the database was moved to another cluster: the feed goes on in a new epoch")
    return True


async def _set_back(tx: Connection, tenant: str) -> None:
    for name, reached in await tx.fetch(_READERS, tenant):
        await tx.execute(_SET_READER, tenant, name, earlier(reached, MARGIN))
    for job, reached in await tx.fetch(_JOBS, tenant):
        await tx.execute(_SET_JOB, tenant, job, earlier(reached, MARGIN))
