"""Events in, over real HTTP: one at a time and in bulk."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import httpx2

from tests.bench import baselines, invoices, limits, ours
from tests.bench.crew import Hand
from tests.bench.harness import Case, Contender, Figures, Target
from tests.bench.rig import Rig, query

NARROW = "SELECT count(*) FROM told"


@contextmanager
def uvicorn(rig: Rig, app: str, url: str) -> Iterator[tuple[str, int]]:
    """A baseline under uvicorn in one process: its address and its process id."""
    hand = Hand(rig.log, "tests.bench.baselines", {"app": app, "url": url})
    try:
        address = hand.told()["url"]
        httpx2.post(f"{address}/v1/events", timeout=30)  # the listener takes connections before anybody serves them
        yield address, hand.pid
    finally:
        hand.end()


def baseline(rig: Rig, app: str) -> Contender:
    def run() -> Figures:
        with rig.database(migrated=False) as url:
            query(url, baselines.TABLE)
            with uvicorn(rig, app, url) as (address, pid):
                told = rig.load([address], [pid], content_type=invoices.SINGLE)
            written = query(url, NARROW)
        assert app in {"hello", "validated"} or written == told["told"], "what was acknowledged is not there"
        return told

    return Contender(app, run)


def product(rig: Rig, name: str, content_type: str, replicas: int = 1, **task: Any) -> Contender:
    """`piaoda serve --api-only`, so many processes; every acknowledged invoice must be in the table."""

    def run() -> Figures:
        with rig.database() as url, ExitStack() as stack:
            services = [stack.enter_context(rig.service(url, "--api-only")) for _ in range(replicas)]
            servers = [service.process.pid for service in services]
            told = rig.load([service.url for service in services], servers, content_type=content_type, **task)
            assert query(url, ours.INVOICES) == told["told"], "what was acknowledged is not there"
        return told

    return Contender(name, run)


def bare(rig: Rig, kind: str) -> Contender:
    """The same facts into a narrow table, without HTTP, from one process with two connections."""

    def run() -> Figures:
        with rig.database(migrated=False) as url:
            query(url, limits.SCHEMAS[kind])
            task = {"kind": kind, "url": url, "connections": 2, "seconds": rig.seconds(5), "first": 0}
            return rig.crew("tests.bench.limits", [task])

    return Contender(kind, run)


@contextmanager
def singles(rig: Rig) -> Iterator[list[Contender]]:
    yield [
        product(rig, "piaoda", invoices.SINGLE),
        *(baseline(rig, app) for app in ("hello", "validated", "inserted", "session")),
    ]


@contextmanager
def bulk(rig: Rig) -> Iterator[list[Contender]]:
    batches = partial(product, rig, content_type=invoices.BATCH, size=500, connections=4)
    uploads = partial(product, rig, content_type=invoices.LINES, size=5_000, connections=4)
    yield [
        batches(name="batches, one process"), batches(name="batches, two processes", replicas=2),
        uploads(name="NDJSON, one process"), uploads(name="NDJSON, two processes", replicas=2),
        bare(rig, "unnest"), bare(rig, "copy"),
    ]  # fmt: skip


SHOWN = {"python_us": "Python µs", "postgres_us": "PostgreSQL µs", "p50_ms": "p50 ms", "p99_ms": "p99 ms"}

CASES: tuple[Case, ...] = (
    Case(
        name="singles",
        title="Single events over HTTP, 64 connections, one API process (events/s)",
        stage=singles, shown=SHOWN, main="rate", baseline="session",
        targets=(
            Target("piaoda", "rate", 6_000),
            Target("piaoda", "rate", 8, against="session"),
        ),
    ),
    Case(
        name="bulk",
        title="Invoices in bulk over HTTP: batches of 500, uploads of 5,000 lines (invoices/s)",
        stage=bulk, shown=SHOWN, main="rate", baseline="unnest",
        targets=(
            Target("batches, two processes", "rate", 30_000),
            Target("NDJSON, two processes", "rate", 30_000),
        ),
    ),
)  # fmt: skip
