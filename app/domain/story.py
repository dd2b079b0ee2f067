"""A payload read back, for those who put it into words: typed, and whole or in pieces.

Its one rule: any field may be missing, because a destination has a list of those it may see; then it is None
or empty here, and nothing fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

Payload = Mapping[str, Any]

_LATE = ("overdue", "escalated")
_GONE = "410"


@dataclass(frozen=True, slots=True)
class InvoiceStory:
    """An invoice as it was told. Names are on one line, so that none can add lines to a message.

    `total`: what the buyer pays, or before tax where only that is told. `diagnosis`, `next_step`: by language.
    """

    id: str
    number: str
    code: str
    seller: str
    buyer: str
    total: Decimal | None
    tax: Decimal | None
    currency: str
    issued_at: datetime | None
    overdue_at: datetime | None
    synced_at: datetime | None
    state: str
    cause: str
    outcome: str
    account: str
    diagnosis: Mapping[str, str]
    next_step: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EventStory:
    """A single event: of an invoice, of a webhook, or none of both. `webhook_gone`: it answered 410.

    `subject`: what it is about, equal for all payloads about the same thing. `case`: a key into `phrases.CASES`.
    """

    type: str
    subject: tuple[str, ...]
    case: str
    sequence: int
    urgent: bool
    actor: str
    webhook: str
    webhook_gone: bool
    failing_since: datetime | None
    invoice: InvoiceStory


def read_event(payload: Payload) -> EventStory:
    """The story of a payload as `message.payload` makes them."""
    data = payload.get("data") or {}
    invoice, transition, webhook = (data.get(name) or {} for name in ("invoice", "transition", "webhook"))
    type_, after = flat(payload.get("type")), transition.get("after")
    known = invoice.get("id") or webhook.get("id")
    return EventStory(
        type=type_,
        subject=(str(known),) if known else (type_, flat(invoice.get("number"))),
        case=_case(type_, transition),
        sequence=transition.get("sequence") or 0,
        urgent=after == "escalated",
        actor=flat(transition.get("actor")),
        webhook=flat(webhook.get("name")),
        webhook_gone=_GONE in flat(webhook.get("reason")),
        failing_since=instant(webhook.get("failing_since")),
        invoice=read_invoice({"diagnosis": data.get("diagnosis"), "state": after, **invoice}),
    )


def read_invoice(document: Payload) -> InvoiceStory:
    """The story of an invoice as `message.invoice_document` shows it."""
    amount, diagnosis = document.get("amount") or {}, document.get("diagnosis") or {}
    return InvoiceStory(
        id=flat(document.get("id")),
        number=flat(document.get("number")),
        code=flat(document.get("code")),
        seller=party(document.get("seller")),
        buyer=flat((document.get("buyer") or {}).get("name")),
        total=_total(amount),
        tax=figure(amount.get("tax")),
        currency=flat(amount.get("currency")),
        issued_at=instant(document.get("issued_at")),
        overdue_at=instant(document.get("overdue_at")),
        synced_at=instant(document.get("synced_at")),
        state=flat(document.get("state")),
        cause=flat(document.get("cause")),
        outcome=flat(document.get("outcome")),
        account=flat(document.get("account")),
        diagnosis=said(diagnosis.get("text")),
        next_step=said(diagnosis.get("next_step")),
    )


def party(document: Payload | None) -> str:
    """Its name, or its tax id where it has no name."""
    return flat((document or {}).get("name") or (document or {}).get("tax_id"))


def said(words: Payload | None) -> Mapping[str, str]:
    """A text in the languages in which it was told."""
    return {language: flat(text) for language, text in (words or {}).items() if text}


def figure(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def flat(text: object) -> str:
    """On one line; empty for nothing."""
    return " ".join(str(text).split()) if text else ""


def _case(type_: str, transition: Payload) -> str:
    """The cause of the move; a confirmation that was waited for too long is a recovery."""
    cause = transition.get("cause")
    if cause == "confirmed" and transition.get("before") in _LATE:
        return "recovered"
    return flat(cause) or type_


def _total(amount: Payload) -> Decimal | None:
    with_tax, without_tax, tax = (figure(amount.get(name)) for name in ("with_tax", "without_tax", "tax"))
    if with_tax is None and without_tax is not None:
        return without_tax + (tax or 0)
    return with_tax
