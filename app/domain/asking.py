"""The next question about an invoice: to whom, and when. Pure; the plan proposes, the answer and the budget dispose."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain import plan
from app.domain.invoice import Answer, Outcome, Record, State
from app.domain.plan import Plan
from app.domain.policy import Policy, first_question
from app.domain.swift import swift


@swift
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
    under_way: bool = False
    reversed: bool = False


@swift
@dataclass(frozen=True, slots=True)
class Ask:
    """The next question: to whom, when."""

    account: str
    due_at: datetime


# A channel that cannot answer for this invoice leaves it to the proof account.
CHANNEL_GIVES_WAY = frozenset({Outcome.BAD_REQUEST, Outcome.OUT_OF_WINDOW})
_STEPS_BEFORE_GIVING_WAY = 5


@swift
@dataclass(frozen=True, slots=True)
class Turn:
    """All that the next question depends on: the case, and what stands after the answer that was believed."""

    case: Case
    answer: Answer
    streak: int
    channel_issued: bool
    under_way: bool
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
_CONFIRMED_ONCE = {Outcome.REJECTED: timedelta(hours=6), Outcome.MISMATCH: timedelta(days=1)}
_NOT_NORMAL = (Outcome.FOUND_VOID, Outcome.FOUND_RED_PARTIAL, Outcome.FOUND_RED_FULL, Outcome.FOUND_ABNORMAL)
_SLOW = _CONFIRMED_ONCE | dict.fromkeys(_NOT_NORMAL, timedelta(days=1))
_MORNING = timedelta(minutes=30)  # after Beijing midnight
_SECOND_LOOK = timedelta(hours=6)


def next_question(turn: Turn, chance: float) -> Ask | None:
    asked = turn.policy.plans[_whom(turn)]
    due_at = _when(turn, asked)
    if due_at is None:
        return None
    if asked.budgeted and _exhausted(turn):
        due_at = _not_today(turn, asked, due_at)
    most = timedelta(minutes=90) if turn.answer.outcome in _TOMORROW else timedelta(minutes=5)
    return Ask(asked.account, plan.spread(turn.now, due_at, chance, most))


def _not_today(turn: Turn, asked: Plan, due_at: datetime) -> datetime:
    midnight = plan.next_tax_day(turn.now)
    if due_at >= midnight:
        return due_at
    return plan.next_rung(asked, turn.issued_at, midnight) or midnight + _MORNING


def _exhausted(turn: Turn) -> bool:
    return turn.answer.outcome is Outcome.QUOTA_INVOICE_DAY or turn.case.spent >= turn.policy.budget.automatic


def _whom(turn: Turn) -> str:
    """The channel first; the proof account once the channel is done, gives way, forgets, or stays silent."""
    asked = turn.policy.plans[turn.case.asked]
    silent = turn.answer.outcome in _TROUBLE and turn.streak >= _STEPS_BEFORE_GIVING_WAY
    done = turn.channel_issued or turn.answer.outcome in CHANNEL_GIVES_WAY or turn.state is State.SYNCED
    over = asked.retention is not None and plan.next_rung(asked, turn.issued_at, turn.now) is None
    return asked.proof if asked.proof and (done or silent or over) else asked.account


def _when(turn: Turn, asked: Plan) -> datetime | None:
    same = asked.account == turn.case.asked
    if turn.state is State.VOIDED or (same and turn.state is not State.SYNCED and _is_final(turn)):
        return None
    if turn.answer.outcome in _TOMORROW:
        return plan.next_tax_day(turn.now) + _MORNING
    if same and asked.retention is not None and turn.now > turn.issued_at + asked.retention:
        return None
    if same and (wait := _wait(turn)):
        return turn.now + wait
    if turn.state is State.SYNCED:
        synced_at = turn.case.record.synced_at or turn.now
        return plan.next_recheck(turn.policy.rechecks, turn.issued_at, synced_at, turn.now)
    # A new account's plan starts now.
    return plan.next_rung(asked, turn.issued_at, turn.now) if same else first_question(asked, turn.issued_at, turn.now)


def _is_final(turn: Turn) -> bool:
    """Only a person can change it: asking again costs money and brings the same."""
    outcome = turn.answer.outcome
    return (
        outcome in _HOPELESS or (outcome in _CONFIRMED_ONCE and turn.streak > 1) or (outcome in _SLOW and _over(turn))
    )


def _over(turn: Turn) -> bool:
    return turn.now - turn.issued_at > turn.policy.plans[turn.case.asked].give_up_after


def _wait(turn: Turn) -> timedelta | None:
    """A wait that the answer itself asks for; None where the plan decides."""
    outcome = turn.answer.outcome
    if outcome in _AGAIN_SOON:
        long_over = turn.streak > _STEPS_BEFORE_GIVING_WAY and _over(turn)
        return plan.DAY if long_over else _back_off(turn.answer, turn.streak)
    if turn.state is State.SYNCED:
        return _SECOND_LOOK if outcome is Outcome.NOT_FOUND and turn.streak < 2 else None
    return _SLOW.get(outcome)


def _back_off(answer: Answer, streak: int) -> timedelta:
    """What the provider asks for, else 30 s doubling to half an hour; the account's breaker guards the rest."""
    ours = timedelta(seconds=30 * 2 ** min(streak - 1, 6))
    return min(max(timedelta(seconds=answer.retry_after or 0), ours), timedelta(minutes=30))
