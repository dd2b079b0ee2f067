"""What chat tools reached by a URL have in common: many parcels become one message, posted as JSON.

Its one rule: tools differ in how an alert is dressed, how a reply is judged, and how a call is signed; in nothing else.
Rendering keeps every form within the tool's limits. Where a tool refuses a form all the same, nothing of it was shown,
so the plainest form goes out at once, within the same deadline: that is no second message and no retry.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from app.channels.channel import Destination, Parcel, Receipt, Result, Toolbox
from app.channels.reply import unreachable
from app.domain.alert import Alert, compose
from app.domain.errors import EgressError
from app.domain.selection import select
from app.egress import Egress, Reply

Document = Mapping[str, Any]

Dress = Callable[[Alert, Sequence[str]], Sequence[Document]]
"""From an alert and the people to mention to the JSON documents that show it, in the order they are posted, each within
the tool's limits; none where this form cannot show this alert. The first one must say what matters: it decides.
"""

Judge = Callable[[Reply, datetime], Receipt]

Sign = Callable[[Destination, Document, datetime], tuple[str, Document]]
"""From a destination and a document to the URL to post to and the document to post, signed as of an instant."""


def unsigned(to: Destination, document: Document, now: datetime) -> tuple[str, Document]:  # noqa: ARG001
    """For tools whose URL is the credential."""
    return to.url, document


@dataclass(frozen=True, slots=True)
class Tool:
    """One chat tool. `forms`: the richest first; the last is the plainest, one document, and can show any alert.

    `unfit`: the codes of receipts by which it refuses a form.
    """

    forms: Sequence[Dress]
    judge: Judge
    unfit: frozenset[str] = frozenset()
    sign: Sign = unsigned


class Chat:
    """One chat room, reached by a URL. A flood becomes one digest."""

    batch = 100

    def __init__(self, tool: Tool, destination: Destination, tools: Toolbox) -> None:
        self._tool, self._destination, self._tools = tool, destination, tools

    async def send(self, parcels: Sequence[Parcel]) -> Receipt:
        to, now = self._destination, self._tools.clock.now()
        alert = told(parcels, to, self._tools)
        mentions = to.mentions if alert.urgent else ()
        (plainest,) = self._tool.forms[-1](alert, mentions)
        first, turn = None, Turn(self._tools.egress, to.timeout)
        for document in dressed(self._tool.forms, alert, mentions):
            receipt = await self._post(turn, document, now)
            if receipt.code in self._tool.unfit and document != plainest:
                receipt = await self._post(turn, plainest, now)
            first = first or receipt
            if receipt.result is not Result.DELIVERED:
                break
        assert first, "the plainest form shows any alert"
        return first

    async def _post(self, turn: "Turn", document: Document, now: datetime) -> Receipt:
        try:
            return self._tool.judge(await turn.post(*self._tool.sign(self._destination, document, now)), now)
        except EgressError as error:
            return unreachable(error)


class Turn:
    """The calls of one send: they share its deadline, `seconds` from now. What brings no reply raises EgressError."""

    def __init__(self, egress: Egress, seconds: float) -> None:
        self._egress, self._ends = egress, time.monotonic() + seconds

    async def get(self, url: str) -> Reply:
        return await self._egress.request("GET", url, deadline=self._left())

    async def post(self, url: str, document: Document, headers: Mapping[str, str] = MappingProxyType({})) -> Reply:
        """Raw UTF-8 rather than escapes: WeCom takes escaped Chinese for illegal characters (40033)."""
        return await self._egress.request(
            "POST",
            url,
            headers={"content-type": "application/json; charset=utf-8", **headers},
            content=encoded(document),
            deadline=self._left(),
        )

    def _left(self) -> float:
        return max(round(self._ends - time.monotonic(), 3), 0.0)


def told(parcels: Sequence[Parcel], to: Destination, tools: Toolbox) -> Alert:
    """The one alert that all the parcels make, of what the destination may see, in its language."""
    payloads = [select(read(parcel), to.fields) for parcel in parcels]
    return compose(payloads, to.language, tools.clock.now(), tools.link)


def read(parcel: Parcel) -> Mapping[str, Any]:
    payload: Mapping[str, Any] = parcel.payload or json.loads(parcel.body)
    return payload


def dressed(forms: Sequence[Dress], alert: Alert, mentions: Sequence[str]) -> Sequence[Document]:
    """The alert in the first of the forms that can show it."""
    return next(filter(None, (form(alert, mentions) for form in forms)))


def encoded(document: Document) -> bytes:
    """The bytes that go out; tools limit the size of these. What is no character (a lone surrogate) becomes `?`."""
    return json.dumps(document, ensure_ascii=False).encode(errors="replace")
