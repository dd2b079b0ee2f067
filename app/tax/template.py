"""Texts with placeholders that an operator writes: `{serial_no}`, `{issued_on:%Y%m%d}`, `{credentials.app_key}`.

One rule: a value is data wherever it stands. It is escaped for its place when it is filled in, and never becomes part
of an address, a header or a document itself.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote
from xml.sax.saxutils import escape

from app.tax.face import INPUTS
from app.tax.fields import clean

Values = Mapping[str, Any]
"""What a placeholder stands for, by its name: text, or a day or moment where it takes a format."""

FACTS: Final = frozenset({"number", "kind", "issued_on", *INPUTS})
"""What an invoice is asked by."""
OF_A_CALL: Final = frozenset({"timestamp", "timestamp_ms", "now", "nonce"})
CREDENTIAL: Final = "credentials."
FORMATS: Final[Mapping[str, str]] = MappingProxyType({"issued_on": "%Y-%m-%d", "now": "%Y-%m-%d %H:%M:%S"})
"""The placeholders that take a format, and the one they have without; both are Beijing's."""

_PIECE = re.compile(r"\{\{|\}\}|\{(?P<name>[A-Za-z0-9_.-]{1,80})(?::(?P<format>[^{}]{1,60}))?\}|[{}]")
_FORMAT = re.compile(r"(?:%[YymdHMSj%]|[^%\x00-\x1f])+")
_NOT_XML = re.compile("[\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Placeholder:
    name: str
    format: str = ""

    def shown(self, values: Values) -> str:
        value = values[self.name]
        return str(value.strftime(self.format)) if self.format else str(value)


@dataclass(frozen=True, slots=True)
class Template:
    """`parts`: what stands there, and what is filled in; never shown, for somebody may write a secret there."""

    parts: tuple[str | Placeholder, ...] = field(default=(), repr=False)

    @classmethod
    def parse(cls, text: str) -> "Template":
        """`{{` and `}}` are braces. ValueError for stray ones and for a format where none belongs; its text repeats
        nothing of the template.
        """
        parts: list[str | Placeholder] = []
        end = 0
        for piece in _PIECE.finditer(text):
            parts += [text[end : piece.start()], _part(piece)]
            end = piece.end()
        return cls(tuple(part for part in (*parts, text[end:]) if part))

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        return tuple(part for part in self.parts if isinstance(part, Placeholder))

    @property
    def names(self) -> frozenset[str]:
        return frozenset(each.name for each in self.placeholders)

    def filled(self, values: Values, escaped: Callable[[str], str] = str) -> str:
        """The text; `escaped` makes a value harmless where it stands."""
        return "".join(part if isinstance(part, str) else escaped(part.shown(values)) for part in self.parts)


def _part(piece: re.Match[str]) -> str | Placeholder:
    if piece[0] in {"{{", "}}"}:
        return piece[0][0]
    name, form = piece["name"], piece["format"]
    if name is None:
        raise ValueError("has a brace that belongs to no placeholder")
    if form and (name not in FORMATS or not _FORMAT.fullmatch(form)):
        raise ValueError("has a format where none belongs, or one that is not known")
    return Placeholder(name, form or FORMATS.get(name, ""))


@dataclass(frozen=True, slots=True)
class Each:
    """A list with one entry an invoice of the call."""

    entry: Any


def tree(written: Any) -> Any:
    """A body as the operator wrote it, its texts parsed; `{each: …}` becomes Each. ValueError as `Template.parse`."""
    if isinstance(written, str):
        return Template.parse(written)
    if isinstance(written, list):
        return [tree(value) for value in written]
    if not isinstance(written, dict):
        return written
    if written.keys() == {"each"}:
        return Each(tree(written["each"]))
    return {key: tree(value) for key, value in written.items()}


def grown(planted: Any, values: Values, invoices: Sequence[Values]) -> Any:
    """The body as plain values; every value that is filled in is a text in it."""
    match planted:
        case Template():
            return planted.filled(values)
        case Each():
            return [grown(planted.entry, {**values, **invoice}, invoices) for invoice in invoices]
        case dict():
            return {key: grown(value, values, invoices) for key, value in planted.items()}
        case list():
            return [grown(value, values, invoices) for value in planted]
    return planted


def templates(planted: Any, *, within: bool = False) -> Iterator[tuple[Template, bool]]:
    """Every template of a body, and whether it stands within an Each."""
    match planted:
        case Template():
            yield planted, within
        case Each():
            yield from templates(planted.entry, within=True)
        case dict():
            for value in planted.values():
                yield from templates(value, within=within)
        case list():
            for value in planted:
                yield from templates(value, within=within)


def has_each(planted: Any) -> bool:
    match planted:
        case Each():
            return True
        case dict():
            return any(has_each(value) for value in planted.values())
        case list():
            return any(has_each(value) for value in planted)
    return False


# Values made harmless, each for its place. JSON needs none: a tree is written by a JSON writer.


def in_header(value: str) -> str:
    """Without line breaks, which would begin a header of their own."""
    return clean(value)


def in_address(value: str) -> str:
    return quote(value, safe="", errors="replace")


def in_xml(value: str) -> str:
    """For an element's text and for an attribute's value."""
    return escape(_NOT_XML.sub(" ", clean(value)), {'"': "&quot;", "'": "&#39;"})
