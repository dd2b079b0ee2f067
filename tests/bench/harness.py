"""How a figure comes about: contenders run in turn, three times; medians are compared with a baseline of the same run.

One rule: a ratio speaks, a rate alone does not; this machine is not yours.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from tests.bench.rig import Rig

LONG = 60.0  # seconds after which a run is not repeated

Figures = Mapping[str, Any]
"""What one run brought: numbers by name. `series` is a list of rows over time."""


class NotMeasured(Exception):
    """Why a contender cannot run here."""


@dataclass(frozen=True, slots=True)
class Contender:
    name: str
    run: Callable[[], Figures]


@dataclass(frozen=True, slots=True)
class Target:
    """What `contender` shall reach in `figure`; with `against`, as a ratio to that contender's figure."""

    contender: str
    figure: str
    goal: float
    most: bool = False
    against: str | None = None

    @property
    def says(self) -> str:
        bound = "≤" if self.most else "≥"
        return f"{bound} {self.goal:,g}" + (f" × {self.against}" if self.against else "")

    def met(self, value: float) -> bool:
        return value <= self.goal if self.most else value >= self.goal


@dataclass(frozen=True, slots=True)
class Case:
    """One question about speed. `shown`: the figures of its table, with their headings; `main`: the figure that is
    compared with `baseline`, a contender's name.
    """

    name: str
    title: str
    stage: Callable[[Rig], AbstractContextManager[Sequence[Contender]]]
    shown: Mapping[str, str]
    main: str
    baseline: str
    targets: Sequence[Target] = ()
    runs: int = 3
    sized: bool = False


@dataclass(slots=True)
class Measurement:
    """All runs of one contender, or why there are none."""

    runs: list[Figures] = field(default_factory=list)
    skipped: str = ""
    longest: float = 0.0

    @property
    def medians(self) -> dict[str, float]:
        return {name: statistics.median(values) for name, values in self._columns().items()}

    @property
    def spreads(self) -> dict[str, tuple[float, float]]:
        return {name: (min(values), max(values)) for name, values in self._columns().items()}

    def run(self, contender: Contender) -> None:
        """One more run, unless there is no point."""
        if self.skipped or self.longest > LONG:
            return
        began = time.monotonic()
        try:
            self.runs.append(contender.run())
        except NotMeasured as reason:
            self.skipped = str(reason)
        self.longest = max(self.longest, time.monotonic() - began)

    def _columns(self) -> dict[str, list[float]]:
        names = dict.fromkeys(
            name for run in self.runs for name, value in run.items() if isinstance(value, int | float)
        )
        return {name: [run[name] for run in self.runs if name in run] for name in names}


def measure(case: Case, rig: Rig, runs: int, say: Callable[[str], None]) -> dict[str, Measurement]:
    """Every contender's measurement, by name. They take turns, so that a machine's mood hits all alike. `say` hears
    how far it is.
    """
    say(f"{case.name}: preparing")
    with case.stage(rig) as contenders:
        found = {contender.name: Measurement() for contender in contenders}
        for turn in range(min(runs, case.runs)):
            for contender in contenders:
                say(f"{case.name}: {contender.name}, run {turn + 1}")
                found[contender.name].run(contender)
    return found


def record(case: Case, found: Mapping[str, Measurement]) -> dict[str, Any]:
    """What is kept of a case: JSON, all that tables, page and chart need."""
    return {
        "title": case.title,
        "shown": dict(case.shown),
        "main": case.main,
        "baseline": case.baseline,
        "contenders": {name: _contender(case, found, name) for name in found},
        "targets": [_target(target, found) for target in case.targets],
    }


def _contender(case: Case, found: Mapping[str, Measurement], name: str) -> dict[str, Any]:
    one = found[name]
    return {
        "figures": one.medians,
        "spread": one.spreads.get(case.main),
        "runs": len(one.runs),
        "skipped": one.skipped,
        "ratio": ratio(found, name, case.main, case.baseline),
        "series": one.runs[-1].get("series") if one.runs else None,
    }


def _target(target: Target, found: Mapping[str, Measurement]) -> dict[str, Any]:
    value = reached(target, found)
    return {
        "contender": target.contender, "figure": target.figure, "says": target.says,
        "value": value, "met": None if value is None else target.met(value),
    }  # fmt: skip


def reached(target: Target, found: Mapping[str, Measurement]) -> float | None:
    if target.against is not None:
        return ratio(found, target.contender, target.figure, target.against)
    return _median(found, target.contender, target.figure)


def ratio(found: Mapping[str, Measurement], name: str, figure: str, baseline: str) -> float | None:
    """The figure of `name` in units of the baseline's; None where one of them was not measured."""
    ours, theirs = _median(found, name, figure), _median(found, baseline, figure)
    return ours / theirs if ours is not None and theirs else None


def _median(found: Mapping[str, Measurement], name: str, figure: str) -> float | None:
    return found[name].medians.get(figure) if name in found else None
