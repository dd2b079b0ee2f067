"""What the API needs from behind it, as Protocols. One rule: nothing here knows HTTP or SQL.

The composition root hands in one `Services`; tests hand in their own.
Every method may raise `DatabaseUnavailable`; then nothing is known to be written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from app.domain.event import Acceptance, Event
from app.domain.invoice import Record
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
