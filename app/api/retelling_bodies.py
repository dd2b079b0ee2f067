"""The feed, deliveries and what is told again: query, bodies and answers. One rule: an order says one thing."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator

from app.api.fields import fault, instant
from app.api.message_bodies import SENT, Event, Message
from app.api.schemas import Body
from app.api.webhook_answers import SaidOut
from app.api.wire import Identifier, Missing
from app.channels.channel import Failure
from app.domain.endpoint import EVENTS
from app.domain.retelling import MOST_MESSAGES, DeliveryState, Order

LONGEST_WAIT = 30


def _type(text: str) -> str:
    if text not in EVENTS:
        raise fault("unknown_value", "One of {known}.", known=", ".join(EVENTS))
    return text


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise fault("not_an_id", "Write an id as it was given, such as {e}.", e=_EXAMPLE) from None


_EXAMPLE = "01936a2c-7c00-7000-8000-000000000000"
Type = Annotated[str, AfterValidator(_type), WithJsonSchema({"type": "string", "enum": list(EVENTS)})]
Id = Annotated[
    str,
    Field(max_length=100),
    AfterValidator(_id),
    WithJsonSchema({"type": "string", "format": "uuid", "examples": [_EXAMPLE]}),
]
Instant = Annotated[
    datetime,
    PlainValidator(instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-22T09:30:00+08:00"]}),
]
Cursor = Annotated[str, Field(max_length=500)]


class FeedIn(BaseModel):
    """Without `after` from the beginning; `now` from the present end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: Cursor | None = Field(None, description="next_cursor of the page before, or now: from the present end.")
    limit: int = Field(100, ge=1, le=500, description="How many at most.")
    type: list[Type] = Field([], description="Messages of any of these types.")
    wait: int = Field(0, ge=0, le=LONGEST_WAIT, description="Seconds to wait for something where there is nothing yet.")


class DeliveriesIn(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    state: DeliveryState | None = Field(None, description="How far they have come.")
    failure: Failure | None = Field(None, description="Class of the last failure.")
    type: Type | None = Field(None, description="Type of the message.")
    invoice: Id | None = Field(None, description="Id of an invoice.")
    limit: int = Field(50, ge=1, le=500, description="How many at most.")
    cursor: Cursor | None = Field(None, description="next_cursor of the page before.")


class RedeliverIn(Body):
    """Exactly one of: `message`; `messages`; `state` dead, with `failure`, `type`, `since` and `until` where wanted;
    or `since` alone, with `until` and `types` where wanted.

    `since` alone is everything that the webhook's filters let through, also what it was never told.
    """

    message: Id | None = None
    messages: Annotated[list[Id], Field(min_length=1, max_length=MOST_MESSAGES)] | None = None
    state: Literal["dead"] | None = None
    failure: Failure | None = None
    type: Type | None = None
    types: Annotated[list[Type], Field(max_length=len(EVENTS))] | None = None
    since: Instant | None = Field(None, description="Inclusive.")
    until: Instant | None = Field(None, description="Exclusive.")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        said = self.model_fields_set - {name for name in type(self).model_fields if getattr(self, name) is None}
        orders = [name for name in _ORDERS if name in said] or ["since"]
        if len(orders) > 1 or not said & set(orders):
            raise fault("not_one_order", "Give exactly one of message, messages, state and since.")
        if beside := sorted(said - {orders[0], *_BESIDE[orders[0]]}):
            raise fault("not_together", "{name} does not go with {order}.", name=beside[0], order=orders[0])
        if self.since and self.until and self.until <= self.since:
            raise fault("ends_too_early", "until must come after since.")
        return self

    def order(self) -> Order:
        return Order(
            messages=tuple(dict.fromkeys([*([self.message] if self.message else ()), *(self.messages or ())])),
            dead=self.state == "dead",
            failure=self.failure.value if self.failure else None,
            types=(self.type,) if self.type else tuple(self.types or ()),
            since=self.since,
            until=self.until,
        )


_ORDERS = ("message", "messages", "state")
_BESIDE: dict[str, tuple[str, ...]] = {
    "message": (),
    "messages": (),
    "state": ("failure", "type", "since", "until"),
    "since": ("until", "types"),
}


class FeedOut(BaseModel):
    """One page; `next_cursor` is always there. `more`: the next page can be had at once, else ask again later."""

    items: list[Message]
    next_cursor: str
    more: bool


class DeliveryOut(BaseModel):
    """One message to one webhook. `id` is the webhook-id; `due_at` the next attempt; `again`: not the first time."""

    id: Identifier
    type: str
    invoice_id: Identifier | None
    incident_id: Identifier | None
    state: DeliveryState
    happened_at: datetime
    due_at: datetime | None
    again: bool
    attempts: int
    attempted_at: datetime | None
    result: str | None
    failure: str | None
    status: int | None
    code: str | None
    detail: str | None


class DeliveriesOut(BaseModel):
    """One page, newest first; it may be short and lead on. `next_cursor` is null on the last one."""

    items: list[DeliveryOut]
    next_cursor: str | None


class AttemptOut(BaseModel):
    """One attempt. `status` 0: no reply. Secrets are masked; a request without `body` had the message's own."""

    number: int
    at: datetime
    seconds: float
    result: str
    failure: str | None
    status: int
    code: str
    detail: str
    request: SaidOut | None
    reply: SaidOut | None


class DeliveryDetailOut(DeliveryOut):
    """A delivery with its attempts, newest first, and the message's body."""

    attempted: list[AttemptOut]
    message: Event


class WantedOut(BaseModel):
    """The order in the words of the request; what was not said is left out."""

    messages: list[Identifier] = Missing
    state: Literal["dead"] = Missing
    failure: Failure = Missing
    types: list[str] = Missing
    since: datetime = Missing
    until: datetime = Missing


class RedeliveryOut(BaseModel):
    """A job. `seen`: messages looked at; `sent`: deliveries made due; `reached`: how far, in the messages' time;
    `share`: of the whole, null where that cannot be told.
    """

    id: Identifier
    destination: str
    wanted: WantedOut
    state: Literal["running", "done", "cancelled"]
    actor: str
    created_at: datetime
    finished_at: datetime | None
    seen: int
    sent: int
    reached: datetime | None
    share: float | None


class RedeliveriesOut(BaseModel):
    """The newest jobs, newest first."""

    items: list[RedeliveryOut]


REQUEST = (RedeliverIn,)
RESPONSE = (*SENT, FeedOut, DeliveriesOut, DeliveryDetailOut, RedeliveryOut, RedeliveriesOut)
