"""What keeps an incident quiet: silences and announced maintenance. One rule: it ends by itself; then all is told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.incident import Scope, Trouble

_OF_MAINTENANCE = frozenset({Trouble.OUTAGE, Trouble.DEADLINE})


@dataclass(frozen=True, slots=True)
class Silence:
    """`matchers`: a field of the scope to the values meant; all of them must fit."""

    matchers: Mapping[str, Sequence[str]]
    starts_at: datetime
    ends_at: datetime
    reason: str = ""

    def hides(self, scope: Scope) -> bool:
        return all(getattr(scope, field, None) in values for field, values in self.matchers.items())


@dataclass(frozen=True, slots=True)
class Maintenance:
    """`accounts` empty: all of them."""

    accounts: Sequence[str]
    starts_at: datetime
    ends_at: datetime
    reason: str = ""
    pause_deadlines: bool = False

    def hides(self, scope: Scope) -> bool:
        return scope.cause in _OF_MAINTENANCE and (not self.accounts or scope.account in self.accounts)


Muting = Silence | Maintenance


def muted_until(scope: Scope, mutings: Iterable[Muting], now: datetime) -> datetime | None:
    """The last end of what hides `scope` now; None when nothing does."""
    ends = [one.ends_at for one in mutings if one.starts_at <= now < one.ends_at and one.hides(scope)]
    return max(ends, default=None)
