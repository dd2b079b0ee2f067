"""Keeping a message within a chat tool's limits, whichever unit the tool counts in.

Its one rule: cut between characters, drop whole lines from the end first, and never drop line 1 nor half a link.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

Size = Callable[[str], int]
"""What a text counts for; the size of two texts together is the sum of their sizes."""

ELLIPSIS = "…"


def utf8(text: str) -> int:
    """Bytes in UTF-8, the unit of WeCom."""
    return len(text.encode(errors="replace"))


def cut(text: str, limit: int, size: Size = len) -> str:
    """`text`, or as much of it as fits into `limit` together with an ellipsis."""
    return text if size(text) <= limit else _cropped(text, limit, size)


def fit(lines: Sequence[str], limit: int, size: Size = len) -> str:
    """The lines that fit, joined; an ellipsis stands for those that do not. Only line 1 may itself be cut."""
    if size(whole := "\n".join(lines)) <= limit:
        return whole
    kept = _count(lines, limit - size(ELLIPSIS), size)
    return "\n".join([*lines[:kept], ELLIPSIS]) if kept else _cropped(lines[0], limit, size)


def framed(first: str, middle: Sequence[str], last: Sequence[str], limit: int, size: Size = len) -> str:
    """Line 1, as much of `middle` as fits, and `last`: the lines that are whole or useless (links, mentions).

    `middle` gives way first, from its end; then whole lines of `last`; line 1 keeps half the room at least.
    """
    wanted = sum(size(f"\n{line}") for line in last)
    top = cut(first, max(limit // 2, limit - wanted), size)
    ending = "".join(f"\n{line}" for line in whole(last, limit - size(top), size))
    room = limit - size(f"{top}\n{ending}")
    body = fit(middle, room, size) if middle and room >= size(ELLIPSIS) else ""
    return (f"{top}\n{body}" if body else top) + ending


def whole(lines: Sequence[str], limit: int, size: Size = len) -> Sequence[str]:
    """The first lines that fit uncut, a line break for each counted."""
    return lines[: _count(lines, limit, size)]


def called(mentions: Sequence[str], limit: int, size: Size = len) -> str:
    """People to call by name, on one line; half a mention calls nobody, so whole ones are dropped."""
    kept = _count(mentions, limit - size(ELLIPSIS), size)
    return " ".join(mentions if kept == len(mentions) else [*mentions[:kept], ELLIPSIS])


def _count(lines: Sequence[str], limit: int, size: Size) -> int:
    """How many of the lines fit, each with its line break."""
    return bisect_right(list(accumulate(size(f"{line}\n") for line in lines)), limit)


def _cropped(text: str, limit: int, size: Size) -> str:
    ends = list(accumulate(map(size, text)))
    return text[: bisect_right(ends, limit - size(ELLIPSIS))] + ELLIPSIS
