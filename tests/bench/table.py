"""A case's record as a table for a terminal and for a page. One rule: what was not measured says so."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

Record = Mapping[str, Any]


def number(value: float | None) -> str:
    """Three figures that matter."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def headings(record: Record) -> list[str]:
    main = record["main"].replace("_", " ")
    return ["", main, "lowest – highest", "× " + record["baseline"], *record["shown"].values()]


def rows(record: Record) -> list[list[str]]:
    return [_row(record, name, one) for name, one in record["contenders"].items()]


def _row(record: Record, name: str, one: Record) -> list[str]:
    if one["skipped"]:
        return [name, f"not measured: {one['skipped']}", *[""] * (len(record["shown"]) + 2)]
    figures, spread = one["figures"], one["spread"]
    low_high = f"{number(spread[0])} – {number(spread[1])}" if spread and one["runs"] > 1 else "one run"
    shown = [number(figures.get(figure)) for figure in record["shown"]]
    return [name, number(figures.get(record["main"])), low_high, number(one["ratio"]), *shown]


def verdicts(record: Record) -> list[Sequence[str]]:
    """Contender and figure, target, what was reached, whether that is enough."""
    words = {True: "met", False: "NOT MET", None: "not measured"}
    return [
        (f"{target['contender']}: {target['figure']}", target["says"], number(target["value"]), words[target["met"]])
        for target in record["targets"]
    ]


def show(record: Record) -> None:
    console = Console(width=150)
    console.print(_table(record["title"], headings(record), rows(record)))
    if record["targets"]:
        console.print(_table("", ["target", "", "reached", ""], verdicts(record)))


def _table(title: str, names: Sequence[str], lines: Sequence[Sequence[str]]) -> Table:
    made = Table(title=title, title_justify="left")
    for index, name in enumerate(names):
        made.add_column(name, justify="right" if index else "left")
    for line in lines:
        made.add_row(*line)
    return made
