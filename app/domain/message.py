"""What the outside is told about an invoice, as JSON: API, webhooks and feed show these very objects.

Its one rule: the same invoice looks the same everywhere. Money is a string with two decimals, an instant is
RFC 3339 in UTC, a key without a value is null and never left out. `alert.py` turns a payload into words.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.domain.diagnosis import explain
from app.domain.invoice import Amount, Cause, Invoice, Party, Record, State, Transition

CHANGED = "invoice.changed"

_TOLD_BY_STATE: Mapping[State, str] = {
    State.SYNCED: "invoice.synced",
    State.OVERDUE: "invoice.overdue",
    State.ESCALATED: "invoice.escalated",
    State.VOIDED: "invoice.voided",
}


def event_type(cause: Cause, after: State) -> str | None:
    """The event that tells of a move into `after` by `cause`; None where nobody is told.

    Whatever happens to an invoice that was synced before is a change, because the receiver relied on it.
    """
    if cause in (Cause.CHANGED, Cause.DISAPPEARED):
        return CHANGED
    return _TOLD_BY_STATE.get(after)


def payload(record: Record, transition: Transition) -> dict[str, Any]:
    """The body of a webhook: `{"type", "timestamp", "data": {"invoice", "transition", "diagnosis"}}`.

    `record` is the state after `transition`. `type` is null where `event_type` tells nobody.
    """
    invoice = invoice_document(record)
    return {
        "type": event_type(transition.cause, transition.after),
        "timestamp": instant(transition.at),
        "data": {
            "invoice": invoice,
            "transition": transition_document(transition),
            "diagnosis": invoice["diagnosis"],
        },
    }


_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


def encode(payload: Mapping[str, Any]) -> str:
    """The exact text that is stored, signed and sent: encoded once, so that all attempts sign the same."""
    return _ENCODER.encode(payload)


def invoice_document(record: Record) -> dict[str, Any]:
    """The JSON object of GET /v1/invoices/{id}: the facts as told, then where the invoice stands."""
    return {
        "id": record.id,
        **_facts(record.invoice),
        "state": record.state.value,
        "cause": record.cause.value,
        "sequence": record.sequence,
        "state_at": instant(record.state_at),
        "received_at": instant(record.received_at),
        "overdue_at": instant(record.overdue_at),
        "escalate_at": instant(record.escalate_at),
        "synced_at": instant(record.synced_at),
        "diagnosis": _diagnosis(record),
        "outcome": record.outcome.value if record.outcome else None,
        "warnings": list(record.warnings),
    }


def transition_document(transition: Transition) -> dict[str, Any]:
    """One transition, in webhooks as on the invoice's time line. `before` is null for the first."""
    return {
        "sequence": transition.sequence,
        "before": transition.before.value if transition.before else None,
        "after": transition.after.value,
        "cause": transition.cause.value,
        "at": instant(transition.at),
        "actor": transition.actor,
        "evidence": transition.evidence,
        "reason": transition.reason,
    }


def _facts(invoice: Invoice) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "code": invoice.code,
        "kind": invoice.kind.value if invoice.kind else None,
        "issued_at": instant(invoice.issued_at),
        "seller": _party(invoice.seller),
        "buyer": _party(invoice.buyer),
        "amount": _amount(invoice.amount),
        "check_code": invoice.check_code,
        "paper": {"code": invoice.paper.code, "number": invoice.paper.number},
        "original": _original(invoice),
        "account": invoice.account,
        "handle": {"serial_no": invoice.handle.serial_no, "order_no": invoice.handle.order_no},
        "reference": invoice.reference,
        "labels": dict(invoice.labels),
    }


def _party(party: Party) -> dict[str, str | None]:
    return {"tax_id": party.tax_id, "name": party.name}


def _original(invoice: Invoice) -> dict[str, str | None] | None:
    original = invoice.original
    return {"code": original.code, "number": original.number} if original else None


def _amount(amount: Amount) -> dict[str, str | None]:
    return {
        "without_tax": _money(amount.without_tax),
        "tax": _money(amount.tax),
        "with_tax": _money(amount.with_tax),
        "currency": amount.currency,
    }


def _money(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def instant(value: datetime | None) -> str | None:
    """RFC 3339, in UTC."""
    return f"{value.astimezone(UTC).isoformat()[:-6]}Z" if value else None


def _diagnosis(record: Record) -> dict[str, Any] | None:
    if record.diagnosis is None:
        return None
    explanation = explain(record.diagnosis, record.outcome, record.code, record.cause)
    return {
        "code": explanation.code.value,
        "text": dict(explanation.text),
        "next_step": dict(explanation.next_step),
    }
