"""THE state machine. Which state may follow which is written here and nowhere else.

A *cause* moves an invoice: `TRANSITIONS[state][cause]` is the state after. A cause with no entry moves nothing.
Answers and passing time become causes in `decision.py` and `watchdog.py`; this file knows neither clock nor provider.
The diagram in ARCHITECTURE.md is printed from this table (`diagram()`), and a test compares them.
"""

from collections.abc import Mapping

from app.domain.errors import InvalidTransition
from app.domain.invoice import Cause, State

_REFUSALS: Mapping[Cause, State] = {
    Cause.REJECTED: State.ESCALATED,
    Cause.MISMATCH: State.ESCALATED,
    Cause.UNCHECKABLE: State.ESCALATED,
    Cause.ABNORMAL: State.ESCALATED,
}

TRANSITIONS: Mapping[State | None, Mapping[Cause, State]] = {
    None: {Cause.ISSUED: State.PENDING},
    State.PENDING: {
        Cause.CONFIRMED: State.SYNCED,
        Cause.DEADLINE: State.OVERDUE,
        **_REFUSALS,
        Cause.MANUAL: State.SYNCED,
        Cause.VOIDED: State.VOIDED,
    },
    State.OVERDUE: {
        Cause.CONFIRMED: State.SYNCED,
        Cause.ESCALATION: State.ESCALATED,
        **_REFUSALS,
        Cause.MANUAL: State.SYNCED,
        Cause.VOIDED: State.VOIDED,
    },
    State.ESCALATED: {
        Cause.CONFIRMED: State.SYNCED,
        Cause.MANUAL: State.SYNCED,
        Cause.VOIDED: State.VOIDED,
    },
    State.SYNCED: {
        Cause.CHANGED: State.ESCALATED,
        Cause.DISAPPEARED: State.ESCALATED,
        Cause.VOIDED: State.VOIDED,
    },
    State.VOIDED: {},
}


def allows(state: State | None, cause: Cause) -> bool:
    """Whether `cause` moves an invoice that is in `state`."""
    return cause in TRANSITIONS[state]


def advance(state: State | None, cause: Cause) -> State:
    """The state after `cause`; raises InvalidTransition, and changes nothing, where the table has no such move."""
    try:
        return TRANSITIONS[state][cause]
    except KeyError:
        raise InvalidTransition(f"{state or 'nothing'} does not move by {cause}") from None


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    for before, moves in TRANSITIONS.items():
        for after in dict.fromkeys(moves.values()):
            causes = ", ".join(cause for cause, target in moves.items() if target is after)
            lines.append(f"    {before or '[*]'} --> {after}: {causes}")
        if not moves:
            lines.append(f"    {before} --> [*]")
    return "\n".join(lines)
