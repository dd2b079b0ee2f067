"""Lanes: a flood delays only itself, nothing urgent waits, and nothing that is due is forgotten."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.lanes import LANES, NEAR, SELLERS, SLACK, SWEEP, URGENT, Rota, Round, lane_at, lane_of
from tests.conftest import NOON

SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=5)
chances = st.randoms(use_true_random=False)
some_lanes = st.sets(st.integers(1, SELLERS), min_size=1, max_size=8)
limits = st.integers(1, 12) | st.integers(50, 400)


@dataclass(eq=False)
class Due:
    """A question as the database has it: committed at `seen_at`, due at `due_at`, leased until `free_at`."""

    lane: int
    due_at: datetime
    seen_at: datetime = NOON - timedelta(days=1)
    free_at: datetime = NOON - timedelta(days=1)


@dataclass
class Queue:
    """The schedule, in memory; `busy` lanes never run dry. A claim does what the store's statement does."""

    rows: list[Due] = field(default_factory=list)
    busy: frozenset[int] = frozenset()

    def claim(self, turn: Round, now: datetime) -> list[Due]:
        taken: list[Due] = []
        due = sorted(self.due(now), key=lambda row: row.due_at)
        for visit in turn.visits:
            room = min(visit.quota, turn.limit - len(taken))
            waiting = [row for row in due if row.lane == visit.lane and row.due_at >= visit.floor]
            endless = [Due(visit.lane, now)] * room if visit.lane in self.busy else []
            taken += [*waiting, *endless][:room]
        for row in taken:
            row.free_at = now + LEASE
        return taken

    def due(self, now: datetime) -> list[Due]:
        """What may be claimed."""
        return [row for row in self.rows if row.seen_at <= now and row.due_at <= now and row.free_at <= now]

    def settle(self, rows: list[Due]) -> None:
        gone = set(rows)
        self.rows = [row for row in self.rows if row not in gone]


@dataclass
class Claimer:
    """A replica: it claims with a rota of its own."""

    queue: Queue
    rota: Rota = field(default_factory=Rota)

    def claim(self, limit: int, now: datetime = NOON) -> list[Due]:
        taken = self.queue.claim(self.rota.round(limit, now), now)
        self.rota = self.rota.after([(row.lane, row.due_at) for row in taken], limit, now)
        return taken

    def lanes(self, limit: int, now: datetime = NOON) -> Counter[int]:
        """How many rows each lane gave."""
        return Counter(row.lane for row in self.claim(limit, now))


def claims_until(queue: Queue, claimer: Claimer, row: Due, limit: int) -> int:
    """How many claims it takes until `row` is among the claimed."""
    queue.rows.append(row)
    return next(n for n in range(1, 1_000) if row in claimer.claim(limit))


def warmed(busy: set[int], limit: int, claims: int) -> tuple[Queue, Claimer]:
    """A queue with busy lanes, and a claimer that has claimed for a while."""
    queue = Queue(busy=frozenset(busy))
    claimer = Claimer(queue)
    for _ in range(claims):
        claimer.claim(limit)
    return queue, claimer


# Lanes


@pytest.mark.parametrize(("seller", "lane"), [("911101081000000166", 12), ("91310115MA1K00000X", 25), (None, 1)])
def test_a_seller_has_the_same_lane_in_every_version(seller, lane):
    assert lane_of(seller) == lane


def test_sellers_are_spread_evenly_over_the_lanes():
    spread = Counter(lane_of(f"91110108{n:010d}") for n in range(100 * SELLERS))

    assert set(spread) == set(LANES) - {URGENT}
    assert max(spread.values()) < 150
    assert min(spread.values()) > 50


@pytest.mark.parametrize(
    ("before_deadline", "urgent"),
    [(NEAR + SECOND, False), (NEAR, True), (SECOND, True), (timedelta(0), False), (-SECOND, False)],
)
def test_a_question_within_the_hour_before_its_deadline_is_urgent(before_deadline, urgent):
    assert (lane_at("a seller", NOON, NOON + before_deadline) == URGENT) is urgent


def test_without_a_deadline_nothing_is_urgent():
    assert lane_at("a seller", NOON, None) == lane_of("a seller")


# Order and share


