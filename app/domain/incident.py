"""Incidents: one cause in one scope, told once, however many invoices it holds.

An invoice in trouble is a member of exactly one open incident. An *outage* takes in every late invoice of its scope,
so that ten thousand of them are one alert. What is told when is `alerting.py`; these are the values.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.invoice import Cause, Diagnosis, Outcome


class Trouble(StrEnum):
    """The cause of an incident: the cause of its members' transitions, or what holds no invoice by itself."""

    OUTAGE = "outage"
    """An account (or a seller, a region of it) cannot be asked, or brings no answers."""
    DEADLINE = "deadline"
    REJECTED = "rejected"
    MISMATCH = "mismatch"
    UNCHECKABLE = "uncheckable"
    ABNORMAL = "abnormal"
    CHANGED = "changed"
    DISAPPEARED = "disappeared"
    ENDPOINT = "endpoint"
    """A webhook that cannot be reached; no invoice belongs to it."""


TROUBLE_OF: dict[Cause, Trouble] = {
    Cause.DEADLINE: Trouble.DEADLINE,
    Cause.ESCALATION: Trouble.DEADLINE,
    Cause.REJECTED: Trouble.REJECTED,
    Cause.MISMATCH: Trouble.MISMATCH,
    Cause.UNCHECKABLE: Trouble.UNCHECKABLE,
    Cause.ABNORMAL: Trouble.ABNORMAL,
    Cause.CHANGED: Trouble.CHANGED,
    Cause.DISAPPEARED: Trouble.DISAPPEARED,
}

DIAGNOSIS_OF: dict[Outcome, Diagnosis] = {
    Outcome.AUTHORITY_DOWN: Diagnosis.AUTHORITY_DOWN,
    Outcome.AUTH: Diagnosis.CREDENTIALS,
    Outcome.QUOTA_ACCOUNT: Diagnosis.QUOTA,
    Outcome.RATE_LIMITED: Diagnosis.QUOTA,
    Outcome.TRANSIENT: Diagnosis.CONNECTION,
}
"""What an outage's outcome means to a person."""


class IncidentState(StrEnum):
    OPEN = "open"
    DRAINING = "draining"
    """The outage is over; its members are given time to be confirmed before anybody hears of them."""
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where: an empty field means all. `region` is the value of the label that configuration names."""

    cause: Trouble
    account: str = ""
    seller: str = ""
    region: str = ""
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as it stands. `since`: when the trouble began; `members`: ever; `remaining`: still in trouble;
    `joined_at`: when the last one joined. `level` counts from 0 (nobody told yet). `notices`: how often it was told;
    `told_members`: `members` at the last of them. `outcome` and `code`: what the tax system said. `whole`: of an
    outage, nothing in its scope is answered; `follows`: the outage that left these invoices behind.
    """

    id: str
    scope: Scope
    since: datetime
    opened_at: datetime
    state: IncidentState = IncidentState.OPEN
    draining_at: datetime | None = None
    resolved_at: datetime | None = None
    members: int = 0
    remaining: int = 0
    joined_at: datetime | None = None
    level: int = 0
    level_at: datetime | None = None
    notices: int = 0
    told_at: datetime | None = None
    told_members: int = 0
    reminders: int = 0
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    acknowledged_until: datetime | None = None
    acknowledged_text: str | None = None
    outcome: Outcome | None = None
    code: str = ""
    whole: bool = False
    follows: str | None = None


class Reason(StrEnum):
    """Why a notice is sent."""

    OPENED = "opened"
    GREW = "grew"
    LEVEL = "level"
    """The next level is told."""
    REMINDER = "reminder"
    LAPSED = "lapsed"
    """An acknowledgement ended and the trouble has not."""
    RECOVERED = "recovered"
    """The outage is over; what waits is being asked about."""
    STILL_LATE = "still_late"
    """After the drain there are invoices left."""
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message about an incident. `destinations`: who gets it; `mention`: whether people are called by name."""

    reason: Reason
    level: int
    destinations: tuple[str, ...]
    mention: bool = False
