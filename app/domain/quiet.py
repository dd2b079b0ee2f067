"""Times in which alerts are kept quiet: silences, which people ask for, and maintenance windows, which are announced.

One rule: quiet is kept for alerts alone; what happens is written down and sent to programs as ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

T = TypeVar("T")

FIELDS = ("cause", "account", "seller", "region", "endpoint")
"""The fields of an incident that a silence can name."""

Phase = Literal["planned", "active", "ended"]


@dataclass(frozen=True, slots=True)
class Silence:
    """`matchers`: fields to the values meant; all must fit. `hides`: open incidents that it covers."""

    id: str
    matchers: Mapping[str, list[str]]
    starts_at: datetime
    ends_at: datetime
    reason: str
    author: str
    created_at: datetime
    hides: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """Announced maintenance of `accounts` (none named: all). `pause_deadlines`: nothing becomes late meanwhile.

    `credited`: the deadlines that it paused have been moved.
    """

    id: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    author: str
    created_at: datetime
    accounts: tuple[str, ...] = ()
    pause_deadlines: bool = False
    credited: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """Which page: at most `limit`, those before `before` (an id, UUIDv7), in these `phases` (none: all)."""

    phases: tuple[Phase, ...] = ()
    before: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class IncidentListing:
    """Which incidents: filters are joined by AND, the values of one by OR; the newest first."""

    state: tuple[str, ...] = ()
    cause: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    before: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """One page; `last` is the id to go on from, None on the last page."""

    items: Sequence[T]
    last: str | None = None


def phase(starts_at: datetime, ends_at: datetime, now: datetime) -> Phase:
    if ends_at <= now:
        return "ended"
    return "active" if starts_at <= now else "planned"
