"""An alert in words that any tool shows, measured as it goes out: as text of a JSON document, in UTF-8.

Its one rule: what the outside said becomes no link, no mention and no format; what is a link or a mention stays whole.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TypeVar

from app.channels.chat import Document, encoded
from app.channels.cutting import Size, framed
from app.domain.alert import Alert

MENTIONS = 1_024
"""Bytes we give to mentions at most, so that they never push out what happened."""

_HARMLESS = str.maketrans({"<": "＜", ">": "＞", "[": "［", "]": "］", "`": "'", "*": "＊", "#": "＃"})
_BRACKETS = str.maketrans({"(": "%28", ")": "%29", " ": "%20"})

_AROUND = len(encoded({"": ""}))

T = TypeVar("T")


def weight(document: Document) -> int:
    """Bytes of a document as it is posted."""
    return len(encoded(document))


def in_json(text: str) -> int:
    """Bytes of a text within such a document, escapes counted."""
    return weight({"": text}) - _AROUND


def whole(items: Sequence[T], limit: int, size: Callable[[T], int]) -> Sequence[T]:
    """The first of them that fit together."""
    return [item for item, end in zip(items, accumulate(map(size, items)), strict=True) if end <= limit]


def harmless(text: str) -> str:
    """Markdown in chat tools has no escapes to rely on: its characters are written full-width, several lines as one.
    Nor does an address stay one that a tool would make clickable.
    """
    return " ".join(text.translate(_HARMLESS).replace("://", "：//").split())


def link(label: str, url: str) -> str:
    return f"[{harmless(label)}]({url.translate(_BRACKETS)})"


def labelled(label: str, value: str) -> str:
    return f"{label}{': ' if label.isascii() else '：'}{value}"


def plain(alert: Alert, limit: int, size: Size = in_json, clean: Callable[[str], str] = str) -> str:
    """No markup at all: line 1, facts, lines, links, footer. `clean`: what takes the power from foreign text."""
    middle = [*(labelled(label, clean(value)) for label, value in alert.facts), *map(clean, alert.lines)]
    links = [labelled(action.label, action.url) for action in alert.actions]
    return framed(clean(alert.headline), middle, [*links, *filter(None, [clean(alert.footer)])], limit, size)
