"""What became of the messages to a destination: each delivery, and each attempt at it. Read only.

One rule: what is shown is what was stored, so whatever is secret was masked before it came here.
"""

from typing import Any

from app.domain.message import instant
from app.domain.retelling import DeliveryPage, DeliverySearch
from app.store.database import Database, Row

LOOKED_AT = 5_000  # deliveries that one page looks at for those asked for
ATTEMPTS_SHOWN = 100

_KNOWN = "SELECT EXISTS (SELECT FROM destinations WHERE tenant = $1 AND name = $2)"

# What is looked at is bounded, as a filter that fits nothing must not read millions: the last row tells how far.
_LIST = """
WITH looked AS MATERIALIZED (
    SELECT * FROM deliveries
    WHERE tenant = $1 AND destination = $2 AND ($3::uuid IS NULL OR message_id < $3::uuid) {narrow}
    ORDER BY message_id DESC LIMIT $4
), found AS (
    SELECT looked.*, m.type, 0 AS looked
    FROM looked CROSS JOIN LATERAL (SELECT type FROM messages WHERE tenant = $1 AND id = looked.message_id LIMIT 1) AS m
    WHERE ($5::text IS NULL OR looked.failure = $5) AND ($6::text IS NULL OR m.type = $6)
    ORDER BY message_id DESC LIMIT $7
)
SELECT * FROM found
UNION ALL
(SELECT looked.*, NULL, (SELECT count(*) FROM looked) FROM looked ORDER BY message_id LIMIT 1)
ORDER BY looked, message_id DESC"""

# States are words of ours and stand in the text: a parameter would hide the partial indexes from a generic plan.
_OF_STATE = {state: f"AND state = '{state}'" for state in ("pending", "delivered", "dead", "superseded")}
_OF_INVOICE = "AND invoice_id = $8::uuid"

_ONE = """
SELECT d.*, m.type, m.body FROM deliveries d JOIN messages m ON m.tenant = d.tenant AND m.id = d.message_id
WHERE d.tenant = $1 AND d.destination = $2 AND d.message_id = $3::uuid"""

_ATTEMPTS = """
SELECT * FROM attempts WHERE tenant = $1 AND destination = $2 AND message_id = $3::uuid ORDER BY at DESC LIMIT $4"""


class DeliveryLog:
    """Deliveries to every kind of destination, for the API."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def search(self, tenant: str, destination: str, query: DeliverySearch) -> DeliveryPage | None:
        """One page, newest first; it may be short, or empty, and lead on. None: there is no such destination."""
        narrow = _OF_STATE.get(query.state or "", "") + (_OF_INVOICE if query.invoice else "")
        values: list[Any] = [query.before, LOOKED_AT, query.failure, query.type, query.limit + 1]
        values += [query.invoice] if query.invoice else []
        async with self._database.connection() as connection:
            if not await connection.fetchval(_KNOWN, tenant, destination):
                return None
            rows = await connection.fetch(_LIST.format(narrow=narrow), tenant, destination, *values)
        if not rows:
            return DeliveryPage((), None)
        *found, look = rows
        items = [_document(row) for row in found[: query.limit]]
        if len(found) > query.limit:
            return DeliveryPage(items, items[-1]["id"])
        return DeliveryPage(items, str(look["message_id"]) if look["looked"] == LOOKED_AT else None)

    async def get(self, tenant: str, destination: str, message_id: str) -> tuple[dict[str, Any], str] | None:
        """A delivery with its attempts, newest first, and the body of its message; None: there is none."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_ONE, tenant, destination, message_id)
            if row is None:
                return None
            attempts = await connection.fetch(_ATTEMPTS, tenant, destination, message_id, ATTEMPTS_SHOWN)
        return {**_document(row), "attempted": [_attempt(each) for each in attempts]}, row["body"]


def _document(row: Row) -> dict[str, Any]:
    """A delivery as JSON. `due_at`, the next attempt, while it is pending."""
    pending = row["state"] == "pending"
    return {
        "id": str(row["message_id"]),
        "type": row["type"],
        "invoice_id": str(row["invoice_id"]) if row["invoice_id"] else None,
        "incident_id": str(row["incident_id"]) if row["incident_id"] else None,
        "state": row["state"],
        "happened_at": instant(row["at"]),
        "due_at": instant(row["due_at"]) if pending else None,
        "again": row["lane"] > 0,
        "attempts": row["attempts"],
        "attempted_at": instant(row["attempted_at"]),
        "result": row["result"],
        "failure": row["failure"],
        "status": row["status"],
        "code": row["code"],
        "detail": row["detail"],
    }


def _attempt(row: Row) -> dict[str, Any]:
    """One attempt as JSON. `status`: 0 where there was no reply; a request without a body had the message's own."""
    return {
        "number": row["number"],
        "at": instant(row["at"]),
        "seconds": round(row["took"], 3),
        "result": row["result"],
        "failure": row["failure"],
        "status": row["status"],
        "code": row["code"],
        "detail": row["detail"],
        "request": row["request"],
        "reply": row["reply"],
    }
