"""The ladder of a delivery and the health of its endpoint."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from app.domain.delivery import (
    FAILURES,
    GIVEN_UP_AFTER,
    LONGEST_PAUSE,
    Health,
    Ladder,
    State,
    after_attempt,
    did_its_part,
)

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
LADDER = Ladder(tuple(timedelta(seconds=s) for s in (0, 5, 300, 7200)), jitter=0.2)


def reply(result, *, failure=None, retry_after=None, gone=False):
    return SimpleNamespace(result=result, failure=failure, retry_after=retry_after, gone=gone)


def seconds(result, attempts, chance=0.5, ladder=LADDER, **told):
    """The wait that follows, None where there is none."""
    verdict = ladder.verdict(reply(result, **told), attempts, NOON, chance)
    return (verdict.due_at - NOON).total_seconds() if verdict.due_at else None


def failing(times, *, every=timedelta(0), start=NOON):
    health, now = Health(), start
    for n in range(times):
        now = start + n * every
        health = after_attempt(health, now, good=False)
    return health, now


def test_what_was_delivered_is_done():
    assert LADDER.verdict(reply("delivered"), 1, NOON, 0.5).state is State.DELIVERED


def test_failures_climb_the_ladder_to_its_end():
    assert [seconds("retry", n) for n in (1, 2, 3, 4)] == [5, 300, 7200, None]
    assert LADDER.verdict(reply("retry"), 4, NOON, 0.5).state is State.DEAD


def test_jitter_moves_a_wait_by_its_share_at_most():
    assert [seconds("retry", 2, chance) for chance in (0.0, 0.5, 1.0)] == [240, 300, 360]


@pytest.mark.parametrize(("asked", "got"), [(3600, 3600), (10, 300), (10**7, 86_400)])
def test_a_receiver_that_asks_for_patience_gets_it_for_a_day_at_most(asked, got):
    assert seconds("retry", 2, retry_after=asked) == got


def test_a_wait_that_was_asked_for_is_never_shortened_by_chance():
    assert seconds("retry", 1, 0.0, retry_after=3600) == 3600


def test_what_can_never_succeed_is_dead_and_what_nobody_understands_after_three_tries():
    assert seconds("permanent", 1) is None
    assert [seconds("unknown", n) for n in (1, 2, 3)] == [5, 300, None]


def test_what_waits_for_a_repair_keeps_its_place_and_is_tried_every_hour_at_least():
    assert [seconds("misconfigured", n) for n in (1, 2, 3, 4, 400)] == [60, 300, 3600, 3600, 3600]


@pytest.mark.parametrize(
    ("told", "did"),
    [
        (reply("delivered"), True),
        (reply("retry", failure="timeout"), False),
        (reply("misconfigured", failure="refused"), False),
        (reply("unknown", failure="unclear"), False),
        (reply("permanent", failure="gone", gone=True), False),
        (reply("permanent", failure="refused"), None),
        (reply("unknown", failure="channel_error"), None),
    ],
)
def test_an_endpoint_is_not_blamed_for_one_bad_message_nor_for_our_own_fault(told, did):
    assert did_its_part(told) is did


def test_five_failures_in_a_row_open_the_breaker_and_each_canary_that_fails_doubles_its_pause():
    four, _ = failing(FAILURES - 1)
    health, now = after_attempt(four, NOON, good=False), NOON
    pauses = []
    for _ in range(7):
        pauses.append((health.open_until - now).total_seconds())
        now = health.open_until
        health = after_attempt(health, now, good=False)

    assert four.open_until is None
    assert pauses == [30, 60, 120, 240, 480, 600, 600]
    assert after_attempt(health, now, good=True) == Health()


def test_what_was_under_way_when_the_breaker_opened_does_not_lengthen_its_pause():
    health, _ = failing(FAILURES + 20)

    assert (health.failures, health.open_until) == (FAILURES, NOON + timedelta(seconds=30))


def test_five_days_of_nothing_but_failure_are_enough():
    health, now = failing(61, every=timedelta(hours=2))

    assert now - NOON == GIVEN_UP_AFTER
    assert health.is_hopeless(now)
    assert not health.is_hopeless(now - timedelta(seconds=1))


def test_a_success_in_between_starts_the_days_anew():
    health, now = failing(60, every=timedelta(hours=2))
    again = after_attempt(after_attempt(health, now, good=True), now + LONGEST_PAUSE, good=False)

    assert not again.is_hopeless(now + timedelta(days=1))


def test_two_bad_moments_far_apart_are_no_five_days():
    health, now = failing(9)
    later = after_attempt(health, now + timedelta(days=6), good=False)

    assert (later.failures, later.failing_since) == (1, NOON + timedelta(days=6))
    assert not later.is_hopeless(now + timedelta(days=6))


def test_too_few_tries_are_no_five_days():
    health, now = failing(4, every=timedelta(hours=30))

    assert not health.is_hopeless(now + timedelta(days=3))
