"""What a billing system tells us: an invoice was issued, voided, or reversed by a red-letter invoice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from operator import attrgetter
from typing import Any, Literal

from app.domain.identity import Kind
from app.domain.invoice import Invoice, State
from app.domain.swift import swift
from app.domain.trace import Trace


class EventType(StrEnum):
    ISSUED = "invoice.issued"
    VOIDED = "invoice.voided"
    REVERSED = "invoice.reversed"


@swift
@dataclass(frozen=True, slots=True)
class Event:
    """One event, read and checked. Identity is tenant + (code, number).

    `invoice` is there for `issued` and `reversed` (the red invoice itself, with `original`).
    `keys`: further names under which this event may be repeated: `ce:<source> <id>` of a CloudEvent,
    `ik:<Idempotency-Key>`; the same key with another fingerprint is a conflict. `warnings`: closed words about things
    that look wrong but are accepted, such as `seller_tax_id_check_digit`. `trace`: what it follows upon elsewhere.
    """

    type: EventType
    number: str
    code: str | None
    invoice: Invoice | None = None
    reason: str | None = None
    keys: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    trace: Trace | None = None

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of what the event says; its keys, warnings and trace are not part of that.

        Absent values are left out, so that a field added later changes no fingerprint already stored. No text holds
        a NUL, so no two events are written the same.
        """
        said = [f"{name}\0{value}" for name in _SAID if (value := getattr(self, name)) is not None]
        if self.invoice:
            for name, fact in zip(_NAMES, _FACTS(self.invoice), strict=True):
                if type(fact) in _TEXTS:
                    said.append(name + str(fact))
                elif fact is not None:
                    _say(said, name, fact)
        return sha256("\0".join(said).encode()).digest()


@swift
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


_SAID = ("type", "number", "code", "reason")


def _paths(kind: type, within: str = "") -> Iterator[str]:
    """Where the single facts of a `kind` are, as `attrgetter` takes it."""
    for field in fields(kind):
        inner = field.type
        if isinstance(inner, type) and is_dataclass(inner):
            yield from _paths(inner, f"{within}{field.name}.")
        else:
            yield within + field.name


_FACTS = attrgetter(*_paths(Invoice))
_NAMES = tuple(f"invoice/{path.replace('.', '/')}\0" for path in _paths(Invoice))
_TEXTS = frozenset({str, Decimal, Kind})


def _say(said: list[str], name: str, value: Any) -> None:
    """Adds name and value for every text and instant in `value`, in one order. `name` ends in a NUL."""
    if isinstance(value, str):
        said.append(name + value)
    elif isinstance(value, datetime):
        said.append(name + value.isoformat())
    elif isinstance(value, Mapping):
        for key in sorted(value):
            _say(said, f"{name[:-1]}/{key}\0", value[key])
    elif value is not None:
        for part in value.__slots__:
            _say(said, f"{name[:-1]}/{part}\0", getattr(value, part))
