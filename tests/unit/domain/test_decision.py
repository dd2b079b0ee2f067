"""What an answer means: every outcome, in every state, from either family."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest

from app.domain.asking import Ask, Case
from app.domain.decision import decide
from app.domain.identity import Kind
from app.domain.invoice import (
    UNSYNCED,
    Amount,
    Answer,
    Cause,
    Diagnosis,
    Family,
    Found,
    Invoice,
    Outcome,
    Party,
    Record,
    State,
)
from app.domain.plan import CHANNEL_LADDER, PROOF_DAILY_AT, PROOF_LADDER, Plan
from app.domain.policy import Policy, admit

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
NUMBER, SELLER = "25112000000000000001", "911101081000000166"

POLICY = Policy(
    plans={
        "channel": Plan("channel", Family.CHANNEL, CHANNEL_LADDER, every=timedelta(hours=1), proof="proof"),
        "solo": Plan("solo", Family.CHANNEL, CHANNEL_LADDER, every=timedelta(hours=1)),
        "proof": Plan("proof", Family.PROOF, PROOF_LADDER, daily_at=PROOF_DAILY_AT, minimum_age=timedelta(minutes=30)),
        "tomorrow": Plan("tomorrow", Family.PROOF, PROOF_LADDER, daily_at=PROOF_DAILY_AT, same_day=False),
    },
    default_account="channel",
)
INVOICE = Invoice(
    NUMBER,
    NOON,
    Party(SELLER),
    Amount(Decimal("100.00"), Decimal("6.00"), Decimal("106.00")),
    kind=Kind.DIGITAL_ORDINARY,
)
FOUND = Found(
    number=NUMBER, issued_on=date(2026, 11, 20), seller_tax_id=SELLER, amount=Amount(with_tax=Decimal("106.00"))
)


def case(state=State.PENDING, asked="proof", **changes) -> Case:
    record = Record(
        id="i", tenant="t", invoice=INVOICE, state=state, cause=Cause.ISSUED, sequence=1,
        state_at=NOON, received_at=NOON,
        overdue_at=NOON + timedelta(hours=24), escalate_at=NOON + timedelta(hours=72),
        synced_at=NOON if state is State.SYNCED else None,
    )  # fmt: skip
    return replace(Case(record, asked, spent=1), **changes)


def answer(outcome: Outcome, **changes) -> Answer:
    found = FOUND if outcome.startswith("found") or outcome is Outcome.DUPLICATE_ACCEPTED else None
    return replace(Answer(outcome, found=found), **changes)


def told(got: Outcome, state=State.PENDING, asked="proof", now=LATER, **changes):
    return decide(case(state, asked, **changes), answer(got), now, POLICY, 0.0)


EXPECTED = {
    # outcome: (cause when pending, cause when synced) at a proof account
    Outcome.FOUND_MATCH: ("confirmed", None),
    Outcome.DUPLICATE_ACCEPTED: ("confirmed", None),
    Outcome.FOUND_VOID: ("abnormal", "changed"),
    Outcome.FOUND_RED_PARTIAL: ("abnormal", "changed"),
    Outcome.FOUND_RED_FULL: ("abnormal", "changed"),
    Outcome.FOUND_ABNORMAL: ("abnormal", "changed"),
    Outcome.MISMATCH: ("mismatch", "changed"),
    Outcome.NOT_FOUND: (None, None),
    Outcome.PROCESSING: (None, None),
    Outcome.REJECTED: ("rejected", None),
    Outcome.TOO_EARLY: (None, None),
    Outcome.QUOTA_INVOICE_DAY: (None, None),
    Outcome.RATE_LIMITED: (None, None),
    Outcome.QUOTA_ACCOUNT: (None, None),
    Outcome.AUTH: (None, None),
    Outcome.BAD_REQUEST: ("uncheckable", None),
    Outcome.OUT_OF_WINDOW: ("uncheckable", None),
    Outcome.AUTHORITY_DOWN: (None, None),
    Outcome.TRANSIENT: (None, None),
}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_moves_a_pending_and_a_synced_invoice_as_the_table_says(outcome):
    assert (told(outcome).cause, told(outcome, State.SYNCED).cause) == EXPECTED[outcome]


@pytest.mark.parametrize(("outcome", "state", "asked"), list(product(Outcome, State, POLICY.plans)))
def test_every_outcome_in_every_state_from_every_account_has_a_decision(outcome, state, asked):
    decision = told(outcome, state, asked)

    assert decision.ask is None or decision.ask.due_at >= LATER
    if decision.diagnosis is None:
        assert state not in UNSYNCED or decision.cause is Cause.CONFIRMED


@pytest.mark.parametrize("outcome", [o for o in Outcome if o not in (Outcome.FOUND_MATCH, Outcome.DUPLICATE_ACCEPTED)])
@pytest.mark.parametrize("state", UNSYNCED)
def test_nothing_but_a_match_confirms(outcome, state):
    assert told(outcome, state).cause is not Cause.CONFIRMED


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": Amount(with_tax=Decimal("106.01"))}, "amount/with_tax"),
        ({"seller_tax_id": "91110105100000024M"}, "seller/tax_id"),
        ({"issued_on": date(2026, 11, 21)}, "issued_at"),
    ],
)
def test_a_found_that_differs_in_a_hard_fact_is_a_mismatch(change, field):
    decision = decide(case(), answer(Outcome.FOUND_MATCH, found=replace(FOUND, **change)), LATER, POLICY, 0.0)

    assert (decision.answer.outcome, decision.cause) == (Outcome.MISMATCH, Cause.MISMATCH)
    assert [d.field for d in decision.differences if d.hard] == [field]


@pytest.mark.parametrize(
    "found",
    [
        None,
        Found(),
        replace(FOUND, seller_tax_id=None),
        replace(FOUND, amount=Amount()),
        replace(FOUND, issued_on=None),
    ],
)
def test_a_found_without_the_facts_that_prove_it_teaches_nothing(found):
    decision = decide(case(), answer(Outcome.FOUND_MATCH, found=found), LATER, POLICY, 0.0)

    assert (decision.answer.outcome, decision.answer.code, decision.cause) == (Outcome.TRANSIENT, "no_evidence", None)


@pytest.mark.parametrize("outcome", [Outcome.FOUND_MATCH, Outcome.FOUND_VOID])
def test_an_answer_about_another_invoice_teaches_nothing(outcome):
    other = replace(FOUND, number="25112000000000000002")
    decision = decide(case(), answer(outcome, found=other), LATER, POLICY, 0.0)

    assert (decision.answer.outcome, decision.answer.code, decision.cause) == (Outcome.TRANSIENT, "wrong_invoice", None)


def test_a_channels_success_waits_for_proof_where_proof_is_configured():
    decision = told(Outcome.FOUND_MATCH, asked="channel")

    assert (decision.cause, decision.channel_issued, decision.ask) == (None, True, Ask("proof", decision.ask.due_at))


def test_a_channels_success_confirms_where_nobody_else_can_be_asked():
    assert told(Outcome.FOUND_MATCH, asked="solo").cause is Cause.CONFIRMED


def test_a_channels_rejection_escalates_at_once():
    decision = told(Outcome.REJECTED, asked="channel")

    assert (decision.cause, decision.diagnosis) == (Cause.REJECTED, Diagnosis.UPLOAD_FAILED)


def test_a_channel_that_cannot_be_asked_about_an_invoice_leaves_it_to_proof():
    decision = told(Outcome.BAD_REQUEST, asked="channel")

    assert (decision.cause, decision.ask.account) == (None, "proof")


def test_a_channel_that_stays_silent_gives_way_to_proof_after_five_tries():
    accounts = [
        told(Outcome.TRANSIENT, asked="channel", outcome=Outcome.TRANSIENT, streak=n).ask.account for n in range(6)
    ]

    assert accounts == ["channel"] * 4 + ["proof"] * 2


def test_a_red_flush_that_was_announced_confirms():
    assert told(Outcome.FOUND_RED_FULL, reversed=True).cause is Cause.CONFIRMED
    assert told(Outcome.FOUND_RED_FULL, State.SYNCED, reversed=True).cause is None


def test_a_synced_invoice_disappears_only_when_two_proofs_in_a_row_do_not_find_it():
    first = told(Outcome.NOT_FOUND, State.SYNCED)
    second = told(Outcome.NOT_FOUND, State.SYNCED, outcome=Outcome.NOT_FOUND, streak=1)
    channel = told(Outcome.NOT_FOUND, State.SYNCED, "solo", outcome=Outcome.NOT_FOUND, streak=9)

    assert (first.cause, first.ask.due_at) == (None, LATER + timedelta(hours=6))
    assert (second.cause, channel.cause) == (Cause.DISAPPEARED, None)


def test_a_mismatch_is_not_asked_for_again_before_the_next_day():
    assert told(Outcome.MISMATCH).ask.due_at == LATER + timedelta(days=1)


@pytest.mark.parametrize("outcome", [Outcome.MISMATCH, Outcome.REJECTED])
def test_what_was_refused_twice_in_a_row_is_left_to_people(outcome):
    assert told(outcome, State.ESCALATED, outcome=outcome, streak=1).ask is None


def test_an_invoice_found_void_is_looked_at_once_a_day_until_the_plan_gives_up():
    looks = [told(Outcome.FOUND_VOID, State.ESCALATED, now=NOON + timedelta(days=age)).ask for age in (2, 61)]

    assert (looks[0].due_at, looks[1]) == (NOON + timedelta(days=3), None)


def test_a_question_the_budget_forbade_is_not_counted():
    assert decide(case(), answer(Outcome.QUOTA_INVOICE_DAY, code="budget"), LATER, POLICY, 0.0).refund


def test_an_uncheckable_invoice_is_not_asked_for_again():
    assert told(Outcome.BAD_REQUEST).ask is None


@pytest.mark.parametrize("outcome", [Outcome.TOO_EARLY, Outcome.QUOTA_INVOICE_DAY])
def test_too_early_and_an_exhausted_day_wait_for_the_next_beijing_morning(outcome):
    assert told(outcome).ask.due_at == datetime(2026, 11, 20, 16, 30, tzinfo=UTC)


def test_the_fourth_question_of_a_day_is_the_last_that_nobody_asked_for():
    asked = [told(Outcome.NOT_FOUND, spent=n).ask.due_at for n in (3, 4)]

    assert asked == [NOON + timedelta(hours=2), datetime(2026, 11, 20, 17, 30, tzinfo=UTC)]


def test_a_channel_has_no_daily_budget():
    assert told(Outcome.PROCESSING, asked="solo", spent=99).ask.due_at < LATER + timedelta(hours=1)


def test_trouble_backs_off_by_doubling_and_obeys_the_provider_within_half_an_hour():
    waits = [told(Outcome.TRANSIENT, outcome=Outcome.TRANSIENT, streak=n).ask.due_at - LATER for n in (0, 1, 2, 9)]
    wished = decide(case(), answer(Outcome.RATE_LIMITED, retry_after=90), LATER, POLICY, 0.0).ask.due_at - LATER
    absurd = decide(case(), answer(Outcome.RATE_LIMITED, retry_after=10**9), LATER, POLICY, 0.0).ask.due_at - LATER

    assert [w.total_seconds() for w in (*waits, wished, absurd)] == [30, 60, 120, 1800, 90, 1800]


@pytest.mark.parametrize(
    ("outcome", "code", "refund"),
    [
        (Outcome.TRANSIENT, "connect", True),
        (Outcome.TRANSIENT, "timeout", False),
        (Outcome.AUTH, "", True),
        (Outcome.NOT_FOUND, "", False),
    ],
)
def test_only_questions_that_never_reached_the_authority_are_refunded(outcome, code, refund):
    assert decide(case(), answer(outcome, code=code), LATER, POLICY, 0.0).refund is refund


@pytest.mark.parametrize(
    ("outcome", "hours", "diagnosis"),
    [
        (Outcome.NOT_FOUND, 1, "too_early"),
        (Outcome.NOT_FOUND, 20, "not_found"),
        (Outcome.PROCESSING, 1, "in_progress"),
        (Outcome.REJECTED, 1, "upload_failed"),
        (Outcome.MISMATCH, 1, "data_mismatch"),
        (Outcome.AUTHORITY_DOWN, 1, "authority_down"),
        (Outcome.AUTH, 1, "credentials"),
        (Outcome.QUOTA_ACCOUNT, 1, "quota"),
        (Outcome.BAD_REQUEST, 1, "uncheckable"),
    ],
)
def test_an_invoice_that_is_not_there_says_why(outcome, hours, diagnosis):
    assert told(outcome, now=NOON + timedelta(hours=hours)).diagnosis == diagnosis


def test_a_number_that_was_issued_but_never_shows_up_is_not_uploaded():
    decision = told(Outcome.NOT_FOUND, now=NOON + timedelta(hours=20), channel_issued=True)

    assert decision.diagnosis is Diagnosis.NOT_UPLOADED


def test_a_new_invoice_is_asked_for_at_the_first_rung_of_its_account():
    first = {account: admit(replace(INVOICE, account=account), NOON, POLICY, 0.0).due_at for account in POLICY.plans}

    assert first == {
        "channel": NOON + timedelta(seconds=30),
        "solo": NOON + timedelta(seconds=30),
        "proof": NOON + timedelta(minutes=30),
        "tomorrow": datetime(2026, 11, 20, 16, 30, tzinfo=UTC),
    }


def test_an_old_invoice_is_asked_for_at_once_and_is_not_late_before_the_grace():
    told_late = admit(INVOICE, NOON + timedelta(days=30), POLICY, 0.0)

    assert told_late.due_at == NOON + timedelta(days=30)
    assert told_late.overdue_at == NOON + timedelta(days=30, hours=1)
    assert told_late.escalate_at > told_late.overdue_at


def test_an_account_that_is_not_configured_is_asked_by_nobody_but_has_deadlines():
    admission = admit(replace(INVOICE, account="elsewhere"), NOON, POLICY, 0.0)

    assert (admission.due_at, admission.overdue_at) == (None, NOON + timedelta(hours=24))


SILENT = [None, Found(number=NUMBER)]


@pytest.mark.parametrize("found", SILENT, ids=["no face", "a number alone"])
@pytest.mark.parametrize("outcome", [Outcome.FOUND_MATCH, Outcome.DUPLICATE_ACCEPTED])
def test_a_channels_word_without_evidence_moves_nothing_and_turns_to_the_proof(outcome, found):
    decision = decide(case(asked="channel"), Answer(outcome, found=found), LATER, POLICY, 0.0)
    assert (decision.cause, decision.channel_issued) == (None, True)
    assert decision.ask.account == "proof"


@pytest.mark.parametrize("found", SILENT, ids=["no face", "a number alone"])
@pytest.mark.parametrize("asked", ["solo", "proof"])
def test_a_word_without_evidence_is_worth_nothing_where_it_would_decide(asked, found):
    decision = decide(case(asked=asked), Answer(Outcome.FOUND_MATCH, found=found), LATER, POLICY, 0.0)
    assert (decision.cause, decision.channel_issued, decision.answer.code) == (None, False, "no_evidence")


def test_a_channels_word_about_another_invoice_is_no_signal():
    other = Answer(Outcome.FOUND_MATCH, found=Found(number="25112000000000000009"))
    decision = decide(case(asked="channel"), other, LATER, POLICY, 0.0)
    assert (decision.channel_issued, decision.answer.code) == (False, "wrong_invoice")


FORGETFUL = Plan("channel", Family.CHANNEL, CHANNEL_LADDER, every=timedelta(hours=1), retention=timedelta(hours=12))


@pytest.mark.parametrize(
    ("proof", "age", "asked"),
    [
        ("proof", timedelta(hours=10), "channel"),
        ("proof", timedelta(hours=11, minutes=50), "proof"),
        ("proof", timedelta(hours=13), "proof"),
        (None, timedelta(hours=10), "channel"),
        (None, timedelta(hours=11, minutes=50), None),
    ],
)
def test_a_channel_that_forgets_is_asked_while_it_remembers_and_then_the_proof(proof, age, asked):
    policy = replace(POLICY, plans=POLICY.plans | {"channel": replace(FORGETFUL, proof=proof)})
    decision = decide(case(asked="channel"), answer(Outcome.PROCESSING), NOON + age, policy, 0.0)
    assert (decision.ask.account if decision.ask else None) == asked


def test_a_stuck_upload_that_the_channel_forgot_is_known_as_not_uploaded_when_the_proof_has_nothing():
    waiting = case(asked="proof", under_way=True)
    later = decide(waiting, answer(Outcome.NOT_FOUND), NOON + timedelta(hours=15), POLICY, 0.0)
    assert later.diagnosis is Diagnosis.NOT_UPLOADED


@pytest.mark.parametrize(
    ("outcome", "before", "after"),
    [
        (Outcome.PROCESSING, False, True),
        (Outcome.TRANSIENT, True, True),
        (Outcome.AUTH, True, True),
        (Outcome.REJECTED, True, False),
        (Outcome.NOT_FOUND, True, False),
    ],
)
def test_what_the_channel_last_said_is_remembered_through_trouble(outcome, before, after):
    later = NOON + timedelta(hours=3)
    assert decide(case(asked="channel", under_way=before), answer(outcome), later, POLICY, 0.0).under_way is after


def test_a_channel_that_has_forgotten_does_not_take_its_last_word_back():
    policy = replace(POLICY, plans=POLICY.plans | {"channel": FORGETFUL})
    later = NOON + timedelta(hours=13)
    assert decide(case(asked="channel", under_way=True), answer(Outcome.NOT_FOUND), later, policy, 0.0).under_way


def test_a_proof_that_sees_it_under_way_is_believed_too():
    assert decide(case(asked="proof"), answer(Outcome.PROCESSING), LATER, POLICY, 0.0).under_way


@pytest.mark.parametrize("outcome", [Outcome.AUTH, Outcome.NOT_FOUND, Outcome.TRANSIENT])
def test_the_proof_says_nothing_about_how_far_the_channel_is(outcome):
    assert decide(case(asked="proof", under_way=True), answer(outcome), LATER, POLICY, 0.0).under_way


@pytest.mark.parametrize("found", SILENT, ids=["no face", "a number alone"])
def test_a_proof_with_a_proof_beside_it_still_needs_evidence(found):
    policy = replace(POLICY, plans=POLICY.plans | {"proof": replace(POLICY.plans["proof"], proof="tomorrow")})
    decision = decide(case(asked="proof"), Answer(Outcome.FOUND_MATCH, found=found), LATER, policy, 0.0)
    assert (decision.cause, decision.answer.code) == (None, "no_evidence")
