"""WeCom 消息推送, the group robot (https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…): msgtype markdown.

Its one rule: HTTP 200 says nothing, `errcode` says it all; `errmsg` is for people, the vendor may change it.
Limits and codes: developer.work.weixin.qq.com documents 99110 and 90455, read in 2026.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from app.channels.channel import Kind, Receipt, Result
from app.channels.chat import Chat
from app.channels.cutting import fit, utf8
from app.channels.reply import excerpt, retry_after
from app.domain.alert import Alert
from app.egress import Reply

MARKDOWN = 4_096
"""Bytes in UTF-8 of `content`; one more and the robot answers 40058."""

MENTIONS = 1_024
"""Bytes we give to mentions at most, so that they never push out what happened."""

FREQUENCY_WAIT = 60.0
"""Seconds to be still after 45009: a robot may post 20 messages a minute."""

ANSWERS: Mapping[int, Result] = {
    0: Result.DELIVERED,
    -1: Result.RETRY,  # busy
    6000: Result.RETRY,  # somebody else writes at the same moment
    45009: Result.RETRY,  # too frequent
    45033: Result.RETRY,  # too many at once
    93000: Result.MISCONFIGURED,  # wrong key, or the robot was taken out of the group
    40003: Result.MISCONFIGURED,  # no such userid: a mention is wrong
    46004: Result.MISCONFIGURED,  # no such userid
    40058: Result.PERMANENT,  # a parameter is wrong, or the markdown is too long
    45002: Result.PERMANENT,  # too long
    44004: Result.PERMANENT,  # empty
    40007: Result.PERMANENT,  # media id expired
    40008: Result.PERMANENT,  # msgtype
    40009: Result.PERMANENT,  # image size
    40033: Result.PERMANENT,  # characters
    40035: Result.PERMANENT,  # parameter
    40063: Result.PERMANENT,  # empty parameter
    45001: Result.PERMANENT,  # media size
    45034: Result.PERMANENT,  # a link without http or https
}
_TOO_FREQUENT = 45009
_OK, _TOO_MANY, _SERVER_ERROR = 200, 429, 500
_HARMLESS = str.maketrans({"<": "＜", ">": "＞", "[": "［", "]": "］", "`": "'", "*": "＊"})
"""Markdown has no escapes here, so what could become a link, a mention or a colour is written full-width."""


def render(alert: Alert, mentions: Sequence[str]) -> Mapping[str, Any]:
    called = fit([f"<@{member}>" for member in mentions], MENTIONS, utf8).replace("\n", " ")
    room = MARKDOWN - utf8(f"\n{called}")
    content = fit(list(_lines(alert)), room, utf8)
    return {"msgtype": "markdown", "markdown": {"content": "\n".join(filter(None, (content, called)))}}


def judge(reply: Reply, now: datetime) -> Receipt:
    if reply.status == _TOO_MANY or reply.status >= _SERVER_ERROR:
        return Receipt(Result.RETRY, reply.status, "", excerpt(reply), retry_after(reply, now))
    errcode = _errcode(reply)
    if reply.status != _OK or errcode is None:
        return Receipt(Result.UNKNOWN, reply.status, detail=excerpt(reply))
    wait = FREQUENCY_WAIT if errcode == _TOO_FREQUENT else None
    return Receipt(ANSWERS.get(errcode, Result.UNKNOWN), reply.status, str(errcode), excerpt(reply), wait)


WECOM = Kind(partial(Chat, render, judge), hosts=("qyapi.weixin.qq.com",), gap=3.5)
"""A robot that is sent more than 20 messages a minute goes silent."""


def _lines(alert: Alert) -> Iterator[str]:
    yield f"**{_harmless(alert.headline)}**"
    yield from (f"> {label}{_colon(label)}{_harmless(value)}" for label, value in alert.facts)
    yield from [""] if alert.facts and alert.lines else []
    yield from map(_harmless, alert.lines)


def _colon(label: str) -> str:
    return ": " if label.isascii() else "："


def _harmless(text: str) -> str:
    return text.translate(_HARMLESS)


def _errcode(reply: Reply) -> int | None:
    """`errcode` of the reply's JSON object; None for anything else that a proxy or a fault may send."""
    try:
        document = json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
    errcode = document.get("errcode") if isinstance(document, dict) else None
    return errcode if type(errcode) is int else None
