"""Child processes that end with the demo, however it ends. One rule: each ends when its standard input does.

That is a pipe whose other end is the demo's alone, so that the kernel closes it even after a kill -9.
"""

import asyncio
import fcntl
import os
import random
import signal
import socket
import sys
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from app.demo.failure import DemoFailed
from app.domain.errors import ConfigurationError

PATIENCE = 30.0  # seconds between SIGTERM and SIGKILL: longer than the service takes to drain
_LAST_LINES = 15
_LEFT_ALONE = (20_000, 32_000)
# -P: nothing in the directory where somebody runs the demo may pass for a module of ours.
_PIAODA = "from app.demo import processes; processes.end_with_parent(); from app.cli.main import main; main()"


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    log: Path
    _process: asyncio.subprocess.Process

    async def ended(self) -> NoReturn:
        """Waits for its end, which nobody wished for; raises DemoFailed with the last it said."""
        code = await self._process.wait()
        raise DemoFailed(f"{self.name} ended with exit code {code}; the end of {self.log}:\n{self._last_words()}")

    async def stop(self) -> None:
        """Lets it drain, then makes sure."""
        if self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    def _last_words(self) -> str:
        with self.log.open(encoding="utf-8", errors="replace") as lines:
            return "".join(deque(lines, _LAST_LINES)).rstrip()


@asynccontextmanager
async def piaoda(command: str, *options: str, environment: Mapping[str, str], folder: Path) -> AsyncIterator[Child]:
    """Runs `piaoda command`, logging into `folder`; in a session of its own, for a Ctrl-C is the demo's to answer."""
    log = folder / f"{command}.log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-c", _PIAODA, command, *options,
            env=dict(environment), stdin=asyncio.subprocess.PIPE, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    child = Child(f"piaoda {command}", log, process)
    try:
        yield child
    finally:
        await child.stop()


def end_with_parent() -> None:
    """Turns the end of standard input into a SIGTERM to this process; runs in the child."""

    def wait() -> None:
        with suppress(OSError):
            os.read(0, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="end with parent", daemon=True).start()


def free_port(host: str, wished: int = 0) -> int:
    """`wished`, or any free port for 0; raises ConfigurationError where nobody can listen.

    Another process will listen there seconds later, so the port must still be free then: for 0 it lies below those
    which the kernel hands to whoever asks for any (32768 on Linux, 49152 elsewhere) and to each outgoing connection.
    """
    tried = [wished] if wished else random.sample(range(*_LEFT_ALONE), 50)
    for number in tried:
        try:
            socket.create_server((host, number)).close()
        except OSError as error:
            refusal = error
        else:
            return number
    raise ConfigurationError(
        f"Cannot listen on {host} port {wished} ({refusal.strerror}). "
        "Stop what uses it, or set PIAODA_PORT (0 takes a free port) or PIAODA_HOST."
    )


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Makes sure that this is the only demo in `folder`; raises ConfigurationError. A killed one leaves no lock."""
    with (folder / "running.lock").open("w") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(f"A demo runs already in {folder}: stop it, or set PIAODA_DATA_DIR.") from None
        yield
