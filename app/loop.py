"""Step, rest for as long as the step says, survive a bad step, stop when asked.

One rule: a step is never cut short.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

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


class Loop:
    """Runs `step` again and again; it returns the seconds of real time to rest, zero where more waits.

    No rest is longer than `longest_rest`. `on_success` is called with the name and the clock's instant after
    each good step; when it raises, the step counts as bad. `failures` counts bad steps since the last good.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], Awaitable[float]],
        *,
        clock: Clock,
        on_success: Callable[[str, datetime], None],
        longest_rest: float = 60,
    ) -> None:
        self.name = name
        self.failures = 0
        self._step = step
        self._clock = clock
        self._on_success = on_success
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
        try:
            rest = await self._step()
            self._on_success(self.name, self._clock.now())
        except Exception:
            # One of the two places that may catch all: whatever broke this step, the next one may work.
            self.failures += 1
            log.exception("step failed", extra={"loop": self.name, "failures": self.failures})
            return back_off(self.failures)
        self.failures = 0
        return rest
