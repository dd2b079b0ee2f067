"""The sections that say how patient, how careful and how persistent we are.

Its one rule: the defaults are the domain's own, and `value` gives the domain's value back.
"""

from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from app.domain.breaker import BreakerPolicy
from app.domain.deadline import Deadline, Deadlines
from app.domain.identity import Kind
from app.domain.plan import Budget, Rechecks
from app.settings.fault import refusal
from app.settings.ranges import lasting, within
from app.settings.scalars import Count, Duration, Flag, Number, frozen_table
from app.settings.section import Section, ascending, not_empty


class BudgetSettings(Section):
    """Questions an invoice and Beijing day; `reserve` of them are kept for people."""

    checks_per_day: Annotated[Count, within(1, 10_000)] = Budget().checks_per_day
    reserve: Annotated[Count, within(0, 9_999)] = Field(Budget().reserve, validate_default=True)

    @field_validator("reserve")
    @classmethod
    def _something_is_left(cls, reserve: int, info: ValidationInfo) -> int:
        most = info.data.get("checks_per_day", reserve + 1)
        if reserve >= most:
            raise refusal("leaves no question for the service", f"below checks_per_day ({most})")
        return reserve

    @property
    def value(self) -> Budget:
        return Budget(self.checks_per_day, self.reserve)


class DeadlineSettings(Section):
    """Ages since issue."""

    overdue_after: Annotated[Duration, lasting("1s", "365d")] = Field(examples=["24h"])
    escalate_after: Annotated[Duration, lasting("1s", "730d")] = Field(examples=["72h"])

    @field_validator("escalate_after")
    @classmethod
    def _overdue_comes_first(cls, escalate_after: timedelta, info: ValidationInfo) -> timedelta:
        if escalate_after <= info.data.get("overdue_after", timedelta(0)):
            raise refusal("must be longer than overdue_after", "such as overdue_after: 24h, escalate_after: 72h")
        return escalate_after

    @classmethod
    def of(cls, deadline: Deadline) -> Self:
        return cls(overdue_after=deadline.overdue_after, escalate_after=deadline.escalate_after)

    @property
    def value(self) -> Deadline:
        return Deadline(self.overdue_after, self.escalate_after)


class DeadlinesSettings(Section):
    """`kinds` changes single kinds, the others keep the domain's. `grace` counts from our hearing."""

    default: DeadlineSettings = DeadlineSettings.of(Deadlines().default)
    kinds: Annotated[Mapping[Kind, DeadlineSettings], AfterValidator(frozen_table)] = Field(
        default_factory=dict, validate_default=True
    )
    grace: Annotated[Duration, lasting("0s", "30d")] = Deadlines().grace

    @property
    def value(self) -> Deadlines:
        given = {kind: deadline.value for kind, deadline in self.kinds.items()}
        return Deadlines(self.default.value, {**Deadlines().kinds, **given}, self.grace)


class RecheckSettings(Section):
    """Looks at a synced invoice: ages since it was confirmed, and once after the end of its month."""

    after: Annotated[tuple[Annotated[Duration, lasting("1s", "1825d")], ...], Field(max_length=50)] = Rechecks().after
    month_end: Flag = Rechecks().month_end

    @field_validator("after")
    @classmethod
    def _after_ascends(cls, after: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        ascending(after)
        return after

    @property
    def value(self) -> Rechecks:
        return Rechecks(self.after, self.month_end)


class BreakerSettings(Section):
    """After `failures` in a row an account rests for `pause`, doubled each time up to `longest_pause`."""

    failures: Annotated[Count, within(1, 1000)] = BreakerPolicy().failures
    pause: Annotated[Duration, lasting("1s", "1d")] = BreakerPolicy().pause
    longest_pause: Annotated[Duration, lasting("1s", "7d")] = Field(
        BreakerPolicy().longest_pause, validate_default=True
    )

    @field_validator("longest_pause")
    @classmethod
    def _longest_is_longest(cls, longest_pause: timedelta, info: ValidationInfo) -> timedelta:
        if longest_pause < info.data.get("pause", longest_pause):
            raise refusal("is shorter than pause", "such as pause: 30s, longest_pause: 10m")
        return longest_pause

    @property
    def value(self) -> BreakerPolicy:
        return BreakerPolicy(self.failures, self.pause, self.longest_pause)


def _ladder() -> tuple[timedelta, ...]:
    """The waits that Standard Webhooks recommends: a little over three days in all."""
    return tuple(timedelta(seconds=s) for s in (0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))


class DeliverySettings(Section):
    """`ladder` holds the wait before each attempt; `jitter` moves a wait by up to that share, either way."""

    ladder: tuple[Annotated[Duration, lasting("0s", "30d")], ...] = Field(
        default_factory=_ladder, max_length=50, examples=["[0s, 5s, 5m]"]
    )
    jitter: Annotated[Number, within(0, 0.9)] = 0.2

    @field_validator("ladder")
    @classmethod
    def _patience_grows(cls, ladder: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        not_empty(ladder)
        if any(later < earlier for earlier, later in pairwise(ladder)):
            raise refusal("must ascend: no wait shorter than the one before", "such as [0s, 5s, 5m, 30m]")
        return ladder
