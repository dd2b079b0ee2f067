"""Which days are working days. One rule: a year nobody has announced yet is read as Monday to Friday, and we say so.

China's government announces the holidays of a year, and the weekends worked in return, in the November before; the
package `chinesecalendar` carries the announcements, so a new year comes with a new release of it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, Literal

import chinese_calendar  # type: ignore[import-untyped] # it brings no types

from app.domain.hours import Calendar, weekdays

CalendarName = Literal["china", "weekdays", "every_day"]
NOTICE: Final = timedelta(days=30)  # how long before an unknown year an operator is told


def china(day: date) -> bool:
    """By the announcements; Monday to Friday in a year that none is known of."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return weekdays(day)


def every_day(_: date) -> bool:
    return True


CALENDARS: Final[Mapping[CalendarName, Calendar]] = MappingProxyType(
    {"china": china, "weekdays": weekdays, "every_day": every_day}
)


def known_until() -> date:
    """The last day that the announcements we carry speak of."""
    return date(max(chinese_calendar.holidays).year, 12, 31)


def unknown_year(calendar: CalendarName, today: date) -> int | None:
    """The year that has begun, or begins within a month, and is not announced; None while all is well."""
    soon = today + NOTICE
    return max(today.year, known_until().year + 1) if calendar == "china" and soon > known_until() else None
