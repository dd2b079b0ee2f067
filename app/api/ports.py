"""What the API needs from behind it, as Protocols. One rule: nothing here knows HTTP or SQL.

The composition root hands in one `Services`; tests hand in their own.
Every method may raise `DatabaseUnavailable`; then nothing is known to be written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from app.domain.event import Acceptance, Event
from app.domain.identity import Kind
from app.domain.invoice import Cause, Diagnosis, Record, State

Sort = Literal[
    "-issued_at",
    "issued_at",
    "-received_at",
    "received_at",
    "-state_at",
    "state_at",
    "-overdue_at",
    "overdue_at",
]
CheckRequest = Literal["asked", "no_budget", "not_checkable"]
EventResult = Literal["accepted", "duplicate", "conflict", "invalid"]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: the owner of an API key. `scopes` are the contract's words."""

    tenant: str
    key_id: str
    name: str
    scopes: frozenset[str]

    @property
    def actor(self) -> str:
        """How this caller is named in the time line of an invoice."""
        return f"key:{self.name}"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a sorted list: the sort column's instant (aware UTC) and the invoice id of the last record seen."""

    at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for. Filters are joined by AND, the values within one by OR; labels must all be there.

    `seller` and `buyer` are normalised tax ids. `issued_from` is inclusive, `issued_to` exclusive, both aware UTC.
    `q` is fuzzy over number, names and billing reference. `sort` descends where it begins with a minus; the id breaks
    ties in the same direction. `cursor` is where the page before ended.
    """

    state: tuple[State, ...] = ()
    cause: tuple[Cause, ...] = ()
    diagnosis: tuple[Diagnosis, ...] = ()
    account: tuple[str, ...] = ()
    seller: str | None = None
    buyer: str | None = None
    kind: tuple[Kind, ...] = ()
    number: str | None = None
    code: str | None = None
    label: tuple[tuple[str, str], ...] = ()
    issued_from: datetime | None = None
    issued_to: datetime | None = None
    q: str | None = None
    sort: Sort = "-issued_at"
    limit: int = 50
    cursor: Position | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Records in the order asked for; `next_cursor` is None on the last page."""

    records: Sequence[Record]
    next_cursor: Position | None = None


class Intake(Protocol):
    async def accept(self, tenant: str, events: Sequence[Event], now: datetime) -> list[Acceptance]:
        """One Acceptance an event, in the same order; returns after the commit."""
        ...


class Keys(Protocol):
    async def find(self, digest: bytes) -> Principal | None:
        """The live key whose SHA-256 this is; None when unknown, expired or revoked."""
        ...


class Invoices(Protocol):
    """Reading and acting on invoices. None: this tenant has no such invoice. Moves may raise `InvalidTransition`."""

    async def get(self, tenant: str, invoice_id: str) -> Record | None: ...

    async def search(self, tenant: str, query: Search) -> Page: ...

    async def history(self, tenant: str, invoice_id: str) -> list[dict[str, Any]]:
        """Transitions, checks, deliveries and notes on one time line, oldest first."""
        ...

    async def check_now(
        self, tenant: str, invoice_id: str, actor: str, now: datetime
    ) -> CheckRequest | None: ...

    async def resolve(
        self, tenant: str, invoice_id: str, actor: str, now: datetime, *, reason: str, evidence: str
    ) -> Record | None: ...

    async def void(
        self, tenant: str, invoice_id: str, actor: str, now: datetime, *, reason: str
    ) -> Record | None: ...

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

    async def note(
        self, tenant: str, invoice_id: str, actor: str, now: datetime, *, text: str
    ) -> Record | None: ...

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
    uploads: int = 16
    """NDJSON uploads at work at the same moment: a backfill never crowds out the live events."""
