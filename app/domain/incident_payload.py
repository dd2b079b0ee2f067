"""The body of a message about an incident: webhooks send it, chats are rendered from it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.domain.alerting import NextLevel
from app.domain.incident import Incident, IncidentState, Notice, Reason
from app.domain.message import instant


def event_type(incident: Incident) -> str:
    """`incident` is as it stands after the notice."""
    if incident.state is IncidentState.RESOLVED:
        return "incident.resolved"
    return "incident.opened" if incident.notices == 1 else "incident.updated"


def payload(
    incident: Incident,
    notice: Notice,
    *,
    document: Mapping[str, Any],
    invoices: Sequence[Mapping[str, Any]],
    following: NextLevel | None,
    now: datetime,
    before: Incident,
) -> dict[str, Any]:
    """`{"type", "timestamp", "data": {"incident", "notice", "invoices"}}`; `before`: the incident before the notice."""
    return {
        "type": event_type(incident),
        "timestamp": instant(now),
        "data": {
            "incident": {**document, **_lapsed(notice, before)},
            "notice": {
                "sequence": incident.notices,
                "reason": notice.reason.value,
                "level": notice.level,
                "mention": notice.mention,
                "grown_by": incident.members - before.told_members if before.notices else 0,
                "told_before_at": instant(before.told_at),
                "next_level": _next(following),
            },
            "invoices": [dict(invoice) for invoice in invoices],
        },
    }


def _lapsed(notice: Notice, before: Incident) -> dict[str, Any]:
    """Whose acknowledgement has just ended: the incident itself does not know it any more."""
    if notice.reason is not Reason.LAPSED:
        return {}
    at, until = instant(before.acknowledged_at), instant(before.acknowledged_until)
    return {"acknowledged": {"by": before.acknowledged_by, "at": at, "until": until, "text": before.acknowledged_text}}


def _next(following: NextLevel | None) -> dict[str, Any] | None:
    if following is None:
        return None
    return {"level": following.level, "at": instant(following.at), "destinations": list(following.destinations)}
