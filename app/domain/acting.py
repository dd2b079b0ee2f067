"""What a person does about an incident, whichever door they come through. Pure values.

One rule: an act names who does it, and what only one request may do carries a name under which it counts once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from app.domain.hours import Hours


class Act(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    """Somebody has seen it: no reminders and no next level for a while."""
    SILENCE = "silence"
    """Nothing is told about its scope for a while."""
    CHECK = "check"
    """The tax system is asked now about those that wait longest."""


Lasting = Literal["1h", "4h", "morning"]
LASTINGS: Final[tuple[Lasting, ...]] = ("1h", "4h", "morning")
"""How long a button silences; `morning` is the next beginning of working time."""

_SPANS: Final = {"1h": timedelta(hours=1), "4h": timedelta(hours=4)}
LONGEST_ACKNOWLEDGEMENT: Final = timedelta(days=7)
LONGEST_SILENCE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Deed:
    """One act on one incident. `until` is when an acknowledgement or a silence ends; a check has none."""

    act: Act
    incident: str
    actor: str
    until: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Once:
    """What lets a deed happen a single time: a link's nonce, a callback's id. Remembered until `expires_at`."""

    id: str
    expires_at: datetime


class Effect(StrEnum):
    DONE = "done"
    USED = "used"
    """The link or callback has acted before; nothing was done now."""
    RESOLVED = "resolved"
    """The incident is over; nothing was done."""
    UNKNOWN = "unknown"
    """There is no such incident."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who may do what. `known_as`: their id in a chat tool, by `slack`, `wecom`, `email`."""

    name: str
    may: frozenset[Act] = frozenset(Act)
    known_as: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class People:
    by_name: Mapping[str, Person] = field(default_factory=dict)

    def known_as(self, tool: str, id_: str) -> Person | None:
        """The person whom `tool` knows as `id_`; nobody for an empty one."""
        return next((one for one in self.by_name.values() if id_ and one.known_as.get(tool) == id_), None)


def ends_at(lasting: Lasting, now: datetime, hours: Hours) -> datetime:
    """When a silence that begins now is over."""
    return hours.next_morning(now) if lasting == "morning" else now + _SPANS[lasting]
