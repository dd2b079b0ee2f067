"""On what a figure was measured. One rule: said with every figure, because no figure means anything without it."""

import os
import platform
import shlex
import statistics
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path


def machine(settings: Mapping[str, str], folder: Path) -> dict[str, object]:
    """`settings` are the database's, `folder` is where it lives."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "command": shlex.join(["python", "-m", "tests.bench", *sys.argv[1:]]),
        "cpu": _field("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(int(_field("/proc/meminfo", "MemTotal").split()[0]) / 2**20),
        "flush_us": round(_flush(folder)),
        "system": platform.platform(),
        "python": platform.python_version(),
        "postgresql": dict(settings),
    }


def _field(file: str, name: str) -> str:
    """The first value of `name` in a file of `name: value` lines."""
    for line in Path(file).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "0"


def _flush(folder: Path, times: int = 200) -> float:
    """Microseconds that one page takes to be on disk, in the median: what every commit waits for."""
    took = []
    with (folder / "flush").open("wb", buffering=0) as file:
        for _ in range(times):
            file.write(b"-" * 8192)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    return statistics.median(took) * 1e6
