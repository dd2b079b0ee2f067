"""What an answer means for an invoice. `decide` is total and pure: every outcome has a row in one table.

The rule above all others: *synced* needs evidence. A "found" counts only when number, day, seller and an amount are
told and agree; an answer about another invoice, or one that tells too little, has taught us nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain import lifecycle
from app.domain.asking import CHANNEL_GIVES_WAY, Ask, Case, Turn, next_question
from app.domain.breaker import TROUBLE
from app.domain.comparison import Difference, compare, concerns_other_invoice, missing
from app.domain.diagnosis import diagnose
from app.domain.invoice import FOUND, UNSYNCED, Answer, Cause, Diagnosis, Family, Outcome, State
from app.domain.plan import Plan
from app.domain.policy import Policy
from app.domain.swift import swift

_ISSUED = frozenset({Outcome.FOUND_MATCH, Outcome.DUPLICATE_ACCEPTED})
RED = frozenset({Outcome.FOUND_RED_PARTIAL, Outcome.FOUND_RED_FULL})


@swift
@dataclass(frozen=True, slots=True)
class Decision:
    """`cause` moves the invoice (None: it stays); `ask` is the next question (None: no more, until a person asks).

    `answer` is the answer as believed after comparison; `refund`: the question did not reach the authority, so it
    does not count against the day's budget.
    """

    answer: Answer
    cause: Cause | None
    diagnosis: Diagnosis | None
    ask: Ask | None
    streak: int
    channel_issued: bool
    under_way: bool
    refund: bool
    differences: tuple[Difference, ...] = ()


def decide(case: Case, answer: Answer, now: datetime, policy: Policy, chance: float) -> Decision:
    """The decision for one answer. `chance` in [0, 1) spreads due times; `now` is the database's time."""
    believed, differences = _believe(case, answer, policy)
    streak = case.streak + 1 if believed.outcome is case.outcome else 1
    asked = policy.plans[case.asked]
    channel_issued = case.channel_issued or (asked.family is Family.CHANNEL and believed.outcome is Outcome.FOUND_MATCH)
    cause = _cause(case, believed.outcome, streak, asked)
    state = lifecycle.advance(case.record.state, cause) if cause else case.record.state
    under_way = _under_way(case, asked, believed.outcome)
    turn = Turn(case, believed, streak, channel_issued, under_way, state, now, policy)
    return Decision(
        answer=believed,
        cause=cause,
        diagnosis=_diagnosis(turn),
        ask=next_question(turn, chance),
        streak=streak,
        channel_issued=channel_issued,
        under_way=under_way,
        refund=asked.budgeted and _never_reached(believed),
        differences=differences,
    )


def _believe(case: Case, answer: Answer, policy: Policy) -> tuple[Answer, tuple[Difference, ...]]:
    """A "found" is believed only with evidence; see the rule at the top. A channel whose word moves nothing, because
    a proof decides, need not prove it.
    """
    if answer.outcome not in FOUND:
        return answer, ()
    invoice, found = case.record.invoice, answer.found
    asked = policy.plans[case.asked]
    signal = asked.family is Family.CHANNEL and asked.proof is not None and answer.outcome in _ISSUED
    if found is None and signal:
        return replace(answer, outcome=Outcome.FOUND_MATCH), ()
    if found is None or (not signal and not concerns_other_invoice(invoice, found) and missing(invoice, found)):
        return replace(answer, outcome=Outcome.TRANSIENT, code="no_evidence"), ()
    if concerns_other_invoice(invoice, found):
        return replace(answer, outcome=Outcome.TRANSIENT, code="wrong_invoice"), ()
    differences = compare(invoice, found, policy.tolerance)
    if any(difference.hard for difference in differences):
        return replace(answer, outcome=Outcome.MISMATCH), differences
    expected = answer.outcome is Outcome.DUPLICATE_ACCEPTED or (case.reversed and answer.outcome in RED)
    return replace(answer, outcome=Outcome.FOUND_MATCH) if expected else answer, differences


