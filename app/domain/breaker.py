"""An account's breaker: when a tax system is down, nobody keeps asking it. Pure; shared by all replicas through the
store.

Open after `failures` calls in a row that brought nothing, or at once on what only time or a person can mend. While open
nothing is claimed; then one canary is asked, and a good answer closes it. Invoices stay due and are asked as soon as
it closes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.invoice import Answer, Outcome

OPENS_AT_ONCE = frozenset({Outcome.AUTHORITY_DOWN, Outcome.AUTH, Outcome.QUOTA_ACCOUNT})
LONGEST_WAIT = timedelta(hours=1)
TROUBLE = OPENS_AT_ONCE | {Outcome.TRANSIENT}


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    failures: int = 5
    pause: timedelta = timedelta(seconds=30)
    longest_pause: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures` in a row; open until `open_until`; `reason` is the outcome that opened it."""

    failures: int = 0
    openings: int = 0
    open_until: datetime | None = None
    reason: Outcome | None = None

    def is_open(self, now: datetime) -> bool:
        return self.open_until is not None and now < self.open_until

    def is_canary(self, now: datetime) -> bool:
        """Half open: one question may go, to see."""
        return self.open_until is not None and now >= self.open_until


def _asked_to_wait(answers: Sequence[Answer]) -> timedelta | None:
    """How long a provider that refused the whole call as too fast wants to be left alone: some lengthen the block of
    those who go on.
    """
    if any(answer.outcome is not Outcome.RATE_LIMITED or answer.retry_after is None for answer in answers):
        return None
    return timedelta(seconds=max((answer.retry_after or 0.0 for answer in answers), default=0.0)) or None


def after_call(breaker: Breaker, answers: Sequence[Answer], now: datetime, policy: BreakerPolicy) -> Breaker:
    """The breaker after one call's answers."""
    if wait := _asked_to_wait(answers):
        return Breaker(breaker.failures, breaker.openings, now + min(wait, LONGEST_WAIT), Outcome.RATE_LIMITED)
    trouble = [answer for answer in answers if answer.outcome in TROUBLE]
    if len(trouble) < len(answers):
        return Breaker()
    worst = next((a for a in trouble if a.outcome in OPENS_AT_ONCE), trouble[0])
    failures = breaker.failures + 1
    if worst.outcome not in OPENS_AT_ONCE and failures < policy.failures and not breaker.is_canary(now):
        return Breaker(failures, breaker.openings, breaker.open_until, breaker.reason)
    openings = breaker.openings + 1
    pause = min(policy.pause * 2 ** min(openings - 1, 10), policy.longest_pause)
    wished = timedelta(seconds=worst.retry_after or 0)
    return Breaker(failures, openings, now + max(pause, min(wished, policy.longest_pause)), worst.outcome)
