"""What the demo has seen so far: what its parts write down and what its views show.

One rule: it is written by the one event loop of the demo, and holds no more than a screen and a sum-up need.
"""

import math
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.domain.invoice import State

RATE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One message that reached the receiver: from where, and its lines as a person reads them."""

    at: datetime
    place: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phase:
    """An act of the play: what the tax system does for `seconds` of real time."""

    zh: str
    en: str
    seconds: float
    down: bool = False


class Rate:
    """Things a second, over the last ten seconds of real time."""

    def __init__(self) -> None:
        self._began, self._at = time.monotonic(), deque[float]()

    def count(self, things: int = 1) -> None:
        self._at.extend([time.monotonic()] * things)

    def per_second(self) -> float:
        now = time.monotonic()
        while self._at and self._at[0] < now - RATE_SECONDS:
            self._at.popleft()
        return len(self._at) / max(1.0, min(RATE_SECONDS, now - self._began))


@dataclass
class Seen:
    """`events`: what became of them, by result. `latencies`: from issue to confirmation, the latest ones."""

    events: Counter[str] = field(default_factory=Counter)
    states: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(State, 0))
    latencies: deque[timedelta] = field(default_factory=lambda: deque(maxlen=200))
    synced: int = 0
    webhooks: int = 0
    latest_webhooks: deque[Heard] = field(default_factory=lambda: deque(maxlen=5))
    alerts: int = 0
    latest_alerts: deque[Heard] = field(default_factory=lambda: deque(maxlen=50))
    accepted_rate: Rate = field(default_factory=Rate)
    synced_rate: Rate = field(default_factory=Rate)
    phase: Phase = field(default_factory=lambda: Phase("准备中", "getting ready", 0))
    phase_ends: float = 0.0
    _webhook_ids: set[str] = field(default_factory=set)

    def posted(self, results: Mapping[str, int]) -> None:
        """What the service answered to one request: results and how often."""
        self.events.update(results)
        self.accepted_rate.count(results.get("accepted", 0))

    def webhook(self, identity: str, payload: Mapping[str, Any], heard: Heard) -> None:
        """A signed webhook; one that comes again under its id counts once."""
        if identity in self._webhook_ids:
            return
        self._webhook_ids.add(identity)
        self.webhooks += 1
        self.latest_webhooks.appendleft(heard)
        if payload["type"] == "invoice.synced":
            self._confirmed(payload["data"]["invoice"])

    def alert(self, heard: Heard) -> None:
        self.alerts += 1
        self.latest_alerts.appendleft(heard)

    def enter(self, phase: Phase) -> None:
        self.phase, self.phase_ends = phase, time.monotonic() + phase.seconds

    def phase_left(self) -> int:
        """Whole seconds until the next phase."""
        return max(0, math.ceil(self.phase_ends - time.monotonic()))

    def quantile(self, share: float) -> timedelta | None:
        """The latency within which this share of the latest confirmations came; None before the first."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None

    def _confirmed(self, invoice: Mapping[str, Any]) -> None:
        self.synced += 1
        self.synced_rate.count()
        issued, synced = (datetime.fromisoformat(invoice[name]) for name in ("issued_at", "synced_at"))
        self.latencies.append(synced - issued)