# The table: what an outcome does to an invoice that is not synced, and to one that is. None: nothing.
_MOVES: Mapping[Outcome, tuple[Cause | None, Cause | None]] = {
    Outcome.FOUND_MATCH: (Cause.CONFIRMED, None),
    Outcome.DUPLICATE_ACCEPTED: (Cause.CONFIRMED, None),
    Outcome.FOUND_VOID: (Cause.ABNORMAL, Cause.CHANGED),
    Outcome.FOUND_RED_PARTIAL: (Cause.ABNORMAL, Cause.CHANGED),
    Outcome.FOUND_RED_FULL: (Cause.ABNORMAL, Cause.CHANGED),
    Outcome.FOUND_ABNORMAL: (Cause.ABNORMAL, Cause.CHANGED),
    Outcome.MISMATCH: (Cause.MISMATCH, Cause.CHANGED),
    Outcome.NOT_FOUND: (None, Cause.DISAPPEARED),
    Outcome.PROCESSING: (None, None),
    Outcome.REJECTED: (Cause.REJECTED, None),
    Outcome.TOO_EARLY: (None, None),
    Outcome.QUOTA_INVOICE_DAY: (None, None),
    Outcome.RATE_LIMITED: (None, None),
    Outcome.QUOTA_ACCOUNT: (None, None),
    Outcome.AUTH: (None, None),
    Outcome.BAD_REQUEST: (Cause.UNCHECKABLE, None),
    Outcome.OUT_OF_WINDOW: (Cause.UNCHECKABLE, None),
    Outcome.AUTHORITY_DOWN: (None, None),
    Outcome.TRANSIENT: (None, None),
}

# Questions that were refused before the authority saw them.
_NEVER_REACHED = frozenset({
    Outcome.TOO_EARLY, Outcome.RATE_LIMITED, Outcome.QUOTA_ACCOUNT,
    Outcome.AUTH, Outcome.BAD_REQUEST, Outcome.AUTHORITY_DOWN,
})  # fmt: skip
_NEVER_REACHED_CODES = frozenset({"connect", "dns", "tls", "refused", "budget"})


def _never_reached(answer: Answer) -> bool:
    """By what the provider said; by our own word for it only where nothing came back: its codes may be spelt alike."""
    silent = not answer.raw and not answer.unlisted
    return answer.outcome in _NEVER_REACHED or (silent and answer.code in _NEVER_REACHED_CODES)


def _cause(case: Case, outcome: Outcome, streak: int, asked: Plan) -> Cause | None:
    unsynced, synced = _MOVES[outcome]
    cause = unsynced if case.record.state in UNSYNCED else synced
    if cause is None or not lifecycle.allows(case.record.state, cause):
        return None
    if asked.family is Family.CHANNEL and _waits_for_proof(outcome, asked):
        return None
    if cause is Cause.DISAPPEARED and (asked.family is Family.CHANNEL or streak < 2):
        return None  # a channel forgets its results, and one "not there" may be a hiccup
    return cause


def _waits_for_proof(outcome: Outcome, asked: Plan) -> bool:
    """A channel's "issued" is a fast signal; where independent proof is configured, that decides."""
    return asked.proof is not None and (outcome is Outcome.FOUND_MATCH or outcome in CHANNEL_GIVES_WAY)


_SILENCE = TROUBLE | {Outcome.RATE_LIMITED, Outcome.TOO_EARLY, Outcome.BAD_REQUEST, Outcome.OUT_OF_WINDOW}
"""What tells nothing about how far the issuing has come."""


def _under_way(case: Case, asked: Plan, outcome: Outcome) -> bool:
    """Whether the last word of those who can tell was that it is being issued or uploaded."""
    if outcome is Outcome.PROCESSING:
        return True
    forgotten = outcome is Outcome.NOT_FOUND and asked.retention is not None
    return case.under_way and (asked.family is not Family.CHANNEL or forgotten or outcome in _SILENCE)


def _diagnosis(turn: Turn) -> Diagnosis | None:
    answer = turn.answer
    if turn.state in {State.SYNCED, State.VOIDED}:
        return None
    if answer.outcome is Outcome.FOUND_MATCH:
        return Diagnosis.TOO_EARLY  # the channel has it; the proof is still to come
    return diagnose(
        answer.outcome, family=turn.policy.plans[turn.case.asked].family, code=answer.code,
        age=turn.now - turn.issued_at, channel_issued=turn.channel_issued, under_way=turn.under_way,
    )  # fmt: skip
