"""How a page speaks: words, figures and times in the visitor's language. One rule: every word of it comes through here.

Times are Beijing's, because the deadlines are; money is what the buyer pays, with its currency.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from app.console.language import Language
from app.console.texts import TEXTS
from app.domain import phrases
from app.domain.diagnosis import Explanation, explain
from app.domain.invoice import Amount, Record
from app.domain.words import CAUSES, DIAGNOSES, KINDS, OUTCOMES, STATES, Words

_LISTS: Final[Mapping[str, Mapping[str, Words]]] = {
    "state": {member.value: each for member, each in STATES.items()},
    "cause": {member.value: each for member, each in CAUSES.items()},
    "diagnosis": {member.value: each for member, each in DIAGNOSES.items()},
    "outcome": {member.value: each for member, each in OUTCOMES.items()},
    "kind": {member.value: each for member, each in KINDS.items()},
}


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks `language` at the instant `now`."""

    language: Language
    now: datetime

    def __call__(self, key: str, **values: object) -> str:
        """The text `key` of the catalogue, with `values` in its braces."""
        return TEXTS[key][self.language].format_map(values)

    def word(self, family: str, member: str) -> str:
        """A member of an open list, by the texts `<family>.<member>`; the bare word where the catalogue lacks it."""
        found = TEXTS.get(f"{family}.{member}")
        return found[self.language] if found else member

    def label(self, name: str, member: str) -> str:
        """A member of one of the domain's closed lists: `state`, `cause`, `diagnosis`, `outcome`, `kind`."""
        return _LISTS[name][member][self.language]

    def why(self, record: Record) -> str:
        """Why an invoice stands where it does, in a sentence."""
        told = _explanation(record)
        return told.text[self.language] if told else self.label("cause", record.cause)

    def next_step(self, record: Record) -> str:
        """What a person does next; empty where nothing is known to be done."""
        told = _explanation(record)
        return told.next_step[self.language] if told else ""

    def money(self, value: Decimal | None, currency: str) -> str:
        return "–" if value is None else phrases.money(value, currency)

    def value(self, field: str, text: str) -> str:
        """What one side tells of a field of `comparison.py`; amounts with separators."""
        return f"{Decimal(text):,.2f}" if field.startswith("amount/") else text

    def total(self, amount: Amount) -> str:
        return self.money(total(amount), amount.currency)

    def amounts(self, told: Sequence[Mapping[str, str]]) -> str:
        """Totals of an incident, one a currency: sums are never taken over them."""
        sums = [phrases.money(Decimal(each["total"]), each["currency"]) for each in told if each["total"]]
        return " + ".join(sums) or "–"

    def count(self, number: int) -> str:
        return f"{number:,}"

    def share(self, part: float) -> str:
        """A share in percent, rounded down: 100% means all."""
        return f"{int(part * 1000) / 10:.1f}%"

    def minute(self, at: datetime) -> str:
        return at.astimezone(phrases.BEIJING).strftime("%Y-%m-%d %H:%M")

    def second(self, at: datetime) -> str:
        return at.astimezone(phrases.BEIJING).strftime("%Y-%m-%d %H:%M:%S")

    def told(self, at: str) -> str:
        """An instant that the history tells as RFC 3339 text."""
        return self.minute(datetime.fromisoformat(at))

    def since(self, at: datetime) -> str:
        """How long ago, or how long until: `1 天 6 小时`."""
        return phrases.span(abs(self.now - at), self.language)

    def actor(self, name: str) -> str:
        """Who did it: the system, or the owner of a key."""
        return self("actor.system") if name == "system" else name.removeprefix("key:")


def total(amount: Amount) -> Decimal | None:
    """What the buyer pays; before tax where only that is told."""
    if amount.with_tax is None and amount.without_tax is not None:
        return amount.without_tax + (amount.tax or 0)
    return amount.with_tax


def _explanation(record: Record) -> Explanation | None:
    if record.diagnosis is None:
        return None
    return explain(record.diagnosis, record.outcome, record.code, record.cause)
