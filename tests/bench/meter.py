"""What processes cost, read from /proc (Linux).

One rule: the standard library alone, because the peers' environment imports this too.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_GONE = (FileNotFoundError, ProcessLookupError, PermissionError)


def cpu(pid: int) -> float:
    """CPU seconds of a process and its descendants, the living and the buried."""
    children, seconds = defaultdict[int, list[int]](list), {}
    for each, parent, spent in _processes():
        children[parent].append(each)
        seconds[each] = spent
    family = [pid]
    for member in family:
        family += children[member]
    return sum(seconds.get(member, 0.0) for member in family)


def _processes() -> Iterator[tuple[int, int, float]]:
    """Of every process: its id, its parent's, and the CPU seconds of it and of the children it has buried."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(*_GONE):
                # The name in brackets may hold anything; what follows it has no brackets.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                yield int(entry.name), int(fields[1]), sum(map(int, fields[11:15])) / _TICKS


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes. `resident` counts shared pages in full; `unique` would come back if the process ended."""

    resident: float
    unique: float


def memory(pid: int) -> Memory:
    kilobytes = defaultdict[str, int](int)
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, value = line.split()[:2]
        kilobytes[name.rstrip(":")] = int(value)
    unique = kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]
    return Memory(kilobytes["Rss"] / 1024, unique / 1024)
