"""What a measurement stands on: a PostgreSQL of its own, databases on it, replicas of the service before them.

One rule: the server is as durable as in production (fsync and synchronous_commit on, which is checked), and lives in
a temporary folder that goes away with it.
"""

import asyncio
import itertools
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import asyncpg
import yaml

from app.store import embedded, migration
from tests.bench import meter, ours
from tests.bench.crew import hands, summed, together
from tests.conftest import _named
from tests.processes import KEY, ROOT, Service

PEERS = ROOT / ".venv-bench" / "bin" / "python"
_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True, slots=True)
class Filled:
    """A database with many pending invoices, all due within the past hour; `seconds` and bytes are of filling it."""

    url: str
    rows: int
    seconds: float
    bytes: int
    heap: int


@dataclass
class Rig:
    """`rows`: how big the big table is. `pace`: 1 for a full measurement, less for a look."""

    folder: Path
    server_url: str
    server_pid: int
    rows: int
    pace: float = 1.0
    _count: Iterator[int] = field(default_factory=itertools.count)
    _filled: dict[int, Filled] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.folder / "hands.log"

    def seconds(self, full: float) -> float:
        return full * self.pace

    def amount(self, full: int) -> int:
        return max(1000, int(full * self.pace))

    def postgres(self) -> float:
        """CPU seconds that the server has spent so far."""
        return meter.cpu(self.server_pid)

    @cached_property
    def settings(self) -> dict[str, str]:
        names = ("server_version", "shared_buffers", "max_wal_size", "wal_compression", *_DURABLE)
        return {name: query(self.server_url, f"SHOW {name}") for name in names}

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[str]:
        """A database of its own, dropped at the end."""
        url = self._create()
        if migrated:
            asyncio.run(migration.migrate(url))
        try:
            yield url
        finally:
            name = url.partition("?")[0].rpartition("/")[2]
            query(self.server_url, f"DROP DATABASE {name} WITH (FORCE)")

    def _create(self) -> str:
        name = f"bench_{next(self._count)}"
        query(self.server_url, f"CREATE DATABASE {name}")
        return _named(self.server_url, name)

    def filled(self, rows: int) -> Filled:
        """A database with so many pending invoices; the same one for all who ask, until the rig goes."""
        if rows not in self._filled:
            url = self._create()
            asyncio.run(migration.migrate(url))
            asyncio.run(ours.hear(url))
            began = time.monotonic()
            asyncio.run(ours.fill(url, rows))
            took = time.monotonic() - began
            self._filled[rows] = Filled(url, rows, took, query(url, ours.BYTES), query(url, ours.HEAP))
        return self._filled[rows]

    @contextmanager
    def service(
        self, url: str, *flags: str, tax_system: str = "http://127.0.0.1:9", accounts: int = 1
    ) -> Iterator[Service]:
        """A ready replica before the database at `url`. Nobody answers at the default tax system's address."""
        name = f"service-{next(self._count)}"
        file = self.folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump(ours.configuration(tax_system, accounts)))
        service = Service(
            self.folder, name, {"PIAODA_CONFIG": str(file), "PIAODA_DATABASE_URL": url}, *flags
        )  # fmt: skip
        try:
            yield service.start().ready()
        finally:
            service.end()

    def load(self, urls: list[str], servers: list[int], **task: Any) -> dict[str, float]:
        """Tells invoices over HTTP: items and requests a second, latencies, CPU microseconds an item.

        `servers`: the processes that answer.
        """
        task = {
            "urls": urls, "path": "/v1/events", "key": KEY, "connections": 64, "size": 1, "gap": 0.0,
            "warm": self.seconds(1), "seconds": self.seconds(5), "first": next(self._count) * 10_000_000,
            "issued_at": datetime.now(UTC).isoformat(timespec="seconds"), **task,
        }  # fmt: skip
        with hands(self.log, "tests.bench.load", [task]) as team:
            spent = self.costs(servers)
            told = together(team)[0]
            python, postgres = spent()
        items = told["requests"] * task["size"]
        return {
            "rate": items / told["seconds"],
            "p50_ms": told["p50_ms"], "p99_ms": told["p99_ms"],
            "python_us": python / items * 1e6, "postgres_us": postgres / items * 1e6,
            "told": (told["requests"] + told["warm_requests"]) * task["size"],
        }  # fmt: skip

    def costs(self, processes: list[int]) -> Callable[[], tuple[float, float]]:
        """CPU seconds of `processes` and of PostgreSQL from now on."""
        ours_before, postgres_before = sum(map(meter.cpu, processes)), self.postgres()
        return lambda: (sum(map(meter.cpu, processes)) - ours_before, self.postgres() - postgres_before)

    def crew(
        self,
        module: str,
        tasks: list[Any],
        python: Path | str = sys.executable,
        begun: Callable[[], None] | None = None,
    ) -> dict[str, Any]:
        """Runs one process a task, all at once: what they told, and what their items cost.

        Each tells `items`, `seconds` and `python_s`. `begun` is called when they begin.
        """
        with hands(self.log, module, tasks, python) as team:
            before = self.postgres()
            if begun:
                begun()
            told = together(team)
            postgres = self.postgres() - before
        items = max(1, summed(told, "items"))
        return {
            "rate": items / max(each["seconds"] for each in told),
            "python_us": summed(told, "python_s") / items * 1e6, "postgres_us": postgres / items * 1e6,
            "items": items, "told": told,
        }  # fmt: skip


def query(url: str, statement: str, *values: Any) -> Any:
    """The first value that a statement brings."""

    async def run() -> Any:
        connection = await asyncpg.connect(url, timeout=30)
        try:
            return await connection.fetchval(statement, *values)
        finally:
            await connection.close()

    return asyncio.run(run())


def execute(url: str, script: str) -> None:
    """Statements, one after the other."""

    async def run() -> None:
        connection = await asyncpg.connect(url, timeout=30)
        try:
            await connection.execute(script)
        finally:
            await connection.close()

    asyncio.run(run())


@contextmanager
def rig(rows: int, pace: float = 1.0) -> Iterator[Rig]:
    # Where we run as root the database's user must pass through the folder.
    folder = Path(tempfile.mkdtemp(prefix="piaoda-bench-", dir=os.environ.get("BENCH_DIR")))
    folder.chmod(0o755)
    joined = embedded.start(folder / "data")
    try:
        pid = int((folder / "data" / "postgres" / "postmaster.pid").read_text().split()[0])
        made = Rig(folder, joined.url, pid, rows, pace)
        lax = [name for name in _DURABLE if made.settings[name] != "on"]
        assert not lax, f"a figure without {lax} means nothing"
        yield made
    finally:
        joined.leave()
        shutil.rmtree(folder, ignore_errors=True)
