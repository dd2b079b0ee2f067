"""How many calls an account's day has seen, as one replica knows it, and how many more may begin.

One rule: a call is counted at the moment it begins, on the day that its provider has then. Own calls are known exactly,
those of the other replicas as of the last beat.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.domain.plan import day_in


@dataclass(frozen=True, slots=True)
class Daily:
    """What an account may be asked on one day: `limit` calls (None: any number), from midnight to midnight in `zone`,
    an IANA time zone.
    """

    limit: int | None = None
    zone: str = "Asia/Shanghai"

    def day(self, now: datetime) -> date:
        return day_in(now, self.zone)


@dataclass(slots=True)
class Meter:
    """One replica's count of one account's calls."""

    daily: Daily
    _own: dict[date, int] = field(default_factory=dict)
    _others: Mapping[date, int] = field(default_factory=dict)

    def room(self, now: datetime, most: int) -> int:
        """How many of `most` calls may begin today."""
        if self.daily.limit is None:
            return most
        today = self.daily.day(now)
        return max(0, min(most, self.daily.limit - self._own.get(today, 0) - self._others.get(today, 0)))

    def begin(self, now: datetime) -> bool:
        """Counts a call that begins now; False, and not counted, where the day allows no more."""
        if not self.room(now, 1):
            return False
        today = self.daily.day(now)
        self._own[today] = self._own.get(today, 0) + 1
        return True

    def totals(self, now: datetime) -> Mapping[date, int]:
        """Own calls of today and of yesterday, whose last ones nobody may have heard of; older days are forgotten."""
        today = self.daily.day(now)
        self._own = {day: calls for day, calls in self._own.items() if day >= today - timedelta(days=1)}
        return {today: 0} | self._own

    def hear(self, others: Mapping[date, int]) -> None:
        """Takes over what all others have counted, by day."""
        self._others = others
