"""The working calendar: China's holidays, the weekends worked in return, and years that nobody has announced yet."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from app.domain.hours import Hours, weekdays
from app.settings.alerts import HoursSettings
from app.settings.workdays import china, known_until, unknown_year

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def hours() -> Hours:
    return HoursSettings().value


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize("day", range(1, 8))
def test_nobody_works_in_the_golden_week_of_2026(day):
    assert not china(date(2026, 10, day))


@pytest.mark.parametrize("day", [date(2026, 9, 20), date(2026, 10, 10), date(2026, 2, 14), date(2026, 2, 28)])
def test_a_weekend_that_is_worked_in_return_is_a_working_day(day):
    assert day.weekday() >= 5
    assert china(day)


@pytest.mark.parametrize("day", [date(2026, 11, 21), date(2026, 11, 22), date(2026, 2, 16)])
def test_other_weekends_and_the_days_of_a_festival_are_not(day):
    assert not china(day)


@pytest.mark.parametrize(
    ("since", "opening"),
    [
        ("2026-02-14T18:00", "2026-02-24T09:00"),  # the Saturday before Spring Festival is worked, then nine days off
        ("2026-02-14T08:59", "2026-02-14T09:00"),
        ("2026-02-20T12:00", "2026-02-24T09:00"),
        ("2026-09-30T18:00", "2026-10-08T09:00"),
        ("2026-09-19T12:00", "2026-09-20T09:00"),  # a Saturday before a Sunday that is worked
        ("2026-10-10T12:00", "2026-10-10T12:00"),
    ],
)
def test_the_next_opening_leaps_over_a_festival_and_finds_the_weekend_that_is_worked(hours, since, opening):
    assert hours.next_opening(at(since)) == at(opening)


@pytest.mark.parametrize(
    ("moment", "working"),
    [("08:59:59", False), ("09:00:00", True), ("17:59:59", True), ("18:00:00", False)],
)
def test_working_time_begins_with_its_first_second_and_ends_before_its_last(hours, moment, working):
    assert hours.working(at(f"2026-11-23T{moment}")) is working


def test_working_time_is_that_of_its_zone():
    hours = HoursSettings(zone="Asia/Urumqi", opens="10:00", closes="19:00").value
    assert (hours.opens, hours.closes) == (time(10), time(19))
    assert hours.next_opening(at("2026-11-23T09:00")) == at("2026-11-23T12:00")


def test_a_day_is_judged_by_its_date_in_the_zone_not_in_utc(hours):
    late_on_wednesday_utc = datetime(2026, 9, 30, 17, tzinfo=UTC)  # one o'clock of the first free day in Shanghai
    assert hours.next_opening(late_on_wednesday_utc) == at("2026-10-08T09:00")


@pytest.mark.parametrize("day", [date(2003, 5, 1), date(2003, 5, 3), date(2199, 10, 1), date(2199, 10, 5)])
def test_a_year_that_nobody_has_announced_is_read_as_monday_to_friday(day):
    assert china(day) == weekdays(day)


def test_the_calendar_reaches_the_year_these_tests_speak_of():
    assert known_until() >= date(2026, 12, 31)


def test_an_unknown_year_is_told_a_month_before_it_begins():
    end = known_until()
    assert unknown_year("china", date(end.year, 12, 1)) is None
    assert unknown_year("china", date(end.year, 12, 2)) == end.year + 1
    assert unknown_year("china", date(end.year + 1, 1, 1)) == end.year + 1
    assert unknown_year("china", date(end.year + 3, 6, 1)) == end.year + 3
    assert unknown_year("weekdays", date(end.year + 1, 1, 1)) is None
