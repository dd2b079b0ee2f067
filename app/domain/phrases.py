"""The words and figures of alerts, in Chinese (`zh`) and English (`en`): what `alert.py` speaks from.

Its one rule: a phrase is written in each language as its reader would write it, never put together from
pieces that only fit one grammar. Times are Beijing's, because the deadlines are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

Words = Mapping[str, str]

BEIJING = ZoneInfo("Asia/Shanghai")

MARKS = ("🚨", "🔴", "⚠️", "⚪", "✅", "🔔")
"""What opens line 1, gravest first; each has a shape of its own beside its colour, or a title that says it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that can have happened: mark, title, and a sentence with `{late}`, `{took}` and the like."""

    mark: str
    title: Words
    sentence: Words


CASES: Mapping[str, Case] = {
    "changed": Case(
        "🚨",
        {"zh": "同步后有变", "en": "Changed after sync"},
        {
            "zh": "原已同步，现税务系统显示{found}，请核对",
            "en": "was synced, now shown as {found}; please check",
        },
    ),
    "disappeared": Case(
        "🚨",
        {"zh": "同步后查不到", "en": "Gone after sync"},
        {
            "zh": "原已同步，现税务系统查不到，请核对",
            "en": "was synced, no longer in the tax system; please check",
        },
    ),
    "rejected": Case(
        "🚨",
        {"zh": "发票被退回", "en": "Invoice rejected"},
        {"zh": "税务系统未受理，请人工处理", "en": "not accepted by the tax system; a person must act"},
    ),
    "abnormal": Case(
        "🚨",
        {"zh": "发票异常", "en": "Invoice abnormal"},
        {
            "zh": "税务系统显示{found}，请人工处理",
            "en": "shown by the tax system as {found}; a person must act",
        },
    ),
    "mismatch": Case(
        "🚨",
        {"zh": "票面不符", "en": "Details differ"},
        {
            "zh": "票面信息与税务系统不一致，请核对",
            "en": "differs from what the tax system holds; please check",
        },
    ),
    "uncheckable": Case(
        "🚨",
        {"zh": "无法查验", "en": "Cannot be checked"},
        {"zh": "系统无法自动查验，请人工核对", "en": "cannot be checked automatically; please check by hand"},
    ),
    "escalation": Case(
        "🚨",
        {"zh": "逾期升级", "en": "Escalated"},
        {
            "zh": "{late}税务系统仍未查到，请人工处理",
            "en": "{late} still not in the tax system; a person must act",
        },
    ),
    "deadline": Case(
        "🔴",
        {"zh": "发票逾期", "en": "Invoice overdue"},
        {"zh": "{late}税务系统仍未查到", "en": "{late} still not in the tax system"},
    ),
    "webhook.disabled": Case(
        "🔴",
        {"zh": "推送已停用", "en": "Webhook disabled"},
        {
            "zh": "接收端 {name} {why}，已停止推送",
            "en": "endpoint {name} {why}; nothing is sent to it any more",
        },
    ),
    "voided": Case(
        "⚪",
        {"zh": "发票作废", "en": "Invoice voided"},
        {"zh": "开票方已作废，不再跟踪", "en": "withdrawn by the issuer, no longer watched"},
    ),
    "recovered": Case(
        "✅",
        {"zh": "恢复正常", "en": "Recovered"},
        {"zh": "税务系统已查到，距开票 {took}", "en": "now in the tax system, {took} after issue"},
    ),
    "manual": Case(
        "✅",
        {"zh": "人工确认", "en": "Confirmed by hand"},
        {"zh": "已同步（确认人：{actor}），距开票 {took}", "en": "confirmed by {actor}, {took} after issue"},
    ),
    "confirmed": Case(
        "✅",
        {"zh": "发票已同步", "en": "Invoice synced"},
        {"zh": "税务系统已查到，距开票 {took}", "en": "in the tax system, {took} after issue"},
    ),
    "test.ping": Case(
        "🔔",
        {"zh": "票达测试", "en": "Piaoda test"},
        {"zh": "看到这条消息，说明通道已接通", "en": "if you can read this, the channel works"},
    ),
}
"""Gravest first: a digest sorts by this order. Keys are causes, or types of event that mean no invoice."""

NEWS = Case("🔔", {"zh": "票达通知", "en": "Piaoda notice"}, {"zh": "{type}", "en": "{type}"})
"""For a type of event that is newer than this catalogue."""

FOUND: Mapping[str, Words] = {
    "found_void": {"zh": "已作废", "en": "voided"},
    "found_red_partial": {"zh": "已部分红冲", "en": "partly reversed by a red-letter invoice"},
    "found_red_full": {"zh": "已全额红冲", "en": "reversed in full by a red-letter invoice"},
    "mismatch": {"zh": "票面信息不一致", "en": "having other details"},
}
UNREACHABLE: Mapping[str, Words] = {
    "gone": {"zh": "已明确拒收（HTTP 410）", "en": "refuses all messages (HTTP 410)"},
    "away": {"zh": "长时间收不到推送", "en": "could not be reached for long"},
}
ODD: Words = {"zh": "状态异常", "en": "abnormal"}

LABELS: Mapping[str, Words] = {
    "number": {"zh": "发票号码", "en": "Invoice number"},
    "parties": {"zh": "销方 → 购方", "en": "Seller → buyer"},
    "amount": {"zh": "价税合计", "en": "Total with tax"},
    "issued": {"zh": "开票时间", "en": "Issued at"},
    "limit": {"zh": "确认时限", "en": "Deadline"},
    "account": {"zh": "查询账户", "en": "Account"},
    "endpoint": {"zh": "接收端", "en": "Endpoint"},
    "failing": {"zh": "开始不通", "en": "Failing since"},
}

PHRASES: Mapping[str, Words] = {
    "reason": {"zh": "原因：{words}", "en": "Reason: {words}"},
    "next": {"zh": "处理：{words}", "en": "Next step: {words}"},
    "late": {"zh": "超过时限 {span}，", "en": "{span} past its deadline,"},
    "just_late": {"zh": "刚过时限，", "en": "just past its deadline,"},
    "by": {"zh": "{at}，已超过 {span}", "en": "{at}, {span} ago"},
    "left": {"zh": "{at}，还剩 {span}", "en": "{at}, in {span}"},
    "kept": {"zh": "{at}，按时确认", "en": "{at}, met"},
    "missed": {"zh": "{at}，超时 {span}才确认", "en": "{at}, missed by {span}"},
    "code": {"zh": "{number}（发票代码 {code}）", "en": "{number} (code {code})"},
    "taxed": {"zh": "{total}（其中税额 {tax}）", "en": "{total} (incl. tax {tax})"},
    "sum": {"zh": "合计 {sums}", "en": "sum {sums}"},
    "oldest": {"zh": "最早 {at} 开票", "en": "oldest issued {at}"},
    "count": {"zh": "{title} {count:,} 张", "en": "{title}: {count:,}"},
    "mixed": {"zh": "发票提醒", "en": "Invoice alerts"},
    "invoice": {"zh": "发票 {number}", "en": "invoice {number}"},
    "enable": {
        "zh": "请系统管理员修复接收端，再在票达中重新启用；停用期间的通知可在启用后补发。",
        "en": "Ask the administrator to repair and enable it again; what it missed can then be sent again.",
    },
    "nobody": {"zh": "未注明", "en": "somebody"},
    "rest": {"zh": "…另有 {count:,} 张", "en": "…and {count:,} more"},
    "alerts": {"zh": "票达提醒 {count} 条", "en": "Piaoda alerts: {count}"},
    "other_alerts": {"zh": "…另有 {count} 条", "en": "…and {count} more"},
    "look_at": {"zh": "查看第 {number} 条", "en": "Open no. {number}"},
}

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_UNITS: Mapping[str, tuple[str, str, str, str]] = {
    "zh": ("{} 天", "{} 小时", "{} 分钟", "不到 1 分钟"),
    "en": ("{} d", "{} h", "{} min", "less than 1 min"),
}


def span(duration: timedelta, language: str) -> str:
    """A duration to its two largest units, rounded down: `1 天 6 小时`, `1 h 5 min`, `20 min`."""
    *names, instant = _UNITS[language]
    days, rest = divmod(duration, _DAY)
    hours, rest = divmod(rest, _HOUR)
    counts = (days, hours, 0 if days else rest // _MINUTE)
    parts = [name.format(count) for name, count in zip(names, counts, strict=True) if count]
    return " ".join(parts) or instant


def money(value: Decimal, currency: str) -> str:
    """`¥1,060.00`, `-¥106.00`, `USD 20.00`; no mark where the currency was not told."""
    mark = "¥" if currency == "CNY" else f"{currency} ".lstrip()
    return f"{'-' if value < 0 else ''}{mark}{abs(value):,.2f}"


def beijing(instant: datetime) -> str:
    """Beijing time with its offset, to the minute: `2026-11-22 17:30 +08:00`."""
    return instant.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M +08:00")
