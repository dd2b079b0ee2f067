"""The state machine, spelled out a second time: whoever changes a row changes it here as well, on purpose."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidTransition
from app.domain.invoice import UNSYNCED, Cause, State
from app.domain.lifecycle import TRANSITIONS, advance, allows, diagram

STATES = (None, *State)

# before, cause, after: every move there is.
MOVES = {
    (None, "issued"): "pending",
    ("pending", "confirmed"): "synced",
    ("pending", "deadline"): "overdue",
    ("pending", "rejected"): "escalated",
    ("pending", "mismatch"): "escalated",
    ("pending", "uncheckable"): "escalated",
    ("pending", "abnormal"): "escalated",
    ("pending", "manual"): "synced",
    ("pending", "voided"): "voided",
    ("overdue", "confirmed"): "synced",
    ("overdue", "escalation"): "escalated",
    ("overdue", "rejected"): "escalated",
    ("overdue", "mismatch"): "escalated",
    ("overdue", "uncheckable"): "escalated",
    ("overdue", "abnormal"): "escalated",
    ("overdue", "manual"): "synced",
    ("overdue", "voided"): "voided",
    ("escalated", "confirmed"): "synced",
    ("escalated", "manual"): "synced",
    ("escalated", "voided"): "voided",
    ("synced", "changed"): "escalated",
    ("synced", "disappeared"): "escalated",
    ("synced", "voided"): "voided",
}

PAIRS = list(product(STATES, Cause))
LEGAL = [pair for pair in PAIRS if pair in MOVES]
ILLEGAL = [pair for pair in PAIRS if pair not in MOVES]


def name(value):
    return str(value or "nothing")


@pytest.mark.parametrize(("state", "cause"), LEGAL, ids=name)
def test_a_move_of_the_table_leads_where_it_says(state, cause):
    assert allows(state, cause)
    assert advance(state, cause) is State(MOVES[state, cause])


@pytest.mark.parametrize(("state", "cause"), ILLEGAL, ids=name)
def test_a_move_outside_the_table_is_refused(state, cause):
    assert not allows(state, cause)
    with pytest.raises(InvalidTransition, match=f"{name(state)} does not move by {cause}"):
        advance(state, cause)


def test_the_pairs_walked_here_are_all_there_are():
    assert len(LEGAL) == len(MOVES)
    assert len(LEGAL) + len(ILLEGAL) == (len(State) + 1) * len(Cause)
    assert set(TRANSITIONS) == set(STATES)


def test_every_cause_moves_something():
    assert {cause for moves in TRANSITIONS.values() for cause in moves} == set(Cause)


def test_a_voided_invoice_never_moves_again():
    assert not any(allows(State.VOIDED, cause) for cause in Cause)


def test_only_a_confirmation_or_a_person_makes_an_invoice_synced():
    into = {cause for moves in TRANSITIONS.values() for cause, after in moves.items() if after is State.SYNCED}
    assert into == {Cause.CONFIRMED, Cause.MANUAL}


@pytest.mark.parametrize("state", UNSYNCED)
def test_an_unsynced_invoice_can_always_be_confirmed_resolved_or_voided(state):
    assert advance(state, Cause.CONFIRMED) is State.SYNCED
    assert advance(state, Cause.MANUAL) is State.SYNCED
    assert advance(state, Cause.VOIDED) is State.VOIDED


@given(st.lists(st.sampled_from(Cause)))
def test_whatever_happens_an_invoice_stays_in_a_state_of_the_table(causes):
    state = advance(None, Cause.ISSUED)
    for cause in causes:
        before = state
        try:
            state = advance(state, cause)
        except InvalidTransition:
            assert state is before, "a refused move changes nothing"
            continue
        assert state is State(MOVES[before, cause])


def test_the_diagram_draws_every_move_and_no_other():
    drawn = set()
    for line in diagram().splitlines()[1:]:
        arrow, _, causes = line.strip().partition(": ")
        before, after = arrow.split(" --> ")
        drawn |= {(None if before == "[*]" else before, cause, after) for cause in causes.split(", ") if causes}
    assert drawn == {(before, cause, after) for (before, cause), after in MOVES.items()}


def test_the_diagram_ends_where_nothing_moves():
    lines = diagram().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert [line.strip() for line in lines if line.endswith("--> [*]")] == ["voided --> [*]"]
