"""Everything that is told, in the order of commits: the feed, our own readers, and whoever sends again.

One rule: nothing ever appears behind a reader. A message's position is the number of the transaction that wrote it, and
a reader sees only positions below the oldest transaction still under way: whatever commits later stands further on.

A transaction that hangs, in any database of the cluster, therefore holds readers up; ours are cut off after 30 seconds
of rest (`database.py`). What was written before positions were kept has position 0, where ids tell the order.

A reader may come from elsewhere: its database was restored from a dump or fell back to an older state, and its mark
counts transactions that are not ours. It goes on by the time in the id it read last, with a margin for what was
committed late: it sees a few messages again, and misses none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.cursors import Bookmark, Mark, decode_bookmark, encode_bookmark
from app.domain.identifiers import ZERO, earlier
from app.domain.retelling import FeedPage
from app.store.database import Connection, Database, Row

__all__ = ["MARGIN", "SETTLED", "Entry", "Feed", "Mark", "end", "read", "resume"]

MARGIN = timedelta(minutes=10)  # by which a commit may come after the instant in its messages' ids, and more
SCANNED = 5_000  # messages that one page looks at for those of the types asked for
NOW = "now"

# In the statement that reads: it and the rows are of one snapshot.
SETTLED = "position < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"

_READ = f"""
SELECT position, id::text, type, invoice_id::text, incident_id::text, sequence, at, body
FROM messages
WHERE tenant = $1 AND (position, id) > ($2, $3::uuid) AND {SETTLED}
ORDER BY position, id LIMIT $4"""

_END = f"""
SELECT position, id::text FROM messages
WHERE tenant = $1 AND {SETTLED}
ORDER BY position DESC, id DESC LIMIT 1"""

_FROM = """
SELECT least(pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
             (SELECT min(position) FROM messages WHERE tenant = $1 AND id >= $2::uuid))"""

_EPOCH = "SELECT coalesce((SELECT epoch FROM epochs WHERE tenant = $1), 0)"
_STANDS = "SELECT EXISTS (SELECT FROM messages WHERE tenant = $1 AND position = $2 AND id = $3::uuid)"

# Tests of one destination are nobody else's business. The last row, without a body, tells how far the look went.
_PAGE = f"""
WITH seen AS MATERIALIZED (
    SELECT position, id, type, type NOT LIKE 'test.%' AS public FROM messages
    WHERE tenant = $1 AND (position, id) > ($2, $3::uuid) AND {SETTLED}
    ORDER BY position, id LIMIT $4
), picked AS (
    SELECT position, id FROM seen WHERE public AND ($5::text[] = '{{}}' OR type = ANY ($5))
    ORDER BY position, id LIMIT $6
)
SELECT position, id::text, body, seen FROM (
    SELECT p.position, p.id, m.body, 0 AS seen FROM picked p JOIN messages m ON m.tenant = $1 AND m.id = p.id
    UNION ALL
    (SELECT position, id, NULL, (SELECT count(*) FROM seen) FROM seen ORDER BY position DESC, id DESC LIMIT 1)
) AS page
ORDER BY body IS NULL, position, page.id"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in its place. About an invoice or an incident, or neither: a test."""

    position: int
    id: str
    type: str
    invoice_id: str | None
    incident_id: str | None
    sequence: int
    at: datetime
    body: str

    @property
    def mark(self) -> Mark:
        """Where to go on after this one."""
        return Mark(self.position, self.id)


async def read(connection: Connection, tenant: str, after: Mark, limit: int) -> list[Entry]:
    """The next messages after a mark, at most `limit`, in order; go on after the last one's mark."""
    rows = await connection.fetch(_READ, tenant, after.position, after.id, limit)
    return [Entry(**dict(row)) for row in rows]


async def end(connection: Connection, tenant: str) -> Mark:
    """The last message that can be read now; whatever comes, comes after it."""
    row = await connection.fetchrow(_END, tenant)
    return Mark(**dict(row)) if row else Mark()


async def resume(connection: Connection, tenant: str, first_id: str) -> Mark:
    """A mark before all messages whose ids are from `first_id` on, less the margin; as near to them as can be."""
    floor = earlier(first_id, MARGIN)
    position: int = await connection.fetchval(_FROM, tenant, floor)
    return Mark(position, ZERO if position else floor)


class Feed:
    """The messages for programs that would rather ask than be told. `Bookmark`s leave the house as opaque text."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, tenant: str, after: str | None, types: Sequence[str], limit: int) -> FeedPage | None:
        """The next page after a cursor, from the beginning (None) or the present end ("now"); of `types`, if any.

        None: the cursor is not one of ours.
        """
        told = decode_bookmark(after) if after and after != NOW else Bookmark(0, Mark())
        if told is None:
            return None
        async with self._database.connection() as connection:
            epoch: int = await connection.fetchval(_EPOCH, tenant)
            if after == NOW:
                start = await end(connection, tenant)
                return FeedPage((), encode_bookmark(Bookmark(epoch, start)), more=False)
            start = await _start(connection, tenant, told, epoch)
            scanned = SCANNED if types else limit + 1
            rows = await connection.fetch(_PAGE, tenant, start.position, start.id, scanned, list(types), limit + 1)
        if not rows:  # a mark that was made up for a reader from elsewhere stands for nothing, so it is not given out
            return FeedPage((), after or encode_bookmark(Bookmark(epoch, start)), more=False)
        return _page(rows, limit, scanned, epoch)


async def _start(connection: Connection, tenant: str, told: Bookmark, epoch: int) -> Mark:
    """Where the bearer of a bookmark goes on: after the message it read last, if that still stands there."""
    mark = told.mark
    if mark.id == ZERO:
        return Mark()
    if told.epoch == epoch and await connection.fetchval(_STANDS, tenant, mark.position, mark.id):
        return mark
    return await resume(connection, tenant, mark.id)


def _page(rows: Sequence[Row], limit: int, scanned: int, epoch: int) -> FeedPage:
    *found, look = rows
    left = len(found) > limit
    reached = found[limit - 1] if left else look
    following = encode_bookmark(Bookmark(epoch, Mark(reached["position"], reached["id"])))
    items = [(row["id"], row["body"]) for row in found[:limit]]
    return FeedPage(items, following, more=left or look["seen"] == scanned)
