"""When an invoice is late. One rule: the clock starts when it was issued, but nobody is late for what we only just
heard.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.identity import Kind

# Tax-control kinds may be issued offline and uploaded later: 72 hours is the usual limit (configurable, not a
# constant of law).
_OFFLINE_KINDS = (
    Kind.VAT_SPECIAL,
    Kind.VAT_ORDINARY,
    Kind.VAT_SPECIAL_ELECTRONIC,
    Kind.VAT_ORDINARY_ELECTRONIC,
    Kind.VAT_ROLL,
    Kind.MOTOR_VEHICLE,
    Kind.USED_VEHICLE,
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Ages since issue."""

    overdue_after: timedelta
    escalate_after: timedelta


DIGITAL = Deadline(overdue_after=timedelta(hours=24), escalate_after=timedelta(hours=72))
OFFLINE = Deadline(overdue_after=timedelta(hours=72), escalate_after=timedelta(hours=120))


@dataclass(frozen=True, slots=True)
class Deadlines:
    """By kind, with a default. `grace`: the least time between our hearing of an invoice and its being late."""

    default: Deadline = DIGITAL
    kinds: Mapping[Kind, Deadline] = field(default_factory=lambda: dict.fromkeys(_OFFLINE_KINDS, OFFLINE))
    grace: timedelta = timedelta(hours=1)

    def of(self, kind: Kind | None, issued_at: datetime, received_at: datetime) -> tuple[datetime, datetime]:
        """(overdue_at, escalate_at) of an invoice."""
        deadline = self.kinds.get(kind, self.default) if kind else self.default
        overdue_at = max(issued_at + deadline.overdue_after, received_at + self.grace)
        escalate_at = issued_at + deadline.escalate_after
        return overdue_at, max(escalate_at, overdue_at + self.grace)
