"""What happened to an invoice, and the figures of all, as OpenAPI describes them. One rule: as in `answers.py`."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.api.wire import Identifier
from app.domain.invoice import Cause, Outcome, State
from app.domain.retelling import DeliveryState


class EntryOut(BaseModel):
    at: datetime


class TransitionEntryOut(EntryOut):
    """A move of the invoice. `before` is null for the first; `evidence` names the check that showed it."""

    entry: Literal["transition"]
    sequence: int
    before: State | None
    after: State
    cause: Cause
    actor: str
    evidence: str | None
    reason: str | None


class DifferenceOut(BaseModel):
    """A field told differently: `expected` by the billing system, `got` from the tax system; `hard` means it counts."""

    field: str
    expected: str
    got: str
    hard: bool


class CheckEntryOut(EntryOut):
    """A question to a tax system and what it answered; `code` and `message` are the provider's own. `answer` is its
    text, masked; null where nothing came back, or again what had come before.
    """

    entry: Literal["check"]
    id: Identifier
    account: str
    outcome: Outcome
    code: str
    message: str
    seconds: float
    billed: bool
    request_id: str
    differences: list[DifferenceOut] | None
    answer: str | None


class DeliveryEntryOut(EntryOut):
    """What became of a message about it at one destination."""

    entry: Literal["delivery"]
    id: Identifier
    destination: str
    type: str
    state: DeliveryState
    result: str | None
    status: int | None
    code: str | None
    attempts: int


class NoteEntryOut(EntryOut):
    """What a person wrote, or that somebody has seen the alert and until when it is quiet."""

    entry: Literal["note", "acknowledgement"]
    actor: str
    text: str
    until: datetime | None


class QuarantineEntryOut(EntryOut):
    """It made processing raise: nobody asks about it until a person does (`check`)."""

    entry: Literal["quarantine"]
    stage: str
    reason: str


Entry = Annotated[
    TransitionEntryOut | CheckEntryOut | DeliveryEntryOut | NoteEntryOut | QuarantineEntryOut,
    Field(discriminator="entry"),
]


class HistoryOut(BaseModel):
    """Transitions, checks, deliveries and notes, oldest first; and why it is set aside, if it is."""

    items: list[Entry]


class CountsOut(BaseModel):
    """How many invoices are in each state."""

    pending: int
    synced: int
    overdue: int
    escalated: int
    voided: int


class AccountStatsOut(BaseModel):
    """One account: its invoices, and the questions that are due."""

    invoices: CountsOut
    oldest_unsynced_issued_at: datetime | None
    checks_due: int
    breaker_open: bool


class StatsOut(BaseModel):
    """The figures of all invoices, and of each account by its name."""

    at: datetime
    invoices: CountsOut
    accounts: dict[str, AccountStatsOut]


RESPONSE = (HistoryOut, StatsOut)
