"""Group commit: concurrent single events share one transaction. One rule: no waiting window.

Two commits may be on their way, so that some are read and answered while the database is busy with others. Whoever is
there when one of them returns goes together in the next; many who find both free are shared between them. A lone event
is written at once.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import cast

from app.domain.errors import DatabaseUnavailable
from app.domain.event import Acceptance, Event
from app.store.database import Database
from app.store.events import accept
from app.store.issue import Admit
from app.store.moves import Moved, unheard

MOST_TOGETHER = 500
FLIGHTS = 2  # measured, 64 connections: one leaves Python waiting a sixth of the time, three are no faster
WORTH_SHARING = 16  # so many at least go together, where they are there: a second commit costs more than it saves


@dataclass(slots=True)
class _Waiting:
    tenant: str
    event: Event
    at: datetime
    answer: asyncio.Future[Acceptance]


class Intake:
    """Takes events in. Batches go as they are; single ones are gathered."""

    def __init__(self, database: Database, admit: Admit, *, moved: Moved = unheard, most_waiting: int = 5_000) -> None:
        self._database, self._admit, self._moved, self._most_waiting = database, admit, moved, most_waiting
        self._waiting: list[_Waiting] = []
        self._flights: set[asyncio.Task[None]] = set()
        self._boarding = False  # a flight is about to leave

    @property
    def waiting(self) -> int:
        """How many single events wait for the next commit."""
        return len(self._waiting)

    async def accept(self, tenant: str, events: Sequence[Event], now: datetime) -> list[Acceptance]:
        """One Acceptance an event, same order, after the commit; raises DatabaseUnavailable."""
        if len(events) != 1:
            return await accept(self._database, tenant, events, now, self._admit, self._moved) if events else []
        if len(self._waiting) >= self._most_waiting:
            raise DatabaseUnavailable("too many events are waiting for the database")
        waiting = _Waiting(tenant, events[0], now, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._call()
        return [await waiting.answer]

    def _call(self) -> None:
        """A flight for those who wait, unless one is about to take them or all are away."""
        if self._waiting and not self._boarding and len(self._flights) < FLIGHTS:
            self._boarding = True
            self._flights.add(asyncio.create_task(self._fly()))

    async def _fly(self) -> None:
        self._boarding = False
        try:
            while self._waiting:
                group = self._board()
                self._call()
                for tenant in dict.fromkeys(one.tenant for one in group):
                    await self._write(tenant, [one for one in group if one.tenant == tenant])
        finally:  # whatever ended this, and at once: nobody waits for a flight that is over
            self._flights.discard(cast("asyncio.Task[None]", asyncio.current_task()))
            self._call()

    def _board(self) -> list[_Waiting]:
        most = min(MOST_TOGETHER, max(WORTH_SHARING, ceil(len(self._waiting) / (FLIGHTS + 1 - len(self._flights)))))
        group, self._waiting = self._waiting[:most], self._waiting[most:]
        return group

    async def _write(self, tenant: str, group: list[_Waiting]) -> None:
        """One group; when it fails for another reason than the database's absence, each goes alone: one is to blame."""
        now = max(one.at for one in group)
        try:
            answers = await accept(self._database, tenant, [one.event for one in group], now, self._admit, self._moved)
        except DatabaseUnavailable as error:
            _refuse(group, error)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one event must not fail its neighbours
            if len(group) == 1:
                _refuse(group, error)
                return
            for one in group:
                await self._write(tenant, [one])
        else:
            for one, answer in zip(group, answers, strict=True):
                if not one.answer.done():
                    one.answer.set_result(answer)


def _refuse(group: list[_Waiting], error: Exception) -> None:
    for one in group:
        if not one.answer.done():
            one.answer.set_exception(error)
