"""What is answered about webhooks, as OpenAPI describes it. One rule: a secret is in an answer once, when it is new."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from app.api.answers import LinksOut
from app.api.wire import Identifier, MoneyText
from app.channels.channel import Failure, Result
from app.domain.endpoint import Form, Origin


class SecretOut(BaseModel):
    """`shown`: its last four characters. `until`: when it stops signing; null when a later one has not replaced it."""

    scheme: Literal["v1", "v1a"]
    shown: str
    until: datetime | None


class WebhookOut(BaseModel):
    """`url` without its query; `headers` by their last four characters. `pending` and `dead` count up to 10,000."""

    name: str
    origin: Origin
    url: str | None
    description: str
    events: list[str]
    accounts: list[str]
    sellers: list[str]
    kinds: list[str]
    labels: dict[str, str]
    minimum_amount: MoneyText | None
    fields: list[str]
    form: Form
    ordered: bool
    latest_only: bool
    rate: float | None
    concurrency: int
    timeout: float
    headers: dict[str, str]
    secrets: list[SecretOut]
    public_keys: list[str]
    enabled: bool
    disabled_reason: str | None
    disabled_at: datetime | None
    failing_since: datetime | None
    failures: int
    open_until: datetime | None
    last_success_at: datetime | None
    pending: int
    dead: int
    created_at: datetime | None
    updated_at: datetime | None
    links: LinksOut


class WebhookMadeOut(WebhookOut):
    """With its new secret, which is shown this once."""

    secret: str


class WebhooksOut(BaseModel):
    """One page, by name; `next_cursor` is null on the last one."""

    items: list[WebhookOut]
    next_cursor: str | None


class SinceOut(BaseModel):
    since: datetime


class RedeliverOut(BaseModel):
    """The call that sends it: make it as it stands here."""

    method: Literal["POST"]
    path: str
    body: SinceOut


class MissedOut(BaseModel):
    """What it was not told since the trouble began, counted up to 10,000; and the call that sends it."""

    since: datetime
    messages: int
    redeliver: RedeliverOut


class WebhookEnabledOut(BaseModel):
    """`missed` is null where there was no trouble."""

    webhook: WebhookOut
    missed: MissedOut | None


class SaidOut(BaseModel):
    headers: dict[str, str]
    body: str


class WebhookTestedOut(BaseModel):
    """What the receiver said, masked. `status` is 0 where no answer came; `took` in seconds."""

    message_id: Identifier
    result: Result
    failure: Failure | None
    status: int
    code: str
    detail: str
    took: float
    request: SaidOut
    reply: SaidOut


RESPONSE = (WebhookMadeOut, WebhooksOut, WebhookEnabledOut, WebhookTestedOut)
