"""What an answer means for an invoice. `decide` is total and pure: every outcome has a row in one table.

The rule above all others: *synced* needs evidence. A "found" counts only when number, day, seller and an amount are
told and agree; an answer about another invoice, or one that tells too little, has taught us nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain import lifecycle, plan
from app.domain.comparison import Difference, compare, concerns_other_invoice, missing
from app.domain.deadline import Deadlines
from app.domain.diagnosis import diagnose
from app.domain.invoice import UNSYNCED, Answer, Cause, Diagnosis, Family, Invoice, Outcome, Record, State
from app.domain.plan import Budget, Plan, Rechecks

FOUND = frozenset({
    Outcome.FOUND_MATCH, Outcome.DUPLICATE_ACCEPTED, Outcome.FOUND_VOID,
    Outcome.FOUND_RED_PARTIAL, Outcome.FOUND_RED_FULL, Outcome.FOUND_ABNORMAL,
})  # fmt: skip
RED = frozenset({Outcome.FOUND_RED_PARTIAL, Outcome.FOUND_RED_FULL})


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that is decided by configuration rather than by an answer."""

    plans: Mapping[str, Plan]
    default_account: str
    budget: Budget = Budget()
    rechecks: Rechecks = Rechecks()
    deadlines: Deadlines = field(default_factory=Deadlines)
    tolerance: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Admission:
    """What a newly issued invoice gets: whom to ask, when first, and until when it may take."""

    account: str
    due_at: datetime | None
    overdue_at: datetime
    escalate_at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """What `decide` sees of an invoice. `asked` is the account asked; `spent` counts today's questions, this one
    included.

    `outcome` and `streak`: the last outcome and how often it came in a row before this answer. `channel_issued`: the
    issuing channel has reported success. `reversed`: the billing system told us of a red-letter invoice for this one.
    """

    record: Record
    asked: str
    spent: int = 0
    outcome: Outcome | None = None
    streak: int = 0
    channel_issued: bool = False
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """The next question: to whom, when."""

    account: str
    due_at: datetime


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
    refund: bool
    differences: tuple[Difference, ...] = ()


def admit(invoice: Invoice, now: datetime, policy: Policy, chance: float) -> Admission:
    """Where a new invoice starts. An account that is not configured is asked by nobody, but its deadlines hold."""
    account = invoice.account or policy.default_account
    overdue_at, escalate_at = policy.deadlines.of(invoice.kind, invoice.issued_at, now)
    if account not in policy.plans:
        return Admission(account, None, overdue_at, escalate_at)
    due_at = _first(policy.plans[account], invoice.issued_at, now)
    return Admission(account, plan.spread(now, due_at, chance), overdue_at, escalate_at)


def _first(asked: Plan, issued_at: datetime, now: datetime) -> datetime:
    """The first question: at the first rung; at once when that has passed (a backlog, an old invoice)."""
    rungs = [issued_at + asked.ladder[0]] if asked.ladder else []
    earliest = plan.next_rung(replace(asked, ladder=()), issued_at, issued_at - timedelta.resolution)
    return max(now, *rungs, *([earliest] if earliest and not asked.same_day else []), issued_at + asked.minimum_age)


def decide(case: Case, answer: Answer, now: datetime, policy: Policy, chance: float) -> Decision:
    """The decision for one answer. `chance` in [0, 1) spreads due times; `now` is the database's time."""
    believed, differences = _believe(case, answer, policy)
    streak = case.streak + 1 if believed.outcome is case.outcome else 1
    asked = policy.plans[case.asked]
    channel_issued = case.channel_issued or (asked.family is Family.CHANNEL and believed.outcome is Outcome.FOUND_MATCH)
    cause = _cause(case, believed.outcome, streak, asked)
    state = lifecycle.advance(case.record.state, cause) if cause else case.record.state
    case = replace(case, channel_issued=channel_issued)
    return Decision(
        answer=believed,
        cause=cause,
        diagnosis=_diagnosis(case, believed, asked, state, now),
        ask=_ask(_Turn(case, believed, streak, state, now, policy), chance),
        streak=streak,
        channel_issued=channel_issued,
        refund=believed.outcome in _NEVER_REACHED or believed.code in _NEVER_REACHED_CODES,
        differences=differences,
    )


def _believe(case: Case, answer: Answer, policy: Policy) -> tuple[Answer, tuple[Difference, ...]]:
    """A "found" is believed only with evidence; see the rule at the top."""
    if answer.outcome not in FOUND:
        return answer, ()
    invoice, found = case.record.invoice, answer.found
    if found is None or (not concerns_other_invoice(invoice, found) and missing(invoice, found)):
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
_NEVER_REACHED_CODES = frozenset({"connect", "dns", "tls", "refused"})

