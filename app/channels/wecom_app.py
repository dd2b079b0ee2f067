"""WeCom 应用消息 (https://qyapi.weixin.qq.com/cgi-bin/message/send): messages to members, with buttons.

Its one rule: HTTP 200 says nothing, `errcode` says it all. A refused token is replaced once a send.
What is more than 30 messages a minute to one member, WeCom drops without a word; nobody hears of it, nor do we. Codes:
developer.work.weixin.qq.com documents 90236 and 90455.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from app.channels.channel import Destination, Failure, Kind, Parcel, Receipt, Result, Toolbox
from app.channels.chat import Document, Turn, told
from app.channels.cutting import utf8
from app.channels.limits import LIMITS
from app.channels.prose import plain
from app.channels.reply import WRONG, Verdict, document, judged, unfit, unreachable
from app.channels.wecom import ANSWERS as ROBOT
from app.channels.wecom import errcode
from app.channels.wecom_dress import action_card, button_card, harmless, markdown
from app.domain.alert import Alert
from app.domain.errors import EgressError
from app.domain.token import Token

API = "https://qyapi.weixin.qq.com/cgi-bin"

_STALE = Verdict(Result.RETRY)
ANSWERS: Mapping[str, Verdict] = {
    **ROBOT,
    "40014": _STALE,  # the token
    "42001": _STALE,  # the token's time is over
    "40001": WRONG,  # the secret, or the token
    "40013": WRONG,  # the corp id
    "40056": WRONG,  # the agent id
    "48002": WRONG,  # the application may not use this interface
    "60011": WRONG,  # no rights over these members
    "60020": WRONG,  # our address is not on the application's list of trusted ones
    "81013": WRONG,  # not one of the receivers is there, or sees the application
    "82001": WRONG,  # no receivers
    "82002": WRONG,  # more than 100 departments
    "82003": WRONG,  # more than 100 tags
    "301002": WRONG,  # the secret belongs to another application
}
REFUSED_TOKENS = frozenset({"40014", "42001", "40001"})

_LIMITS = LIMITS["wecom_app"]
_UNFIT = unfit(ANSWERS)
_RECEIVERS = {"user": ("touser", "users"), "party": ("toparty", "parties"), "tag": ("totag", "tags")}
_RECEIVER = re.compile(r"(user|party|tag):([^\s|:]{1,64})")
_TOKEN = re.compile(r"[\x21-\x7e]{1,2048}")
_LIFETIME = 7_200
_TASK = re.compile(r"[^0-9A-Za-z_@-]")


class WecomApp:
    """One application of a company. Making it raises ValueError where a credential or a receiver is not usable."""

    batch = 1

    def __init__(self, destination: Destination, tools: Toolbox) -> None:
        given = destination.credentials
        if not all(given.get(name) for name in WECOM_APP.credentials) or not given["agent_id"].isdecimal():
            raise ValueError(f"wecom_app {destination.name} needs corp_id, secret and agent_id (a number)")
        self._receivers = receivers(destination.to)
        self._destination, self._tools = destination, tools
        self._url = (destination.url or API).rstrip("/")
        self._token_key = f"channel:wecom_app:{given['corp_id']}:{given['agent_id']}"
        self._called_back = bool(given.get("token") and given.get("encoding_aes_key"))

    async def send(self, parcels: Sequence[Parcel]) -> Receipt:
        (parcel,) = parcels
        alert, turn = told(parcels, self._destination, self._tools), Turn(self._tools.egress, self._destination.timeout)
        try:
            for words in self._forms(alert, task_id(parcel, self._destination)):
                receipt = await self._posted(turn, words)
                if receipt.code not in _UNFIT:
                    break
        except EgressError as error:
            return unreachable(error)
        except _NoToken as error:
            return error.receipt
        return receipt

    def _forms(self, alert: Alert, task: str) -> Iterator[Document]:
        """The richest form that can show it, and the plainest, should WeCom refuse that."""
        buttons = button_card(alert, _LIMITS, task) if self._called_back else {}
        if shown := buttons or action_card(alert, _LIMITS):
            yield {"msgtype": "template_card", "template_card": shown}
        else:
            yield {"msgtype": "markdown", "markdown": {"content": markdown(alert, (), _LIMITS["markdown"])}}
        yield {"msgtype": "text", "text": {"content": plain(alert, _LIMITS["text"], utf8, harmless)}}

    async def _posted(self, turn: Turn, words: Document) -> Receipt:
        token = await self._token(turn)
        receipt = await self._call(turn, token, words)
        if receipt.code not in REFUSED_TOKENS or self._tools.tokens is None:
            return receipt
        await self._tools.tokens.drop(self._token_key, token)
        newer = await self._token(turn)
        return receipt if newer == token else await self._call(turn, newer, words)

    async def _call(self, turn: Turn, token: str, words: Document) -> Receipt:
        agent = int(self._destination.credentials["agent_id"])
        url = f"{self._url}/message/send?{urlencode({'access_token': token})}"
        reply = await turn.post(url, {**self._receivers, "agentid": agent, **words})
        receipt = judged(reply, self._tools.clock.now(), errcode(reply), ANSWERS)
        return (
            replace(receipt, thread=_thread(words, document(reply))) if receipt.result is Result.DELIVERED else receipt
        )

    async def _token(self, turn: Turn) -> str:
        async def fetch() -> Token:
            return await self._fetched(turn)

        tokens = self._tools.tokens
        return await tokens.get(self._token_key, fetch) if tokens else (await fetch()).value

    async def _fetched(self, turn: Turn) -> Token:
        given = self._destination.credentials
        asked = urlencode({"corpid": given["corp_id"], "corpsecret": given["secret"]})
        reply, now = await turn.get(f"{self._url}/gettoken?{asked}"), self._tools.clock.now()
        found = document(reply)
        value, lifetime = found.get("access_token"), found.get("expires_in")
        receipt = judged(reply, now, errcode(reply), ANSWERS)
        if receipt.result is not Result.DELIVERED:
            raise _NoToken(receipt)
        if not (isinstance(value, str) and _TOKEN.fullmatch(value)):
            raise _NoToken(replace(receipt, result=Result.UNKNOWN, failure=Failure.UNCLEAR))
        seconds = lifetime if type(lifetime) is int and 0 < lifetime <= _LIFETIME else _LIFETIME
        return Token(value, now + self._tools.clock.real(seconds))


class _NoToken(Exception):
    """WeCom grants no token; `receipt` says why."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(receipt.code)
        self.receipt = receipt


