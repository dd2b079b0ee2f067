"""What an attempt of a delivery means: again and when, or given up; and how its endpoint fares. Pure.

One rule: a reply is judged twice. What it says of the message decides when that is tried again; what it says of the
endpoint decides whether others should be tried at all. Neither costs the other anything.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

UNKNOWN_TRIES = 3
LONGEST_WISH = timedelta(days=1)
REPAIRED_WITHIN = (timedelta(minutes=1), timedelta(hours=1))
"""What waits for somebody to repair a setting is tried no more and no less often, and never given up."""

FAILURES = 5  # in a row, then the endpoint is left alone
PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=10)
GIVEN_UP_AFTER = timedelta(days=5)
SILENCE = timedelta(hours=36)
"""A failure after a longer silence says nothing about the time between: longer than any rung of the ladder."""

_DELIVERED, _PERMANENT, _MISCONFIGURED, _UNKNOWN = "delivered", "permanent", "misconfigured", "unknown"
_OURS = "channel_error"


class Reply(Protocol):
    """What a channel made of a receiver's reply; `Receipt` in `app/channels/channel.py` is one."""

    @property
    def result(self) -> str: ...

    @property
    def failure(self) -> str | None: ...

    @property
    def retry_after(self) -> float | None: ...

    @property
    def gone(self) -> bool: ...


class State(StrEnum):
    """Where a delivery stands. `SUPERSEDED`: a newer state of its invoice went instead."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`due_at` is there exactly while it is pending."""

    state: State
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """Waits before each attempt, the first being the first attempt's own; `jitter` is the share by which each may
    vary.
    """

    waits: tuple[timedelta, ...]
    jitter: float = 0.2

    def verdict(self, reply: Reply, attempts: int, now: datetime, chance: float) -> Verdict:
        """What becomes of a delivery after `attempts` in all. `chance`: 0 to 1, where in the jitter the wait lies."""
        if reply.result == _DELIVERED:
            return Verdict(State.DELIVERED)
        wait = self._wait(reply, attempts)
        if wait is None:
            return Verdict(State.DEAD)
        varied = wait * (1 + self.jitter * (2 * chance - 1))
        wished = timedelta(seconds=min(reply.retry_after or 0, LONGEST_WISH.total_seconds()))
        return Verdict(State.PENDING, now + max(varied, wished))

    def _wait(self, reply: Reply, attempts: int) -> timedelta | None:
        """None where no attempt is worth it any more."""
        if reply.result == _PERMANENT or (reply.result == _UNKNOWN and attempts >= UNKNOWN_TRIES):
            return None
        if reply.result == _MISCONFIGURED:
            least, most = REPAIRED_WITHIN
            return min(max(self.waits[min(attempts, len(self.waits) - 1)], least), most)
        return self.waits[attempts] if attempts < len(self.waits) else None


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint fares. `failures` in a row, what was under way when the breaker opened not counted; left alone
    until `open_until`, then one message is its canary.
    """

    failures: int = 0
    failing_since: datetime | None = None
    last_failure_at: datetime | None = None
    open_until: datetime | None = None

    def is_hopeless(self, now: datetime) -> bool:
        """Five days of nothing but failure, in which it was tried again and again."""
        return (
            self.failing_since is not None
            and self.failures >= FAILURES
            and now - self.failing_since >= GIVEN_UP_AFTER
        )  # fmt: skip


def did_its_part(reply: Reply) -> bool | None:
    """Whether the endpoint takes messages; None where the reply says nothing of that: it refused this one message for
    good, or the fault is our own.
    """
    if reply.result == _DELIVERED:
        return True
    if reply.failure == _OURS or (reply.result == _PERMANENT and not reply.gone):
        return None
    return False


def after_attempt(health: Health, now: datetime, *, good: bool) -> Health:
    """The endpoint's health after one attempt that ended at `now`."""
    if good:
        return Health()
    if health.open_until and now < health.open_until:
        return replace(health, last_failure_at=now)
    lasting = health.last_failure_at is not None and now - health.last_failure_at <= SILENCE
    failures = health.failures + 1 if lasting else 1
    openings = failures - FAILURES
    pause = min(PAUSE * 2 ** min(openings, 10), LONGEST_PAUSE) if openings >= 0 else None
    return Health(failures, health.failing_since if lasting else now, now, now + pause if pause else None)
