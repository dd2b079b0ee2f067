"""The section `alerts`: who is told of trouble, after how long, and what counts as an outage.

Its one rule: the defaults are the domain's own, and `value` gives the domain's value back; but working days are
China's unless something else is written.
"""

from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from app.domain.alerting_policy import AlertPolicy, Grouping, Level, OutagePolicy, When
from app.domain.hours import Hours
from app.domain.incident import Trouble
from app.settings.fault import refusal
from app.settings.ranges import lasting, within
from app.settings.scalars import Count, DestinationName, Duration, Flag, Label, Money, Number, TimeOfDay
from app.settings.section import Section, ascending
from app.settings.surroundings import Surroundings, surroundings
from app.settings.workdays import CALENDARS, CalendarName, unknown_year


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise refusal("is not a time zone", "such as Asia/Shanghai") from None
    return name


class LevelSettings(Section):
    """Who hears of an incident that is `after` old. No `to`: every chat destination."""

    after: Annotated[Duration, lasting("0s", "30d")] = Level().after
    to: Annotated[tuple[DestinationName, ...], Field(max_length=50)] = ()
    mention: Flag = Level().mention
    when: When = Level().when
    at_least: Annotated[Count, within(1, 1_000_000)] = Level().at_least
    minimum_amount: Annotated[Money, within(Decimal("0.00"), Decimal("999999999999.99"))] | None = None

    @field_validator("to")
    @classmethod
    def _only_chats_hear_of_incidents(cls, to: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        for index, name in enumerate(to):
            if name not in surroundings(info).chats:
                raise refusal("is not a chat: it hears single events by its own filters", "name a chat", index)
        return to

    @property
    def value(self) -> Level:
        return Level(self.after, self.to, self.mention, self.when, self.at_least, self.minimum_amount)


class HoursSettings(Section):
    """Working time, for levels that wait for it."""

    opens: TimeOfDay = Hours().opens
    closes: TimeOfDay = Field(Hours().closes, validate_default=True)
    zone: Annotated[str, AfterValidator(_zone)] = Hours().zone
    calendar: CalendarName = "china"

    @field_validator("closes")
    @classmethod
    def _closes_after_it_opens(cls, closes: time, info: ValidationInfo) -> time:
        if closes <= info.data.get("opens", time()):
            raise refusal("must be later than opens", 'such as opens: "09:00", closes: "18:00"')
        return closes

    @property
    def value(self) -> Hours:
        return Hours(self.opens, self.closes, self.zone, CALENDARS[self.calendar])

    def unknown_year(self, now: datetime) -> int | None:
        """The year that its calendar should know by now and does not."""
        return unknown_year(self.calendar, now.astimezone(ZoneInfo(self.zone)).date())


class OutageSettings(Section):
    """What counts as an outage, when it is over, and how long its invoices then have."""

    patience: Annotated[Duration, lasting("0s", "1d")] = OutagePolicy().patience
    share: Annotated[Number, within(0.01, 1)] = OutagePolicy().share
    at_least: Annotated[Count, within(1, 1_000_000)] = OutagePolicy().at_least
    within: Annotated[Duration, lasting("1m", "1d")] = OutagePolicy().within
    steady: Annotated[Duration, lasting("0s", "1d")] = OutagePolicy().steady
    drain: Annotated[Duration, lasting("0s", "1d")] = OutagePolicy().drain

    @property
    def value(self) -> OutagePolicy:
        return OutagePolicy(self.patience, self.share, self.at_least, self.within, self.steady, self.drain)


class AlertSettings(Section):
    levels: tuple[LevelSettings, ...] = Field((LevelSettings(),), max_length=10, validate_default=True)
    group_by: tuple[Grouping, ...] = tuple(AlertPolicy().group_by)
    region_label: Label = AlertPolicy().region_label
    gather: Annotated[Duration, lasting("0s", "1h")] = AlertPolicy().gather
    update_every: Annotated[Duration, lasting("1s", "30d")] = AlertPolicy().update_every
    remind_after: Annotated[tuple[Annotated[Duration, lasting("1s", "30d")], ...], Field(max_length=20)] = (
        AlertPolicy().remind_after
    )
    acknowledge_for: Annotated[Duration, lasting("1s", "30d")] = AlertPolicy().acknowledge_for
    hours: HoursSettings = Field(default_factory=HoursSettings)
    outage: OutageSettings = Field(default_factory=OutageSettings)
    mute_causes: tuple[Trouble, ...] = ()

    @field_validator("levels")
    @classmethod
    def _levels_reach_somebody(
        cls, levels: tuple[LevelSettings, ...], info: ValidationInfo
    ) -> tuple[LevelSettings, ...]:
        if not levels:
            raise refusal("is empty: nobody would be told", "at least one level, such as [{after: 0s}]")
        if any(later.after <= earlier.after for earlier, later in pairwise(levels)):
            raise refusal("must ascend: each level's after later than the one before", "such as 0s, then 30m")
        for index, level in enumerate(levels):
            _reach(level, index, surroundings(info))
        return levels

    @field_validator("remind_after")
    @classmethod
    def _reminders_ascend(cls, remind_after: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        ascending(remind_after)
        return remind_after

    @property
    def value(self) -> AlertPolicy:
        return AlertPolicy(
            levels=tuple(level.value for level in self.levels),
            group_by=frozenset(self.group_by),
            region_label=self.region_label,
            gather=self.gather,
            update_every=self.update_every,
            remind_after=self.remind_after,
            acknowledge_for=self.acknowledge_for,
            hours=self.hours.value,
            outage=self.outage.value,
            mute_causes=frozenset(self.mute_causes),
        )


def _reach(level: LevelSettings, index: int, around: Surroundings) -> None:
    """Refuses a level that calls nobody by name though it should, or whose every tool says "taken" to anything."""
    reached = level.to or around.chats
    if level.mention and not any(name in around.mentioning for name in reached):
        hint = f"write destinations.{next(iter(reached), 'finance')}.mentions, or mention: false"
        raise refusal("calls nobody by name: no destination of this level has mentions", hint, index, "mention")
    unsure = sorted({str(around.destinations[name]) for name in reached if not _confirms(name, around)})
    if unsure and not any(_confirms(name, around) for name in reached):
        what = f"would tell nobody for certain: {' and '.join(unsure)} never says whether anybody sees a message"
        raise refusal(what, "add a destination of another kind, such as email or slack", index, "to")


def _confirms(destination: str, around: Surroundings) -> bool:
    kind = around.kind(destination)
    return kind is None or kind.confirms
