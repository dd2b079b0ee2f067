"""Bulk: an NDJSON upload, accepted in chunks while it arrives. One rule: a bad line never spoils a good one.

Chunks commit in order, one at a time; while one commits, the next is read. When the database goes away,
everything up to the last settled chunk is stored, and the whole upload can be repeated: what is there counts
as duplicate.
"""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from app.api import cloudevents, reading
from app.api.outcomes import Read, Tally
from app.api.problems import Problem, database_unavailable, invalid_fields
from app.api.translation import read_event
from app.domain.errors import DatabaseUnavailable
from app.domain.event import Acceptance, Event

Accept = Callable[[Sequence[Event]], Awaitable[list[Acceptance]]]


MOST_BYTES = 1024**2  # of lines that wait for one commit, however few they are


class Upload:
    def __init__(self, accept: Accept, tally: Tally, *, chunk: int, now: datetime) -> None:
        self._accept, self._tally, self._size, self._now = accept, tally, chunk, now
        self._chunk: list[Read] = []
        self._bytes = 0
        self._flying: asyncio.Task[None] | None = None
        self._done = 0

    async def run(self, lines: AsyncIterable[tuple[int, bytes | None]]) -> dict[str, Any]:
        """Accepts them all and gives the answer's JSON object; raises the 503 that says how far it came."""
        try:
            await self._run(lines)
        except DatabaseUnavailable:
            raise self._broken_off() from None
        finally:
            await self._land_quietly()
        return self._tally.document()

    async def _run(self, lines: AsyncIterable[tuple[int, bytes | None]]) -> None:
        async for index, line in lines:
            self._take(index, line)
            if len(self._chunk) >= self._size or self._bytes >= MOST_BYTES:
                await self._fly()
        await self._fly()
        await self._land()
        if not any(self._tally.counts().values()):
            raise Problem("empty_body", "There is no line in the body.")

    def _take(self, index: int, line: bytes | None) -> None:
        try:
            event, root = self._event(line)
        except Problem as problem:
            self._tally.refused(index, problem)
        else:
            self._chunk.append((index, event, root))
            self._bytes += len(line or b"")

    def _event(self, line: bytes | None) -> tuple[Event, str]:
        if line is None:
            raise Problem("too_large", "This line is too long for one event.")
        return read_item(reading.parse(line), self._now)

    async def _fly(self) -> None:
        await self._land()
        chunk, self._chunk, self._bytes = self._chunk, [], 0
        if chunk:
            self._flying = asyncio.create_task(self._commit(chunk))

    async def _land(self) -> None:
        flying, self._flying = self._flying, None
        if flying:
            await flying

    async def _land_quietly(self) -> None:
        """Whatever ended the upload: a commit on its way is not left behind."""
        if self._flying:
            await asyncio.gather(self._flying, return_exceptions=True)

    async def _commit(self, chunk: list[Read]) -> None:
        self._tally.settled(chunk, await self._accept([event for _, event, _ in chunk]))
        self._done = chunk[-1][0] + 1

    def _broken_off(self) -> Problem:
        text = f"The database went away; {self._done:,} lines are committed. Repeating the whole upload is safe."
        return database_unavailable(text, lines_done=self._done, **self._tally.counts())


def read_item(item: Any, now: datetime) -> tuple[Event, str]:
    """One event of many, a CloudEvent or a plain invoice object, and the pointer to its invoice object."""
    if cloudevents.is_structured(item):
        return cloudevents.structured(item, now), "/data"
    event, faults = read_event(None, item, now)
    if event is None:
        raise invalid_fields(faults)
    return event, ""
