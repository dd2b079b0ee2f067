"""One move of one invoice, as values: the record after it, and the transition that says so."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.domain import lifecycle
from app.domain.invoice import Cause, Diagnosis, Outcome, Record, State, Transition


@dataclass(frozen=True, slots=True)
class Move:
    """`record` is the invoice after `transition`."""

    record: Record
    transition: Transition


@dataclass(frozen=True, slots=True)
class Finding:
    """What the last telling answer said; carried on the record so that the reason can be put in words."""

    diagnosis: Diagnosis | None
    outcome: Outcome | None = None
    code: str = ""


def move(
    record: Record,
    cause: Cause,
    now: datetime,
    *,
    actor: str = "system",
    evidence: str | None = None,
    reason: str | None = None,
    finding: Finding | None = None,
) -> Move:
    """Moves `record` by `cause`; raises InvalidTransition where the table has no such move."""
    after = lifecycle.advance(record.state, cause)
    finding = finding or Finding(record.diagnosis, record.outcome, record.code)
    moved = replace(
        record,
        state=after,
        cause=cause,
        sequence=record.sequence + 1,
        state_at=now,
        synced_at=now if after is State.SYNCED else record.synced_at,
        diagnosis=None if after in {State.SYNCED, State.VOIDED} else finding.diagnosis,
        outcome=finding.outcome,
        code=finding.code,
    )
    transition = Transition(moved.sequence, record.state, after, cause, now, actor, evidence, reason)
    return Move(moved, transition)


def late_at(record: Record) -> datetime | None:
    """The next deadline that time alone will enforce; None where none is left."""
    return {State.PENDING: record.overdue_at, State.OVERDUE: record.escalate_at}.get(record.state)


def overdue_finding(record: Record) -> Finding:
    """The finding of an invoice whose time is up: "too early" is no longer an explanation."""
    if record.diagnosis is not Diagnosis.TOO_EARLY:
        return Finding(record.diagnosis, record.outcome, record.code)
    later = {
        Outcome.FOUND_MATCH: Diagnosis.IN_PROGRESS,  # the channel has issued it, the proof has not been given yet
        Outcome.NOT_FOUND: Diagnosis.NOT_FOUND,
        Outcome.TOO_EARLY: Diagnosis.NOT_FOUND,
    }
    return Finding(
        later.get(record.outcome, Diagnosis.UNKNOWN) if record.outcome else Diagnosis.UNKNOWN,
        record.outcome,
        record.code,
    )
