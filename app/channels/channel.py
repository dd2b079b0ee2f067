"""Seam 2: who hears of it. A channel sends once and says what became of it: it never sleeps, never retries.

HTTP 200 is not success for chat tools: each driver judges the reply's body and gives a Receipt.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Protocol

from app.clock import Clock
from app.egress import Egress

Language = Literal["zh", "en", "both"]


@dataclass(frozen=True, slots=True)
class Destination:
    """One receiver. `url` and `secrets` are credentials: never logged, shown by their last four characters."""

    name: str
    kind: str
    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    language: Language = "zh"
    timeout: float = 15.0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to one destination: `id` stays the same over all attempts, `body` is the exact JSON text to send."""

    id: str
    body: str
    at: datetime

    payload: Mapping[str, Any] = field(default_factory=dict)


class Result(StrEnum):
    """What became of a parcel. `UNKNOWN` is tried again a few times, then given up."""

    DELIVERED = "delivered"
    RETRY = "retry"
    PERMANENT = "permanent"
    MISCONFIGURED = "misconfigured"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The reply, judged. `retry_after` in seconds; `status` 0 when no HTTP reply came; `detail` is masked."""

    result: Result
    status: int = 0
    code: str = ""
    detail: str = ""
    retry_after: float | None = None
    gone: bool = False
    """The receiver wants no more (HTTP 410): the destination is to be disabled."""


class Channel(Protocol):
    @property
    def batch(self) -> int:
        """How many parcels one send may merge: 1 for webhooks, many for chat, so that a flood becomes one message."""
        ...

    async def send(self, parcels: Sequence[Parcel]) -> Receipt:
        """Sends them all in one call, once."""
        ...


Factory = Callable[[Destination, Egress, Clock], Channel]
