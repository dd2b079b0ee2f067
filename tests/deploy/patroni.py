"""Two nodes of PostgreSQL under Patroni with a synchronous standby, and etcd, all on loopback.

One rule: whatever it starts ends with the block, by its own id.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from app.demo.processes import free_port
from tests.processes import until

LOOPBACK = "127.0.0.1"
UP = 90.0  # seconds until both nodes run; 26 s is usual
TTL = 20  # seconds that a leader may be silent: Patroni's least


@dataclass
class Node:
    """One PostgreSQL and its Patroni."""

    name: str
    folder: Path
    port: int
    rest: int
    command: list[str]
    process: "subprocess.Popen[bytes] | None" = None

    def start(self, user: str | None) -> None:
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, user=user, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def data(self) -> Path:
        return self.folder / self.name

    def kill(self) -> None:
        """kill -9 of Patroni and its PostgreSQL, in the order in which neither can help the other."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)
        with suppress(FileNotFoundError, ProcessLookupError, ValueError):
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            if os.fsencode(self.data) in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)

    def says(self, path: str) -> dict[str, Any]:
        """Its own report; empty while it cannot be asked."""
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{self.rest}/{path}", timeout=2) as reply:
                told: dict[str, Any] = json.loads(reply.read())
        except urllib.error.HTTPError as error:
            return {"refused": error.code}
        except OSError:
            return {}
        return told

    @property
    def role(self) -> str:
        return str(self.says("patroni").get("role", ""))


@dataclass
class Cluster:
    nodes: list[Node]
    user: str | None
    _stack: ExitStack = field(repr=False)

    def url(self, database: str = "postgres") -> str:
        """The address of both, in the order in which they were made; whoever takes writes is meant."""
        hosts = ",".join(f"{LOOPBACK}:{node.port}" for node in self.nodes)
        return f"postgresql://postgres@{hosts}/{database}"

    @property
    def leader(self) -> Node:
        found = [node for node in self.nodes if node.role in {"master", "primary"}]
        assert len(found) == 1, [(node.name, node.role) for node in self.nodes]
        return found[0]

    def is_synchronous(self) -> bool:
        """Whether a standby confirms each commit."""
        members = self.nodes[0].says("cluster").get("members", []) or self.nodes[1].says("cluster").get("members", [])
        return any(each["role"] == "sync_standby" and each["state"] in {"running", "streaming"} for each in members)


@contextmanager
def cluster(tool: Callable[[str], str]) -> Iterator[Cluster]:
    """Both nodes, the standby synchronous."""
    user = "postgres" if os.geteuid() == 0 else None
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="patroni-", ignore_cleanup_errors=True)))
        folder.chmod(0o755)
        etcd = _etcd(tool("etcd"), folder, stack)
        made = Cluster([_node(n, folder, etcd, tool) for n in range(2)], user, stack)
        if user:
            shutil.chown(folder, user)
        for node in made.nodes:
            stack.callback(node.kill)
            node.start(user)
            if node is made.nodes[0]:
                until(lambda node=node: node.role in {"master", "primary"}, "the first node leads", within=UP)
        until(made.is_synchronous, "the standby is synchronous", within=UP)
        yield made


def _etcd(program: str, folder: Path, stack: ExitStack) -> int:
    client, peer = free_port(LOOPBACK), free_port(LOOPBACK)
    urls = {"client": f"http://{LOOPBACK}:{client}", "peer": f"http://{LOOPBACK}:{peer}"}
    with (folder / "etcd.log").open("ab") as log:
        process = subprocess.Popen(
            [
                program, "--name", "one", "--data-dir", str(folder / "etcd"),
                "--listen-client-urls", urls["client"], "--advertise-client-urls", urls["client"],
                "--listen-peer-urls", urls["peer"], "--initial-advertise-peer-urls", urls["peer"],
                "--initial-cluster", f"one={urls['peer']}",
            ],
            stdout=log, stderr=log,
        )  # fmt: skip
    stack.callback(process.wait, 30)
    stack.callback(process.kill)
    return client


def _node(number: int, folder: Path, etcd: int, tool: Callable[[str], str]) -> Node:
    name, port, rest = f"node{number}", free_port(LOOPBACK), free_port(LOOPBACK)
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump(_settings(name, folder, port, rest, etcd, Path(tool("initdb")).resolve().parent)))
    return Node(name, folder, port, rest, [tool("patroni"), str(file)])


def _settings(name: str, folder: Path, port: int, rest: int, etcd: int, programs: Path) -> dict[str, Any]:
    return {
        "scope": "piaoda",
        "name": name,
        "restapi": {"listen": f"{LOOPBACK}:{rest}", "connect_address": f"{LOOPBACK}:{rest}"},
        "etcd3": {"host": f"{LOOPBACK}:{etcd}"},
        "bootstrap": {
            "dcs": {
                "ttl": TTL, "loop_wait": 5, "retry_timeout": 5, "maximum_lag_on_failover": 1_048_576,
                "synchronous_mode": True,
                "postgresql": {"parameters": {"synchronous_commit": "on", "max_connections": 100}},
            },
            "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}],
        },
        "postgresql": {
            "listen": f"{LOOPBACK}:{port}",
            "connect_address": f"{LOOPBACK}:{port}",
            "data_dir": str(folder / name),
            "bin_dir": str(programs),
            "pgpass": str(folder / f"{name}.pgpass"),
            "authentication": {"superuser": {"username": "postgres"}, "replication": {"username": "replicator"}},
            "parameters": {"unix_socket_directories": str(folder)},
            "pg_hba": [f"host all all {LOOPBACK}/32 trust", f"host replication all {LOOPBACK}/32 trust",
                       "local all all trust"],
        },
    }  # fmt: skip
