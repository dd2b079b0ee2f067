"""Processes that measure or are measured. One rule: whoever is started here is ended here, by its own id.

A hand gets ready, is told to go, tells its figures; `part.py` is its side of that.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.bench.part import READY, TOLD
from tests.processes import ROOT

PATIENCE = 1200.0  # real seconds that one process may take in all


class Hand:
    """One process: `module` run with `task` as its argument."""

    def __init__(self, log: Path, module: str, task: Any, python: Path | str = sys.executable) -> None:
        self._log, self._module = log, module
        with log.open("ab") as err:
            self._process = subprocess.Popen(
                [str(python), "-m", module, json.dumps(task)],
                cwd=ROOT, env=_environment(), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err,
            )  # fmt: skip
        self._limit = threading.Timer(PATIENCE, self._process.kill)
        self._limit.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ready(self) -> None:
        self._until(READY)

    def go(self) -> None:
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def told(self) -> dict[str, Any]:
        figures: dict[str, Any] = json.loads(self._until(TOLD))
        return figures

    def end(self) -> None:
        self._limit.cancel()
        self._process.kill()
        self._process.communicate()

    def _until(self, word: str) -> str:
        """The rest of the line that begins with `word`; what a library prints before it is nobody's business."""
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith(word):
                return line.removeprefix(word)
        raise RuntimeError(f"{self._module} ended early: {self._log.read_text(errors='replace')[-2000:]}")


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PIAODA_")}


@contextmanager
def hands(log: Path, module: str, tasks: Sequence[Any], python: Path | str = sys.executable) -> Iterator[list[Hand]]:
    """One hand a task, all ready."""
    with ExitStack() as stack:
        made = [Hand(log, module, task, python) for task in tasks]
        for hand in made:
            stack.callback(hand.end)
        for hand in made:
            hand.ready()
        yield made


def together(team: Sequence[Hand]) -> list[dict[str, Any]]:
    """Lets all begin at once; what each tells."""
    for hand in team:
        hand.go()
    return [hand.told() for hand in team]


def summed(told: Sequence[Mapping[str, float]], figure: str) -> float:
    return sum(each[figure] for each in told)
