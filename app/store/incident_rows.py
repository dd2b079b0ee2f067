"""Between rows of `incidents` and values. One rule: what changes over an incident's life is listed once, here."""

from typing import Any

from app.domain.incident import Incident, IncidentState, Scope, Trouble
from app.domain.invoice import Outcome
from app.store.database import Row

CHANGING = (
    "state", "draining_at", "resolved_at", "level", "level_at", "notices", "told_at", "told_members", "reminders",
    "acknowledged_by", "acknowledged_at", "acknowledged_until", "acknowledged_text",
)  # fmt: skip
"""Columns that a look may change; the numbers of members change where members do."""

_PLAIN = ("since", "opened_at", "members", "remaining", "joined_at", "code", "whole", *CHANGING[1:])


def incident_of(row: Row) -> Incident:
    """A row of `incidents` as a value."""
    scope = Scope(Trouble(row["cause"]), row["account"], row["seller"], row["region"], row["endpoint"])
    return Incident(
        id=str(row["id"]),
        scope=scope,
        state=IncidentState(row["state"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        follows=str(row["follows"]) if row["follows"] else None,
        **{column: row[column] for column in _PLAIN},
    )


def changed(incident: Incident) -> tuple[Any, ...]:
    """The values of CHANGING."""
    return tuple(getattr(incident, column) for column in CHANGING)
