"""What a billing system tells us: an invoice was issued, voided, or reversed by a red-letter invoice."""

from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Literal

from app.domain.invoice import Invoice, State


class EventType(StrEnum):
    ISSUED = "invoice.issued"
    VOIDED = "invoice.voided"
    REVERSED = "invoice.reversed"


@dataclass(frozen=True, slots=True)
class Event:
    """One event, read and checked. Identity is tenant + (code, number).

    `invoice` is there for `issued` and `reversed` (the red invoice itself, with `original`).
    `keys`: further names under which this event may be repeated: `ce:<source> <id>` of a CloudEvent,
    `ik:<Idempotency-Key>`. `fingerprint`: SHA-256 of the canonical content; the same key with another fingerprint is
    a conflict. `warnings`: closed words about things that look wrong but are accepted, such as
    `seller_tax_id_check_digit`.
    """

    type: EventType
    number: str
    code: str | None
    fingerprint: bytes
    invoice: Invoice | None = None
    reason: str | None = None
    keys: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What became of an event. For a conflict, `fields` are the JSON pointers that differ from what we hold."""

    result: Literal["accepted", "duplicate", "conflict"]
    id: str
    state: State
    number: str
    fields: tuple[str, ...] = ()
    key: str | None = None
    """The idempotency key that was used before for something else, when that is the conflict."""


def contradictions(held: Invoice, told: Invoice) -> tuple[str, ...]:
    """JSON pointers of the facts in which `told` differs from what we hold. An account left out says nothing."""
    pointers = []
    for name in (field.name for field in fields(Invoice)):
        ours, theirs = getattr(held, name), getattr(told, name)
        if name == "account" and theirs is None:
            continue
        if is_dataclass(ours) and is_dataclass(theirs):
            inner = (field.name for field in fields(ours))
            pointers += [f"/{name}/{part}" for part in inner if getattr(ours, part) != getattr(theirs, part)]
        elif ours != theirs:
            pointers.append(f"/{name}")
    return tuple(pointers)
