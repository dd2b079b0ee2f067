"""A snapshot that somebody holds: a report, a backup, a forgotten session. Nothing dead can be cleared away while it is
open, and a claim must not come to wade through it.
"""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any

import asyncpg

from tests.bench import ours
from tests.bench.checks import WARM, tasks
from tests.bench.harness import Case, Contender, Figures, Target
from tests.bench.rig import Rig
from tests.bench.series import window

PENDING, DEMAND = 100_000, 4_000  # invoices, checks a second: half of what two shared cores do
BEFORE, HELD, AFTER = 15.0, 60.0, 20.0  # seconds


@contextmanager
def held(rig: Rig) -> Iterator[list[Contender]]:
    yield [
        Contender("nobody holds one", lambda: _run(rig, hold=False)),
        Contender("held", lambda: _run(rig, hold=True)),
    ]


def _run(rig: Rig, *, hold: bool) -> Figures:
    rows, pending = rig.amount(PENDING), timedelta(seconds=PENDING / DEMAND)
    spans = [BEFORE, max(10.0, rig.seconds(HELD)), max(5.0, rig.seconds(AFTER))]
    with rig.database() as url:
        lead = 4 + rows / 20_000
        due_at = time.monotonic() + lead
        asyncio.run(ours.fill(url, rows, due=timedelta(seconds=lead), over=pending, every=pending))
        begin = max(0.0, due_at - time.monotonic())
        marks = [begin + WARM, begin + spans[0], begin + sum(spans[:2]), begin + sum(spans)]
        meter = _Meter(rig, url if hold else "", marks[1], marks[2])
        work = tasks(url, marks[3] + 1, share=0.0, every=pending)
        told = rig.crew("tests.bench.worker", work, begun=meter.start)["told"]
    return _figures(told, meter.samples, marks)


class _Meter(threading.Thread):
    """Reads PostgreSQL's CPU each second, and holds the snapshot meanwhile from `begin` to `end` of the run."""

    def __init__(self, rig: Rig, url: str, begin: float, end: float) -> None:
        super().__init__(daemon=True)
        self._rig, self._url, self._span = rig, url, (begin, end)
        self.samples: list[float] = []

    def run(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        began = time.monotonic()
        snapshot = asyncio.create_task(_snapshot(self._url, *self._span))
        while not snapshot.done() or len(self.samples) < self._span[1] + AFTER:
            self.samples.append(self._rig.postgres())
            await asyncio.sleep(began + len(self.samples) - time.monotonic())


async def _snapshot(url: str, begin: float, end: float) -> None:
    if not url:
        return
    await asyncio.sleep(begin)
    connection = await asyncpg.connect(url)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.fetchval("SELECT count(*) FROM pg_class")
        await asyncio.sleep(end - begin)
    await connection.close()


def _figures(told: list[dict[str, Any]], cpu: list[float], marks: list[float]) -> Figures:
    """Before, during and after; `worst_us` is the dearest five seconds while it was held."""
    before, during, after = (_span(told, cpu, a, b) for a, b in pairwise(marks))
    series = [{"second": t, **_span(told, cpu, t, t + 5)} for t in range(round(marks[0]), round(marks[3]) - 5, 5)]
    worst = max(row["postgres_us"] for row in series if marks[1] <= row["second"] < marks[2])
    return {
        **{f"{name}_before": value for name, value in before.items()},
        **{f"{name}_after": value for name, value in after.items()},
        **during, "worst_us": worst, "dearer": worst / before["postgres_us"], "series": series,
    }  # fmt: skip


def _span(told: list[dict[str, Any]], cpu: list[float], begin: float, end: float) -> dict[str, float]:
    """The seconds from `begin` to `end`: checks a second, lags, PostgreSQL's CPU a check."""
    asked = window(told, begin, end)
    first, last = (cpu[min(round(t), len(cpu) - 1)] for t in (begin, end))
    checks = max(1.0, asked["rate"] * (round(end) - round(begin)))
    return {**asked, "postgres_us": (last - first) / checks * 1e6}


CASES = (
    Case(
        name="held",
        title=f"A snapshot held for a minute, {DEMAND:,} checks/s demanded of {PENDING:,} pending (worst lag in ms)",
        stage=held, main="max_ms", baseline="nobody holds one", runs=1,
        shown={"p50_ms": "p50 ms", "p99_ms": "p99 ms", "max_ms_after": "worst after", "rate": "checks/s",
               "postgres_us_before": "PostgreSQL µs before", "postgres_us": "during", "worst_us": "dearest 5 s",
               "postgres_us_after": "after"},
        targets=(Target("held", "max_ms", 2_000, most=True), Target("held", "dearer", 3, most=True)),
    ),
)  # fmt: skip
