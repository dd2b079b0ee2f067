"""Real processes for tests: the service and the simulated tax system, and the time they live in.

One rule: whatever a test starts ends with it, by its own id, whether the test passed or not.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar
from zoneinfo import ZoneInfo

import httpx2

from app.clock import DatabaseClock, Scale

T = TypeVar("T")

ROOT = Path(__file__).parents[1]
BEIJING = ZoneInfo("Asia/Shanghai")
KEY = "acceptance-bootstrap-key-not-real"
NUONUO_SECRET = BAIDU_SECRET = "demo-secret-not-real"
PATIENCE = 60.0  # real seconds: far more than anything takes, so that a slow machine is not a failure

_COMMAND = "from app.cli.main import main; main()"


def until(look: Callable[[], T], what: str, within: float = PATIENCE) -> T:
    """Looks again and again until there is something to see, and gives it; fails after `within` real seconds."""
    end = time.monotonic() + within
    while not (seen := look()):
        assert time.monotonic() < end, f"in {within:.0f} s it never happened that {what}; the last look gave {seen!r}"
        time.sleep(0.03)
    return seen


@dataclass(frozen=True)
class Tempo:
    """Time that runs `factor` times as fast, the same in all processes and in the test."""

    factor: float
    origin: datetime

    @classmethod
    def starting(cls, at: timedelta, factor: float) -> Self:
        """Now is the next time that Beijing's clocks show `at` after midnight: no test depends on the hour it runs."""
        now = datetime.now(UTC)
        midnight = now.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
        ahead = (midnight + at - now) % timedelta(days=1)
        return cls(factor, now - ahead / (factor - 1))

    @property
    def environment(self) -> dict[str, str]:
        return {"PIAODA_CLOCK_SCALE": str(self.factor), "PIAODA_CLOCK_ORIGIN": self.origin.isoformat()}

    def now(self) -> datetime:
        return DatabaseClock(datetime.now(UTC), Scale(self.factor, self.origin)).now()


class Program:
    """One `piaoda` process. What it says goes into files, so that it never waits for a reader."""

    def __init__(self, folder: Path, name: str, arguments: tuple[str, ...], environment: Mapping[str, str]) -> None:
        self._folder, self._arguments = folder, arguments
        self._out, self._err = folder / f"{name}.out", folder / f"{name}.err"
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PIAODA_")}
        self._environment = {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "PIAODA_DATA_DIR": str(folder / "data"),
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._said = 0

    def start(self) -> Self:
        self._said = len(self.words)
        with self._out.open("ab") as out, self._err.open("ab") as err:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _COMMAND, *self._arguments],
                cwd=self._folder, env=self._environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            )  # fmt: skip
        return self

    @property
    def log(self) -> str:
        """Everything it wrote on stderr, over all its lives."""
        return self._err.read_text() if self._err.exists() else ""

    @property
    def words(self) -> str:
        """Everything it wrote on stdout, over all its lives."""
        return self._out.read_text() if self._out.exists() else ""

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it was never started"
        return self._process

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def announced(self, pattern: str) -> str:
        """What it announces on stdout in this life, by the first group of `pattern`."""

        def look() -> re.Match[str] | None:
            assert self.alive, f"it ended with {self.process.returncode}: {self.log[-2000:]}"
            return re.search(pattern, self.words[self._said :])

        return until(look, f"{self._arguments} announces itself")[1]

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """kill -9, and gone when this returns."""
        if self.alive:
            self.process.kill()
        self.process.wait(PATIENCE)

    def finish(self, within: float = PATIENCE) -> int:
        """Waits for its end; the exit code."""
        return self.process.wait(within)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.signal(signal.SIGTERM)
        return self.finish()

    def end(self) -> None:
        """For the end of a test: asks nicely, then not."""
        if self.alive:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            try:
                self.finish(30)
            except subprocess.TimeoutExpired:
                self.kill()


class Service(Program):
    """A replica: `piaoda serve` on a free port."""

    def __init__(self, folder: Path, name: str, environment: Mapping[str, str], *flags: str) -> None:
        ours = {"PIAODA_PORT": "0", "PIAODA_BOOTSTRAP_KEY": KEY}
        super().__init__(folder, name, ("serve", *flags), ours | dict(environment))
        self.url = ""
        # Every call on a connection of its own: what one life of the service kept open must not speak for the next.
        self._client = httpx2.Client(timeout=30, limits=httpx2.Limits(max_keepalive_connections=0))

    def start(self) -> Self:
        super().start()
        self.url = ""
        return self

    def ready(self) -> Self:
        """Waits until it serves."""
        self.url = self.announced(r"(http://\S+)")
        until(self.is_ready, "the service is ready")
        return self

    def is_ready(self) -> bool:
        try:
            return self._client.get(f"{self.url}/readyz").status_code == httpx2.codes.OK
        except httpx2.TransportError:
            return False

    def call(self, method: str, path: str, **request: Any) -> httpx2.Response:
        """One call with the first key."""
        headers = {"authorization": f"Bearer {KEY}", **request.pop("headers", {})}
        return self._client.request(method, f"{self.url}{path}", headers=headers, **request)

    def get(self, path: str, **query: Any) -> Any:
        reply = self.call("GET", path, params=query)
        assert reply.status_code == httpx2.codes.OK, reply.text
        return reply.json()

    def end(self) -> None:
        self._client.close()
        super().end()


class Simulator(Program):
    """The simulated tax system, and the hand that steers it."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        super().__init__(folder, "simulator", ("simulator", "--port", "0"), environment)
        self.url = ""
        self._client = httpx2.Client(timeout=30)

    def ready(self) -> Self:
        self.url = self.announced(r"(http://\S+)")
        self.behave()
        return self

    def register(self, invoices: Any, **fate: Any) -> Any:
        """Enters one invoice, or many, with what shall become of them; see app/simulator/registration.py."""
        many = isinstance(invoices, list)
        return self._admin(
            "POST", "invoices", [{**each, **fate} for each in invoices] if many else {**invoices, **fate}
        )

    def change(self, invoice: Mapping[str, Any], **change: Any) -> Any:
        return self._admin("PATCH", _entry(invoice), change)

    def view(self, invoice: Mapping[str, Any]) -> Any:
        return self._admin("GET", _entry(invoice))

    def behave(self, **patch: Any) -> Any:
        return self._admin("PATCH", "behaviour", patch)

    def ledger(self, **query: Any) -> Any:
        reply = self._client.get(f"{self.url}/admin/ledger", params={"limit": 200_000, **query})
        assert reply.is_success, reply.text
        return reply.json()

    def _admin(self, method: str, path: str, body: Any = None) -> Any:
        reply = self._client.request(method, f"{self.url}/admin/{path}", json=body)
        assert reply.is_success, reply.text
        return reply.json()

    def end(self) -> None:
        self._client.close()
        super().end()


def _entry(invoice: Mapping[str, Any]) -> str:
    return f"invoices/{invoice['number']}?code={invoice['code'] or ''}"
