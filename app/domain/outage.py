"""Whether a tax system is out: told by an account's breaker, or by the share of questions that brought nothing.

One rule: the widest scope that is out is the outage; what is narrower belongs to it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.alerting_policy import OutagePolicy
from app.domain.incident import Scope, Trouble
from app.domain.invoice import Outcome

OUTAGE_CLASS = frozenset({
    Outcome.AUTHORITY_DOWN, Outcome.AUTH, Outcome.QUOTA_ACCOUNT, Outcome.TRANSIENT, Outcome.RATE_LIMITED,
})  # fmt: skip
"""Outcomes that say nothing about the invoice, only about whom we asked."""

MOST_NARROW = 5
"""Sellers and regions of one account that are told one by one."""


@dataclass(frozen=True, slots=True)
class Health:
    """One account as its breaker sees it. `failing_since` and `well_since`: at most one of them is there."""

    account: str
    failing_since: datetime | None
    well_since: datetime | None
    openings: int
    reason: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Tallied:
    """The questions of one scope within the window; empty `seller` and `region`: the whole account. `since`: the first
    minute with a failure; `outcome` and `code`: of the last failure.
    """

    account: str
    seller: str
    region: str
    asked: int
    failed: int
    since: datetime
    outcome: Outcome | None = None
    code: str = ""

    @property
    def scope(self) -> Scope:
        return Scope(Trouble.OUTAGE, self.account, self.seller, self.region)


@dataclass(frozen=True, slots=True)
class Outage:
    """`whole`: nothing at all is answered in the scope."""

    scope: Scope
    since: datetime
    outcome: Outcome | None
    code: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Weather:
    """What is out, and the scopes that have been well long enough; a scope in neither is not judged."""

    outages: tuple[Outage, ...]
    well: frozenset[Scope]


def weather(
    healths: Sequence[Health], tallies: Sequence[Tallied], known: Iterable[Scope], policy: OutagePolicy, now: datetime
) -> Weather:
    """The judgement of now; `known`: the scopes of outages that are told at present."""
    by_breaker = [
        Outage(Scope(Trouble.OUTAGE, h.account), h.failing_since, h.reason, whole=True)
        for h in healths
        if h.failing_since and h.openings and now - h.failing_since >= policy.patience
    ]
    out = {outage.scope: outage for outage in by_breaker}
    failing = [tally for tally in sorted(tallies, key=_width) if _failing(tally, policy)]
    for tally in _gathered(failing):
        if not _covered(tally.scope, out):
            out[tally.scope] = Outage(tally.scope, tally.since, tally.outcome, tally.code)
    return Weather(
        tuple(out.values()), frozenset(s for s in known if s not in out and _well(s, healths, tallies, policy, now))
    )


def _gathered(failing: Sequence[Tallied]) -> Iterable[Tallied]:
    """Many narrow outages of one account are one of the account, which is told once."""
    of = Counter(tally.account for tally in failing)
    widened: dict[Scope, Tallied] = {}
    for tally in failing:
        wide = replace(tally, seller="", region="") if of[tally.account] > MOST_NARROW else tally
        known = widened.setdefault(wide.scope, wide)
        widened[wide.scope] = replace(known, since=min(known.since, wide.since))
    return widened.values()


def covers(outer: Scope, inner: Scope) -> bool:
    """Whether an outage of `outer` explains one of `inner`."""
    return outer.account == inner.account and outer.seller in {"", inner.seller} and outer.region in {"", inner.region}


def _width(tally: Tallied) -> tuple[bool, bool]:
    """The whole account first, then its regions, then its sellers."""
    return bool(tally.seller), bool(tally.region)


def _failing(tally: Tallied, policy: OutagePolicy) -> bool:
    return tally.failed >= policy.at_least and tally.failed >= policy.share * tally.asked


def _covered(scope: Scope, out: Iterable[Scope]) -> bool:
    return any(covers(known, scope) for known in out)


def _well(
    scope: Scope, healths: Sequence[Health], tallies: Sequence[Tallied], policy: OutagePolicy, now: datetime
) -> bool:
    """Steadily well: the account answers, and in a narrower scope too few fail to speak of."""
    health = next((h for h in healths if h.account == scope.account), None)
    if health is None or health.well_since is None or now - health.well_since < policy.steady:
        return False
    return not any(_failing(tally, policy) for tally in tallies if covers(scope, tally.scope) and tally.scope == scope)
