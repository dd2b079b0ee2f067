"""Response bodies, as OpenAPI describes them. One rule: made elsewhere, described here; a test compares them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from app.domain.identity import Kind
from app.domain.invoice import Cause, Diagnosis, Outcome, State


class LinksOut(BaseModel):
    self: str


class AcceptedOut(BaseModel):
    """The invoice that the event made, or already had made (`duplicate`)."""

    id: str
    state: State
    number: str
    duplicate: bool
    links: LinksOut


class ErrorOut(BaseModel):
    """One wrong place: `pointer` into the body (RFC 6901), or the name of a `header` or query `parameter`."""

    pointer: str | None = None
    header: str | None = None
    parameter: str | None = None
    code: str
    detail: str


class ProblemOut(BaseModel):
    """RFC 9457. Programs branch on `code`; `title` and `detail` are for people and may change."""

    type: str
    code: str
    title: str
    status: int
    detail: str
    errors: list[ErrorOut] = []


class ItemOut(BaseModel):
    """An event that was not accepted. `index` counts from 0; of an NDJSON upload, lines, blank ones too."""

    index: int
    status: int
    problem: ProblemOut


class BatchOut(BaseModel):
    """What became of many events. `items_truncated`: more were refused than are listed."""

    accepted: int
    duplicates: int
    conflicts: int
    invalid: int
    items: list[ItemOut]
    items_truncated: Literal[True] | None = None


class TextOut(BaseModel):
    zh: str
    en: str


class DiagnosisOut(BaseModel):
    """Why the invoice is not there yet, and what a person can do about it."""

    code: Diagnosis
    text: TextOut
    next_step: TextOut


class PartyOut(BaseModel):
    tax_id: str | None
    name: str | None


class AmountOut(BaseModel):
    without_tax: str | None
    tax: str | None
    with_tax: str | None
    currency: str


class PaperOut(BaseModel):
    code: str | None
    number: str | None


class HandleOut(BaseModel):
    serial_no: str | None
    order_no: str | None


class InvoiceOut(BaseModel):
    """The facts as they were told, then where the invoice stands. A key without a value is null."""

    id: str
    number: str
    code: str | None
    kind: Kind | None
    issued_at: datetime
    seller: PartyOut
    buyer: PartyOut
    amount: AmountOut
    check_code: str | None
    paper: PaperOut
    original: PaperOut | None
    account: str | None
    handle: HandleOut
    reference: str | None
    labels: dict[str, str]
    state: State
    cause: Cause
    sequence: int
    state_at: datetime
    received_at: datetime
    overdue_at: datetime
    escalate_at: datetime
    synced_at: datetime | None
    diagnosis: DiagnosisOut | None
    outcome: Outcome | None
    warnings: list[str]


class InvoicesOut(BaseModel):
    """One page; `next_cursor` is null on the last one."""

    items: list[InvoiceOut]
    next_cursor: str | None


class HistoryOut(BaseModel):
    """Transitions, checks, deliveries and notes, oldest first; and why it is set aside, if it is."""

    items: list[dict[str, Any]]


class CheckOut(BaseModel):
    """The question is in the queue; its answer will stand in the invoice's history."""

    result: Literal["asked"]
    links: LinksOut
