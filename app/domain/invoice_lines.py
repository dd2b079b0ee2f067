"""An invoice in the words of an alert: its facts, its row in a list, why it is not there and what to do.

Its one rule: what was not told is left out. The buyer is shown by the first character only.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.domain.phrases import FOUND, LABELS, ODD, PHRASES, beijing, money, span
from app.domain.story import InvoiceStory

_SHORTENED_FROM = 12
_VOIDED = "voided"


def invoice_facts(invoice: InvoiceStory, spoken: str, now: datetime) -> list[tuple[str, str]]:
    """At most six pairs of label and value."""
    values = {
        "number": _number(invoice, spoken),
        "parties": parties(invoice),
        "amount": _taxed(invoice, spoken),
        "issued": beijing(invoice.issued_at) if invoice.issued_at else "",
        "limit": _limit(invoice, spoken, now),
        "account": invoice.account,
    }
    return [(LABELS[name][spoken], value) for name, value in values.items() if value]


def invoice_words(invoice: InvoiceStory, spoken: str, now: datetime) -> dict[str, str]:
    """What the sentences of `phrases.CASES` ask for about an invoice."""
    return {
        "late": _late(invoice, spoken, now),
        "took": span((invoice.synced_at or now) - invoice.issued_at, spoken) if invoice.issued_at else "?",
        "found": FOUND.get(invoice.outcome, ODD)[spoken],
    }


def advice(text: Mapping[str, str], next_step: Mapping[str, str], spoken: str) -> list[str]:
    """Why it is not there and what to do, a line each; empty when there is nothing to explain."""
    said = {"reason": text.get(spoken), "next": next_step.get(spoken)}
    return [PHRASES[name][spoken].format(words=words) for name, words in said.items() if words]


def row(invoice: InvoiceStory) -> str:
    """One line of a list, with the whole number, because people copy it."""
    return " | ".join(filter(None, (invoice.number, parties(invoice), total(invoice))))


def parties(invoice: InvoiceStory) -> str:
    buyer = f"{invoice.buyer[0]}××" if invoice.buyer else ""
    return " → ".join(filter(None, (invoice.seller, buyer)))


def total(invoice: InvoiceStory) -> str:
    return "" if invoice.total is None else money(invoice.total, invoice.currency)


def short(number: str) -> str:
    return f"{number[:4]}…{number[-4:]}" if len(number) >= _SHORTENED_FROM else number


def _late(invoice: InvoiceStory, spoken: str, now: datetime) -> str:
    if invoice.overdue_at is None or now - invoice.overdue_at < timedelta(minutes=1):
        return PHRASES["just_late"][spoken]
    return PHRASES["late"][spoken].format(span=span(now - invoice.overdue_at, spoken))


def _limit(invoice: InvoiceStory, spoken: str, now: datetime) -> str:
    """The deadline, and how far away it is or by how much it was missed."""
    if invoice.overdue_at is None or invoice.state == _VOIDED:
        return ""
    late = (invoice.synced_at or now) - invoice.overdue_at
    past, ahead = ("missed", "kept") if invoice.synced_at else ("by", "left")
    phrase = PHRASES[past if late > timedelta(0) else ahead][spoken]
    return phrase.format(at=beijing(invoice.overdue_at), span=span(abs(late), spoken))


def _number(invoice: InvoiceStory, spoken: str) -> str:
    if not (invoice.number and invoice.code):
        return invoice.number
    return PHRASES["code"][spoken].format(number=invoice.number, code=invoice.code)


def _taxed(invoice: InvoiceStory, spoken: str) -> str:
    if invoice.total is None or invoice.tax is None:
        return total(invoice)
    return PHRASES["taxed"][spoken].format(total=total(invoice), tax=money(invoice.tax, invoice.currency))
