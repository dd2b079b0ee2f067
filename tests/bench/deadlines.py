"""A hundred thousand invoices that fall due in the same minute, while events keep coming in."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from tests.bench import invoices, limits, ours
from tests.bench.harness import Case, Contender, Figures, Target
from tests.bench.rig import Rig, execute, query

LATE = 100_000
CONNECTIONS, EVENTS = 8, 400  # events a second, over so many connections
WINDOW = 10.0  # seconds of events that are looked at together, late or not


@contextmanager
def deadlines(rig: Rig) -> Iterator[list[Contender]]:
    yield [
        Contender("piaoda, events meanwhile", lambda: _moved_among_events(rig)),
        Contender("piaoda, nothing else", lambda: _moved(rig)),
        Contender("limit", lambda: _limit(rig)),
        Contender("events alone", lambda: _events_alone(rig)),
    ]


@contextmanager
def _late(rig: Rig) -> Iterator[str]:
    """Everybody's deadline was within the minute that has just passed."""
    with rig.database() as url:
        asyncio.run(ours.hear(url))
        asyncio.run(ours.fill(url, rig.amount(LATE), late_at=datetime.now(UTC) - timedelta(seconds=1)))
        yield url


def _moved(rig: Rig) -> Figures:
    with _late(rig) as url:
        return _watched(rig, url)


def _watched(rig: Rig, url: str) -> Figures:
    figures = rig.crew("tests.bench.worker", [{"kind": "watch", "url": url, "items": rig.amount(LATE)}])
    assert query(url, ours.OVERDUE) == rig.amount(LATE)
    return {**figures, "moves": figures["rate"]}


def _moved_among_events(rig: Rig) -> Figures:
    """The latencies are of the worst window that began while invoices were moved."""
    with _late(rig) as url, rig.service(url, "--api-only") as service, ThreadPoolExecutor(1) as pool:
        watching = pool.submit(_watched, rig, url)
        told: list[dict[str, float]] = []
        while not watching.done():
            told.append(_events(rig, service.url, service.process.pid, rig.seconds(WINDOW)))
        moved = watching.result()
    return {**moved, "p50_ms": max(each["p50_ms"] for each in told), "p99_ms": max(each["p99_ms"] for each in told)}


def _events_alone(rig: Rig) -> Figures:
    with rig.database() as url, rig.service(url, "--api-only") as service:
        told = _events(rig, service.url, service.process.pid, rig.seconds(WINDOW))
    return {"p50_ms": told["p50_ms"], "p99_ms": told["p99_ms"]}


def _events(rig: Rig, address: str, server: int, seconds: float) -> dict[str, float]:
    return rig.load(
        [address], [server], content_type=invoices.SINGLE, connections=CONNECTIONS, gap=CONNECTIONS / EVENTS,
        warm=0.5, seconds=seconds,
    )  # fmt: skip


def _limit(rig: Rig) -> Figures:
    with rig.database(migrated=False) as url:
        execute(url, limits.LATE.format(rows=rig.amount(LATE)))
        task = {"kind": "late", "url": url, "connections": 1, "seconds": 600.0}
        figures = rig.crew("tests.bench.limits", [task])
        return {**figures, "moves": figures["rate"]}


CASES = (
    Case(
        name="deadlines",
        title=f"{LATE:,} invoices overdue in the same minute, {EVENTS} events/s meanwhile (moves/s)",
        stage=deadlines, main="moves", baseline="limit",
        shown={"python_us": "Python µs", "postgres_us": "PostgreSQL µs", "p50_ms": "events p50 ms",
               "p99_ms": "events p99 ms"},
        targets=(
            Target("piaoda, nothing else", "moves", 1000),
            Target("piaoda, events meanwhile", "p99_ms", 5, most=True, against="events alone"),
        ),
    ),
)  # fmt: skip
