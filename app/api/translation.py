"""From checked bodies to the domain's events, and fingerprints. One rule: an event's faults come at once.

What concerns several fields (does this number fit this code and kind, is a red-letter invoice negative) is
judged on whatever single fields are right, so that one round trip shows everything.
"""

import hashlib
import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from app.api.schemas import AmountIn, InvoiceIn, OriginalIn, VoidedIn
from app.api.validation import check
from app.domain.event import Event, EventType
from app.domain.identity import DIGITAL, Fault, Kind, infer_kind, number_faults, number_warnings, tax_id_warning
from app.domain.invoice import Amount, Handle, Invoice, Original, Paper, Party
from app.domain.plan import BEIJING

FIGURES = ("without_tax", "tax", "with_tax")


def read_event(kind: EventType | None, data: Any, now: datetime, *, root: str = "") -> tuple[Event | None, list[Fault]]:
    """The event that `data` tells, or everything that is wrong with it.

    `kind` None: a plain invoice object, reversed where it names its original. `root`: where `data` stands.
    """
    if kind is EventType.VOIDED:
        return _voided(data, root)
    body, faults = check(InvoiceIn, data, now=now, root=root)
    if isinstance(data, dict):
        wrong = {fault.pointer.removeprefix(root).split("/")[1] for fault in faults}
        joint = [*_identity_faults(data, wrong), *_colour_faults(kind, data, wrong)]
        faults += [replace(fault, pointer=root + fault.pointer) for fault in joint]
    if body is None or faults:
        return None, faults
    return _event(_invoice(body), now, assumed=body.kind is None), []


def fingerprint(event: Event) -> bytes:
    """SHA-256 over the canonical JSON of what the event says; its keys and warnings are not part of that.

    Absent values are left out, so that a field added later changes no fingerprint already stored.
    """
    said = {"type": event.type, "number": event.number, "code": event.code, "reason": event.reason}
    said = {name: value for name, value in said.items() if value is not None}
    text = json.dumps(
        said | {"invoice": _plain(event.invoice)}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).digest()


def _plain(value: Any) -> Any:
    """A domain value as JSON's own types, without what is absent."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    named = ((name, _plain(getattr(value, name))) for name in value.__slots__)
    return {name: plain for name, plain in named if plain not in (None, {})}


def _voided(data: Any, root: str) -> tuple[Event | None, list[Fault]]:
    body, faults = check(VoidedIn, data, root=root)
    if isinstance(data, dict):
        wrong = {fault.pointer.removeprefix(root).split("/")[1] for fault in faults}
        faults += [replace(fault, pointer=root + fault.pointer) for fault in _identity_faults(data, wrong)]
    if body is None or faults:
        return None, faults
    event = Event(EventType.VOIDED, body.number, body.code, b"", reason=body.reason)
    return replace(event, fingerprint=fingerprint(event)), []


def _event(invoice: Invoice, now: datetime, *, assumed: bool) -> Event:
    """`assumed`: nobody told the kind. A fully digital number does not tell special from ordinary: we say so."""
    kind = EventType.REVERSED if invoice.original else EventType.ISSUED
    guess = ("kind_assumed",) if assumed and invoice.kind in DIGITAL else ()
    warnings = (*guess, *_warnings(invoice, now))
    event = Event(kind, invoice.number, invoice.code, b"", invoice=invoice, warnings=warnings)
    return replace(event, fingerprint=fingerprint(event))


def _warnings(invoice: Invoice, now: datetime) -> tuple[str, ...]:
    parties = {"seller": invoice.seller.tax_id, "buyer": invoice.buyer.tax_id}
    words = ((side, tax_id_warning(tax_id)) for side, tax_id in parties.items() if tax_id)
    today = now.astimezone(BEIJING).date()
    return (
        *number_warnings(invoice.number, invoice.code, invoice.kind, today),
        *(f"{side}_tax_id_{word}" for side, word in words if word),
    )


def _identity_faults(data: Mapping[str, Any], wrong: AbstractSet[str]) -> tuple[Fault, ...]:
    if wrong & {"number", "code", "kind"}:
        return ()
    kind = data.get("kind")
    return number_faults(data["number"], data.get("code"), Kind(kind) if kind else None)


def _colour_faults(kind: EventType | None, data: Mapping[str, Any], wrong: AbstractSet[str]) -> list[Fault]:
    """A red-letter invoice (红字发票) names the blue one that it reverses, and its amounts are negative."""
    if wrong & {"amount", "original"}:
        return []
    figures = [Decimal(data["amount"][name]) for name in FIGURES if data["amount"].get(name) is not None]
    original = data.get("original") or {}
    negative = any(figure < 0 for figure in figures)
    if original.get("number"):
        return [] if negative and all(figure <= 0 for figure in figures) else [_NOT_NEGATIVE]
    red = kind is EventType.REVERSED or negative or original.get("code")
    return [_ORIGINAL_MISSING] if red else []


_ORIGINAL_MISSING = Fault(
    "/original/number",
    "original_missing",
    "A red-letter invoice (红字发票, negative amounts) names the blue invoice that it reverses.",
)
_NOT_NEGATIVE = Fault(
    "/amount",
    "red_amount_not_negative",
    'original makes this a red-letter invoice (红字发票); its amounts are negative, such as "-106.00".',
)


def _invoice(body: InvoiceIn) -> Invoice:
    return Invoice(
        number=body.number,
        issued_at=body.issued_at,
        seller=_party(body.seller),
        amount=_amount(body.amount),
        code=body.code,
        kind=body.kind or infer_kind(body.number, body.code),
        buyer=_party(body.buyer),
        check_code=body.check_code,
        paper=Paper(body.paper.code, body.paper.number) if body.paper else Paper(),
        original=_original(body.original),
        account=body.account,
        handle=Handle(body.handle.serial_no, body.handle.order_no) if body.handle else Handle(),
        reference=body.reference,
        labels=MappingProxyType(dict(body.labels or {})),
    )


def _party(body: Any) -> Party:
    return Party(body.tax_id, body.name) if body else Party()


def _amount(body: AmountIn) -> Amount:
    return Amount(body.without_tax, body.tax, body.with_tax, body.currency or "CNY")


def _original(body: OriginalIn | None) -> Original | None:
    return Original(body.number, body.code) if body and body.number else None
