"""What configuration decides rather than an answer: whom to ask, how often, until when; where a new invoice starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain import plan
from app.domain.deadline import Deadlines
from app.domain.invoice import Invoice
from app.domain.plan import Budget, Plan, Rechecks
from app.domain.swift import swift


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that is decided by configuration rather than by an answer."""

    plans: Mapping[str, Plan]
    default_account: str
    budget: Budget = Budget()
    rechecks: Rechecks = Rechecks()
    deadlines: Deadlines = field(default_factory=Deadlines)
    tolerance: Decimal = Decimal("0.00")


@swift
@dataclass(frozen=True, slots=True)
class Admission:
    """What a newly issued invoice gets: whom to ask, when first, and until when it may take."""

    account: str
    due_at: datetime | None
    overdue_at: datetime
    escalate_at: datetime


def admit(invoice: Invoice, now: datetime, policy: Policy, chance: float) -> Admission:
    """Where a new invoice starts. An account that is not configured is asked by nobody, but its deadlines hold."""
    account = invoice.account or policy.default_account
    overdue_at, escalate_at = policy.deadlines.of(invoice.kind, invoice.issued_at, now)
    if account not in policy.plans:
        return Admission(account, None, overdue_at, escalate_at)
    due_at = first_question(policy.plans[account], invoice.issued_at, now)
    return Admission(account, plan.spread(now, due_at, chance), overdue_at, escalate_at)


def first_question(asked: Plan, issued_at: datetime, now: datetime) -> datetime:
    """The first question: at the first rung; at once when that has passed (a backlog, an old invoice)."""
    earliest = issued_at + max((asked.minimum_age, *asked.ladder[:1]))
    if not asked.same_day:
        ended = plan.next_rung(replace(asked, ladder=()), issued_at, issued_at - timedelta.resolution)
        earliest = max(earliest, ended or earliest)
    return max(now, earliest)
