"""The results as bars: a plain SVG, one panel a case. One rule: our bars are the dark ones, and all begin at zero."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from tests.bench.table import number

WIDTH, LEFT, RIGHT, BAR, GAP, HEAD = 760, 220, 110, 16, 6, 34
OURS, THEIRS, INK, PAPER = "#1f5fa8", "#b9c4d0", "#222", "#fff"

Panel = tuple[str, Sequence[tuple[str, float]]]
"""A heading, and names with their values."""


def panel(record: Mapping[str, Any]) -> Panel:
    measured = [
        (name, one["figures"][record["main"]])
        for name, one in record["contenders"].items()
        if record["main"] in one["figures"]
    ]
    return record["title"], measured


def svg(panels: Sequence[Panel]) -> str:
    body: list[str] = []
    y = 10
    for title, bars in panels:
        body += _panel(title, bars, y)
        y += HEAD + len(bars) * (BAR + GAP) + 14
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}"'
        f' font-family="sans-serif" font-size="12" fill="{INK}">'
    )
    return "\n".join([head, f'<rect width="{WIDTH}" height="{y}" fill="{PAPER}"/>', *body, "</svg>"]) + "\n"


def _panel(title: str, bars: Sequence[tuple[str, float]], y: int) -> Iterator[str]:
    yield f'<text x="10" y="{y + 16}" font-weight="bold">{escape(title)}</text>'
    most = max((value for _, value in bars), default=1.0) or 1.0
    for index, (name, value) in enumerate(bars):
        top = y + HEAD + index * (BAR + GAP)
        wide = max(1.0, (WIDTH - LEFT - RIGHT) * value / most)
        colour = OURS if _is_ours(name) else THEIRS
        yield f'<text x="{LEFT - 8}" y="{top + BAR - 4}" text-anchor="end">{escape(name)}</text>'
        yield f'<rect x="{LEFT}" y="{top}" width="{wide:.1f}" height="{BAR}" fill="{colour}"/>'
        yield f'<text x="{LEFT + wide + 6:.1f}" y="{top + BAR - 4}">{number(value)}</text>'


def _is_ours(name: str) -> bool:
    return name.startswith(("piaoda", "egress", "batches", "NDJSON"))
