"""Sharing an account: however its slots are spread and passed on, all replicas together keep the rate."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.share import Beat, fair_share, gap, surplus

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def beat(slots=4, rate=2.0):
    return Beat(slots, timedelta(seconds=gap(rate)))


def most_in_any(window, instants):
    """The most instants that any half-open span of that length holds."""
    return max(sum(begin <= at < begin + window for at in instants) for begin in instants)


@pytest.mark.parametrize(("rate", "seconds"), [(1, 1.0), (3, 0.333334), (0.2, 5.0), (25, 0.04), (1e9, 0.000001)])
def test_the_gap_is_never_shorter_than_the_rate_allows_nor_than_a_microsecond(rate, seconds):
    assert gap(rate) == seconds


def test_two_calls_a_second_are_two_in_any_second():
    # A provider that allows two a second counts the third one, wherever its second begins.
    one, number, instants = beat(slots=2, rate=2.0), 0, []
    for _ in range(20):
        number = one.next(number, [0, 1])
        instants.append(one.instant(number))

    assert most_in_any(SECOND, instants) == 2


@given(at=st.timedeltas(timedelta(days=-9000), timedelta(days=9000)), rate=st.floats(0.01, 1e6))
def test_the_first_instant_is_the_nearest_that_is_not_over(at, rate):
    one = beat(rate=rate)

    assert timedelta(0) <= one.instant(one.first(NOON + at)) - (NOON + at) < one.gap


@given(slots=st.integers(1, 30), after=st.integers(0, 10**12), data=st.data())
def test_the_next_turn_is_the_nearest_one_of_a_held_slot(slots, after, data):
    held = sorted(data.draw(st.sets(st.integers(0, slots - 1), min_size=1)))
    one = beat(slots=slots)
    number = one.next(after, held)

    assert one.slot(number) in held
    assert not any(one.slot(skipped) in held for skipped in range(after + 1, number))


def test_whoever_holds_every_slot_has_every_instant():
    assert [beat(slots=3).next(n, [0, 1, 2]) for n in range(100, 105)] == [101, 102, 103, 104, 105]


@given(
    slots=st.integers(1, 12), rate=st.floats(0.2, 50), window=st.floats(0.01, 10),
    spreads=st.lists(st.lists(st.integers(0, 3), min_size=12, max_size=12), min_size=1, max_size=6),
)  # fmt: skip
def test_over_any_spread_of_slots_no_window_sees_more_than_one_call_above_the_rate(slots, rate, window, spreads):
    """`spreads` says, stage by stage, which of four greedy replicas holds each slot; hand-overs cost no pause here."""
    one, begun, last = beat(slots, rate), [], [0] * 4
    for stage, spread in enumerate(spreads):
        begin = NOON + stage * one.cycle * 3
        for replica in range(4):
            held = [slot for slot in range(slots) if spread[slot] == replica]
            number = max(last[replica], one.first(begin) - 1)
            while held and one.instant(number := one.next(number, held)) < begin + one.cycle * 3:
                last[replica] = number
                begun.append(one.instant(number))

    assert len(set(begun)) == len(begun)
    assert all(later - sooner >= one.gap for sooner, later in pairwise(sorted(begun)))
    assert most_in_any(timedelta(seconds=window), begun) <= 1 + rate * window + 1e-6
    assert len(begun) == slots * 3 * len(spreads)  # and none of the rate is lost


@given(account=st.text(), slots=st.integers(1, 100), living=st.integers(1, 20))
def test_fair_shares_add_up_and_differ_by_one_at_most(account, slots, living):
    shares = [fair_share(account, slots, living, rank) for rank in range(living)]

    assert sum(shares) == slots
    assert max(shares) - min(shares) <= 1


def test_accounts_with_one_slot_do_not_all_fall_to_the_same_replica():
    holders = Counter(next(rank for rank in range(3) if fair_share(f"account-{n}", 1, 3, rank)) for n in range(300))

    assert min(holders.values()) > 50


@pytest.mark.parametrize(
    ("held", "promised", "in_use", "fair", "given_back"),
    [
        ({0, 1, 2, 3}, set(), 0, 2, {2, 3}),
        ({0, 1, 2, 3}, set(), 3, 2, {3}),
        ({0, 1, 2, 3}, {2, 3}, 2, 2, {0, 1}),
        ({0, 1, 2, 3}, {1, 2, 3}, 3, 0, {0}),
        ({0, 1, 2, 3}, {0, 1, 2, 3}, 4, 0, set()),
        ({0, 1}, set(), 5, 0, set()),
        ({0, 1}, set(), 0, 4, set()),
        (set(), set(), 0, 1, set()),
    ],
)
def test_given_back_is_what_is_above_the_share_and_neither_promised_nor_in_use(
    held, promised, in_use, fair, given_back
):
    assert surplus(held, promised, in_use, fair) == given_back
