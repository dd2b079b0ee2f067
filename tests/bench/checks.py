"""Checks a second with a big table before two worker processes, and how late a question is asked at half that load."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from tests.bench import limits, ours
from tests.bench.harness import Case, Contender, Figures, Target
from tests.bench.rig import Rig, execute, query
from tests.bench.series import window

MILLION = 1_000_000
WORKERS = 2
FOUND = 0.05  # of the answers; each writes a transition, a message and a delivery
SECONDS = 6.0  # of one run: three of them leave half of a million rows due
PERIOD = timedelta(seconds=10)  # between two questions about one invoice, where the load is steady
WARM = 3.0  # seconds of a steady load that do not count


def tasks(url: str, seconds: float, share: float = FOUND, every: timedelta = ours.HOUR) -> list[dict[str, Any]]:
    one = {"kind": "poll", "url": url, "seconds": seconds, "share": share, "every": every.total_seconds()}
    return [one] * WORKERS


@contextmanager
def throughput(rig: Rig) -> Iterator[list[Contender]]:
    million = rig.amount(MILLION)
    sizes = {"piaoda": million} | ({"piaoda, all rows": rig.rows} if rig.rows > million else {})
    with rig.database(migrated=False) as narrow:
        execute(narrow, limits.PENDING.format(rows=million))
        urls = {name: rig.filled(rows).url for name, rows in sizes.items()}
        yield [
            *(Contender(name, partial(_polled, rig, url)) for name, url in urls.items()),
            Contender("limit", partial(_limit, rig, narrow)),
        ]


def _polled(rig: Rig, url: str) -> Figures:
    asyncio.run(ours.hear(url))  # a service that a case before this one ran has its own destinations
    before = query(url, ours.DELIVERIES)
    figures = rig.crew("tests.bench.worker", tasks(url, rig.seconds(SECONDS)))
    return {**figures, "deliveries": query(url, ours.DELIVERIES) - before}


def _limit(rig: Rig, url: str) -> Figures:
    task = {"kind": "claim", "url": url, "connections": 1, "seconds": rig.seconds(SECONDS), "found": FOUND}
    return rig.crew("tests.bench.limits", [task] * WORKERS)


@contextmanager
def lateness(rig: Rig) -> Iterator[list[Contender]]:
    with rig.database() as url:
        asyncio.run(ours.fill(url, rig.amount(200_000)))
        most = rig.crew("tests.bench.worker", tasks(url, rig.seconds(3), share=0.0))["rate"]
    yield [
        Contender("half load", partial(_steady, rig, most / 2)),
        Contender("a twentieth of that", partial(_steady, rig, most / 40)),
    ]


def _steady(rig: Rig, demand: float) -> Figures:
    """So many checks a second come due, evenly, all the time."""
    rows, seconds = round(demand * PERIOD.total_seconds()), max(5.0, rig.seconds(15))
    with rig.database() as url:
        lead = 4 + rows / 20_000
        due_at = time.monotonic() + lead
        asyncio.run(ours.fill(url, rows, due=timedelta(seconds=lead), over=PERIOD, every=PERIOD))
        begin = max(0.0, due_at - time.monotonic()) + WARM
        figures = rig.crew("tests.bench.worker", tasks(url, begin + seconds, share=0.0, every=PERIOD))
    return {**figures, **window(figures["told"], begin, begin + seconds), "demand": demand}


@contextmanager
def counting(rig: Rig) -> Iterator[list[Contender]]:
    url = rig.filled(rig.amount(MILLION)).url
    yield [Contender("a check", partial(_polled, rig, url)), Contender("its metrics", partial(_counted, rig))]


def _counted(rig: Rig) -> Figures:
    return rig.crew("tests.bench.worker", [{"kind": "count", "items": rig.amount(500_000), "share": FOUND}])


_COST = {"python_us": "Python µs", "postgres_us": "PostgreSQL µs"}

CASES = (
    Case(
        name="checks",
        title="Checks with a million pending and with all rows, two worker processes (checks/s)",
        stage=throughput, main="rate", baseline="limit", sized=True,
        shown={**_COST, "items": "checks", "deliveries": "deliveries"},
        targets=(
            Target("piaoda", "rate", 20_000),
            Target("piaoda, all rows", "rate", 0.9, against="piaoda"),
        ),
    ),
    Case(
        name="metrics",
        title="What counting a check costs of it (Python µs a check, batches of 500)",
        stage=counting, main="python_us", baseline="a check",
        shown={"postgres_us": "PostgreSQL µs", "items": "checks"},
        targets=(Target("its metrics", "python_us", 0.02, most=True, against="a check"),),
    ),
    Case(
        name="lateness",
        title="From due to asked, two worker processes (ms, median)",
        stage=lateness, main="p50_ms", baseline="a twentieth of that",
        shown={"p99_ms": "p99 ms", "max_ms": "worst ms", "rate": "checks/s", "demand": "due/s", **_COST},
        targets=(
            Target("half load", "p50_ms", 25, most=True),
            Target("half load", "p99_ms", 60, most=True),
        ),
    ),
)  # fmt: skip
