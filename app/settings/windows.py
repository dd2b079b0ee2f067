"""The lists `silences` and `maintenance`: spans of time announced in the file, as they also can be over the API.

One rule: both ends carry their offset, for a span that is read in another zone hides an alert or wakes somebody.
"""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from app.domain.incident import Trouble
from app.domain.muting import Maintenance, Silence
from app.settings.fault import refusal
from app.settings.scalars import AccountName, DestinationName, Flag, Instant, TaxId
from app.settings.section import Section


def _later(ends_at: datetime, info: ValidationInfo) -> datetime:
    if "starts_at" in info.data and ends_at <= info.data["starts_at"]:
        raise refusal("must be later than starts_at", "such as 2026-12-02T06:00:00+08:00")
    return ends_at


def _some_words(value: str) -> str:
    if not value.strip():
        raise refusal("is empty", "why, for whoever wonders later")
    return value


Start = Annotated[Instant, Field(examples=["2026-12-01T22:00:00+08:00"])]
Finish = Annotated[Instant, AfterValidator(_later), Field(examples=["2026-12-02T06:00:00+08:00"])]
Why = Annotated[str, AfterValidator(_some_words), Field(max_length=500, examples=["the provider moves house"])]


class MatcherSettings(Section):
    """Fields of an incident, each with the values meant; all that are given must fit."""

    cause: tuple[Trouble, ...] = ()
    account: tuple[AccountName, ...] = ()
    seller: tuple[TaxId, ...] = ()
    region: tuple[str, ...] = ()
    endpoint: tuple[DestinationName, ...] = ()

    @property
    def value(self) -> dict[str, list[str]]:
        """As the table `silences` holds them: the fields that are given."""
        return {name: [str(each) for each in values] for name, values in self if values}


class SilenceSettings(Section):
    """Alerts that nobody wants to hear for a while."""

    matchers: MatcherSettings = Field(examples=["{account: [nuonuo-main]}"])
    starts_at: Start
    ends_at: Finish
    reason: Why

    @field_validator("matchers")
    @classmethod
    def _something_is_meant(cls, matchers: MatcherSettings) -> MatcherSettings:
        if not matchers.value:
            raise refusal("is empty: everything would be silent", "such as {cause: [outage]}")
        return matchers

    @property
    def value(self) -> Silence:
        return Silence(self.matchers.value, self.starts_at, self.ends_at, self.reason)


class MaintenanceSettings(Section):
    """When accounts (none named: all) may be down. `pause_deadlines`: nothing becomes late meanwhile."""

    accounts: tuple[AccountName, ...] = ()
    starts_at: Start
    ends_at: Finish
    reason: Why
    pause_deadlines: Flag = False

    @property
    def value(self) -> Maintenance:
        return Maintenance(self.accounts, self.starts_at, self.ends_at, self.reason, self.pause_deadlines)
