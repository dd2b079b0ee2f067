"""Feishu (飞书) and Lark 自定义机器人, the group robot (https://open.feishu.cn/open-apis/bot/v2/hook/…).

Its one rule: HTTP 200 says nothing, `code` says it all (`StatusCode` in an older form). The signature stands in the
body. Cards, codes and signature: open.feishu.cn, custom bots; larksuite/oapi-sdk-python.
"""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from app.channels.channel import Destination, Kind, Receipt
from app.channels.chat import Chat, Document, Tool
from app.channels.cutting import cut, fit
from app.channels.limits import LIMITS
from app.channels.prose import MENTIONS, harmless, in_json, plain, weight, whole
from app.channels.reply import GOOD, UNFIT, WRONG, Verdict, document, hold, judged, unfit
from app.domain.alert import Alert, Tone
from app.egress import Reply

SIGNATURE = 128
"""Bytes that `timestamp` and `sign` take in the body."""

BODY = LIMITS["feishu"]["body"] - SIGNATURE
HEADLINE, LABEL, FACT, FACTS, SHORT = BODY // 5, 20, 160, 8, 20
"""Bytes of line 1, characters of a label and of a fact, facts, and characters of a fact that shares its row."""

_TOO_MANY = "9499 too many request"

ANSWERS: Mapping[str, Verdict] = {
    "0": GOOD,
    "11232": hold(60.0),  # a robot may post 100 messages a minute, 5 a second
    _TOO_MANY: hold(60.0),
    "9499": UNFIT,  # bad request
    "19036": UNFIT,  # too large
    "19001": WRONG,  # token
    "19021": WRONG,  # signature or timestamp
    "19022": WRONG,  # IP address
    "19024": WRONG,  # keyword
}
COLOURS: Mapping[Tone, str] = {"trouble": "red", "warning": "orange", "good": "green", "news": "blue"}
_OK = 200
_PERSON = re.compile(r"[\w-]+", re.ASCII)


def card(alert: Alert, mentions: Sequence[str]) -> Sequence[Document]:
    """Always fits: facts are cut, buttons that do not fit fall away, the lines take what room is left."""
    room = BODY - weight(_card(alert, mentions, "…"))
    return (_card(alert, mentions, fit([*map(harmless, alert.lines)], room, in_json) if alert.lines else ""),)


def text(alert: Alert, mentions: Sequence[str]) -> Sequence[Document]:
    tags = "".join(f'\n<at user_id="{person}"></at>' for person in _people(mentions))
    bare = weight({"msg_type": "text", "content": {"text": tags}})
    return ({"msg_type": "text", "content": {"text": plain(alert, BODY - bare, clean=harmless) + tags}},)


def judge(reply: Reply, now: datetime) -> Receipt:
    said = document(reply)
    code = said.get("code", said.get("StatusCode"))
    known = str(code) if type(code) is int and (code or reply.status == _OK) else ""
    hurried = known == "9499" and "too many request" in str(said.get("msg", "")).lower()
    return judged(reply, now, _TOO_MANY if hurried else known, ANSWERS)


def sign(to: Destination, unsigned: Document, now: datetime) -> tuple[str, Document]:
    """The document with `timestamp` and `sign`, where the robot has a secret (签名校验); it holds for an hour."""
    secret = to.credentials.get("secret")
    if not secret:
        return to.url, unsigned
    timestamp = int(now.timestamp())
    return to.url, {"timestamp": str(timestamp), "sign": signature(secret, timestamp), **unsigned}


def signature(secret: str, timestamp: int) -> str:
    """Base64 of HMAC-SHA256 over nothing, the key being `timestamp` (seconds), a line break and the secret."""
    return b64encode(hmac.digest(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256)).decode()


def _card(alert: Alert, mentions: Sequence[str], lines: str) -> Document:
    title = {"tag": "plain_text", "content": cut(alert.headline, HEADLINE, in_json)}
    return {
        "msg_type": "interactive",
        "card": {
            "config": {"wide_screen_mode": True},
            "header": {"template": COLOURS[alert.tone], "title": title},
            "elements": [*_elements(alert, mentions, lines)],
        },
    }


def _elements(alert: Alert, mentions: Sequence[str], lines: str) -> Iterator[Mapping[str, Any]]:
    if alert.facts:
        yield {"tag": "div", "fields": [_field(*fact) for fact in alert.facts[:FACTS]]}
    if lines:
        yield {"tag": "div", "text": _marked(lines)}
    if people := _people(mentions):
        yield {"tag": "div", "text": _marked(" ".join(f"<at id={person}></at>" for person in people))}
    if buttons := whole([*_buttons(alert)], BODY // 4, weight):
        yield {"tag": "action", "actions": buttons}
    if alert.footer:
        yield {"tag": "note", "elements": [{"tag": "plain_text", "content": cut(alert.footer, FACT)}]}


def _field(label: str, value: str) -> Mapping[str, Any]:
    shown = _marked(f"**{harmless(cut(label, LABEL))}**\n{harmless(cut(value, FACT))}")
    return {"is_short": len(value) <= SHORT, "text": shown}


def _buttons(alert: Alert) -> Iterator[Mapping[str, Any]]:
    for rank, action in enumerate(alert.actions):
        label = {"tag": "plain_text", "content": action.label}
        yield {"tag": "button", "text": label, "url": action.url, "type": "default" if rank else "primary"}


def _marked(text: str) -> Mapping[str, str]:
    return {"tag": "lark_md", "content": text}


def _people(mentions: Sequence[str]) -> Sequence[str]:
    """By open_id (ou_…) or user_id; `all` is everybody. What is no id would be read as markup."""
    return whole(
        [person for person in mentions if _PERSON.fullmatch(person)],
        MENTIONS,
        lambda person: len(person) + len("<at id=></at>"),
    )


FEISHU = Kind(
    partial(Chat, Tool((card, text), judge, unfit(ANSWERS), sign)),
    hosts=("open.feishu.cn", "open.larksuite.com"),
    optional={"secret": "the robot's signing secret (签名校验)"},
    gap=0.7,
)
"""A robot may post 100 messages a minute, 5 a second."""
