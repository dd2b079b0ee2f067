"""An `incident.*` payload read back: what happened, where, to how many, who was told and who is next.

Its one rule is that of `story.py`: any field may be missing, and nothing fails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.domain.incident import Reason, Trouble
from app.domain.story import InvoiceStory, Payload, figure, flat, instant, party, read_invoice, said

_RECOVERIES = frozenset({Reason.RECOVERED.value, Reason.RESOLVED.value})
_OF_MANY = frozenset({Trouble.OUTAGE.value, Trouble.ENDPOINT.value})
"""What is never the matter of one invoice, however few it holds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where. `whole`: everything asked there is hit, not some of it. `sellers`: the most hit, with their invoices;
    `sellers_total`: how many there are.
    """

    accounts: Sequence[str]
    seller: str
    region: str
    endpoint: str
    whole: bool
    sellers: Sequence[tuple[str, int]]
    sellers_total: int
    kinds: Sequence[str]
    regions: Sequence[str]


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why it is told now, for the how manieth time, and what comes next. `before_at`: when it was told before."""

    reason: str
    sequence: int
    level: int
    mention: bool
    grown_by: int
    before_at: datetime | None
    next_level: int
    next_at: datetime | None
    next_to: Sequence[str]


@dataclass(frozen=True, slots=True)
class IncidentStory:
    """`amounts`: by currency, of the invoices that remain; of all at the end. `invoices`: the gravest, at most five.

    `acknowledged_by`: who has it in hand. `code`: what the provider itself called it. `runbook`: an address.
    """

    id: str
    cause: str
    place: Place
    occasion: Occasion
    since: datetime | None
    recovered_at: datetime | None
    members: int
    remaining: int
    amounts: Mapping[str, Decimal]
    oldest_issued_at: datetime | None
    oldest_overdue_at: datetime | None
    acknowledged_by: str
    acknowledged_at: datetime | None
    acknowledged_until: datetime | None
    diagnosis: Mapping[str, str]
    next_step: Mapping[str, str]
    code: str
    invoices: Sequence[InvoiceStory]
    runbook: str

    @property
    def subject(self) -> tuple[str, ...]:
        return ("incident", self.id or self.cause, *([] if self.id else self.place.accounts))

    @property
    def sequence(self) -> int:
        return self.occasion.sequence

    @property
    def over(self) -> bool:
        """Whether this is good news: nobody needs to act."""
        return self.occasion.reason in _RECOVERIES

    @property
    def urgent(self) -> bool:
        return self.occasion.mention

    @property
    def only(self) -> InvoiceStory | None:
        """The invoice, where the incident is that of one."""
        alone = self.members <= 1 and len(self.invoices) == 1 and self.cause not in _OF_MANY
        return self.invoices[0] if alone else None


def read_incident(payload: Payload) -> IncidentStory:
    """The story of `incident.opened`, `incident.updated` or `incident.resolved`."""
    data = payload.get("data") or {}
    incident = data.get("incident") or {}
    diagnosis, acknowledged = (incident.get(name) or {} for name in ("diagnosis", "acknowledged"))
    members = incident.get("members") or 0
    return IncidentStory(
        id=flat(incident.get("id")),
        cause=flat(incident.get("cause")),
        place=_place(incident),
        occasion=_occasion(data.get("notice") or {}, incident, flat(payload.get("type"))),
        since=instant(incident.get("since") or incident.get("opened_at")),
        recovered_at=instant(incident.get("draining_at") or incident.get("resolved_at")),
        members=members,
        remaining=incident.get("remaining", members) or 0,
        amounts=_amounts(incident.get("amounts") or ()),
        oldest_issued_at=instant(incident.get("oldest_issued_at")),
        oldest_overdue_at=instant(incident.get("oldest_overdue_at")),
        acknowledged_by=flat(acknowledged.get("by")),
        acknowledged_at=instant(acknowledged.get("at")),
        acknowledged_until=instant(acknowledged.get("until")),
        diagnosis=said(diagnosis.get("text")),
        next_step=said(diagnosis.get("next_step")),
        code=flat(incident.get("code")),
        invoices=tuple(map(read_invoice, data.get("invoices") or ())),
        runbook=flat((data.get("links") or {}).get("runbook")),
    )


def _place(incident: Payload) -> Place:
    scope = incident.get("scope") or {}
    sellers = [(party(each), each.get("invoices") or 0) for each in scope.get("sellers") or ()]
    named = [(name, count) for name, count in sellers if name]
    own, known = flat(incident.get("seller")), {each.get("tax_id"): party(each) for each in scope.get("sellers") or ()}
    return Place(
        accounts=_names([incident["account"]] if incident.get("account") else scope.get("accounts")),
        seller=known.get(own, own),
        region=flat(incident.get("region")),
        endpoint=flat(incident.get("endpoint")),
        whole=bool(scope.get("all")),
        sellers=named,
        sellers_total=scope.get("sellers_total") or len(named),
        kinds=_names(scope.get("kinds")),
        regions=_names(scope.get("regions")),
    )


def _occasion(notice: Payload, incident: Payload, type_: str) -> Occasion:
    following = notice.get("next_level") or {}
    return Occasion(
        reason=flat(notice.get("reason")) or ("resolved" if type_ == "incident.resolved" else "opened"),
        sequence=notice.get("sequence") or 0,
        level=notice.get("level") or incident.get("level") or 0,
        mention=bool(notice.get("mention")),
        grown_by=notice.get("grown_by") or 0,
        before_at=instant(notice.get("told_before_at")),
        next_level=following.get("level") or 0,
        next_at=instant(following.get("at")),
        next_to=_names(following.get("destinations")),
    )


def _amounts(amounts: Sequence[Payload]) -> Mapping[str, Decimal]:
    read = [(flat(each.get("currency")), figure(each.get("total"))) for each in amounts]
    return {currency: total for currency, total in read if total is not None}


def _names(names: Sequence[object] | None) -> Sequence[str]:
    return tuple(filter(None, map(flat, names or ())))
