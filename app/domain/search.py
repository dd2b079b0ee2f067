"""What one can look for, and who may look: the questions people and programs ask about invoices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.domain.identity import Kind
from app.domain.invoice import Cause, Diagnosis, Record, State

Sort = Literal[
    "-issued_at", "issued_at", "-received_at", "received_at", "-state_at", "state_at", "-overdue_at", "overdue_at"
]
CheckRequest = Literal["asked", "no_budget", "not_checkable"]


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
