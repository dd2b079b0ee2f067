"""What is on a board, in our own words: panels in rows, queries in panels. Values only; `drawing.py` knows Grafana.

One rule: no panel without a title, a description and a unit, in both languages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.words import Words

Legend = str | Words
"""What a series is called: a text in both languages, or labels in Grafana's braces: `{{account}}`."""


class Look(StrEnum):
    """How a panel shows its numbers, by the name of Grafana's panel."""

    STAT = "stat"
    LINES = "timeseries"
    STACK = "stack"
    """Areas on top of each other: parts of a whole over time."""
    COLUMNS = "columns"
    """Columns on top of each other: what was counted in each interval."""
    BARS = "bargauge"
    HEATMAP = "heatmap"
    TIMELINE = "state-timeline"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Step:
    """From `value` on the number is shown in `colour`."""

    value: float
    colour: str


@dataclass(frozen=True, slots=True)
class Query:
    """`instant`: one number for now (or for the whole range), not a line."""

    expression: str
    legend: Legend = ""
    instant: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the answer to the query at the same place, or, in SQL, the column called `name`."""

    title: Words
    unit: str
    name: str = ""
    steps: Sequence[Step] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """`names`: the closed list (see `legends.py`) whose members the series are. `values`: what single numbers mean,
    with a colour. `runbook`: the alert that watches the same; `page`: where in the console to go on. `limit`: where a
    share ends. `none`: what is said when there is nothing. `sql`: asked of PostgreSQL instead of Prometheus.
    """

    title: Words
    description: Words
    look: Look
    unit: str
    width: int
    queries: Sequence[Query] = ()
    height: int = 8
    steps: Sequence[Step] = ()
    names: str = ""
    values: Mapping[str, tuple[Words, str]] = field(default_factory=dict)
    columns: Sequence[Column] = ()
    decimals: int | None = None
    limit: float | None = None
    none: Words | None = None
    runbook: str = ""
    page: str = ""
    sql: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """The title is the question that the panels answer. `folded`: closed until somebody opens it."""

    title: Words
    panels: Sequence[Panel]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """`since`: the range shown first, such as `now-24h`. `variables`: names of `variables.py`."""

    uid: str
    title: Words
    description: Words
    since: str
    variables: Sequence[str]
    rows: Sequence[Row]
