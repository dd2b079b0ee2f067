"""What a big table weighs: the memory of the processes before it, its bytes on disk, a scrape of the metrics; and what
a replica costs that has nothing to do.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import httpx2

from tests.bench import meter, ours
from tests.bench.harness import Case, Contender, Figures, Target
from tests.bench.rig import Rig, query
from tests.processes import Service, Simulator

AT_WORK = 15.0  # seconds before a worker's memory is read
SCRAPES = 20
ACCOUNTS = 10
IDLE = 30.0  # seconds of doing nothing
EVENTS = 500


@contextmanager
def memory(rig: Rig) -> Iterator[list[Contender]]:
    """Both before an empty database and before the big one, whose questions are all due; a tax system that answers."""
    with rig.database() as empty, ExitStack() as stack:
        simulator = Simulator(rig.folder, {})
        stack.callback(simulator.end)
        simulator.start().ready()
        full = rig.filled(rig.rows).url
        worker, api = partial(_worker, rig, simulator.url), partial(_api, rig)
        yield [
            Contender("worker, nothing to do", partial(worker, empty)),
            Contender("worker, all rows", partial(worker, full)),
            Contender("API, no rows", partial(api, empty)),
            Contender("API, all rows", partial(api, full)),
        ]


def _worker(rig: Rig, simulator: str, url: str) -> Figures:
    before = query(url, ours.CHECKS)
    with rig.service(url, "--worker-only", tax_system=simulator) as service:
        time.sleep(rig.seconds(AT_WORK))
        return {**_weighed(service), "checks": query(url, ours.CHECKS) - before}


def _api(rig: Rig, url: str) -> Figures:
    with rig.service(url, "--api-only") as service:
        for _ in range(SCRAPES):
            service.call("GET", "/v1/invoices", params={"limit": EVENTS})
        return _weighed(service)


def _weighed(service: Service) -> Figures:
    used = meter.memory(service.process.pid)
    return {"unique": used.unique, "resident": used.resident}


@contextmanager
def disk(rig: Rig) -> Iterator[list[Contender]]:
    filled = rig.filled(rig.rows)
    yield [
        Contender("all tables and indexes", lambda: _weight(filled.bytes, filled.rows, filled.seconds)),
        Contender("the invoices themselves", lambda: _weight(filled.heap, filled.rows, filled.seconds)),
    ]


def _weight(size: int, rows: int, seconds: float) -> Figures:
    return {"bytes": size / rows, "mb": size / 2**20, "rows": rows, "fill": seconds / rows * 1e6}


@contextmanager
def scrape(rig: Rig) -> Iterator[list[Contender]]:
    with rig.database() as empty, ExitStack() as stack:
        sides = {"no rows": empty, "all rows": rig.filled(rig.rows).url}
        services = {name: stack.enter_context(rig.service(url, "--api-only")) for name, url in sides.items()}
        many = rig.service(sides["all rows"], "--api-only", accounts=ACCOUNTS)
        services["all rows, ten accounts"] = stack.enter_context(many)
        yield [Contender(name, partial(_scraped, rig, service)) for name, service in services.items()]


def _scraped(rig: Rig, service: Service) -> Figures:
    """The median of twenty whole answers over one connection."""
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        page = client.get("/metrics").raise_for_status().text
        spent, took = rig.costs([service.process.pid]), sorted(_timed(client) for _ in range(SCRAPES))
        python, postgres = spent()
    return {
        "p50_ms": took[SCRAPES // 2] * 1e3, "worst_ms": took[-1] * 1e3,
        "python_ms": python / SCRAPES * 1e3, "postgres_ms": postgres / SCRAPES * 1e3,
        "series": sum(bool(line) and not line.startswith("#") for line in page.splitlines()),
    }  # fmt: skip


def _timed(client: httpx2.Client) -> float:
    began = time.perf_counter()
    client.get("/metrics").raise_for_status()
    return time.perf_counter() - began


@contextmanager
def idle(rig: Rig) -> Iterator[list[Contender]]:
    with rig.database() as url:
        yield [
            Contender("worker, one account", partial(_idled, rig, url, 1)),
            Contender("worker, ten accounts", partial(_idled, rig, url, ACCOUNTS)),
        ]


def _idled(rig: Rig, url: str, accounts: int) -> Figures:
    """Nothing is due. What it does once at its start is not counted."""
    with rig.service(url, "--worker-only", accounts=accounts) as service:
        time.sleep(rig.seconds(AT_WORK))
        spent, began = rig.costs([service.process.pid]), time.monotonic()
        time.sleep(rig.seconds(IDLE))
        (python, postgres), seconds = spent(), time.monotonic() - began
        return {**_weighed(service), "cpu": python / seconds * 100, "postgres": postgres / seconds * 100}


CASES = (
    Case(
        name="disk",
        title="Bytes a pending invoice, over all tables and indexes",
        stage=disk, main="bytes", baseline="the invoices themselves", runs=1, sized=True,
        shown={"mb": "MB in all", "rows": "rows", "fill": "seconds to fill a million"},
        targets=(Target("all tables and indexes", "bytes", 900, most=True),),
    ),
    Case(
        name="scrape",
        title="One scrape of /metrics (ms, median of twenty)",
        stage=scrape, main="p50_ms", baseline="no rows", sized=True,
        shown={"worst_ms": "worst ms", "python_ms": "Python ms", "postgres_ms": "PostgreSQL ms", "series": "series"},
        targets=(
            Target("all rows", "p50_ms", 20, most=True),
            Target("all rows, ten accounts", "p50_ms", 20, most=True),
        ),
    ),
    Case(
        name="idle",
        title="A worker with nothing to do (CPU, % of a core)",
        stage=idle, main="cpu", baseline="worker, one account",
        shown={"postgres": "PostgreSQL %", "resident": "resident MB", "unique": "unique MB"},
        targets=(
            Target("worker, one account", "cpu", 1, most=True),
            Target("worker, one account", "resident", 120, most=True),
            Target("worker, ten accounts", "resident", 120, most=True),
        ),
    ),
    Case(
        name="memory",
        title="Memory of a process at work (MB, unique)",
        stage=memory, main="unique", baseline="worker, nothing to do", runs=1, sized=True,
        shown={"resident": "resident MB", "checks": "checks made"},
        targets=(
            Target("worker, all rows", "resident", 120, most=True),
            Target("worker, all rows", "unique", 1.25, most=True, against="worker, nothing to do"),
            Target("API, all rows", "resident", 120, most=True),
        ),
    ),
)  # fmt: skip
