"""Step, rest for as long as the step says, survive a bad step, stop when asked.

One rule: a step is never cut short.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from tenacity import RetryCallState, Retrying, wait_random_exponential

from app.clock import Clock

log = logging.getLogger(__name__)

LONGEST_BACK_OFF = 30.0


def back_off(failures: int) -> float:
    """Seconds to rest after `failures` bad steps in a row: doubling, capped at 30.

    Random within that, so that replicas which fell together do not rise together.
    """
    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = failures
    return wait_random_exponential(multiplier=1, min=0.5, max=LONGEST_BACK_OFF)(state)


class Stepped(Protocol):
    def __call__(self, name: str, seconds: float, /, *, failed: bool) -> None:
        """A step of the loop `name` ended after so many seconds of real time."""
        ...


def unheard(_name: str, _seconds: float, /, *, failed: bool) -> None:
    """The hearer of loops that nobody watches."""


class Loop:
    """Runs `step` again and again; it returns the seconds of real time to rest, zero where more waits.

    No rest is longer than `longest_rest`. `on_success` is called with the name and the clock's instant after
    each good step; when it raises, the step counts as bad. `on_step` hears of each, good or bad, and must not raise.
    `failures` counts bad steps since the last good.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], Awaitable[float]],
        *,
        clock: Clock,
        on_success: Callable[[str, datetime], None],
        on_step: Stepped = unheard,
        longest_rest: float = 60,
    ) -> None:
        self.name = name
        self.failures = 0
        self._step = step
        self._clock = clock
        self._on_success, self._on_step = on_success, on_step
        self._longest_rest = longest_rest

    async def run(self, stop: asyncio.Event) -> None:
        """Returns once `stop` is set: at once from a rest, else after the step, which the caller bounds."""
        while not stop.is_set():
            rest = min(await self._turn(), self._longest_rest)
            # Even a rest of nothing passes through here once, so that a busy loop lets the others in.
            with suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await stop.wait()

    async def _turn(self) -> float:
        began = time.monotonic()
        try:
            rest = await self._step()
            self._on_success(self.name, self._clock.now())
        except Exception:
            # One of the two places that may catch all: whatever broke this step, the next one may work.
            self.failures += 1
            log.exception("step failed", extra={"loop": self.name, "failures": self.failures})
            self._on_step(self.name, time.monotonic() - began, failed=True)
            return back_off(self.failures)
        self._on_step(self.name, time.monotonic() - began, failed=False)
        self.failures = 0
        return rest
