"""One message of every kind that people can be told, about nobody's invoices: what `piaoda alerts preview` shows.

One rule: a payload here is made by what makes the real ones, so that the preview cannot show what is never sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from app.domain import incident_payload
from app.domain.alerting import NextLevel
from app.domain.identity import Kind
from app.domain.incident import Incident, IncidentState, Notice, Reason, Scope, Trouble
from app.domain.invoice import Amount, Cause, Diagnosis, Invoice, Outcome, Party, Record, State
from app.domain.message import instant, invoice_document
from app.domain.transition import Finding, move
from app.domain.words import Words, words
from app.store.incident_documents import brief

NOW: Final = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
"""15:30 in Beijing: the samples never change."""

_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)
_MAIN = "baidu-main"
_SELLERS = (
    Party("911101081000000166", "北京示例科技有限公司"),
    Party("91310115100000018B", "上海样本贸易有限公司"),
    Party("91440300100000026Q", "深圳演示电子有限公司"),
)
_BUYERS = ("杭州某某商贸有限公司", "广州某某供应链有限公司", "成都某某餐饮有限公司")
_ID = "0193a1b2-0000-7000-8000-0000000000{:02x}"


@dataclass(frozen=True, slots=True)
class Sample:
    """`name` is closed and stable; `title` is for people."""

    name: str
    title: Words
    payload: Mapping[str, Any]


def samples() -> Sequence[Sample]:
    """In the order of a bad day: one invoice, many, an outage and its end, then what concerns the administrator."""
    return (*_invoices(), *_outage(), *_others())


def _invoices() -> Sequence[Sample]:
    one = replace(_incident(1, Trouble.DEADLINE), members=1, remaining=1)
    many = replace(_incident(2, Trouble.DEADLINE), members=217, remaining=217)
    late = [_late(n) for n in range(5)]
    soon = NextLevel(2, NOW + 1 * _HOUR, ("finance-lead",))
    later = replace(many, members=254, remaining=254)
    return (
        Sample("overdue", words("单张逾期", "One invoice overdue"), _told(one, Reason.OPENED, late[:1], soon)),
        Sample("group", words("多张逾期", "Many invoices overdue"), _told(many, Reason.OPENED, late, soon)),
        Sample(
            "group-grew", words("逾期增加", "More became overdue"), _told(later, Reason.GREW, late, soon, before=many)
        ),
        Sample("escalated", words("逾期升级", "Escalated"), _told(one, Reason.LEVEL, late[:1], level=2)),
        Sample("reminder", words("提醒", "Reminder"), _told(later, Reason.REMINDER, late, soon, before=later)),
        Sample("lapsed", words("处理到期", "Acknowledgement over"), _told(later, Reason.LAPSED, late, before=later)),
        Sample(
            "confirmed",
            words("单张恢复", "The invoice is there"),
            _told(_over(replace(one, remaining=0), 6), Reason.RESOLVED, [_found(0)]),
        ),
        Sample(
            "group-resolved",
            words("多张恢复", "All are there"),
            _told(_over(replace(later, remaining=0), 20), Reason.RESOLVED, late),
        ),
    )


def _outage() -> Sequence[Sample]:
    down = replace(
        _incident(3, Trouble.OUTAGE), members=0, outcome=Outcome.AUTHORITY_DOWN, code="282103", whole=True,
        since=NOW - 125 * _MINUTE,
    )  # fmt: skip
    hit = replace(down, members=10_000, remaining=10_000)
    grown = replace(hit, members=10_037, remaining=10_037)
    back = replace(grown, state=IncidentState.DRAINING, draining_at=NOW, remaining=1_037)
    left = replace(_incident(4, Trouble.DEADLINE), members=212, remaining=212, follows=down.id)
    late = [_late(n) for n in range(5)]
    soon = NextLevel(2, NOW + 1 * _HOUR, ("finance-lead", "it-duty"))
    return (
        Sample("outage", words("税务系统查不了", "Outage"), _told(hit, Reason.OPENED, late, soon)),
        Sample(
            "outage-early", words("查不了，尚无逾期", "Outage, none late yet"), _told(down, Reason.OPENED, [], soon)
        ),
        Sample("outage-grew", words("影响扩大", "Outage spreads"), _told(grown, Reason.GREW, late, soon, before=hit)),
        Sample("outage-level", words("故障升级", "Outage escalated"), _told(grown, Reason.LEVEL, late, level=2)),
        Sample("recovered", words("恢复，补查中", "Recovered"), _told(back, Reason.RECOVERED, late, before=grown)),
        Sample("still-late", words("恢复后仍逾期", "Still late after recovery"), _told(left, Reason.STILL_LATE, late)),
        Sample(
            "outage-resolved",
            words("故障结束", "Outage over"),
            _told(_over(replace(back, remaining=0), 0), Reason.RESOLVED, late),
        ),
    )


def _others() -> Sequence[Sample]:
    changed = move(_record(5, State.SYNCED), Cause.CHANGED, NOW, finding=Finding(_DIFFERS, Outcome.FOUND_RED_FULL))
    differs = move(_record(6), Cause.MISMATCH, NOW, finding=Finding(_DIFFERS, Outcome.MISMATCH))
    failing = Incident(
        _ID.format(7), Scope(Trouble.ENDPOINT, endpoint="erp"), NOW - _HOUR, NOW - _HOUR,
    )  # fmt: skip
    longer = replace(failing, since=NOW - timedelta(days=3))
    webhook = {
        "id": "erp",
        "name": "erp",
        "failing_since": instant(NOW - timedelta(days=5)),
        "disabled_at": instant(NOW),
    }
    return (
        Sample("changed", words("同步后有变", "Changed after sync"), _one(5, Trouble.CHANGED, changed.record)),
        Sample("mismatch", words("票面不符", "Details differ"), _one(6, Trouble.MISMATCH, differs.record)),
        Sample("endpoint", words("推送不通", "Webhook failing"), _told(failing, Reason.OPENED, [])),
        Sample(
            "endpoint-level", words("推送不通三天", "Webhook failing, 3 d"), _told(longer, Reason.LEVEL, [], level=2)
        ),
        Sample("endpoint-back", words("推送恢复", "Webhook back"), _told(_over(failing, 0), Reason.RESOLVED, [])),
        Sample(
            "disabled",
            words("推送停用", "Webhook disabled"),
            _event("webhook.disabled", {"webhook": {**webhook, "reason": "no success for five days"}}),
        ),
        Sample("test", words("测试", "Test"), _event("test.ping", {})),
    )


_DIFFERS = Diagnosis.DATA_MISMATCH


def _one(number: int, cause: Trouble, record: Record) -> Mapping[str, Any]:
    return _told(replace(_incident(number, cause), members=1, remaining=1), Reason.OPENED, [record])


def _event(type_: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": type_, "timestamp": instant(NOW), "data": data}


def _incident(number: int, cause: Trouble) -> Incident:
    since = NOW - 6 * _HOUR
    return Incident(_ID.format(number), Scope(cause, _MAIN), since, since)


def _over(incident: Incident, minutes: int) -> Incident:
    ended = NOW - minutes * _MINUTE
    return replace(incident, state=IncidentState.RESOLVED, draining_at=ended, resolved_at=NOW)


def _told(
    incident: Incident,
    reason: Reason,
    records: Sequence[Record],
    following: NextLevel | None = None,
    *,
    before: Incident | None = None,
    level: int = 1,
) -> Mapping[str, Any]:
    """The payload of a notice; with `before` it is the second, and the first was told 85 minutes ago."""
    told_at = NOW - 85 * _MINUTE
    earlier = replace(before, notices=1, told_at=told_at, told_members=before.members) if before else incident
    now = replace(incident, notices=earlier.notices + 1, level=level)
    over = now.state is IncidentState.RESOLVED
    documents = [invoice_document(record) for record in records]
    document = brief(now) | _summary(now.members if over else now.remaining, documents, whole=now.whole)
    notice = Notice(reason, level, ("finance",), mention=level > 1)
    return incident_payload.payload(
        now, notice, document=document, invoices=documents, following=following, now=NOW, before=earlier
    )


def _summary(count: int, documents: Sequence[Mapping[str, Any]], *, whole: bool) -> dict[str, Any]:
    """What the store counts from the members."""
    shown, rest = sum(Decimal(each["amount"]["with_tax"]) for each in documents), max(0, count - len(documents))
    parties = [dict(each["seller"]) for each in documents[:3]] if count > 1 else []
    shares = (count - count // 4 - count // 10, count // 4, count // 10)
    return {
        "amounts": [{"currency": "CNY", "total": f"{shown + rest * 860:.2f}"}] if count else [],
        "oldest_issued_at": documents[0]["issued_at"] if documents else None,
        "oldest_overdue_at": documents[0]["overdue_at"] if documents else None,
        "scope": {
            "all": whole,
            "accounts": [_MAIN],
            "sellers": [party | {"invoices": share} for party, share in zip(parties, shares, strict=False)],
            "sellers_total": len(parties),
            "kinds": [Kind.DIGITAL_SPECIAL.value, Kind.DIGITAL_ORDINARY.value] if count > 1 else [],
            "regions": [],
        },
    }


def _record(number: int, state: State = State.PENDING) -> Record:
    issued = NOW - timedelta(hours=30) + number * _MINUTE
    with_tax = Decimal(128_000) / 2**number
    tax = (with_tax * 6 / 106).quantize(Decimal("0.01"))
    return Record(
        id=_ID.format(0x20 + number),
        tenant="default",
        invoice=Invoice(
            number=f"2544200000031784{8421 + number}",
            kind=Kind.DIGITAL_SPECIAL,
            issued_at=issued,
            seller=_SELLERS[number % len(_SELLERS)],
            buyer=Party(None, _BUYERS[number % len(_BUYERS)]),
            amount=Amount(with_tax - tax, tax, with_tax),
            account=_MAIN,
        ),
        state=state,
        cause=Cause.ISSUED if state is State.PENDING else Cause.CONFIRMED,
        sequence=1,
        state_at=issued,
        received_at=issued,
        overdue_at=issued + timedelta(hours=24),
        escalate_at=issued + timedelta(hours=72),
        synced_at=None if state is State.PENDING else issued + 12 * _MINUTE,
    )


def _late(number: int) -> Record:
    record = _record(number)
    return move(
        record, Cause.DEADLINE, record.overdue_at, finding=Finding(Diagnosis.NOT_UPLOADED, Outcome.NOT_FOUND)
    ).record


def _found(number: int) -> Record:
    return move(_late(number), Cause.CONFIRMED, NOW - 6 * _MINUTE, finding=Finding(None, Outcome.FOUND_MATCH)).record
