"""What an operator may decide about alerts: who is told after how long, what counts as an outage, what is kept quiet.

Pure values. One rule: every field has the default of an operator who writes nothing.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from app.domain.hours import Hours
from app.domain.incident import Trouble

Grouping = Literal["account", "seller", "region"]
"""By what else than its cause an incident is told apart."""

When = Literal["always", "working_hours"]


@dataclass(frozen=True, slots=True)
class Level:
    """Who hears of an incident that is `after` old; the first level is that of an incident just opened.

    `to`: names of destinations; empty: every chat destination. `when`: `working_hours` holds the level back until the
    next opening. `at_least`: invoices, and `minimum_amount`: the sum in CNY, below which this level is never told.
    """

    after: timedelta = timedelta(0)
    to: tuple[str, ...] = ()
    mention: bool = False
    when: When = "always"
    at_least: int = 1
    minimum_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OutagePolicy:
    """`patience`: how long a breaker stays open before it is told. `share` of the answers of `within` that brought
    nothing, if they are `at_least` so many, is an outage too. `steady`: how long all must be well before it is over;
    `drain`: how long its invoices then have to be confirmed before anybody hears of them.
    """

    patience: timedelta = timedelta(minutes=2)
    share: float = 0.3
    at_least: int = 20
    within: timedelta = timedelta(minutes=10)
    steady: timedelta = timedelta(minutes=5)
    drain: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """`levels` ascend by `after`; there is at least one. `region_label`: the label of an invoice that names its region.

    `gather`: how long the first notice waits for more invoices; `update_every`: the least time between two notices of
    growth. `remind_after`: waits since the last word while nobody acknowledges; the last one repeats.
    `acknowledge_for`: how long an acknowledgement keeps quiet where it says nothing else. Incidents of `mute_causes`
    are kept and shown, and nobody is told.
    """

    levels: tuple[Level, ...] = (Level(),)
    group_by: frozenset[Grouping] = frozenset({"account"})
    region_label: str = "region"
    gather: timedelta = timedelta(seconds=30)
    update_every: timedelta = timedelta(minutes=10)
    remind_after: tuple[timedelta, ...] = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=24))
    acknowledge_for: timedelta = timedelta(hours=4)
    hours: Hours = field(default_factory=Hours)
    outage: OutagePolicy = field(default_factory=OutagePolicy)
    mute_causes: frozenset[Trouble] = frozenset()
