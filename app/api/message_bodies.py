"""The messages that webhooks are sent and the feed shows, as OpenAPI describes them.

One rule: made elsewhere (`domain/message.py`, `domain/incident_payload.py`), described here; a test compares them.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.api.alerting_bodies import IncidentOut
from app.api.answers import AmountOut, DiagnosisOut, InvoiceOut, PartyOut
from app.api.wire import Identifier
from app.domain.identity import Kind
from app.domain.incident import Reason
from app.domain.invoice import Cause, Outcome, State


class TransitionOut(BaseModel):
    """The move that is told. Sort by `sequence`: a message may come late, or twice."""

    sequence: int
    before: State | None
    after: State
    cause: Cause
    at: datetime
    actor: str
    evidence: str | None
    reason: str | None


class InvoiceEventDataOut(BaseModel):
    invoice: InvoiceOut
    transition: TransitionOut
    diagnosis: DiagnosisOut | None


class InvoiceEventOut(BaseModel):
    """An invoice has moved: the invoice as it was then, the move, and why it is not there if it is not."""

    type: Literal["invoice.synced", "invoice.overdue", "invoice.escalated", "invoice.changed", "invoice.voided"]
    timestamp: datetime
    data: InvoiceEventDataOut


class GravestInvoiceOut(BaseModel):
    """The part of an invoice that an alert tells."""

    id: Identifier
    number: str
    code: str | None
    state: State
    cause: Cause
    kind: Kind | None
    issued_at: datetime
    overdue_at: datetime
    synced_at: datetime | None
    seller: PartyOut
    buyer: PartyOut
    amount: AmountOut
    account: str | None
    reference: str | None
    outcome: Outcome | None
    diagnosis: DiagnosisOut | None


class NextLevelOut(BaseModel):
    level: int
    at: datetime
    destinations: list[str]


class TellingOut(BaseModel):
    """Why the incident is told now, for the how-manieth time, and who hears of it next if nobody acts."""

    sequence: int
    reason: Reason
    level: int
    mention: bool
    grown_by: int
    told_before_at: datetime | None
    next_level: NextLevelOut | None


class IncidentEventDataOut(BaseModel):
    incident: IncidentOut
    notice: TellingOut
    invoices: Annotated[list[GravestInvoiceOut], Field(description="The gravest, five at most.")]


class IncidentEventOut(BaseModel):
    """An incident was opened, has something new, or is over."""

    type: Literal["incident.opened", "incident.updated", "incident.resolved"]
    timestamp: datetime
    data: IncidentEventDataOut


class DisabledWebhookOut(BaseModel):
    id: str
    name: str
    reason: str
    failing_since: datetime
    disabled_at: datetime


class WebhookDisabledDataOut(BaseModel):
    webhook: DisabledWebhookOut


class WebhookDisabledEventOut(BaseModel):
    """Another webhook was stopped, because its receiver is gone or nothing has reached it for five days."""

    type: Literal["webhook.disabled"]
    timestamp: datetime
    data: WebhookDisabledDataOut


class PingedWebhookOut(BaseModel):
    name: str


class PingDataOut(BaseModel):
    webhook: PingedWebhookOut


class PingEventOut(BaseModel):
    """Somebody tries the webhook; nothing has happened."""

    type: Literal["test.ping"]
    timestamp: datetime
    data: PingDataOut


class InvoiceMessageOut(InvoiceEventOut):
    """What webhooks are sent about an invoice; `id` is their webhook-id."""

    id: Identifier


class IncidentMessageOut(IncidentEventOut):
    """What webhooks are sent about an incident; `id` is their webhook-id."""

    id: Identifier


class WebhookDisabledMessageOut(WebhookDisabledEventOut):
    """What webhooks are sent about another webhook; `id` is their webhook-id."""

    id: Identifier


Event = Annotated[InvoiceEventOut | IncidentEventOut | WebhookDisabledEventOut, Field(discriminator="type")]
"""The body of a message as it is stored."""

Message = Annotated[InvoiceMessageOut | IncidentMessageOut | WebhookDisabledMessageOut, Field(discriminator="type")]


SENT = (InvoiceEventOut, IncidentEventOut, WebhookDisabledEventOut, PingEventOut)
"""What a receiver can be sent; `type` says which."""
