"""What is kept of an answer as evidence. One rule: what is not known to be harmless is hidden.

Numbers and tax ids keep their first and last four characters; codes, states, amounts and dates stay; names,
phones, addresses, banks and tokens, and every field that no provider's tables list, become `***`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from itertools import islice
from typing import NamedTuple

from pydantic_core import to_json

from app.tax.fields import clean

LONGEST = 1_000
_READ = 4 * LONGEST
_NUMBER = (int, Decimal)
_SHOWN = (str, *_NUMBER)

_HIDDEN = "***"
_MOST_FIELDS = 200  # more than any provider has; what is kept is cut to a thousand characters
_SHORT_ENOUGH = 4_000  # characters of names that are worth remembering
_EVERYWHERE = frozenset({
    "code", "error", "error_code", "error_description", "error_msg", "errorcode", "message", "msg", "status",
})  # fmt: skip
"""Fields that explain, by whatever name a gateway has for them."""

_PAIR = re.compile(r'"(\w{1,60})"\s*:\s*"((?:[^"\\]|\\.)*)"?')
_ELEMENT = re.compile(r"<(?:\w{1,30}:)?(\w{1,60})>([^<]*)")
_LONGEST_NAME = 60
_SHORTEST_RUN = 9
_RUN = re.compile(rf"[0-9A-Za-z]{{{_SHORTEST_RUN},}}")
_IDENTIFIER = 15
"""A tax id has fifteen characters or more; a shorter run may be a phone, which four and four give away."""


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """Which fields of one provider are harmless (`shown`), and which are shown by their ends (`shortened`); lower
    case.
    """

    shown: frozenset[str] = _EVERYWHERE
    shortened: frozenset[str] = frozenset()

    @classmethod
    def showing(cls, shown: Sequence[str] = (), shortened: Sequence[str] = ()) -> "Mask":
        return cls(
            _EVERYWHERE | {name.lower() for name in shown},
            frozenset(name.lower() for name in shortened),
        )

    def of(self, fields: Mapping[str, object]) -> str:
        """The flat fields of an object, masked, those that explain first; at most 1,000 characters."""
        order = _order(self, tuple(fields)[:_MOST_FIELDS])
        shown = {name: text for key, name in order.shown if (text := _without_runs(_plain(fields[key])))}
        for key, name in order.shortened:
            if text := _plain(fields[key]):
                shown[name] = _ends(text)
        for key, name in order.hidden:
            value = fields[key]
            if value if type(value) is str else isinstance(value, _NUMBER):
                shown[name] = _HIDDEN
        return to_json(shown).decode()[:LONGEST]

    def later(self, fields: Mapping[str, object]) -> Callable[[], str]:
        """`of`, for whoever keeps it. What it never shows is let go at once: an answer may hold a thousand lists."""
        shown = {key: value for key, value in islice(fields.items(), _MOST_FIELDS) if isinstance(value, _SHOWN)}
        return partial(self.of, shown)

    def of_text(self, text: str) -> str:
        """Text that could not be read (HTML, half an answer), masked by the same rule; at most 1,000 characters."""
        plain = clean(text[:_READ].replace('\\"', '"'))
        paired = _PAIR.sub(lambda pair: f'"{pair[1]}":"{self._masked(pair[1], pair[2])}"', plain)
        return _without_runs(_ELEMENT.sub(self._masked_element, paired))[:LONGEST]

    def _masked_element(self, element: re.Match[str]) -> str:
        """The text of an XML element; a page's own markup (HTML) is left as it is."""
        name, text = element[1], element[2]
        return f"<{name}>{text if name.lower() in _MARKUP or not text.strip() else self._masked(name, text)}"

    def _masked(self, key: str, value: str) -> str:
        low = key[:_LONGEST_NAME].lower()
        if low in self.shown:
            return _without_runs(clean(value))
        return _ends(clean(value)) if low in self.shortened else _HIDDEN


class _Order(NamedTuple):
    """The fields of an object, each with the name it is kept under, by how they are shown."""

    shown: list[tuple[str, str]]
    shortened: list[tuple[str, str]]
    hidden: list[tuple[str, str]]


def _order(mask: Mask, keys: tuple[str, ...]) -> _Order:
    """Remembered for names of a usual length, as an answer has fifty items alike."""
    short = sum(map(len, keys)) <= _SHORT_ENOUGH
    return _remembered(mask, keys) if short else _ordered(mask, keys)


def _ordered(mask: Mask, keys: tuple[str, ...]) -> _Order:
    order = _Order([], [], [])
    for key in keys:
        low = key[:_LONGEST_NAME].lower()
        place = order.shown if low in mask.shown else order.shortened if low in mask.shortened else order.hidden
        place.append((key, clean(key[:_LONGEST_NAME])))
    return order


_remembered = lru_cache(maxsize=64)(_ordered)


def _plain(value: object) -> str:
    """A text or number as PostgreSQL can store it; nothing of any other."""
    if type(value) is not str:
        value = str(value) if isinstance(value, _NUMBER) else ""
    return value if len(value) <= _READ and value.isprintable() else clean(value[:_READ])


_MARKUP = frozenset({"html", "head", "body", "title", "h1", "h2", "h3", "p", "center", "div", "span", "a", "b", "pre"})


def _without_runs(text: str) -> str:
    """Hides numbers and keys that stand in running text."""
    if len(text) < _SHORTEST_RUN:
        return text
    return _RUN.sub(_masked_run, text)


def _masked_run(match: re.Match[str]) -> str:
    run = match[0]
    if run.isalpha():
        return run
    return _ends(run) if len(run) >= _IDENTIFIER else _HIDDEN


def _ends(text: str) -> str:
    return text if len(text) <= 8 else f"{text[:4]}…{text[-4:]}"  # noqa: PLR2004 - four and four
