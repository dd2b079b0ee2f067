"""DingTalk (钉钉) 自定义机器人, the group robot (https://oapi.dingtalk.com/robot/send?access_token=…).

Its one rule: HTTP 200 says nothing, `errcode` says it all. Where people are called by name the alert is markdown, for
buttons (actionCard) call nobody; a name rings only if it stands in `at` and in the text. Types, codes and signature:
open.dingtalk.com, custom robots; kubesphere/notification-manager and feiyu563/PrometheusAlert for the codes.
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from app.channels.channel import Destination, Kind, Receipt
from app.channels.chat import Chat, Document, Tool
from app.channels.cutting import cut, framed, utf8
from app.channels.limits import LIMITS
from app.channels.prose import MENTIONS, harmless, in_json, labelled, link, plain, weight, whole
from app.channels.reply import BUSY, GOOD, HOPELESS, UNFIT, WRONG, Verdict, document, hold, judged, unfit
from app.domain.alert import Alert
from app.egress import Reply

_LIMITS = LIMITS["dingtalk"]
BODY, TITLE = _LIMITS["body"], 100
_HELD = hold(float(_LIMITS["silence"]))

ANSWERS: Mapping[str, Verdict] = {
    "0": GOOD,
    "-1": BUSY,
    "410100": _HELD,  # too fast
    "130101": _HELD,  # too fast
    "310000": WRONG,  # keyword, signature, timestamp or IP address: `errmsg` tells which
    "300001": WRONG,  # token
    "300005": WRONG,  # token
    "400101": WRONG,  # token
    "400013": WRONG,  # the group is gone
    "400102": WRONG,  # the robot is switched off
    "400106": WRONG,  # the robot is not in the group
    "400105": UNFIT,  # message type
    "430101": HOPELESS,  # content: a link
    "430102": HOPELESS,  # content: words
    "430103": HOPELESS,  # content: an image
    "430104": HOPELESS,  # content
    "90030": HOPELESS,  # the month's quota
}
_OK = 200


def card(alert: Alert, mentions: Sequence[str]) -> Sequence[Document]:
    """Text and buttons, where there are buttons and nobody is to be called."""
    buttons = [{"title": action.label, "actionURL": action.url} for action in alert.actions]
    shown = whole(buttons, BODY // 2, weight)
    if mentions or not shown:
        return ()
    return (
        _filled(lambda text: _card(alert, text, shown), _first(alert), [*_middle(alert)], [harmless(alert.footer)]),
    )


def flowing(alert: Alert, mentions: Sequence[str]) -> Sequence[Document]:
    """Markdown; a link is a line of its own."""
    people = whole(mentions, MENTIONS, utf8)
    last = [_tags(people), *(link(action.label, action.url) for action in alert.actions), harmless(alert.footer)]
    return (
        _filled(
            lambda text: {"msgtype": "markdown", "markdown": {"title": _title(alert), "text": text}, **_at(people)},
            _first(alert),
            [*_middle(alert)],
            last,
        ),
    )


def text(alert: Alert, mentions: Sequence[str]) -> Sequence[Document]:
    people = whole(mentions, MENTIONS, utf8)
    bare: Document = {"msgtype": "text", "text": {"content": ""}, **_at(people)}
    tags = f"\n{_tags(people)}" if people else ""
    content = plain(alert, BODY - weight(bare) - in_json(tags), clean=harmless) + tags
    return ({**bare, "text": {"content": content}},)


def judge(reply: Reply, now: datetime) -> Receipt:
    code = document(reply).get("errcode")
    return judged(reply, now, str(code) if type(code) is int and reply.status == _OK else "", ANSWERS)


def sign(to: Destination, unsigned: Document, now: datetime) -> tuple[str, Document]:
    """The URL with `timestamp` and `sign`, where the robot has a secret (加签); it holds for an hour."""
    secret = to.credentials.get("secret")
    if not secret:
        return to.url, unsigned
    timestamp = round(now.timestamp() * 1_000)
    return f"{to.url}&timestamp={timestamp}&sign={signature(secret, timestamp)}", unsigned


def signature(secret: str, timestamp: int) -> str:
    """Base64 of HMAC-SHA256, URL-encoded once; `timestamp` in milliseconds."""
    digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
    return quote(b64encode(digest), safe="")


def _card(alert: Alert, text: str, buttons: Sequence[Mapping[str, str]]) -> Document:
    return {
        "msgtype": "actionCard",
        "actionCard": {"title": _title(alert), "text": text, "btnOrientation": "0", "btns": buttons},
    }


def _filled(build: Callable[[str], Document], first: str, middle: Sequence[str], last: Sequence[str]) -> Document:
    """Two blanks before a line break keep it one; `build` makes the document of a text."""
    ending = [f"{line}  " for line in last if line]
    return build(framed(first, middle, ending, BODY - weight(build("")), in_json))


def _first(alert: Alert) -> str:
    return f"### {harmless(alert.headline)}"


def _middle(alert: Alert) -> Iterator[str]:
    yield from (f"> {labelled(f'**{label}**', harmless(value))}  " for label, value in alert.facts)
    yield from [""] if alert.facts and alert.lines else []
    yield from (f"{harmless(line)}  " for line in alert.lines)
    yield from [""] if alert.facts or alert.lines else []


def _title(alert: Alert) -> str:
    """What the list of chats and the lock screen show."""
    return cut(alert.headline, TITLE)


def _tags(people: Sequence[str]) -> str:
    return " ".join(f"@{person}" for person in people)


def _at(people: Sequence[str]) -> Mapping[str, Any]:
    """Digits are a mobile number, `all` is everybody, anything else a user's id."""
    mobiles = [person for person in people if person.lstrip("+").replace("-", "").isdigit()]
    users = [person for person in people if person not in mobiles and person != "all"]
    return {"at": {"atMobiles": mobiles, "atUserIds": users, "isAtAll": "all" in people}} if people else {}


DINGTALK = Kind(
    partial(Chat, Tool((card, flowing, text), judge, unfit(ANSWERS), sign)),
    hosts=("oapi.dingtalk.com",),
    optional={"secret": "the robot's signing secret (加签), SEC…"},
    gap=3.4,
)
"""A robot that is sent more than 20 messages a minute is held for ten minutes."""
