"""Working hours: when a person can be expected to act. Pure; the calendar of days is handed in.

China moves weekends around holidays (调休), so a Sunday may be a working day; who knows that is `Calendar`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Calendar = Callable[[date], bool]
"""Whether a day is a working day."""

_FAR = 400  # days looked ahead: longer than any holiday, so that a calendar without working days ends nothing


def weekdays(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < 5


@dataclass(frozen=True, slots=True)
class Hours:
    """Working time: from `opens` to `closes`, in `zone` (IANA), on working days."""

    opens: time = time(9)
    closes: time = time(18)
    zone: str = "Asia/Shanghai"
    calendar: Calendar = weekdays

    def working(self, instant: datetime) -> bool:
        local = instant.astimezone(ZoneInfo(self.zone))
        return self.calendar(local.date()) and self.opens <= local.time() < self.closes

    def next_opening(self, instant: datetime) -> datetime:
        """`instant` itself within working time, else the next moment at which it begins."""
        if self.working(instant):
            return instant
        return self.next_morning(instant)

    def next_morning(self, instant: datetime) -> datetime:
        """The next beginning of working time after `instant`; `instant` where the calendar knows of none."""
        zone = ZoneInfo(self.zone)
        today = instant.astimezone(zone).date()
        mornings = (datetime.combine(today + timedelta(days=n), self.opens, zone) for n in range(_FAR))
        return next((at for at in mornings if at > instant and self.calendar(at.date())), instant)