@given(some_lanes, limits, st.integers(0, 40))
def test_an_idle_lane_waits_for_at_most_one_claim_for_each_busy_one(busy, limit, claims):
    queue, claimer = warmed(busy, limit, claims)
    idle = next(lane for lane in LANES if lane and lane not in busy)

    assert claims_until(queue, claimer, Due(idle, NOON), limit) <= len(busy) + 1


@given(some_lanes, st.integers(2, 400), st.integers(0, 40))
def test_urgent_questions_take_no_claim_of_their_own_from_the_sellers(busy, limit, claims):
    queue, claimer = warmed(busy | {URGENT}, limit, claims)
    idle = next(lane for lane in LANES if lane and lane not in busy)

    assert claims_until(queue, claimer, Due(idle, NOON), limit) <= len(busy) + 1


@given(some_lanes, st.integers(0, 40))
def test_one_at_a_time_every_other_claim_is_the_sellers(busy, claims):
    queue, claimer = warmed(busy | {URGENT}, 1, claims)
    idle = next(lane for lane in LANES if lane and lane not in busy)

    assert claims_until(queue, claimer, Due(idle, NOON), 1) <= 2 * (len(busy) + 1)


def test_a_flooded_lane_delays_the_row_of_another_by_one_claim():
    queue, claimer = warmed({7}, 100, 0)

    assert claims_until(queue, claimer, Due(3, NOON), 100) <= 2


@given(some_lanes, limits, st.integers(0, 40))
def test_an_urgent_question_waits_for_at_most_one_claim(busy, limit, claims):
    queue, claimer = warmed(busy, limit, claims)

    assert claims_until(queue, claimer, Due(URGENT, NOON), limit) <= 2


@given(some_lanes, limits, st.integers(0, 40))
def test_of_two_claims_the_sellers_get_at_least_half_of_one(busy, limit, claims):
    _, claimer = warmed(busy | {URGENT}, limit, claims)
    both = claimer.lanes(limit) + claimer.lanes(limit)

    assert both.total() - both[URGENT] >= limit // 2
    assert both[URGENT] >= limit // 2


def test_one_at_a_time_the_lanes_take_turns():
    _, claimer = warmed({2, 9, 30}, 1, 0)
    given = [row.lane for _ in range(9) for row in claimer.claim(1)]

    assert given == [2, 9, 30] * 3


