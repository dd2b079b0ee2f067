"""Keeping a message within a chat tool's limits, whichever unit the tool counts in.

Its one rule: cut between characters, drop whole lines from the end first, and never drop line 1.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

Size = Callable[[str], int]
"""What a text counts for; the size of two texts together is the sum of their sizes."""

ELLIPSIS = "…"


def utf8(text: str) -> int:
    """Bytes in UTF-8, the unit of WeCom."""
    return len(text.encode())


def cut(text: str, limit: int, size: Size = len) -> str:
    """`text`, or as much of it as fits into `limit` together with an ellipsis."""
    return text if size(text) <= limit else _cropped(text, limit, size)


def fit(lines: Sequence[str], limit: int, size: Size = len) -> str:
    """The lines that fit, joined; an ellipsis stands for those that do not. Only line 1 may itself be cut."""
    if size(whole := "\n".join(lines)) <= limit:
        return whole
    ends = list(accumulate(size(f"{line}\n") for line in lines))
    kept = bisect_right(ends, limit - size(ELLIPSIS))
    return "\n".join([*lines[:kept], ELLIPSIS]) if kept else _cropped(lines[0], limit, size)


def _cropped(text: str, limit: int, size: Size) -> str:
    ends = list(accumulate(map(size, text)))
    return text[: bisect_right(ends, limit - size(ELLIPSIS))] + ELLIPSIS
