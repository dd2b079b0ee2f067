"""A gateway's answer as configuration describes it: where its words stand and what they mean.

One rule: an item of the answer speaks for the invoice it names and for no other; a code that no table has teaches
nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from app.domain.invoice import Amount, Answer, Found, Outcome
from app.tax import fields
from app.tax.masking import Mask
from app.tax.reply import Document
from app.tax.tables import Code, Tables
from app.tax.template import Template, Values

Told = dict[str, Any]
Name = tuple[str, ...]
"""By what an item says which invoice it speaks of: the values of `Telling.match`; nothing, where one is asked alone."""

_HARMLESS = frozenset({"issued_on", "without_tax", "tax", "with_tax"})
_DIGITS_OF_A_MOMENT, _DIGITS_OF_SECONDS = (12, 14), 10


@dataclass(frozen=True, slots=True)
class Envelope:
    """The gateway's word about the call as a whole: `values` at `at` say that it was understood."""

    at: str
    values: frozenset[str]
    message: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """Paths as `fields.at` reads them: `code`, `message`, `found` and those of `match` from the item, or from the whole
    answer without `items`. `errors`: codes of the envelope; `empty`: what a list without items means.
    """

    code: str
    codes: Mapping[str, Outcome]
    message: str = ""
    ok: Envelope | None = None
    errors: Mapping[str, Outcome] = field(default_factory=lambda: MappingProxyType({}))
    items: str = ""
    match: Mapping[str, Template] = field(default_factory=lambda: MappingProxyType({}))
    empty: Outcome = Outcome.TRANSIENT
    found: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    xml: bool = False

    def tables(self) -> Tables:
        """As an adapter of one provider has them in its file."""
        return Tables(
            "connector", "piaoda.yaml", date.min, {"reply": _table(self.errors), "status": _table(self.codes)}, {},
            _mask(self),
        )  # fmt: skip


def _table(written: Mapping[str, Outcome]) -> dict[str, Code]:
    return {code: Code(outcome) for code, outcome in written.items()}


def _mask(telling: Telling) -> Mask:
    """Fields by their path, as evidence has them, and by their name, as half an answer has them."""
    envelope = (telling.ok.at, telling.ok.message) if telling.ok else ()
    shown = {telling.code, telling.message, *envelope}
    shown |= {path for name, path in telling.found.items() if name in _HARMLESS}
    hidden = {*telling.match, *telling.found.values()} - shown
    names = {_last(path) for path in hidden}
    return Mask.showing(sorted(shown | ({_last(path) for path in shown} - names) - {""}), sorted(hidden | names))


def _last(path: str) -> str:
    return path.rpartition(".")[2].partition("[")[0]