@pytest.mark.parametrize("busy", [{4}, {4, 5}, {4, 20}, {1, 2, 30, 31}])
def test_busy_lanes_soon_share_whole_claims_fairly(busy):
    _, claimer = warmed(busy, 400, 5)

    for _ in range(5):
        assert claimer.lanes(400) == dict.fromkeys(busy, 400 // len(busy))


def test_a_lane_that_becomes_busy_again_soon_gets_its_fair_share():
    queue, claimer = warmed({4, 5}, 400, 5)
    queue.busy = frozenset({4})
    for _ in range(3):
        queue.rows += [Due(5, NOON) for _ in range(100)]
        claimer.claim(400)
    queue.busy = frozenset({4, 5})
    claimer.claim(400)
    claimer.claim(400)

    assert claimer.lanes(400) == {4: 200, 5: 200}


def test_a_lone_busy_lane_gets_whole_claims_again_when_the_others_fall_idle():
    queue, claimer = warmed(set(LANES), 64, 20)
    queue.busy = frozenset({5})
    claimer.claim(64)

    assert [len(claimer.claim(64)) for _ in range(5)] == [64] * 5


def test_the_share_stays_a_small_number_however_many_claims_there_were():
    _, claimer = warmed(set(LANES), 1, 200)

    assert claimer.rota.share >= Fraction(1, SELLERS)


def test_a_small_claim_does_not_make_the_next_one_small():
    _, claimer = warmed({5}, 8, 5)

    assert [len(claimer.claim(limit)) for limit in (400, 8, 400, 8, 400)] == [400, 8, 400, 8, 400]


@given(chances, limits)
def test_no_quota_is_beyond_the_limit_and_every_lane_is_visited_once(chance, limit):
    busy = set(chance.sample(LANES, chance.randint(0, len(LANES))))
    _, claimer = warmed(busy, limit, chance.randint(0, 20))
    visits = claimer.rota.round(limit, NOON).visits

    assert sorted(visit.lane for visit in visits) == list(LANES)
    assert all(1 <= visit.quota <= limit for visit in visits)


@given(st.lists(st.tuples(st.sampled_from(LANES), st.integers(0, 100)), max_size=60), limits)
def test_whoever_claims_until_no_more_is_wanted_has_claimed_everything(waiting, limit):
    queue = Queue([Due(lane, NOON - timedelta(seconds=age)) for lane, age in waiting])
    claimer = Claimer(queue)
    claimer.claim(limit)
    while claimer.rota.wants_more:
        claimer.claim(limit)

    assert queue.due(NOON) == []


@given(st.sets(st.sampled_from(LANES), max_size=10), st.integers(0, 10))
def test_no_more_is_wanted_when_every_lane_gave_less_than_it_might(lanes, claims):
    queue, claimer = warmed(set(), 50, claims)
    queue.rows = [Due(lane, NOON) for lane in lanes]
    claimer.claim(50)

    assert not claimer.rota.wants_more


# Floors


def test_a_claim_begins_where_the_one_before_ended():
    queue = Queue([Due(5, NOON - timedelta(seconds=100 - n)) for n in range(100)])
    claimer = Claimer(queue)
    floors = []
    for _ in range(4):
        last = claimer.claim(20)[-1].due_at
        floors.append(next(visit.floor for visit in claimer.rota.round(20, NOON).visits if visit.lane == 5))
        assert floors[-1] == min(last, NOON - SLACK)

    assert all(before < after for before, after in pairwise(floors))


@pytest.mark.parametrize("last", [[], [Due(5, NOON - timedelta(hours=1))]], ids=["idle", "short"])
def test_a_lane_that_gave_less_than_it_might_is_looked_at_from_just_before_now(last):
    claimer = Claimer(Queue(last))
    claimer.claim(10)
    floors = {visit.floor for visit in claimer.rota.round(10, NOON).visits}

    assert floors == {NOON - SLACK}


@given(chances)
def test_a_row_that_was_committed_late_within_the_slack_is_taken_by_the_next_claim(chance):
    queue = Queue()
    claimer, now = Claimer(queue), NOON
    for _ in range(30):
        now += chance.random() * SECOND
        queue.rows += [_late(chance, now) for _ in range(chance.randint(0, 3))]
        queue.settle(claimer.claim(1_000, now))

        assert queue.due(now) == []


def _late(chance, now):
    due_at = now + chance.random() * SECOND
    return Due(chance.choice(LANES), due_at, seen_at=due_at + chance.random() * SLACK)


def test_what_came_below_the_floor_is_found_by_the_sweep():
    queue = Queue()
    claimer = Claimer(queue)
    claimer.claim(10)
    queue.rows = [Due(5, NOON - timedelta(hours=1))]

    assert claimer.claim(10, NOON + SWEEP - SECOND) == []
    assert claimer.claim(10, NOON + SWEEP) == queue.rows


@given(chances)
def test_nothing_that_is_due_is_forgotten(chance):
    """Rows come at any time for any time; several claim; leases end, rows are handed back. A sweep later all is
    found by any of them.
    """
    queue = Queue()
    claimers, now = [Claimer(queue) for _ in range(3)], NOON
    for _ in range(40):
        now += chance.random() * 3 * SECOND
        queue.rows += [_any(chance, now) for _ in range(chance.randint(0, 5))]
        _lose_or_settle(chance, queue, chance.choice(claimers).claim(chance.randint(1, 20), now), now)
    now += LEASE + SWEEP
    one = chance.choice(claimers)
    queue.settle(one.claim(7, now))
    while one.rota.wants_more:
        queue.settle(one.claim(7, now))

    assert queue.due(now) == []


def _any(chance, now):
    due_at = now + chance.uniform(-3600, 5) * SECOND
    return Due(chance.choice(LANES), due_at, seen_at=max(now, due_at) + chance.choice([0, 1, 5]) * SECOND)


def _lose_or_settle(chance, queue, claimed, now):
    fate = {row: chance.choice(["settled", "handed back", "lost"]) for row in claimed}
    queue.settle([row for row in claimed if fate[row] == "settled"])
    for row in claimed:
        if fate[row] == "handed back":
            row.free_at = now
