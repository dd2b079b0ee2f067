"""What is told in these tests: synthetic payloads, and alerts as rich and as odd as they come."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from app.channels.channel import Parcel
from app.domain.alert import Action, Alert

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
INCIDENT = "0193a1b2-0000-7000-8000-00000000abcd"
EVIL = "<at id=all></at> [点我](http://evil.example/) <script>alert(1)</script> `x` *y*"

FULL = Alert(
    headline="🔴 逾期升级 L2 | 2511…0001 超过时限 6 小时，税务系统仍未查到 | ¥128,000.00",
    facts=(
        ("发票号码", "25112000000000000001"),
        ("卖方 → 买方", "北京示例科技有限公司 → 上××"),
        ("账户", "nuonuo_main"),
    ),
    lines=("原因：税务系统查无此票。", "下一步：请重新上传。"),
    urgent=True,
    tone="trouble",
    actions=(
        Action("open", "查看", "https://piaoda.test/incidents/1?token=abc"),
        Action("acknowledge", "知道了", "https://piaoda.test/act/2?token=def"),
    ),
    footer="事件 0193a1b2 · 首次发现 2026-11-23 09:30",
    incident=INCIDENT,
)

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from([
    EVIL, "票" * 3_000, "😀" * 2_000, '"\\' * 2_000, "\r\nBcc: x@y.test", "", "\x00\x1f" * 500,
])  # fmt: skip
_ACTION = st.builds(
    Action,
    name=st.just("open"),
    label=st.text(min_size=1, max_size=12),
    url=st.sampled_from(["https://piaoda.test/a", "https://piaoda.test/" + "x" * 2_000]),
)
ALERTS = st.builds(
    Alert,
    headline=_TEXT,
    facts=st.lists(st.tuples(_TEXT, _TEXT), max_size=12),
    lines=st.lists(_TEXT, max_size=12),
    urgent=st.booleans(),
    tone=st.sampled_from(["trouble", "warning", "good", "news"]),
    actions=st.lists(_ACTION, max_size=8),
    footer=_TEXT,
    incident=st.just(INCIDENT),
)
HEAVY = Alert(
    headline="😀" * 9_000,
    facts=[("标签" * 50, "😀" * 9_000)] * 12,
    lines=["票" * 9_000] * 12,
    urgent=True,
    actions=[Action("open", "查看", f"https://piaoda.test/{number}/" + "x" * 2_000) for number in range(30)],
    footer="😀" * 9_000,
    incident=INCIDENT,
)
CROWD = [f"{number}" for number in range(9_000)]
PEOPLE = st.lists(st.sampled_from(["13800000000", "ou_abc", "all", "x" * 300, "a"]), max_size=400)


def told(kind="incident.opened", **incident):
    """The payload of an incident of one late invoice."""
    late = NOW - timedelta(hours=6)
    return {
        "type": kind,
        "timestamp": NOW.isoformat(),
        "data": {
            "incident": {
                "id": INCIDENT, "cause": "deadline", "state": "open", "account": "nuonuo-main", "seller": "",
                "region": "", "endpoint": "", "since": late.isoformat(), "opened_at": NOW.isoformat(),
                "draining_at": None, "resolved_at": None, "members": 12, "remaining": 11,
                "amounts": [{"currency": "CNY", "total": "128000.00"}], "oldest_issued_at": late.isoformat(),
                "oldest_overdue_at": late.isoformat(), "level": 2, "acknowledged": None, "diagnosis": None, "code": "",
                "scope": {"all": False, "sellers": [], "sellers_total": 0, "kinds": [], "regions": [], "accounts": []},
                **incident,
            },
            "notice": {
                "sequence": 1, "reason": "opened", "level": 2, "mention": True, "grown_by": 0, "told_before_at": None,
                "next_level": None,
            },
            "invoices": [],
        },
    }  # fmt: skip


def late(number="25112000000000000001"):
    """The payload of one overdue invoice."""
    return {
        "type": "invoice.overdue",
        "timestamp": NOW.isoformat(),
        "data": {
            "invoice": {
                "id": number, "number": number, "issued_at": (NOW - timedelta(hours=30)).isoformat(),
                "seller": {"tax_id": "911101081000000166", "name": "北京示例科技有限公司"},
                "buyer": {"tax_id": None, "name": "上海样本贸易有限公司"},
                "amount": {"without_tax": "1000.00", "tax": "60.00", "with_tax": "1060.00", "currency": "CNY"},
                "account": "nuonuo-main", "overdue_at": (NOW - timedelta(hours=6)).isoformat(), "synced_at": None,
            },
            "transition": {"sequence": 2, "before": "pending", "after": "overdue", "cause": "deadline"},
            "diagnosis": None,
        },
    }  # fmt: skip


def parcel(payload, id="0193a1b2-0000-7000-8000-000000000001"):  # noqa: A002 - the field's name
    return Parcel(id=id, body=json.dumps(payload, ensure_ascii=False), at=NOW, payload=payload)
