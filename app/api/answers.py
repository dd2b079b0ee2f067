"""Response bodies, as OpenAPI describes them. One rule: made elsewhere, described here; a test compares them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, WithJsonSchema

from app.api.problems import PROBLEMS, TYPE_PREFIX
from app.api.wire import Identifier, Missing, MoneyText
from app.domain.identity import Kind
from app.domain.invoice import Cause, Diagnosis, Outcome, State


class LinksOut(BaseModel):
    self: str


class AcceptedOut(BaseModel):
    """The invoice that the event made, or already had made (`duplicate`)."""

    id: Identifier
    state: State
    number: str
    duplicate: bool
    links: LinksOut


class ErrorOut(BaseModel):
    """One wrong place: `pointer` into the body (RFC 6901), or the name of a `header` or query `parameter`."""

    pointer: str = Missing
    header: str = Missing
    parameter: str = Missing
    code: str
    detail: str


class ProblemOut(BaseModel):
    """RFC 9457. Programs branch on `code`; `title` and `detail` are for people and may change.

    Some codes say more: `errors` which places are wrong, `scope` which one the key lacks, `accepted` which content
    types are read, `id` and `links` which invoice is there already, `problems` what is missing; an upload that broke
    off tells by `lines_done` and counts how far it came.
    """

    type: Annotated[str, Field(pattern=f"^{TYPE_PREFIX}[a-z0-9_]+$")]
    code: Annotated[str, WithJsonSchema({"type": "string", "enum": sorted(PROBLEMS)})]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    errors: list[ErrorOut] = Missing
    scope: str = Missing
    accepted: list[str] | int = Missing
    id: Identifier = Missing
    links: LinksOut = Missing
    problems: list[str] = Missing
    lines_done: int = Missing
    duplicates: int = Missing
    conflicts: int = Missing
    invalid: int = Missing


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
    items_truncated: Literal[True] = Missing


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
    without_tax: MoneyText | None
    tax: MoneyText | None
    with_tax: MoneyText | None
    currency: str


class PaperOut(BaseModel):
    code: str | None
    number: str | None


class HandleOut(BaseModel):
    serial_no: str | None
    order_no: str | None


class InvoiceOut(BaseModel):
    """The facts as they were told, then where the invoice stands. A key without a value is null."""

    id: Identifier
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


class HealthOut(BaseModel):
    """It is well; what is not is a problem."""

    status: Literal["ok"]


class CheckOut(BaseModel):
    """The question is in the queue; its answer will stand in the invoice's history."""

    result: Literal["asked"]
    links: LinksOut
