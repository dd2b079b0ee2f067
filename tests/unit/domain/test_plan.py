"""When to ask next: the first rung after now, in step with Beijing's days."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from app.domain.deadline import Deadlines
from app.domain.identity import Kind
from app.domain.invoice import Family
from app.domain.plan import (
    CHANNEL_LADDER,
    PROOF_DAILY_AT,
    PROOF_LADDER,
    Plan,
    Rechecks,
    next_recheck,
    next_rung,
    next_tax_day,
    spread,
    tax_day,
)

ISSUED = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # 09:00 in Beijing
PROOF = Plan("p", Family.PROOF, PROOF_LADDER, daily_at=PROOF_DAILY_AT, minimum_age=timedelta(minutes=30))
CHANNEL = Plan("c", Family.CHANNEL, CHANNEL_LADDER, every=timedelta(hours=1))


def walk(plan, until):
    now, asked = ISSUED, []
    while (now := next_rung(plan, ISSUED, now)) and now < until:
        asked.append(now)
    return asked


def test_proof_is_asked_on_the_ladder_and_then_at_beijing_times_of_day():
    asked = [at.astimezone(UTC).strftime("%d %H:%M") for at in walk(PROOF, ISSUED + timedelta(days=1, hours=8))]

    assert asked == ["20 01:30", "20 03:00", "20 07:00", "20 12:00", "20 13:00", "20 17:30", "21 01:00", "21 06:00"]


def test_a_channel_is_asked_ever_more_slowly_and_then_hourly():
    asked = walk(CHANNEL, ISSUED + timedelta(hours=5))
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(asked)]

    assert gaps == [60, 120, 300, 600, 1200, 2400, 3600, 3600, 3600]


def test_a_plan_that_slept_asks_once_and_is_back_in_step():
    late = ISSUED + timedelta(days=3, minutes=17)

    assert next_rung(CHANNEL, ISSUED, late) - late < timedelta(hours=1)
    assert next_rung(PROOF, ISSUED, late) > late


def test_nothing_is_asked_before_the_minimum_age():
    assert next_rung(PROOF, ISSUED, ISSUED + timedelta(minutes=1)) == ISSUED + timedelta(minutes=30)


def test_a_provider_that_refuses_todays_invoices_is_asked_after_beijing_midnight():
    tomorrow = Plan("t", Family.PROOF, PROOF_LADDER, daily_at=PROOF_DAILY_AT, same_day=False)

    assert next_rung(tomorrow, ISSUED, ISSUED) == datetime(2026, 11, 20, 16, 30, tzinfo=UTC)


def test_a_plan_gives_up_in_the_end():
    assert next_rung(PROOF, ISSUED, ISSUED + timedelta(days=61)) is None


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 11, 20, 15, 59, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_tax_day_is_beijings(instant, day):
    assert tax_day(instant) == day
    assert next_tax_day(instant) > instant


def test_a_synced_invoice_is_looked_at_after_a_day_a_week_and_the_month():
    now, looks = ISSUED, []
    while now := next_recheck(Rechecks(), ISSUED, ISSUED, now):
        looks.append(now.strftime("%m-%d %H:%M"))

    assert looks == ["11-21 01:00", "11-27 01:00", "12-01 18:00"]


def test_the_month_after_december_is_january():
    december = datetime(2026, 12, 30, tzinfo=UTC)

    assert next_recheck(Rechecks(after=()), december, december, december) == datetime(2027, 1, 1, 18, tzinfo=UTC)


def test_due_times_are_spread_by_a_tenth_of_the_wait_at_most():
    due = ISSUED + timedelta(minutes=10)

    assert spread(ISSUED, due, 0.0) == due
    assert spread(ISSUED, due, 0.5) == due + timedelta(seconds=30)
    assert spread(ISSUED, ISSUED + timedelta(days=9), 1.0) == ISSUED + timedelta(days=9, minutes=5)


def test_kinds_that_may_be_issued_offline_have_more_time():
    overdue = {
        kind: Deadlines().of(kind, ISSUED, ISSUED)[0] - ISSUED for kind in (Kind.DIGITAL_SPECIAL, Kind.VAT_SPECIAL)
    }

    assert overdue == {Kind.DIGITAL_SPECIAL: timedelta(hours=24), Kind.VAT_SPECIAL: timedelta(hours=72)}


def test_times_of_day_before_the_top_of_the_ladder_are_skipped():
    plan = Plan("x", Family.PROOF, (timedelta(hours=30),), daily_at=(time(10),))

    assert walk(plan, ISSUED + timedelta(days=3)) == [
        ISSUED + timedelta(hours=30),
        datetime(2026, 11, 22, 2, tzinfo=UTC),
    ]