@dataclass(frozen=True, slots=True)
class Reading:
    """Judges documents by one `telling`."""

    telling: Telling
    tables: Tables

    def judged(self, document: Document, asked: Sequence[Values]) -> list[Answer]:
        """One answer for each that was asked, in order."""
        fields.unfold(document, [self.telling.items, *([] if self.telling.items else self._paths())])
        refusal = self.refusal(document)
        return [refusal] * len(asked) if refusal else self._of_items(document, asked)

    def refusal(self, document: Document) -> Answer | None:
        """What the envelope says of the call, when it was not understood."""
        ok = self.telling.ok
        code = _code(document, ok.at) if ok else ""
        return self._refused(document, ok, code) if ok and code not in ok.values else None

    def explained(self, document: Document) -> Answer | None:
        """The same of an answer with another status than 200, where only a listed code explains anything."""
        refusal = self.refusal(document)
        return None if refusal is None or refusal.unlisted else refusal

    def reached(self, document: Document) -> Answer:
        """What a question about no invoice shows: a refusal, or that the gateway answers."""
        code = _code(document, self.telling.code)
        meaning = self.tables.meaning("status", code).outcome
        trouble = Answer(meaning, code) if meaning in {Outcome.AUTH, Outcome.QUOTA_ACCOUNT} else None
        return self.refusal(document) or trouble or Answer(Outcome.NOT_FOUND, code="answered")

    def _refused(self, document: Document, ok: Envelope, code: str) -> Answer:
        message = _text(document, ok.message)
        return self.tables.answer("reply", code, message, told={ok.at: code, ok.message: message})

    def _of_items(self, document: Document, asked: Sequence[Values]) -> list[Answer]:
        items = self._items(document)
        if items is None:
            return [self.tables.unsound("no_items", self._told(document))] * len(asked)
        if not items:
            return [Answer(self.telling.empty, code="no_items")] * len(asked)
        named: dict[Name, list[Document]] = {}
        for item in items:
            fields.unfold(item, self._paths())
            named.setdefault(self._name(item), []).append(item)
        names = [tuple(template.filled(each) for template in self.telling.match.values()) for each in asked]
        known = set(names)
        silence = self._silence([own[0] for name, own in named.items() if name not in known])
        return [self._of_own(named.get(name, ())) or silence for name in names]

    def _name(self, item: Document) -> Name:
        return tuple(_text(item, path) for path in self.telling.match)

    def _silence(self, foreign: Sequence[Document]) -> Answer:
        """Silence about an invoice means "not there" only while every item speaks of something that was asked."""
        if foreign:
            return self.tables.unsound("foreign_item", self._told(foreign[0]))
        return Answer(Outcome.NOT_FOUND, code="absent")

    def _items(self, document: Document) -> Sequence[Document] | None:
        """None where something else stands. XML knows no lists: one item is an element, none is a blank one."""
        if not self.telling.items:
            return [document]
        value = fields.at(document, self.telling.items)
        if self.telling.xml and isinstance(value, dict):
            return [value]
        if self.telling.xml and value == "":
            return []
        return value if isinstance(value, list) and all(isinstance(item, dict) for item in value) else None

    def _of_own(self, items: Sequence[Document]) -> Answer | None:
        """Twice the same is once, two that differ are none."""
        if not items:
            return None
        if any(item != items[0] for item in items):
            return self.tables.unsound("contradiction", self._told(items[0]))
        return self._of_item(items[0])

    def _of_item(self, item: Document) -> Answer:
        """Where no face is ever told, a find is one without evidence: the core believes none of it, but the gateway is
        not in trouble.
        """
        code, message = _code(item, self.telling.code), _text(item, self.telling.message)
        answer = self.tables.answer("status", code, message, told=self._told(item), found=self._found(item))
        return answer if self.telling.found else replace(answer, outcome=self.tables.meaning("status", code).outcome)

    def _paths(self) -> Sequence[str]:
        """Where an item's words stand."""
        return (self.telling.code, self.telling.message, *self.telling.found.values(), *self.telling.match)

    def _told(self, item: Document) -> Told:
        paths = self._paths()
        return {path: fields.at(item, path) for path in paths if path}

    def _found(self, item: Document) -> Found:
        told = {name: fields.at(item, path) for name, path in self.telling.found.items()}
        return Found(
            number=fields.text(told.get("number")),
            code=fields.text(told.get("code")),
            issued_on=_day(told.get("issued_on")),
            seller_tax_id=fields.tax_id(told.get("seller_tax_id")),
            buyer_tax_id=fields.tax_id(told.get("buyer_tax_id")),
            amount=Amount(
                without_tax=fields.money(told.get("without_tax")),
                tax=fields.money(told.get("tax")),
                with_tax=fields.money(told.get("with_tax")),
                currency="",
            ),
            original_number=fields.text(told.get("original_number")),
        )


def _text(document: Document, path: str) -> str:
    """Text, or what JSON writes as `true` and `false`: gateways have them for codes."""
    value = fields.at(document, path) if path else None
    return str(value).lower() if isinstance(value, bool) else fields.text(value) or ""


def _code(document: Document, path: str) -> str:
    return _text(document, path) or "no_code"


def _day(value: object) -> date | None:
    """Also 20250301093000, as many gateways write it, and a moment in seconds or milliseconds since 1970."""
    told = fields.text(value) or ""
    if len(told) in _DIGITS_OF_A_MOMENT and told.isdecimal():
        return fields.day(told[:8])
    if len(told) == _DIGITS_OF_SECONDS and told.isdecimal():
        return fields.day_of_milliseconds(f"{told}000")
    return fields.day(told) or fields.day_of_milliseconds(told)
