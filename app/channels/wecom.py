"""WeCom 消息推送, the group robot (https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…).

Its one rule: HTTP 200 says nothing, `errcode` says it all; `errmsg` is for people, the vendor may change it.
An alert is a card where it fits into one, else markdown. A card calls nobody by name: a short text before it does, and
so a send may be two messages of the 20 a minute. Codes: developer.work.weixin.qq.com documents 99110 and 90455.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from app.channels.channel import Kind, Receipt
from app.channels.chat import Chat, Document, Tool
from app.channels.cutting import cut, utf8
from app.channels.limits import LIMITS
from app.channels.prose import MENTIONS, plain
from app.channels.reply import BUSY, GOOD, HOPELESS, UNFIT, WRONG, Verdict, document, hold, judged, unfit
from app.channels.wecom_dress import action_card, harmless, markdown
from app.domain.alert import Alert
from app.egress import Reply

ANSWERS: Mapping[str, Verdict] = {
    "0": GOOD,
    "-1": BUSY,
    "6000": BUSY,  # somebody else writes at the same moment
    "45009": hold(60.0),  # too frequent: a robot may post 20 messages a minute
    "45033": hold(),  # too many at once
    "93000": WRONG,  # wrong key, or the robot was taken out of the group
    "40003": WRONG,  # no such userid: a mention is wrong
    "46004": WRONG,  # no such userid
    "40058": UNFIT,  # a parameter is wrong, or the markdown is too long
    "45002": UNFIT,  # too long
    "40008": UNFIT,  # msgtype
    "40033": UNFIT,  # characters
    "40035": UNFIT,  # parameter
    "40063": UNFIT,  # empty parameter
    "42039": UNFIT,  # a card's parameter is missing or wrong
    "45034": UNFIT,  # a link without http or https
    "40009": HOPELESS,  # image size
    "45001": HOPELESS,  # media size
    "40007": HOPELESS,  # media id expired
    "44004": HOPELESS,  # empty
}
_LIMITS = LIMITS["wecom"]
_OK, _ERROR = 200, 500


def card(alert: Alert, mentions: Sequence[str]) -> Sequence[Document]:
    """A card that leads to the incident; before it, where people must act, a text that calls them by name."""
    shown = action_card(alert, _LIMITS)
    if not shown:
        return ()
    return (*([summons(alert, mentions)] if mentions else []), {"msgtype": "template_card", "template_card": shown})


def flowing(alert: Alert, mentions: Sequence[str]) -> Sequence[Document]:
    tags = [f"<@{member}>" for member in mentions]
    return ({"msgtype": "markdown", "markdown": {"content": markdown(alert, tags, _LIMITS["markdown"])}},)


def text(alert: Alert, mentions: Sequence[str]) -> Sequence[Document]:
    content = plain(alert, _LIMITS["text"], utf8, harmless)
    return ({"msgtype": "text", "text": {"content": content, "mentioned_list": _summoned(mentions)}},)


def summons(alert: Alert, mentions: Sequence[str]) -> Document:
    """Line 1 and the names: all that a telephone rings with."""
    content = cut(harmless(alert.headline), _LIMITS["text"], utf8)
    return {"msgtype": "text", "text": {"content": content, "mentioned_list": _summoned(mentions)}}


def judge(reply: Reply, now: datetime) -> Receipt:
    return judged(reply, now, errcode(reply), ANSWERS)


def errcode(reply: Reply) -> str:
    """`errcode` of the reply; empty where the reply is not one of WeCom's own."""
    code = document(reply).get("errcode")
    return str(code) if type(code) is int and (reply.status == _OK or reply.status >= _ERROR) else ""


def _summoned(mentions: Sequence[str]) -> Sequence[str]:
    """As many of the people as have the room that mentions have elsewhere."""
    kept: list[str] = []
    for member in mentions:
        if utf8("".join([*kept, member])) > MENTIONS:
            break
        kept.append(member)
    return kept


WECOM = Kind(
    partial(Chat, Tool((card, flowing, text), judge, unfit(ANSWERS))),
    hosts=("qyapi.weixin.qq.com",),
    gap=6.5,
)
"""A robot that is sent more than 20 messages a minute goes silent; a send may be two of them."""
