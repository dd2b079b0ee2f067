"""Attempts and what they led to, written down in groups, one statement for all destinations.

One rule: whoever is there when the last commit returns goes together in the next. What was sent and is not written
down is sent again, so it is written with patience; what cannot be written takes nobody with it.
"""

import asyncio
import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.clock import Clock
from app.domain.errors import DatabaseUnavailable
from app.store import health
from app.store.database import Database, patiently
from app.store.health import WELL_EVERY, Sign
from app.store.shape import FREE, Shape

log = logging.getLogger(__name__)

SETTLE_TIME = 10.0  # real seconds that the database is waited for; kept free in a lease
MOST_TOGETHER = 500

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # as an escape, not where somebody wrote a backslash and "u0000"

_ENDED = Shape({
    "name": "text", "id": "uuid", "token": "bigint", "began": "timestamptz", "took": "float8", "number": "int",
    "state": "text", "due_at": "timestamptz", "result": "text", "failure": "text", "status": "int", "code": FREE,
    "detail": FREE, "request": "jsonb", "reply": "jsonb", "good": "bool", "incident_id": "uuid", "thread": FREE,
})  # fmt: skip

# The attempt happened whether or not its lease still counts. Returns whose health has changed by it, or is not known.
_SETTLE = f"""
WITH ended AS MATERIALIZED ({_ENDED.read(3)}),
settled AS (
    UPDATE deliveries d
    SET state = e.state, lane = CASE e.state WHEN 'pending' THEN 1 ELSE d.lane END,
        due_at = coalesce(e.due_at, d.due_at), attempts = e.number, lease = NULL,
        lease_until = NULL, result = e.result, failure = e.failure, status = e.status, code = e.code,
        detail = e.detail, attempted_at = e.began
    FROM ended e
    WHERE d.tenant = $1 AND d.destination = e.name AND d.message_id = e.id AND d.lease = e.token
), written AS (
    INSERT INTO attempts (tenant, destination, message_id, at, number, took, result, failure, status, code, detail,
                          request, reply)
    SELECT $1, name, id, began, number, took, result, failure, status, code, detail, request, reply FROM ended
    ON CONFLICT DO NOTHING
), placed AS (
    INSERT INTO threads (tenant, destination, incident_id, handle, at)
    SELECT DISTINCT ON (name, incident_id) $1, name, incident_id, thread, began FROM ended
    WHERE thread <> '' AND incident_id IS NOT NULL ORDER BY name, incident_id, began DESC
    ON CONFLICT (tenant, destination, incident_id) DO UPDATE SET handle = excluded.handle, at = excluded.at
)
SELECT d.name FROM destinations d
WHERE d.tenant = $1 AND d.name IN (SELECT name FROM ended WHERE good IS NOT NULL)
  AND (d.failures > 0 OR d.last_success_at IS NULL OR d.last_success_at <= $2
       OR d.name IN (SELECT name FROM ended WHERE NOT good))"""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What went out and what came back, each `headers` and `body`, masked; both None where nothing is kept of it."""

    request: Mapping[str, Any] | None = None
    reply: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """One attempt of one delivery and what it leads to: `state`, and `due_at` while it is pending.

    `token` is the lease's; `number` counts from 1; `began` and `took` (real seconds) tell when it was sent; `sign` what
    it says of the endpoint; `thread` where its incident now stands in the chat, empty when that did not change.
    """

    id: str
    token: int
    began: datetime
    took: float
    number: int
    state: str
    due_at: datetime | None
    result: str
    code: str
    detail: str
    sign: Sign
    incident_id: str | None = None
    thread: str = ""
    exchange: Exchange = Exchange()


@dataclass(slots=True)
class _Waiting:
    ended: Sequence[Ended]
    written: asyncio.Future[None]


class Attempts:
    """Writes down the attempts of one replica."""

    def __init__(self, database: Database, clock: Clock, tenant: str) -> None:
        self._database, self._clock, self._tenant = database, clock, tenant
        self._waiting: list[_Waiting] = []
        self._flushing: asyncio.Task[None] | None = None

    async def settle(self, ended: Sequence[Ended]) -> None:
        """Returns when it is written, or given up because the database stayed away: then the lease ends, and the
        message goes out again under the same id.
        """
        waiting = _Waiting(ended, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        await waiting.written

    async def _flush(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
                try:
                    await self._write([one for waiting in group for one in waiting.ended])
                finally:
                    for waiting in group:
                        if not waiting.written.done():
                            waiting.written.set_result(None)
        finally:  # whatever ended this: those who still wait are not left waiting
            self._flushing = asyncio.create_task(self._flush()) if self._waiting else None

    async def _write(self, ended: Sequence[Ended]) -> None:
        try:
            await patiently(lambda: self._attempt(ended), SETTLE_TIME)
        except DatabaseUnavailable as error:
            log.error("attempts lost", extra={"count": len(ended), "reason": str(error)})  # noqa: TRY400
        except Exception:
            log.exception("attempt not written", extra={"deliveries": [one.id for one in ended][:20]})
            if len(ended) > 1:
                half = len(ended) // 2
                await self._write(ended[:half])
                await self._write(ended[half:])
            elif ended[0].code or ended[0].detail or ended[0].thread or ended[0].exchange != Exchange():
                # Something in what the receiver wrote: that the message was sent matters more.
                await self._write([replace(ended[0], code="", detail="", thread="", exchange=Exchange())])

    async def _attempt(self, ended: Sequence[Ended]) -> None:
        """One statement; another transaction where the health of an endpoint is news."""
        now, values = self._clock.now(), _ENDED.sent([_values(one) for one in sorted(ended, key=_place)])
        async with self._database.connection() as connection:
            rows = await connection.fetch(_SETTLE, self._tenant, now - self._clock.real(WELL_EVERY), *values)
        news = {row["name"] for row in rows}
        if news:
            signs = [one.sign for one in ended if one.sign.name in news]
            await health.keep(self._database, self._tenant, signs, now)


def _place(one: Ended) -> tuple[str, str]:
    """Locks are taken in this order, so that two groups never wait for each other."""
    return one.sign.name, one.id


def _values(one: Ended) -> tuple[Any, ...]:
    return (
        one.sign.name, one.id, one.token, one.began, one.took, one.number, one.state, one.due_at, one.result,
        one.sign.failure, one.sign.status, one.code, one.detail, _json(one.exchange.request),
        _json(one.exchange.reply), one.sign.good, one.incident_id, one.thread,
    )  # fmt: skip


def _json(document: Mapping[str, Any] | None) -> str | None:
    """PostgreSQL keeps no NUL, not even as an escape, and no half of a surrogate pair."""
    if document is None:
        return None
    text = json.dumps(document, ensure_ascii=False).encode(errors="replace").decode()
    return _NUL.sub(r"\1�", text)
