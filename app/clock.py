"""What time it is, and waiting. One rule: nobody else asks a clock; `now` is handed in from here.

The database's time decides. `DatabaseClock` follows it: between two readings it counts on with this machine's
monotonic clock, so that a jump of the wall clock moves nothing. In demos and drills a scaled clock lets a day pass
in minutes; leases and network deadlines stay real, which is what `real()` is for.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...

    def real(self, seconds: float) -> timedelta:
        """How far this clock moves while `seconds` of real time pass; what a lease over a network call must use."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits `seconds` of *this clock's* time."""
        ...


@dataclass(frozen=True, slots=True)
class Scale:
    """Time that runs `factor` times as fast since `origin` (aware UTC). Demos and drills only."""

    factor: float = 1.0
    origin: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def apply(self, instant: datetime) -> datetime:
        return instant if self.factor == 1 else self.origin + (instant - self.origin) * self.factor


class DatabaseClock:
    """Follows the database's clock; `follow()` takes a new reading of it."""

    def __init__(self, reading: datetime | None = None, scale: Scale = Scale()) -> None:
        self._scale = scale
        self._reading, self._counted_from = reading or datetime.now(UTC), time.monotonic()
        self.offset: timedelta | None = None

    def follow(self, reading: datetime) -> None:
        """Takes over `reading`, what the database's clock showed just now. `offset` is how far this machine's wall
        clock was ahead of it; None before the first reading.
        """
        self._reading, self._counted_from = reading, time.monotonic()
        self.offset = datetime.now(UTC) - reading

    def now(self) -> datetime:
        return self._scale.apply(self._reading + timedelta(seconds=time.monotonic() - self._counted_from))

    def real(self, seconds: float) -> timedelta:
        return timedelta(seconds=seconds * self._scale.factor)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds / self._scale.factor))
