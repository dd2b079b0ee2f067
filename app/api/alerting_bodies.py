"""Queries, request and response bodies of incidents, silences and maintenance. One rule: as in `schemas.py`."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator

from app.api.answers import DiagnosisOut, InvoiceOut
from app.api.fields import Ahead, LabelValue, Text, Word, fault, instant
from app.api.schemas import AcknowledgeIn, Body
from app.api.wire import Identifier, MoneyText
from app.domain.acting import LONGEST_SILENCE
from app.domain.incident import IncidentState, Reason, Trouble
from app.domain.quiet import Phase

EARLIEST_START = timedelta(days=1)
"""A window may be told of after it has begun, but not rewrite the week before."""

Values = Annotated[list[Word], Field(min_length=1, max_length=50)]
Instant = Annotated[
    datetime,
    PlainValidator(instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-22T22:00:00+08:00"]}),
]
Cursor = Annotated[str, Field(max_length=500, description="next_cursor of the page before.")]


class Page(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(50, ge=1, le=500, description="How many at most.")
    cursor: Cursor | None = None


class IncidentsIn(Page):
    """Filters are joined by AND; one given several times means any of its values."""

    state: list[IncidentState] = Field([], description="Any of these states.")
    cause: list[Trouble] = Field([], description="Any of these causes.")
    account: list[Word] = Field([], description="Of any of these accounts.")


class PhasesIn(Page):
    state: list[Phase] = Field([], description="Any of these states.")


class AcknowledgeIncidentIn(AcknowledgeIn):
    """Somebody has seen it: no reminders and no next level until then. Again means: until then instead.

    Without `until` and `for` as long as the policy says; at most 7 days.
    """


class MatchersIn(Body):
    """The incidents meant: all fields that are given must fit, each by any of its values."""

    cause: Annotated[list[Trouble], Field(min_length=1, max_length=50)] | None = None
    account: Values | None = None
    seller: Values | None = None
    region: Annotated[list[LabelValue], Field(min_length=1, max_length=50)] | None = None
    endpoint: Values | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise fault("nothing_matched", "Name at least one field; a silence of everything is no silence.")
        return self


class SilenceIn(Body):
    """Nobody is told about these incidents until then; at most 30 days. They are kept and shown as ever."""

    matchers: MatchersIn
    starts_at: Ahead | None = None
    ends_at: Ahead
    reason: Text

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.starts_at and self.ends_at <= self.starts_at:
            raise fault("ends_before_start", "ends_at must lie after starts_at.")
        return self


def _named_once(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


class MaintenanceIn(Body):
    """An announced window in which accounts (none named: all) may be down: alerts about them wait until it is over.

    `pause_deadlines`: nothing becomes late meanwhile, and deadlines are moved by what the window took from them.
    """

    accounts: Annotated[list[Word], Field(max_length=200), AfterValidator(_named_once)] = Field([])
    starts_at: Instant
    ends_at: Ahead
    reason: Text
    pause_deadlines: bool = False

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise fault("ends_before_start", "ends_at must lie after starts_at.")
        if self.ends_at - self.starts_at > LONGEST_SILENCE:
            raise fault("lasts_too_long", "A window lasts at most 30 days.")
        return self


class AcknowledgedOut(BaseModel):
    by: str
    at: datetime
    until: datetime
    text: str | None = None


class MoneyOut(BaseModel):
    currency: str
    total: MoneyText | None


class AffectedSellerOut(BaseModel):
    tax_id: str
    name: str | None
    invoices: int


class ScopeOut(BaseModel):
    """Where it is. `all`: nothing there is answered; `sellers`: five of `sellers_total`, with most invoices."""

    all: bool
    accounts: list[str]
    sellers: list[AffectedSellerOut]
    sellers_total: int
    kinds: list[str]
    regions: list[str]


class IncidentOut(BaseModel):
    """One cause in one scope, told once. Empty scope fields mean all; `amounts` are of the remaining invoices."""

    id: Identifier
    cause: Trouble
    state: IncidentState
    account: str
    seller: str
    region: str
    endpoint: str
    since: datetime
    opened_at: datetime
    draining_at: datetime | None
    resolved_at: datetime | None
    members: int
    remaining: int
    amounts: list[MoneyOut]
    oldest_issued_at: datetime | None
    oldest_overdue_at: datetime | None
    level: int
    acknowledged: AcknowledgedOut | None
    diagnosis: DiagnosisOut | None
    code: str
    scope: ScopeOut


class ReceivedOut(BaseModel):
    """How far a notice has come with one destination."""

    destination: str
    state: Literal["pending", "delivered", "dead", "superseded"]
    result: str | None
    failure: str | None
    attempts: int
    attempted_at: datetime | None


class NoticeOut(BaseModel):
    sequence: int
    type: str
    at: datetime
    reason: Reason | None
    level: int | None
    deliveries: list[ReceivedOut]


class IncidentInFullOut(IncidentOut):
    """`notices`: who was told when, the latest first."""

    notices: list[NoticeOut]


class IncidentsOut(BaseModel):
    """One page, the newest first; `next_cursor` is null on the last one."""

    items: list[IncidentOut]
    next_cursor: str | None


class MemberOut(BaseModel):
    """`left_at`: when it needed nobody any more."""

    invoice: InvoiceOut
    joined_at: datetime
    left_at: datetime | None


class MembersOut(BaseModel):
    items: list[MemberOut]
    next_cursor: str | None


class SilenceOut(BaseModel):
    """`hides`: open incidents that it covers now, or would cover."""

    id: Identifier
    state: Phase
    matchers: dict[str, list[str]]
    starts_at: datetime
    ends_at: datetime
    reason: str
    author: str
    created_at: datetime
    hides: int


class SilencesOut(BaseModel):
    items: list[SilenceOut]
    next_cursor: str | None


class WindowOut(BaseModel):
    """`credited`: the deadlines that it paused have been moved."""

    id: Identifier
    state: Phase
    accounts: list[str]
    starts_at: datetime
    ends_at: datetime
    pause_deadlines: bool
    reason: str
    author: str
    created_at: datetime
    credited: bool


class WindowsOut(BaseModel):
    items: list[WindowOut]
    next_cursor: str | None


REQUEST = (AcknowledgeIncidentIn, SilenceIn, MaintenanceIn)
RESPONSE = (IncidentInFullOut, IncidentsOut, MembersOut, SilencesOut, WindowsOut)
