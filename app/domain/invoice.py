"""The values everything else speaks of: an invoice as issued, what a tax system answered, and the closed lists."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from app.domain.identity import Kind
from app.domain.swift import swift
from app.domain.trace import Trace


class State(StrEnum):
    """Where an invoice stands, in our eyes."""

    PENDING = "pending"
    SYNCED = "synced"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    VOIDED = "voided"


UNSYNCED = (State.PENDING, State.OVERDUE, State.ESCALATED)


class Cause(StrEnum):
    """Why a transition happened."""

    ISSUED = "issued"
    CONFIRMED = "confirmed"
    DEADLINE = "deadline"
    ESCALATION = "escalation"
    REJECTED = "rejected"
    MISMATCH = "mismatch"
    UNCHECKABLE = "uncheckable"
    ABNORMAL = "abnormal"
    CHANGED = "changed"
    DISAPPEARED = "disappeared"
    MANUAL = "manual"
    VOIDED = "voided"


class Outcome(StrEnum):
    """What one question to a tax system brought; providers' codes are mapped to this list by their adapters."""

    FOUND_MATCH = "found_match"
    FOUND_VOID = "found_void"
    FOUND_RED_PARTIAL = "found_red_partial"
    FOUND_RED_FULL = "found_red_full"
    FOUND_ABNORMAL = "found_abnormal"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    PROCESSING = "processing"
    REJECTED = "rejected"
    DUPLICATE_ACCEPTED = "duplicate_accepted"
    TOO_EARLY = "too_early"
    QUOTA_INVOICE_DAY = "quota_invoice_day"
    RATE_LIMITED = "rate_limited"
    QUOTA_ACCOUNT = "quota_account"
    AUTH = "auth"
    BAD_REQUEST = "bad_request"
    OUT_OF_WINDOW = "out_of_window"
    AUTHORITY_DOWN = "authority_down"
    TRANSIENT = "transient"


FOUND = frozenset({
    Outcome.FOUND_MATCH, Outcome.DUPLICATE_ACCEPTED, Outcome.FOUND_VOID,
    Outcome.FOUND_RED_PARTIAL, Outcome.FOUND_RED_FULL, Outcome.FOUND_ABNORMAL,
})  # fmt: skip
"""The tax system has it, whatever its status."""


class Family(StrEnum):
    """The two kinds of tax system one can ask.

    `CHANNEL` (开票结果查询) is asked by the handle of the issuing request: fast, free of the day's budget.
    `PROOF` (查验) is asked by the face of the invoice: independent of the issuer, five checks an invoice and day.
    """

    CHANNEL = "channel"
    PROOF = "proof"


@swift
@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer. `tax_id` is upper case without blanks."""

    tax_id: str | None = None
    name: str | None = None


@swift
@dataclass(frozen=True, slots=True)
class Amount:
    """Totals with two decimals; negative on a red-letter invoice. At least one is given. `currency` empty: not told."""

    without_tax: Decimal | None = None
    tax: Decimal | None = None
    with_tax: Decimal | None = None
    currency: str = "CNY"


@swift
@dataclass(frozen=True, slots=True)
class Paper:
    """Code and number printed on the paper form of a fully digital invoice (数电纸质发票)."""

    code: str | None = None
    number: str | None = None


@swift
@dataclass(frozen=True, slots=True)
class Original:
    """The blue invoice that a red-letter invoice reverses."""

    number: str
    code: str | None = None


@swift
@dataclass(frozen=True, slots=True)
class Handle:
    """What the issuing channel knows the invoice by: its serial number or the seller's order number."""

    serial_no: str | None = None
    order_no: str | None = None


@swift
@dataclass(frozen=True, slots=True)
class Invoice:
    """The facts as told by the billing system. `issued_at` is aware UTC; its tax day is Asia/Shanghai's."""

    number: str
    issued_at: datetime
    seller: Party
    amount: Amount
    code: str | None = None
    kind: Kind | None = None
    buyer: Party = Party()
    check_code: str | None = None
    paper: Paper = Paper()
    original: Original | None = None
    account: str | None = None
    handle: Handle = Handle()
    reference: str | None = None
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@swift
@dataclass(frozen=True, slots=True)
class Found:
    """The tax system's own view of an invoice; `None` where it does not say. Amounts as `Amount`; the day is that of
    `zone`, an IANA time zone. `tells_day`: whether this tax system knows of a day at all (Mexico's does not).
    """

    number: str | None = None
    code: str | None = None
    issued_on: date | None = None
    seller_tax_id: str | None = None
    buyer_tax_id: str | None = None
    amount: Amount = Amount()
    original_number: str | None = None
    zone: str = "Asia/Shanghai"
    tells_day: bool = True


@swift
@dataclass(frozen=True, slots=True)
class Answer:
    """One tax system's answer to one question.

    `code` and `message` are the provider's own. `raw` makes the answer's text, masked and cut to 1 KB, for whoever
    keeps it: most answers say what the one before them said. None: nothing came back. `retry_after` is in seconds;
    `billed` says that this question cost money; `unlisted`, that nobody has told us what the code means.
    """

    outcome: Outcome
    code: str = ""
    message: str = ""
    found: Found | None = None
    retry_after: float | None = None
    billed: bool = False
    request_id: str = ""
    raw: Callable[[], str] | None = field(default=None, repr=False, compare=False)  # it still holds what it hides
    unlisted: bool = False


class Diagnosis(StrEnum):
    """Why an unsynced invoice is not there, in one word; `domain/diagnosis.py` has the sentences."""

    TOO_EARLY = "too_early"
    IN_PROGRESS = "in_progress"
    NOT_UPLOADED = "not_uploaded"
    UPLOAD_FAILED = "upload_failed"
    NOT_FOUND = "not_found"
    DATA_MISMATCH = "data_mismatch"
    AUTHORITY_DOWN = "authority_down"
    CONNECTION = "connection"
    CREDENTIALS = "credentials"
    QUOTA = "quota"
    UNCHECKABLE = "uncheckable"
    UNKNOWN = "unknown"


@swift
@dataclass(frozen=True, slots=True)
class Record:
    """An invoice and where it stands. `sequence` counts its transitions from 1 and guards every write (optimistic)."""

    id: str
    tenant: str
    invoice: Invoice
    state: State
    cause: Cause
    sequence: int
    state_at: datetime
    received_at: datetime
    overdue_at: datetime
    escalate_at: datetime
    synced_at: datetime | None = None
    diagnosis: Diagnosis | None = None
    outcome: Outcome | None = None
    """The last outcome that taught us something; chooses the words of the diagnosis."""
    code: str = ""
    """The provider's own code of that outcome."""
    warnings: tuple[str, ...] = ()
    trace: Trace | None = None
    """Where what is done about it hangs."""


@swift
@dataclass(frozen=True, slots=True)
class Transition:
    """One move of one invoice. `evidence` names the check (its id) that showed it, or a person's words."""

    sequence: int
    before: State | None
    after: State
    cause: Cause
    at: datetime
    actor: str = "system"
    evidence: str | None = None
    reason: str | None = None
