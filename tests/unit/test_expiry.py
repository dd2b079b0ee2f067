"""The reminder of credentials that end: weeks ahead, once a Beijing day."""

import logging
from datetime import timedelta

import pytest

from app.tax.expiry import AHEAD, Reminder, ends_soon
from tests.conftest import NOON


@pytest.fixture
def reminded(caplog):
    caplog.set_level(logging.DEBUG, logger="app.tax.expiry")
    return lambda: [(record.getMessage(), record.account) for record in caplog.records]


def test_thirty_days_ahead_it_is_time():
    assert ends_soon(NOON + AHEAD, NOON)
    assert ends_soon(NOON - AHEAD, NOON)
    assert not ends_soon(NOON + AHEAD + timedelta(seconds=1), NOON)


def test_an_account_is_named_once_a_day_however_often_somebody_looks(reminded, clock):
    reminder = Reminder({"soon": NOON + timedelta(days=20), "later": NOON + timedelta(days=300)})
    for _ in range(2 * 24 * 6):
        reminder.remind(clock.now())
        clock.pass_(minutes=10)

    assert reminded() == [("credentials end soon", "soon")] * 3  # noon, and the two midnights after it


def test_what_has_ended_is_said_to_have_ended(reminded):
    Reminder({"gone": NOON}).remind(NOON)
    assert reminded() == [("credentials have ended", "gone")]
