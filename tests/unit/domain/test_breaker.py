"""When a tax system is down, nobody keeps asking it, and the first good answer opens the door again."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.breaker import Breaker, BreakerPolicy, after_call
from app.domain.invoice import Answer, Outcome

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
POLICY = BreakerPolicy(failures=3, pause=timedelta(seconds=30), longest_pause=timedelta(minutes=10))


def after(breaker, *outcomes, now=NOW, retry_after=None):
    return after_call(breaker, [Answer(o, retry_after=retry_after) for o in outcomes], now, POLICY)


def test_it_opens_after_so_many_failures_in_a_row():
    breaker, opened = Breaker(), []
    for _ in range(3):
        breaker = after(breaker, Outcome.TRANSIENT)
        opened.append(breaker.is_open(NOW))

    assert opened == [False, False, True]


@pytest.mark.parametrize("outcome", [Outcome.AUTHORITY_DOWN, Outcome.AUTH, Outcome.QUOTA_ACCOUNT])
def test_it_opens_at_once_on_what_asking_again_cannot_mend(outcome):
    breaker = after(Breaker(), outcome)

    assert (breaker.is_open(NOW), breaker.reason) == (True, outcome)


def test_one_good_answer_closes_it():
    assert after(Breaker(failures=9, openings=4, open_until=NOW), Outcome.NOT_FOUND) == Breaker()


def test_a_call_in_which_some_were_answered_is_no_failure():
    assert after(Breaker(), Outcome.TRANSIENT, Outcome.PROCESSING) == Breaker()


def test_after_the_pause_a_canary_may_go_and_its_failure_doubles_the_pause():
    opened = after(Breaker(), Outcome.AUTHORITY_DOWN)
    later = NOW + timedelta(seconds=30)
    again = after(opened, Outcome.TRANSIENT, now=later)

    assert (opened.is_canary(NOW), opened.is_canary(later)) == (False, True)
    assert again.open_until == later + timedelta(seconds=60)


def test_the_pause_has_an_end_and_obeys_the_provider_within_it():
    worn = Breaker(failures=99, openings=99, open_until=NOW)

    assert after(worn, Outcome.AUTHORITY_DOWN).open_until == NOW + timedelta(minutes=10)
    assert after(Breaker(), Outcome.AUTHORITY_DOWN, retry_after=120).open_until == NOW + timedelta(minutes=2)
    assert after(Breaker(), Outcome.AUTHORITY_DOWN, retry_after=10**9).open_until == NOW + timedelta(minutes=10)


def limited(*waits):
    return [Answer(Outcome.RATE_LIMITED, retry_after=wait) for wait in waits]


def test_a_call_refused_as_too_fast_is_followed_by_the_wait_that_was_asked_for():
    waiting = after_call(Breaker(), limited(30, 90), NOW, POLICY)
    expected = (NOW + timedelta(seconds=90), Outcome.RATE_LIMITED, 0)
    assert (waiting.open_until, waiting.reason, waiting.failures) == expected
    assert after_call(waiting, [Answer(Outcome.NOT_FOUND)], NOW + timedelta(seconds=91), POLICY) == Breaker()


@pytest.mark.parametrize("waits", [(None,), (30, None), (0,)])
def test_one_that_names_no_wait_for_all_pauses_nobody(waits):
    assert after_call(Breaker(), limited(*waits), NOW, POLICY) == Breaker()


def test_no_provider_pauses_an_account_for_more_than_an_hour():
    assert after_call(Breaker(), limited(10**9), NOW, POLICY).open_until == NOW + timedelta(hours=1)
