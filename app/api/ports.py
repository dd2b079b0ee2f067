"""What the API needs from behind it, as Protocols. One rule: nothing here knows HTTP or SQL.

The composition root hands in one `Services`; tests hand in their own.
Every method may raise `DatabaseUnavailable`; then nothing is known to be written.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from app.api.alerting import Alerting
from app.channels.record import Trial
from app.domain.endpoint import Backlog, Endpoint, Missed, Wanted
from app.domain.event import Acceptance, Event
from app.domain.invoice import Record
from app.domain.retelling import DeliveryPage, DeliverySearch, FeedPage, Order
from app.domain.search import CheckRequest, Page, Principal, Search

EventResult = Literal["accepted", "duplicate", "conflict", "invalid"]


class Intake(Protocol):
    async def accept(self, tenant: str, events: Sequence[Event], now: datetime) -> list[Acceptance]:
        """One Acceptance an event, in the same order; returns after the commit."""
        ...


class Keys(Protocol):
    async def find(self, digest: bytes) -> Principal | None:
        """The live key whose SHA-256 this is; None when unknown, expired or revoked."""
        ...


class Invoices(Protocol):
    """Reading and acting. None: this tenant has no such invoice. Moves may raise `InvalidTransition`."""

    async def get(self, tenant: str, invoice_id: str) -> Record | None: ...

    async def search(self, tenant: str, query: Search) -> Page: ...

    async def history(self, tenant: str, invoice_id: str) -> list[dict[str, Any]]:
        """Transitions, checks, deliveries and notes on one time line, oldest first."""
        ...

    async def check_now(self, tenant: str, invoice_id: str, actor: str, now: datetime) -> CheckRequest | None: ...

    async def resolve(
        self, tenant: str, invoice_id: str, actor: str, now: datetime, *, reason: str, evidence: str
    ) -> Record | None: ...

    async def void(self, tenant: str, invoice_id: str, actor: str, now: datetime, *, reason: str) -> Record | None: ...

    async def acknowledge(
        self,
        tenant: str,
        invoice_id: str,
        actor: str,
        now: datetime,
        *,
        until: datetime | None,
        text: str | None,
    ) -> Record | None:
        """Quiets the invoice's alert; `until` None: as long as the state stays."""
        ...

    async def note(self, tenant: str, invoice_id: str, actor: str, now: datetime, *, text: str) -> Record | None: ...

    async def stats(self, tenant: str, now: datetime) -> dict[str, Any]:
        """The JSON object of GET /v1/stats."""
        ...


class Accounts(Protocol):
    """Tax-system accounts as JSON objects: the configured ones, and those that were once."""

    async def all(self, tenant: str, now: datetime) -> list[dict[str, Any]]: ...

    async def get(self, tenant: str, name: str, now: datetime) -> dict[str, Any] | None:
        """None: nobody knows this account."""
        ...


class Webhooks(Protocol):
    """Webhook endpoints, those of piaoda.yaml among them; what changes one is for those made over the API."""

    @property
    def sealed(self) -> bool:
        """Whether this process has a secret: without one nothing can be made or changed."""
        ...

    def refusal(self, url: str) -> str:
        """Why this URL will never be called, in a sentence; empty when it may be."""
        ...

    async def get(self, tenant: str, name: str) -> Endpoint | None: ...

    async def page(self, tenant: str, after: str, limit: int) -> list[Endpoint]:
        """By name, at most `limit` of those behind `after`."""
        ...

    async def backlogs(self, tenant: str, names: Sequence[str]) -> Mapping[str, Backlog]: ...

    async def create(
        self, tenant: str, name: str, wanted: Wanted, now: datetime, *, asymmetric: bool
    ) -> tuple[Endpoint, bool]:
        """The endpoint of this name, and whether it was made just now."""
        ...

    async def change(
        self, tenant: str, name: str, changed: Callable[[Wanted], Wanted], now: datetime
    ) -> Endpoint | None: ...

    async def rotate(self, tenant: str, name: str, now: datetime, overlap: timedelta) -> Endpoint | None:
        """With a new secret; None where too many older ones are live."""
        ...

    async def remove(self, tenant: str, name: str, now: datetime) -> None: ...

    async def enable(self, tenant: str, name: str, now: datetime) -> Missed: ...

    async def disable(self, tenant: str, name: str, reason: str, now: datetime) -> None: ...

    async def test(self, endpoint: Endpoint) -> Trial:
        """Sends a test now, once, past the outbox; ValueError where the endpoint cannot sign."""
        ...


class Feed(Protocol):
    async def page(self, tenant: str, after: str | None, types: Sequence[str], limit: int) -> FeedPage | None:
        """The next page after a cursor, from the beginning (None) or the present end ("now"); of `types`, if any.

        None: the cursor is not one of ours.
        """
        ...


class Deliveries(Protocol):
    """Deliveries as JSON objects. None: this tenant has no such destination or delivery."""

    async def search(self, tenant: str, destination: str, query: DeliverySearch) -> DeliveryPage | None: ...

    async def get(self, tenant: str, destination: str, message_id: str) -> tuple[dict[str, Any], str] | None:
        """A delivery with its attempts, and the body of its message."""
        ...


class Redeliveries(Protocol):
    """Jobs as JSON objects. None: this tenant has no such destination or job."""

    async def unknown(self, tenant: str, messages: Sequence[str]) -> list[str]:
        """Those of the ids that name no message of this tenant."""
        ...

    async def start(
        self, tenant: str, destination: str, order: Order, actor: str, now: datetime
    ) -> dict[str, Any] | None: ...

    async def list(self, tenant: str, destination: str) -> "list[dict[str, Any]] | None": ...

    async def get(self, tenant: str, destination: str, job: str) -> dict[str, Any] | None: ...

    async def cancel(self, tenant: str, destination: str, job: str, now: datetime) -> dict[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class Retelling:
    """What was told, for those who ask, and telling it again."""

    feed: Feed
    deliveries: Deliveries
    redeliveries: Redeliveries


class Readiness(Protocol):
    async def ready(self) -> list[str]:
        """What keeps this replica from serving, in sentences; empty when it is ready. Never raises."""
        ...


def uncounted(_result: EventResult, _count: int) -> None:
    """The counter of those who do not count."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything behind the API. `counted` hears how many events of a request had which result."""

    intake: Intake
    keys: Keys
    invoices: Invoices
    readiness: Readiness
    counted: Callable[[EventResult, int], None] = uncounted
    accounts: Accounts | None = None
    webhooks: Webhooks | None = None
    retelling: Retelling | None = None
    alerting: Alerting | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request, and all requests together, may take. Sizes in bytes."""

    body: int = 1_048_576
    line: int = 65_536
    batch_items: int = 1_000
    chunk: int = 500
    """Lines of an upload that are committed together."""
    problems: int = 1_000
    """Refused items that one answer lists; beyond it they are counted only."""
    requests: int = 512
    """Event requests at work at the same moment; more are told to come back."""
    patience: float = 30.0
    """Seconds that a body, or the next piece of an upload, may take: a client that stalls gives up its place."""
    uploads: int = 16
    """NDJSON uploads at work at the same moment: a backfill never crowds out the live events."""
