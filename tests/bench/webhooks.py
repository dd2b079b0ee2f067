"""Webhooks out: how many a second, what hanging receivers do to the others, and what a backlog weighs."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from tests.bench import outbox
from tests.bench.crew import Hand
from tests.bench.harness import Case, Contender, Figures, Target
from tests.bench.rig import Rig, query

COUNT, RECEIVERS, FLYING = 10_000, 4, 100
MANY, HANGING = 500, 50
OVER = 30.0  # seconds over which the many get their messages
EACH = 5  # messages to each of the many
BACKLOG = 1_000_000
FOR_EVER = 3600.0
ANSWER = {"body": "{}", "delay": 0.0}


@contextmanager
def _receiver(rig: Rig, task: dict[str, Any]) -> Iterator[str]:
    server = Hand(rig.log, "tests.bench.stub", task)
    try:
        yield server.told()["url"]
    finally:
        server.end()


@contextmanager
def rate(rig: Rig) -> Iterator[list[Contender]]:
    with _receiver(rig, ANSWER) as url:
        receivers = {f"d{n}": url for n in range(RECEIVERS)}
        yield [
            Contender(name, partial(_rate, rig, receivers, kind))
            for name, kind in (("piaoda", "dispatch"), ("one by one", "one by one"), ("bare calls", "bare"))
        ]


def _rate(rig: Rig, receivers: dict[str, str], kind: str) -> Figures:
    count = rig.amount(COUNT)
    with rig.database() as url:
        asyncio.run(outbox.fill(url, list(receivers), count, concurrency=FLYING // RECEIVERS))
        task = {"kind": kind, "url": url, "receivers": receivers, "count": count, "flying": FLYING}
        return rig.crew("tests.bench.notify", [task])


@contextmanager
def crowd(rig: Rig) -> Iterator[list[Contender]]:
    with ExitStack() as stack:
        good = stack.enter_context(_receiver(rig, ANSWER))
        dead = stack.enter_context(_receiver(rig, {**ANSWER, "delay": FOR_EVER}))
        yield [
            Contender(f"{HANGING} of {MANY} hang", partial(_crowd, rig, good, dead)),
            Contender("nobody hangs", partial(_crowd, rig, good, good)),
        ]


def _crowd(rig: Rig, good: str, others: str) -> Figures:
    """The lags are of those that answer in both runs."""
    receivers = {f"d{n:03d}": others if n < HANGING else good for n in range(MANY)}
    with rig.database() as url:
        each = max(2, int(EACH * rig.pace))
        asyncio.run(outbox.fill(url, list(receivers), MANY * each, over=rig.seconds(OVER), before=2.0))
        wanted = (MANY if others == good else MANY - HANGING) * each
        figures = rig.crew(
            "tests.bench.notify", [{"kind": "dispatch", "url": url, "receivers": receivers, "count": wanted}]
        )
        return {**figures, **{name: query(url, outbox.LAG, share, f"d{HANGING:03d}") * 1000
                              for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99))}}  # fmt: skip


@contextmanager
def backlog(rig: Rig) -> Iterator[list[Contender]]:
    with _receiver(rig, ANSWER) as url:
        yield [
            Contender("a great backlog", partial(_weight, rig, url, rig.amount(BACKLOG))),
            Contender("a small backlog", partial(_weight, rig, url, 2_000)),
        ]


def _weight(rig: Rig, receiver: str, waiting: int) -> Figures:
    """The memory after the first thousand deliveries."""
    receivers = {f"d{n}": receiver for n in range(RECEIVERS)}
    with rig.database() as url:
        asyncio.run(outbox.fill(url, list(receivers), waiting, concurrency=FLYING // RECEIVERS))
        task = {"kind": "dispatch", "url": url, "receivers": receivers, "count": 1_000}
        figures = rig.crew("tests.bench.notify", [task])
        return {**figures, "unique": figures["told"][0]["unique"]}


CASES = (
    Case(
        name="webhooks",
        title=f"Webhooks to {RECEIVERS} receivers, {FLYING} in flight (deliveries/s)",
        stage=rate, main="rate", baseline="bare calls",
        shown={"python_us": "Python µs", "postgres_us": "PostgreSQL µs"},
        targets=(Target("piaoda", "rate", 1000), Target("piaoda", "rate", 1, against="one by one")),
    ),
    Case(
        name="crowd",
        title=f"{MANY} receivers, of which {HANGING} hang (ms from due to delivered, of the others)",
        stage=crowd, main="p99_ms", baseline="nobody hangs",
        shown={"p50_ms": "p50 ms", "python_us": "Python µs", "postgres_us": "PostgreSQL µs"},
        targets=(Target(f"{HANGING} of {MANY} hang", "p99_ms", 1.2, most=True, against="nobody hangs"),),
    ),
    Case(
        name="backlog",
        title=f"{BACKLOG:,} messages that wait (memory of the process, MB)",
        stage=backlog, main="unique", baseline="a small backlog",
        shown={"rate": "deliveries/s"},
        targets=(Target("a great backlog", "unique", 1.1, most=True, against="a small backlog"),),
    ),
)  # fmt: skip