def receivers(to: Sequence[str]) -> Mapping[str, str]:
    """`user:zhang`, `party:2`, `tag:3` as WeCom takes them; raises ValueError for anything else, and for too many."""
    found: dict[str, list[str]] = {}
    for entry in to:
        if not (match := _RECEIVER.fullmatch(entry)):
            raise ValueError(f"{entry!r} is not user:, party: or tag: and an id")
        found.setdefault(match[1], []).append(match[2])
    if not found or any(len(ids) > _LIMITS[_RECEIVERS[kind][1]] for kind, ids in found.items()):
        raise ValueError("a message of WeCom goes to 1 to 1,000 members, at most 100 departments, at most 100 tags")
    return {_RECEIVERS[kind][0]: "|".join(ids) for kind, ids in found.items()}


def task_id(parcel: Parcel, to: Destination) -> str:
    """The id of a card: the same at every attempt of one message, another for every destination of one application."""
    return _TASK.sub("-", f"{parcel.id}@{to.name}")[: _LIMITS["task_id"]]


def _thread(words: Document, found: Mapping[str, Any]) -> str:
    """`task_id:response_code` of a card that can still be changed, once, within 72 hours; else empty."""
    task, code = words.get("template_card", {}).get("task_id"), found.get("response_code")
    return f"{task}:{code}" if task and isinstance(code, str) else ""


WECOM_APP = Kind(
    WecomApp,
    url="optional",
    hosts=("qyapi.weixin.qq.com",),
    credentials={
        "corp_id": "the company's id, ww…",
        "secret": "the application's secret",
        "agent_id": "the application's number",
    },
    optional={
        "token": "the callback's token; with encoding_aes_key there are buttons instead of links",
        "encoding_aes_key": "the callback's EncodingAESKey, 43 characters",
    },
    to="user:zhangsan, party:2 or tag:3; user:@all for everybody who sees the application",
    gap=2.1,
)
"""One member takes 30 messages a minute."""
