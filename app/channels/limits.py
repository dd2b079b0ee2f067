"""How much each tool takes: one table, from which the drivers read and the page of limits is made.

Its one rule: a figure of a tool stands here and nowhere else, with the page that says it and the day we looked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Unit = Literal["bytes", "characters", "items", "a second", "a minute", "an hour", "a day", "seconds"]


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` of `unit`. `advised`: more is not refused but cut on display, or by us to be on the safe side."""

    most: int
    unit: Unit
    advised: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What one kind of destination takes; `limits` by the name of the part. `source`: who says so."""

    source: str
    checked: date
    limits: Mapping[str, Limit]

    def __getitem__(self, part: str) -> int:
        return self.limits[part].most


_CHECKED = date(2026, 11, 22)


def _limits(source: str, /, **limits: Limit) -> Limits:
    return Limits(source, _CHECKED, limits)


def _bytes(most: int) -> Limit:
    return Limit(most, "bytes")


def _characters(most: int, *, advised: bool = False) -> Limit:
    return Limit(most, "characters", advised)


def _items(most: int) -> Limit:
    return Limit(most, "items")


def _advised(most: int) -> Limit:
    return _characters(most, advised=True)


_SLACK_PARTS = {
    "text": _advised(4_000),
    "blocks": _items(50),
    "blocks_together": _advised(13_200),  # slackapi/bolt-js #2509: then msg_blocks_too_long
    "header": _characters(150),
    "section": _characters(3_000),
    "fields": _items(10),
    "field": _characters(2_000),
    "context": _items(10),
    "actions": _items(25),
    "button": _characters(75),
    "value": _characters(2_000),
    "url": _characters(3_000),
    "id": _characters(255),
    "posts": Limit(1, "a second"),
}

_CARD_PARTS = {
    "facts": _items(6),
    "fact_label": _advised(5),
    "jumps": _items(3),
    "jump": _advised(13),
    "source": _advised(13),
    "quote": _advised(300),  # WeCom names no figure: what a telephone shows without scrolling
}

LIMITS: Mapping[str, Limits] = {
    "slack": _limits("docs.slack.dev: incoming webhooks, Block Kit blocks, rate limits", **_SLACK_PARTS),
    "slack_app": _limits(
        "docs.slack.dev: chat.postMessage, chat.update, Block Kit blocks, rate limits",
        **_SLACK_PARTS,
        updates=Limit(50, "a minute"),
        signature_age=Limit(300, "seconds"),
    ),
    "wecom": _limits(
        "developer.work.weixin.qq.com document 99110 (2025-08-07)",
        **_CARD_PARTS,
        text=_bytes(2_048),
        markdown=_bytes(4_096),
        title=_advised(26),
        subtitle=_advised(112),
        fact=_advised(26),
        posts=Limit(20, "a minute"),
    ),
    "wecom_app": _limits(
        "developer.work.weixin.qq.com documents 90236 (2025-09-24), 90454",
        **_CARD_PARTS,
        text=_bytes(2_048),
        markdown=_bytes(2_048),
        title=_advised(36),
        subtitle=_advised(160),
        fact=_advised(30),
        buttons=_items(6),
        button=_advised(10),
        button_key=_bytes(1_024),
        task_id=_bytes(128),
        users=_items(1_000),
        parties=_items(100),
        tags=_items(100),
        posts=Limit(30, "a minute"),  # to one member; what is more is dropped without a word
        posts_an_hour=Limit(1_000, "an hour"),
    ),
    "dingtalk": _limits(
        "open.dingtalk.com: custom robots",
        body=_bytes(20_000),
        keywords=_items(10),
        posts=Limit(20, "a minute"),
        silence=Limit(600, "seconds"),  # how long a robot is held that was too fast
        signature_age=Limit(3_600, "seconds"),
    ),
    "feishu": _limits(
        "open.feishu.cn: custom bots",
        body=_bytes(20_000),
        posts=Limit(100, "a minute"),
        burst=Limit(5, "a second"),
        signature_age=Limit(3_600, "seconds"),
    ),
    "teams": _limits(
        "learn.microsoft.com: Workflows webhooks, Adaptive Cards for Teams",
        body=_bytes(28_000),
        posts=Limit(4, "a second"),
    ),
    "email": _limits("RFC 5322 section 2.1.1, RFC 2047", line=_bytes(998), subject=_advised(200)),
    "sms": _limits(
        "help.aliyun.com: SendSms, signature and template rules",
        variable=_advised(35),
        numbers=_items(1_000),
        posts=Limit(50, "a day"),  # of one signature and template to one number
    ),
    "apprise": _limits("github.com/caronc/apprise 2.2.0, read and run", body=_advised(1_000)),
}
