"""Calls of a day, counted by one replica that hears of the others."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.meter import Daily, Meter

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 21)


def begin(meter, times, now=NOON):
    return [meter.begin(now) for _ in range(times)]


def test_calls_begin_up_to_the_limit_and_those_refused_are_not_counted():
    meter = Meter(Daily(2))

    assert begin(meter, 4) == [True, True, False, False]
    assert meter.totals(NOON) == {TODAY: 2}
    assert meter.room(NOON, 9) == 0


def test_what_others_did_leaves_less_and_never_less_than_nothing():
    meter = Meter(Daily(10))
    begin(meter, 3)
    left = []
    for others in (0, 5, 7, 12):
        meter.hear({TODAY: others})
        left.append(meter.room(NOON, 100))

    assert left == [7, 2, 0, 0]


def test_without_a_limit_every_call_begins_and_is_counted():
    meter = Meter(Daily())

    assert all(begin(meter, 1000))
    assert (meter.room(NOON, 5), meter.totals(NOON)) == (5, {TODAY: 1000})


@pytest.mark.parametrize(
    ("zone", "last", "first"),
    [
        ("Asia/Shanghai", "2026-11-20T15:59:59Z", "2026-11-20T16:00:00Z"),
        ("Europe/Warsaw", "2026-11-20T22:59:59Z", "2026-11-20T23:00:00Z"),
    ],
)
def test_the_next_day_begins_at_the_providers_midnight_with_all_its_calls(zone, last, first):
    meter = Meter(Daily(1, zone))

    assert begin(meter, 2, datetime.fromisoformat(last)) == [True, False]
    assert begin(meter, 2, datetime.fromisoformat(first)) == [True, False]


def test_yesterdays_calls_are_told_once_more_and_older_ones_forgotten():
    meter = Meter(Daily())
    begin(meter, 2)
    begin(meter, 1, NOON + timedelta(days=1))

    assert meter.totals(NOON + timedelta(days=1)) == {TODAY: 2, TOMORROW: 1}
    assert meter.totals(NOON + timedelta(days=2)) == {TOMORROW: 1, date(2026, 11, 22): 0}
