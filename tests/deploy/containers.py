"""Our image, built from the unchanged Dockerfile, and podman as a machine without an engine needs it.

One rule: whatever is started here ends with its block, by its own name, whether the test passed or not.
"""

import json
import os
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.processes import ROOT

HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=256m")
BASE = "localhost/python:3.13-slim-bookworm"
_NAME = "localhost/piaoda:test"
# runc with its own cgroups and modest limits: what a machine that is a container itself lets us have.
_CONFIGURATION = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
events_logger = "file"
"""


@cache
def image() -> str:
    """The name of the image, made once a run from the tree as it is."""
    made = subprocess.run([ROOT / "deploy/image/build.sh", _NAME], capture_output=True, text=True, check=False)
    assert made.returncode == 0, f"deploy/image/build.sh ended with {made.returncode}:\n{made.stdout}{made.stderr}"
    return _NAME


@dataclass(frozen=True)
class Podman:
    """`folder` holds its configuration; images and containers are root's."""

    folder: Path

    def __call__(self, *words: str, given: str | None = None) -> str:
        """What it says on stdout; fails with what it says on stderr."""
        done = self.run(*words, given=given)
        assert done.returncode == 0, f"podman {' '.join(words)} ended with {done.returncode}: {done.stderr}"
        return done.stdout.strip()

    def run(self, *words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        file = self.folder / "containers.conf"
        file.write_text(_CONFIGURATION)
        environment = {**os.environ, "CONTAINERS_CONF": str(file)}
        return subprocess.run(
            ["podman", *words], env=environment, input=given, capture_output=True, text=True, check=False, timeout=120
        )

    def inspect(self, what: str) -> Any:
        [found] = json.loads(self("inspect", what))
        return found


@dataclass(frozen=True)
class Container:
    name: str
    _podman: Podman

    def inside(self, *words: str) -> str:
        return self._podman("exec", self.name, *words)

    @property
    def log(self) -> str:
        done = self._podman.run("logs", self.name)
        return done.stdout + done.stderr

    def stop(self, within: int = 45) -> int:
        """SIGTERM, as its image asks; the exit code. After `within` seconds it would be killed, and that is 137."""
        self._podman("stop", f"--time={within}", self.name)
        return int(self._podman.inspect(self.name)["State"]["ExitCode"])


@contextmanager
def running(
    podman: Podman, *words: str, environment: Mapping[str, str], options: tuple[str, ...]
) -> Iterator[Container]:
    """A container of our image in the machine's own network; `words` are its command, none for the image's."""
    container = Container(f"piaoda-{uuid.uuid4().hex[:12]}", podman)
    settings = [f"--env={key}={value}" for key, value in environment.items()]
    podman(
        "run",
        "--detach",
        "--pull=never",
        "--network=host",
        f"--name={container.name}",
        *settings,
        *options,
        image(),
        *words,
    )
    try:
        yield container
    finally:
        podman("rm", "--force", "--time=5", container.name)


def once(
    podman: Podman, *words: str, environment: Mapping[str, str], options: tuple[str, ...] = HARDENED
) -> subprocess.CompletedProcess[str]:
    """A command of our image, run to its end."""
    settings = [f"--env={key}={value}" for key, value in environment.items()]
    return podman.run("run", "--rm", "--pull=never", "--network=host", *settings, *options, image(), *words)
