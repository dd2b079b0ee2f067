"""What is kept of an answer as evidence. One rule: what is not known to be harmless is hidden.

Numbers and tax ids keep their first and last four characters; codes, states, amounts and dates stay; names,
phones, addresses, banks and tokens, and every field that no provider's tables list, become `***`.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from app.tax.fields import clean

LONGEST = 1_000
_READ = 4 * LONGEST
_FLAT = (str, int, Decimal)
_written = json.JSONEncoder(ensure_ascii=False).encode

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


@dataclass(frozen=True, slots=True)
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
        shown: dict[str, str] = {}
        for key, name, manner in _order(self, tuple(fields)[:_MOST_FIELDS]):
            value = fields[key]
            if value != "" and isinstance(value, _FLAT):
                shown[name] = _HIDDEN if manner is _hidden else manner(str(value)[:_READ])
        return _written(shown)[:LONGEST]

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
        return self.manner(key)(value)

    def manner(self, key: str) -> "Manner":
        """How the values of a field are shown."""
        low = key[:_LONGEST_NAME].lower()
        return _shown if low in self.shown else _shortened if low in self.shortened else _hidden


Manner = Callable[[str], str]


def _order(mask: Mask, keys: tuple[str, ...]) -> Sequence[tuple[str, str, Manner]]:
    """The fields in the order in which they are kept; remembered for short ones, as an answer has fifty items alike."""
    short = sum(map(len, keys)) <= _SHORT_ENOUGH
    return _remembered(mask, keys) if short else _ordered(mask, keys)


def _ordered(mask: Mask, keys: tuple[str, ...]) -> Sequence[tuple[str, str, Manner]]:
    fields = [(key, clean(key[:_LONGEST_NAME]), mask.manner(key)) for key in keys]
    return sorted(fields, key=lambda field: field[2] is not _shown)


_remembered = lru_cache(maxsize=64)(_ordered)


def _shown(value: str) -> str:
    return _without_runs(clean(value))


def _shortened(value: str) -> str:
    return _ends(clean(value))


def _hidden(_value: str) -> str:
    return _HIDDEN


_MARKUP = frozenset({"html", "head", "body", "title", "h1", "h2", "h3", "p", "center", "div", "span", "a", "b", "pre"})


def _without_runs(text: str) -> str:
    """Hides numbers and keys that stand in running text."""
    if len(text) < _SHORTEST_RUN:
        return text
    return _RUN.sub(lambda match: _masked_run(match[0]), text)


def _masked_run(run: str) -> str:
    if not any(character.isdigit() for character in run):
        return run
    return _ends(run) if len(run) >= _IDENTIFIER else _hidden(run)


def _ends(text: str) -> str:
    return text if len(text) <= 8 else f"{text[:4]}…{text[-4:]}"  # noqa: PLR2004 - four and four
