"""The child's side of a measured process: get ready, wait for the word, tell what was measured.

One rule: the standard library alone, because the peers' environment imports this too. `crew.py` is the other side.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from tests.bench import meter

READY, TOLD = "bench: ready", "bench: told "


def task() -> Any:
    """What this process was asked to do: the one argument, JSON."""
    return json.loads(sys.argv[1])


def ready() -> None:
    """Says that all is prepared, and returns when the measurement begins; ends quietly when it never does."""
    print(READY, flush=True)  # noqa: T201 - the way to the parent
    if not sys.stdin.readline():
        os._exit(0)


def tell(figures: Mapping[str, Any]) -> None:
    print(TOLD + json.dumps(figures), flush=True)  # noqa: T201 - the way to the parent


class Stopwatch:
    """Wall time, and the CPU of this process with its children and of another one (a server), since it was made."""

    def __init__(self, server: int = 0) -> None:
        self._server = server
        self._began, self._ours, self._theirs = self._now()

    def figures(self) -> dict[str, float]:
        wall, ours, theirs = self._now()
        return {"seconds": wall - self._began, "python_s": ours - self._ours, "server_s": theirs - self._theirs}

    def _now(self) -> tuple[float, float, float]:
        return time.perf_counter(), meter.cpu(os.getpid()), meter.cpu(self._server) if self._server else 0.0


class Race:
    """The peers' task from the first enqueued invoice to the last confirmed one."""

    def __init__(self, server: int) -> None:
        self._watch = Stopwatch(server)
        self._enqueued = self._started = 0.0

    def enqueued(self) -> None:
        """All are told, and work begins, unless `started` says that it begins later."""
        self._enqueued = self._started = self._watch.figures()["seconds"]

    def started(self) -> None:
        self._started = self._watch.figures()["seconds"]

    def finish(self) -> None:
        """Tells: `enqueue_s`, `work_s` (of all where it works while it enqueues), and the CPU of both."""
        all_ = self._watch.figures()
        tell({
            "enqueue_s": self._enqueued, "work_s": all_["seconds"] - self._started,
            "python_s": all_["python_s"], "server_s": all_["server_s"],
        })  # fmt: skip


async def flying(task: Mapping[str, Any], call: Callable[[], Awaitable[bytes]]) -> None:
    """Makes `count` calls, `flying` of them at any time, after a few that do not count; tells what they cost."""
    left = iter(range(task["count"]))

    async def fly(numbers: Iterator[int]) -> None:
        for _ in numbers:
            assert len(await call()) == task["size"]

    await asyncio.gather(*(fly(iter(range(5))) for _ in range(task["flying"])))
    ready()
    watch = Stopwatch()
    await asyncio.gather(*(fly(left) for _ in range(task["flying"])))
    tell({"items": task["count"], **watch.figures()})