# A channel that cannot answer for this invoice leaves it to the proof account.
_CHANNEL_GIVES_WAY = frozenset({Outcome.BAD_REQUEST, Outcome.OUT_OF_WINDOW})
_STEPS_BEFORE_GIVING_WAY = 5


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
    return asked.proof is not None and (outcome is Outcome.FOUND_MATCH or outcome in _CHANNEL_GIVES_WAY)


def _diagnosis(case: Case, answer: Answer, asked: Plan, state: State, now: datetime) -> Diagnosis | None:
    if state in {State.SYNCED, State.VOIDED}:
        return None
    if answer.outcome is Outcome.FOUND_MATCH:
        return Diagnosis.TOO_EARLY  # the channel has it; the proof is still to come
    age = now - case.record.invoice.issued_at
    return diagnose(answer.outcome, family=asked.family, code=answer.code, age=age, channel_issued=case.channel_issued)


@dataclass(frozen=True, slots=True)
class _Turn:
    """All that the next question depends on: the case with what was believed of the answer, and the state after it."""

    case: Case
    answer: Answer
    streak: int
    state: State
    now: datetime
    policy: Policy

    @property
    def issued_at(self) -> datetime:
        return self.case.record.invoice.issued_at


_TROUBLE = frozenset({Outcome.TRANSIENT, Outcome.AUTH, Outcome.QUOTA_ACCOUNT, Outcome.AUTHORITY_DOWN})
_AGAIN_SOON = _TROUBLE | {Outcome.RATE_LIMITED}
_TOMORROW = frozenset({Outcome.TOO_EARLY, Outcome.QUOTA_INVOICE_DAY})
_HOPELESS = frozenset({Outcome.BAD_REQUEST, Outcome.OUT_OF_WINDOW})
_SLOW = {Outcome.REJECTED: timedelta(hours=6), Outcome.MISMATCH: timedelta(days=1)}
_MORNING = timedelta(minutes=30)  # after Beijing midnight
_SECOND_LOOK = timedelta(hours=6)


def _ask(turn: _Turn, chance: float) -> Ask | None:
    asked = turn.policy.plans[_whom(turn)]
    due_at = _when(turn, asked)
    if due_at is None:
        return None
    midnight = plan.next_tax_day(turn.now)
    if asked.family is Family.PROOF and _exhausted(turn) and due_at < midnight:
        due_at = plan.next_rung(asked, turn.issued_at, midnight) or midnight + _MORNING
    most = timedelta(minutes=90) if turn.answer.outcome in _TOMORROW else timedelta(minutes=5)
    return Ask(asked.account, plan.spread(turn.now, due_at, chance, most))


def _exhausted(turn: _Turn) -> bool:
    return turn.answer.outcome is Outcome.QUOTA_INVOICE_DAY or turn.case.spent >= turn.policy.budget.automatic


def _whom(turn: _Turn) -> str:
    """The channel first; the proof account once the channel is done, gives way, or stays silent."""
    asked = turn.policy.plans[turn.case.asked]
    silent = turn.answer.outcome in _TROUBLE and turn.streak >= _STEPS_BEFORE_GIVING_WAY
    done = turn.case.channel_issued or turn.answer.outcome in _CHANNEL_GIVES_WAY or turn.state is State.SYNCED
    return asked.proof if asked.proof and (done or silent) else asked.account


def _when(turn: _Turn, asked: Plan) -> datetime | None:
    same = asked.account == turn.case.asked
    if turn.state is State.VOIDED or (same and turn.answer.outcome in _HOPELESS and turn.state is not State.SYNCED):
        return None
    if turn.answer.outcome in _TOMORROW:
        return plan.next_tax_day(turn.now) + _MORNING
    if same and (wait := _wait(turn)):
        return turn.now + wait
    if turn.state is State.SYNCED:
        synced_at = turn.case.record.synced_at or turn.now
        return plan.next_recheck(turn.policy.rechecks, turn.issued_at, synced_at, turn.now)
    # A new account's plan starts now.
    return plan.next_rung(asked, turn.issued_at, turn.now) if same else _first(asked, turn.issued_at, turn.now)


def _wait(turn: _Turn) -> timedelta | None:
    """A wait that the answer itself asks for; None where the plan decides."""
    outcome = turn.answer.outcome
    if outcome in _AGAIN_SOON:
        return _back_off(turn.answer, turn.streak)
    if turn.state is State.SYNCED:
        return _SECOND_LOOK if outcome is Outcome.NOT_FOUND and turn.streak < 2 else None
    return _SLOW.get(outcome)


def _back_off(answer: Answer, streak: int) -> timedelta:
    """What the provider asks for, else 30 s doubling to half an hour; the account's breaker guards the rest."""
    ours = timedelta(seconds=30 * 2 ** min(streak - 1, 6))
    return min(max(timedelta(seconds=answer.retry_after or 0), ours), timedelta(minutes=30))
