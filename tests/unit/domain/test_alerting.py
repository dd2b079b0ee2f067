"""What is told about an incident, and when: the policy by itself, over long times and odd policies."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.alerting import Around, look, next_level
from app.domain.alerting_policy import AlertPolicy, Level
from app.domain.incident import Incident, IncidentState, Reason, Scope, Trouble

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # a Friday noon in Beijing
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TWO = AlertPolicy(levels=(Level(to=("room",)), Level(4 * HOUR, ("boss",), mention=True)))
LATE = Scope(Trouble.DEADLINE, "proof")
DOWN = Scope(Trouble.OUTAGE, "proof")


def incident(scope=LATE, **changes):
    return replace(Incident("i", scope, NOON, NOON, members=1, remaining=1, joined_at=NOON), **changes)


def opened(scope=LATE, **changes):
    """An incident that the first level heard of at noon."""
    return incident(scope, **{"notices": 1, "level": 1, "told_at": NOON, "told_members": 1} | changes)


HEARD = Around(told=frozenset({"room"}))


def reason(subject, around=HEARD, *, policy=TWO, after=MINUTE):
    notice = look(subject, policy, around, NOON + after).notice
    return notice.reason if notice else None


def test_nothing_is_told_while_company_may_come():
    first = look(incident(), TWO, Around(), NOON)
    assert (first.notice, first.wake_at) == (None, NOON + TWO.gather)


def test_an_outage_is_told_without_waiting_for_company():
    assert reason(incident(DOWN), Around(), after=timedelta(0)) is Reason.OPENED


@pytest.mark.parametrize(
    ("members", "after", "said"),
    [(2, 9 * MINUTE, None), (2, 10 * MINUTE, Reason.GREW), (1, 10 * MINUTE, None)],
)
def test_growth_is_told_after_a_while_and_only_where_there_is_some(members, after, said):
    assert reason(opened(members=members), after=after) is said


@pytest.mark.parametrize(
    ("told", "members", "said"),
    [(0, 9, None), (0, 10, Reason.GREW), (10, 99, None), (10, 100, Reason.GREW), (12, 10_000, Reason.GREW)],
)
def test_of_an_outage_only_the_magnitude_is_news(told, members, said):
    assert reason(opened(DOWN, told_members=told, members=members)) is said


@pytest.mark.parametrize(
    ("reminders", "after", "said"),
    [
        (0, 59 * MINUTE, None),
        (0, HOUR, Reason.REMINDER),
        (1, 3 * HOUR, None),
        (1, 4 * HOUR - MINUTE, None),
        (2, 24 * HOUR, Reason.REMINDER),
        (9, 24 * HOUR, Reason.REMINDER),
    ],
)
def test_reminders_come_ever_more_rarely(reminders, after, said):
    policy = replace(TWO, levels=TWO.levels[:1])
    assert reason(opened(reminders=reminders), policy=policy, after=after) is said


def test_the_next_level_is_named_with_its_time():
    following = next_level(opened(), TWO, HEARD, NOON + MINUTE)
    assert following is not None
    assert (following.level, following.at, following.destinations) == (2, NOON + 4 * HOUR, ("boss",))


def test_people_are_called_by_name_only_when_a_level_that_asks_for_it_is_reached():
    first = look(incident(), TWO, Around(), NOON + MINUTE).notice
    second = look(opened(), TWO, HEARD, NOON + 4 * HOUR).notice
    reminder = look(opened(), TWO, HEARD, NOON + HOUR).notice
    assert [bool(one and one.mention) for one in (first, second, reminder)] == [False, True, False]


@pytest.mark.parametrize(
    ("level", "told"),
    [
        (Level(to=("room",), at_least=2), None),
        (Level(to=("room",), at_least=1), ("room",)),
        (Level(to=("room",), minimum_amount=Decimal("100.01")), None),
        (Level(to=("room",), minimum_amount=Decimal("100.00")), ("room",)),
    ],
)
def test_a_level_hears_only_of_what_is_grave_enough(level, told):
    around = Around(amount=Decimal("100.00"))
    notice = look(incident(), AlertPolicy(levels=(level,)), around, NOON + MINUTE).notice
    assert (notice.destinations or None if notice else None) == told


@pytest.mark.parametrize("state", list(IncidentState))
def test_what_is_over_is_never_told_again(state):
    subject = opened(remaining=0, state=state, draining_at=NOON)
    said = reason(subject, after=HOUR)
    assert said is (None if state is IncidentState.RESOLVED else {"open": None, "draining": Reason.RESOLVED}[state])


def test_an_invoice_that_comes_back_before_the_end_was_told_keeps_the_incident_open():
    subject = opened(state=IncidentState.DRAINING, draining_at=NOON)
    after = look(subject, TWO, HEARD, NOON + MINUTE)
    assert (after.incident.state, after.notice) == (IncidentState.OPEN, None)


def test_an_outage_that_comes_back_is_told_as_a_new_one():
    subject = opened(DOWN, state=IncidentState.DRAINING, draining_at=NOON, notices=2)
    assert reason(subject, replace(HEARD, over=False)) is Reason.OPENED


def test_the_end_of_an_outage_is_told_only_to_those_who_heard_of_it():
    untold = look(incident(DOWN), TWO, Around(over=True, chats=("room",)), NOON + MINUTE)
    told = look(opened(DOWN), TWO, replace(HEARD, over=True), NOON + MINUTE)
    assert untold.notice is None
    assert told.notice is not None
    assert (told.notice.reason, told.notice.destinations) == (Reason.RECOVERED, ("room",))


def test_of_what_is_over_no_acknowledgement_ends():
    subject = opened(
        DOWN, state=IncidentState.DRAINING, draining_at=NOON, remaining=3, acknowledged_by="li",
        acknowledged_until=NOON + MINUTE,
    )  # fmt: skip
    after = look(subject, TWO, HEARD, NOON + 5 * MINUTE)
    assert (after.notice, after.wake_at) == (None, NOON + TWO.outage.drain)


def test_an_outage_with_invoices_left_hands_them_on_before_it_ends():
    subject = opened(DOWN, state=IncidentState.DRAINING, draining_at=NOON, remaining=3)
    after = look(subject, TWO, HEARD, NOON + TWO.outage.drain)
    assert (after.leftover, after.incident.state) == (True, IncidentState.DRAINING)


def test_a_webhook_that_fails_is_told_of_after_an_hour_a_day_and_three_days_and_not_again():
    scope, policy = Scope(Trouble.ENDPOINT, endpoint="erp"), replace(TWO, levels=TWO.levels[:1])
    subject, around, at = incident(scope, members=0, remaining=0, since=NOON - HOUR), Around(over=None), NOON
    said = []
    while at and at < NOON + timedelta(days=30):
        seen = look(subject, policy, around, at)
        if seen.notice:
            said.append((seen.notice.reason, at - subject.since))
            around = replace(around, told=frozenset({"room"}))
        subject, at = seen.incident, seen.wake_at
    assert said == [
        (Reason.OPENED, HOUR),
        (Reason.REMINDER, timedelta(days=1)),
        (Reason.REMINDER, timedelta(days=3)),
    ]


LEVELS = st.builds(
    Level,
    after=st.integers(0, 300).map(lambda m: timedelta(minutes=m)),
    to=st.sampled_from([(), ("room",), ("boss",), ("room", "boss")]),
    mention=st.booleans(),
    when=st.sampled_from(["always", "working_hours"]),
    at_least=st.integers(1, 3),
)
POLICIES = st.builds(
    AlertPolicy,
    levels=st.lists(LEVELS, min_size=1, max_size=4).map(lambda some: tuple(sorted(some, key=lambda one: one.after))),
    remind_after=st.sampled_from([(), (HOUR,), (HOUR, 4 * HOUR, 24 * HOUR)]),
)


@given(policy=POLICIES, scope=st.sampled_from([LATE, DOWN]), start=st.integers(0, 7 * 24 * 60))
def test_left_alone_an_incident_never_stalls_never_spins_and_is_never_told_without_end(policy, scope, start):
    """A month in which nobody acts: each look is later than the one before, and the notices are few."""
    begun = NOON + timedelta(minutes=start)
    subject = incident(scope, since=begun, opened_at=begun, members=2, remaining=2)
    around, at, looks, said = Around(chats=("room", "boss")), begun, 0, []
    while at and at < begun + timedelta(days=30):
        seen = look(subject, policy, around, at)
        assert seen.wake_at is None or seen.wake_at > at
        if seen.notice:
            said.append(seen.notice)
            around = replace(around, told=around.told | frozenset(seen.notice.destinations))
        subject, at, looks = seen.incident, seen.wake_at, looks + 1
    assert looks < 30 * 24 * 3
    assert len(said) <= 30 * 24 + 10
    assert sum(one.reason in {Reason.OPENED, Reason.STILL_LATE} for one in said) <= 2


@given(policy=POLICIES, after=st.integers(0, 10_000), told=st.frozensets(st.sampled_from(["room", "boss"])))
def test_only_those_who_heard_of_the_trouble_hear_of_its_end(policy, after, told):
    subject = opened(remaining=0, state=IncidentState.DRAINING, draining_at=NOON)
    seen = look(subject, policy, Around(told=told, chats=("room", "boss")), NOON + timedelta(minutes=after))
    if seen.notice:
        assert set(seen.notice.destinations) == set(told)
