"""`piaoda demo` as a visitor meets it: one command, a real process, real ports, no terminal."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.demo.processes import free_port
from app.store import embedded

PIAODA = Path(sys.executable).with_name("piaoda")
KEY = "a-bootstrap-key-of-the-demo-test"
PATIENCE = 60.0


@dataclass
class Demo:
    """One run of the command, with what it printed."""

    folder: Path
    settings: dict[str, str]
    port: int = 0
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> "Demo":
        self.folder.mkdir(exist_ok=True)
        self.port = self.port or free_port("127.0.0.1")
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PIAODA_")}
        given = {"PIAODA_PORT": str(self.port), "PIAODA_BOOTSTRAP_KEY": KEY, "PIAODA_DATA_DIR": "data"} | self.settings
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                [PIAODA, "demo"], env=plain | given, cwd=self.folder, stdout=out, stderr=out
            )
        return self

    @property
    def out(self) -> Path:
        return self.folder / f"out-{self.port}.txt"

    def said(self) -> str:
        return self.out.read_text(encoding="utf-8")

    def ended(self) -> int:
        return self.process.wait(PATIENCE)

    def stats(self) -> dict[str, int]:
        counts: dict[str, int] = self.get("/v1/stats")["invoices"]
        return counts

    def get(self, path: str) -> Any:
        request = urllib.request.Request(self.url + path, headers={"authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(request, timeout=5) as reply:
            return json.load(reply)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def moving(self) -> bool:
        """Whether some invoices are in a state other than pending."""
        with contextlib.suppress(OSError):
            return sum(self.stats().values()) > self.stats()["pending"]
        return False

    def children(self) -> list[int]:
        return [
            int(pid) for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    started: list[Demo] = []

    def start(**settings: str) -> Demo:
        started.append(Demo(tmp_path / "visitor", settings))
        return started[-1].start()

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGTERM)
            one.ended()
    if (data := tmp_path / "visitor/data").joinpath("postgres").exists():
        embedded.start(data).leave()  # the server that a killed demo left behind


def unsigned_webhook(running: Demo) -> int:
    """The status with which the demo's ERP answers one."""
    config = (running.folder / "data/demo/piaoda.yaml").read_text(encoding="utf-8")
    erp = re.search(r"http://\S+/erp/piaoda", config)[0]
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.urlopen(urllib.request.Request(erp, data=b'{"type": "invoice.synced"}'), timeout=5)
    answer.value.close()
    return answer.value.code


def alive(pid: int) -> bool:
    """A zombie that its new parent has not buried yet counts as dead."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    return False


def until(true: Callable[[], Any], demo: Demo | None = None) -> None:
    give_up = time.monotonic() + PATIENCE
    while not true():
        assert demo is None or demo.process.poll() is None, demo.said()
        assert time.monotonic() < give_up, demo.said() if demo else "it took too long"
        time.sleep(0.2)


def refused(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except urllib.error.HTTPError as answer:
        answer.close()
        return False
    except OSError:
        return True
    return False


def test_it_shows_invoices_moving_ends_on_ctrl_c_and_begins_anew_when_run_again(demo, tmp_path):
    (tmp_path / "visitor").mkdir()
    (tmp_path / "visitor/piaoda.yaml").write_text("accounts: {of-the-visitor: {adapter: nobody}}\n")

    first = demo()
    until(lambda: re.search(r"已同步 synced [1-9]", first.said()), first)
    assert f"{first.url}/" in first.said()
    most = sum(first.stats().values())
    assert unsigned_webhook(first) == 401
    first.process.send_signal(signal.SIGINT)
    assert first.ended() == 0, first.said()
    assert re.search(r"Accepted [1-9]\d* invoices, [1-9]\d* confirmed", first.said())
    assert refused(first.url)

    second = demo()
    until(lambda: not refused(second.url), second)
    assert sum(second.stats().values()) < most
    until(second.moving, second)
    children = second.children()
    second.process.kill()
    second.ended()
    until(lambda: not any(map(alive, children)))
    assert len(children) == 2, "killed, it leaves nothing behind"


def test_a_part_that_breaks_ends_it_with_the_last_that_part_said(demo):
    running = demo()
    until(lambda: not refused(running.url), running)
    [service] = [pid for pid in running.children() if Path(f"/proc/{pid}/cmdline").read_text().endswith("serve\0")]
    os.kill(service, signal.SIGKILL)
    assert running.ended() == 1
    assert "piaoda serve ended with exit code -9; the end of " in running.said()


def test_a_named_database_is_used_and_left_alone_once_it_holds_invoices(demo, database_url):
    first = demo(PIAODA_DATABASE_URL=database_url)
    until(lambda: not refused(first.url) and sum(first.stats().values()), first)
    beside = demo(PIAODA_DATABASE_URL=database_url)
    assert beside.ended() == 3
    assert "A demo runs already in " in beside.said()
    first.process.send_signal(signal.SIGTERM)
    assert first.ended() == 0
    assert not (first.folder / "data/postgres").exists()

    second = demo(PIAODA_DATABASE_URL=database_url)
    assert second.ended() == 3
    assert "PIAODA_DATABASE_URL names a database that holds invoices already" in second.said()


def test_a_taken_port_is_named_with_the_variable_to_set(demo):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        running = demo(PIAODA_PORT=str(port))
        assert running.ended() == 3
    assert f"Cannot listen on 127.0.0.1 port {port}" in running.said()
    assert "PIAODA_PORT" in running.said()


@pytest.mark.parametrize("name", ["PIAODA_CONFIG", "PIAODA_CLOCK_SCALE_FILE"])
def test_a_configuration_or_clock_of_ones_own_is_refused(demo, name):
    running = demo(**{name: "mine"})
    assert running.ended() == 3
    assert f"unset {name}" in running.said()
