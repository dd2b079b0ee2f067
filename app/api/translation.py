"""From checked bodies to the domain's events. One rule: an event's faults come at once.

What concerns several fields (does this number fit this code and kind, is a red-letter invoice negative) is
judged on whatever single fields are right, so that one round trip shows everything.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from app.api.schemas import AmountIn, BuyerIn, InvoiceIn, OriginalIn, SellerIn, VoidedIn
from app.api.validation import check
from app.domain.event import Event, EventType
from app.domain.identity import DIGITAL, Fault, Kind, infer_kind, number_faults, number_warnings, tax_id_warning
from app.domain.invoice import Amount, Handle, Invoice, Original, Paper, Party
from app.domain.plan import tax_day

FIGURES = ("without_tax", "tax", "with_tax")


def read_event(
    kind: EventType | None, data: Any, now: datetime, *, root: str = "", keys: tuple[str, ...] = ()
) -> tuple[Event | None, list[Fault]]:
    """The event that `data` tells, or everything that is wrong with it.

    `kind` None: a plain invoice object, reversed where it names its original. `root`: where `data` stands.
    """
    if kind is EventType.VOIDED:
        return _voided(data, root, keys)
    body, faults = check(InvoiceIn, data, now=now, root=root)
    joint = _joint_faults(kind, body) if body else _salvaged_faults(kind, data, faults, root)
    faults += [replace(fault, pointer=root + fault.pointer) for fault in joint]
    if body is None or faults:
        return None, faults
    return _event(_invoice(body), now, keys, assumed=body.kind is None), []


def _voided(data: Any, root: str, keys: tuple[str, ...]) -> tuple[Event | None, list[Fault]]:
    body, faults = check(VoidedIn, data, root=root)
    if isinstance(data, dict):
        joint = _identity_faults(data, _wrong(faults, root))
        faults += [replace(fault, pointer=root + fault.pointer) for fault in joint]
    if body is None or faults:
        return None, faults
    return Event(EventType.VOIDED, body.number, body.code, reason=body.reason, keys=keys), []


def _event(invoice: Invoice, now: datetime, keys: tuple[str, ...], *, assumed: bool) -> Event:
    """`assumed`: nobody told the kind. A fully digital number does not tell special from ordinary: we say so."""
    kind = EventType.REVERSED if invoice.original else EventType.ISSUED
    guess = ("kind_assumed",) if assumed and invoice.kind in DIGITAL else ()
    warnings = (*guess, *_warnings(invoice, now))
    return Event(kind, invoice.number, invoice.code, invoice, None, keys, warnings)


def _warnings(invoice: Invoice, now: datetime) -> tuple[str, ...]:
    parties = (("seller", invoice.seller.tax_id), ("buyer", invoice.buyer.tax_id))
    words = ((side, tax_id_warning(tax_id)) for side, tax_id in parties if tax_id)
    return (
        *number_warnings(invoice.number, invoice.code, invoice.kind, tax_day(now)),
        *(f"{side}_tax_id_{word}" for side, word in words if word),
    )


def _joint_faults(kind: EventType | None, body: InvoiceIn) -> list[Fault]:
    number, code = (body.original.number, body.original.code) if body.original else (None, None)
    return [
        *number_faults(body.number, body.code, body.kind),
        *_colour_faults(kind, body.amount.figures, number, code),
    ]


def _salvaged_faults(kind: EventType | None, data: Any, faults: Sequence[Fault], root: str) -> list[Fault]:
    """What is wrong with the fields that are right each by itself, in a body where others are not."""
    if not isinstance(data, dict):
        return []
    wrong = _wrong(faults, root)
    found = [*_identity_faults(data, wrong)]
    if not wrong & {"amount", "original"}:
        figures = [Decimal(data["amount"][name]) for name in FIGURES if data["amount"].get(name) is not None]
        original = data.get("original") or {}
        found += _colour_faults(kind, figures, original.get("number"), original.get("code"))
    return found


def _wrong(faults: Sequence[Fault], root: str) -> set[str]:
    """The fields at the top of the object at `root` in which something is wrong."""
    return {fault.pointer.removeprefix(root).split("/")[1] for fault in faults}


def _identity_faults(data: Mapping[str, Any], wrong: AbstractSet[str]) -> tuple[Fault, ...]:
    if wrong & {"number", "code", "kind"}:
        return ()
    kind = data.get("kind")
    return number_faults(data["number"], data.get("code"), Kind(kind) if kind else None)


def _colour_faults(
    kind: EventType | None, figures: Sequence[Decimal], number: str | None, code: str | None
) -> list[Fault]:
    """A red-letter invoice (红字发票) names the blue one that it reverses, and its amounts are negative.

    `number` and `code`: of the original.
    """
    negative = min(figures) < 0
    if number:
        return [] if negative and max(figures) <= 0 else [_NOT_NEGATIVE]
    red = kind is EventType.REVERSED or negative or code
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
    paper, handle = body.paper, body.handle
    return Invoice(
        number=body.number,
        issued_at=body.issued_at,
        seller=_party(body.seller),
        amount=_amount(body.amount),
        code=body.code,
        kind=body.kind or infer_kind(body.number, body.code),
        buyer=_party(body.buyer) if body.buyer else _NOBODY,
        check_code=body.check_code,
        paper=Paper(paper.code, paper.number) if paper else _NO_PAPER,
        original=_original(body.original),
        account=body.account,
        handle=Handle(handle.serial_no, handle.order_no) if handle else _NO_HANDLE,
        reference=body.reference,
        labels=MappingProxyType(body.labels) if body.labels else _NO_LABELS,
    )


_NOBODY, _NO_PAPER, _NO_HANDLE = Party(), Paper(), Handle()
_NO_LABELS: Mapping[str, str] = MappingProxyType({})


def _party(body: SellerIn | BuyerIn) -> Party:
    return Party(body.tax_id, body.name)


def _amount(body: AmountIn) -> Amount:
    return Amount(body.without_tax, body.tax, body.with_tax, body.currency or "CNY")


def _original(body: OriginalIn | None) -> Original | None:
    return Original(body.number, body.code) if body and body.number else None
