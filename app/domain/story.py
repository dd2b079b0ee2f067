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


@dataclass(frozen=True, slots=True)
class Story:
    """What one payload tells.

    `subject`: what it is about, equal for all payloads about the same invoice, incident or webhook.
    `case`: a key into `phrases.CASES`. `total`: what the buyer pays, or before tax where only that is told.
    `diagnosis`, `next_step`: by language. Names are on one line, so that none can add lines to a message.
    """

    type: str
    subject: tuple[str, ...]
    case: str
    sequence: int
    urgent: bool
    voided: bool
    actor: str
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
    outcome: str
    account: str
    diagnosis: Mapping[str, str]
    next_step: Mapping[str, str]
    webhook: str
    members: int
    opened_at: datetime | None


def read(payload: Payload) -> Story:
    """The story of a payload as `message.payload` makes them."""
    data = payload.get("data") or {}
    invoice, transition, incident, webhook, diagnosis = (
        data.get(name) or {} for name in ("invoice", "transition", "incident", "webhook", "diagnosis")
    )
    amount = invoice.get("amount") or {}
    return Story(
        type=_flat(payload.get("type")),
        subject=_subject(payload, invoice, incident, webhook),
        case=_case(payload, transition),
        sequence=transition.get("sequence") or 0,
        urgent=transition.get("after") == "escalated",
        voided=transition.get("after") == "voided",
        actor=_flat(transition.get("actor")),
        number=_flat(invoice.get("number")),
        code=_flat(invoice.get("code")),
        seller=_name(invoice.get("seller")),
        buyer=_flat((invoice.get("buyer") or {}).get("name")),
        total=_total(amount),
        tax=_figure(amount, "tax"),
        currency=amount.get("currency") or "CNY",
        issued_at=_at(invoice.get("issued_at")),
        overdue_at=_at(invoice.get("overdue_at")),
        synced_at=_at(invoice.get("synced_at")),
        outcome=invoice.get("outcome") or "",
        account=_flat(invoice.get("account") or incident.get("account")),
        diagnosis=diagnosis.get("text") or {},
        next_step=diagnosis.get("next_step") or {},
        webhook=_flat(webhook.get("name")),
        members=incident.get("invoices") or 0,
        opened_at=_at(incident.get("opened_at")),
    )


def _subject(payload: Payload, invoice: Payload, incident: Payload, webhook: Payload) -> tuple[str, ...]:
    known = invoice.get("id") or incident.get("id") or webhook.get("id")
    return (str(known),) if known else (_flat(payload.get("type")), _flat(invoice.get("number")))


def _case(payload: Payload, transition: Payload) -> str:
    """The cause of the move; a confirmation that was waited for too long is a recovery."""
    cause = transition.get("cause")
    if cause == "confirmed" and transition.get("before") in _LATE:
        return "recovered"
    return str(cause or payload.get("type"))


def _name(party: Payload | None) -> str:
    return _flat((party or {}).get("name") or (party or {}).get("tax_id"))


def _total(amount: Payload) -> Decimal | None:
    with_tax, without_tax, tax = (_figure(amount, name) for name in ("with_tax", "without_tax", "tax"))
    if with_tax is None and without_tax is not None:
        return without_tax + (tax or 0)
    return with_tax


def _figure(amount: Payload, name: str) -> Decimal | None:
    return Decimal(amount[name]) if amount.get(name) else None


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _flat(text: object) -> str:
    return " ".join(str(text).split()) if text else ""
