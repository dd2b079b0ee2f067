"""The same work on other engines: 10,000 invoices, asked three times each, a second between two questions.

Each in its users' natural code, one process, concurrency 100 (Celery: two prefork processes). The lower bound is two
seconds. The peers do less: none keeps answers, moves an invoice's state or writes an outbox.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench import ours
from tests.bench.crew import hands, together
from tests.bench.harness import Case, Contender, Figures, NotMeasured, Target
from tests.bench.rig import PEERS, Rig, query
from tests.processes import until

INVOICES, CHECKS_EACH = 10_000, 3
_ON_POSTGRES, _ON_REDIS = ("pgqueuer", "procrastinate", "dbos"), ("arq", "celery")


@contextmanager
def peers(rig: Rig) -> Iterator[list[Contender]]:
    yield [
        Contender("piaoda", partial(_piaoda, rig)),
        *(Contender(name, partial(_on_postgres, rig, name)) for name in _ON_POSTGRES),
        *(Contender(name, partial(_on_redis, rig, name)) for name in _ON_REDIS),
    ]


def _piaoda(rig: Rig) -> Figures:
    """One worker process; each question is held against the answers that were kept."""
    count = rig.amount(INVOICES)
    with rig.database() as url:
        task = {"kind": "race", "url": url, "server": rig.server_pid, "count": count}
        with hands(rig.log, "tests.bench.worker", [task]) as team:
            told = together(team)[0]
        assert query(url, ours.SYNCED) == count
        assert query(url, ours.CHECKS) == count * CHECKS_EACH
    return _figures(told, count)


def _on_postgres(rig: Rig, name: str) -> Figures:
    with rig.database(migrated=False) as url:
        return _race(rig, name, url, rig.server_pid)


def _on_redis(rig: Rig, name: str) -> Figures:
    with _redis(rig.folder / "redis") as (url, pid):
        return _race(rig, name, url, pid)


def _race(rig: Rig, name: str, url: str, server: int) -> Figures:
    if not PEERS.exists():
        raise NotMeasured("no environment of the peers")
    count = rig.amount(INVOICES)
    task = {"url": url, "server": server, "count": count}
    with hands(rig.log, f"tests.bench.engines.{name}", [task], PEERS) as team:
        return _figures(together(team)[0], count)


def _figures(told: dict[str, Any], count: int) -> Figures:
    cpu = told["python_s"] + told["server_s"]
    return {
        "work_s": told["work_s"], "enqueue_s": told["enqueue_s"], "cpu_s": cpu,
        "python_s": told["python_s"], "server_s": told["server_s"],
        "check_us": cpu / (count * CHECKS_EACH) * 1e6,
    }  # fmt: skip


@contextmanager
def _redis(folder: Path) -> Iterator[tuple[str, int]]:
    """A Redis that appends to its file every second: its address and its process id."""
    binary = _redis_server()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    folder.mkdir()
    process = subprocess.Popen(
        [binary, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--appendonly", "yes",
         "--appendfsync", "everysec", "--save", "", "--loglevel", "warning"],
    )  # fmt: skip
    try:
        until(lambda: _answers(port), "Redis answers")
        yield f"redis://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as line:
        line.sendall(b"PING\r\n")
        return line.recv(16) == b"+PONG\r\n"
    return False


def _redis_server() -> str:
    """Where it is; as root on Debian it is installed when it is not there."""
    if found := shutil.which("redis-server"):
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
    if found := shutil.which("redis-server"):
        return found
    raise NotMeasured("no redis-server")


def _install() -> None:
    """At most two minutes; its own service stays off."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    end = time.monotonic() + 120
    for command in (["update"], ["install", "-y", "--no-install-recommends", "redis-server"]):
        with suppress(subprocess.SubprocessError):
            left = max(1.0, end - time.monotonic())
            subprocess.run(
                ["apt-get", "-qq", *command], env=environment, capture_output=True, timeout=left, check=False
            )


CASES = (
    Case(
        name="peers",
        title="10,000 invoices, asked three times each, a second between (seconds; lower bound 2)",
        stage=peers, main="work_s", baseline="piaoda", runs=1,
        shown={"enqueue_s": "enqueue s", "cpu_s": "CPU s", "python_s": "Python s", "server_s": "server s",
               "check_us": "CPU µs a check"},
        targets=tuple(
            Target(peer, figure, 10, against="piaoda")
            for peer in (*_ON_POSTGRES, *_ON_REDIS) for figure in ("work_s", "cpu_s")
        ),
    ),
)  # fmt: skip
