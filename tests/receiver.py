"""Whoever is told: an ERP that checks signatures, a Slack channel and WeCom groups that answer as the real ones do.

One rule: it writes down everything it got, before it answers.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from standardwebhooks import Webhook

from app.simulator.serving import serving

SECRET = "whsec_" + "QWNjZXB0YW5jZS10ZXN0cy1vbmx5LW5vdC1yZWFsLWtleSE="
TOLERANCE = timedelta(hours=6)
"""Between signing and arrival: wide, because days pass in seconds here; fresh timestamps are the unit tests' part."""

Reply = tuple[int, bytes]

REPLIES: Mapping[str, Reply] = {
    "erp": (204, b""),
    "slack": (200, b"ok"),
    "wecom": (200, b'{"errcode":0,"errmsg":"ok"}'),
}
"""By the first word of the path, `erp` in /erp/main: what the real ones say when all is well."""


@dataclass(frozen=True)
class Hit:
    """One request as it arrived, and when. `to` is the path without its slash; `signed`: its signature and its time
    are right.
    """

    at: datetime
    to: str
    headers: Mapping[str, str]
    body: bytes
    signed: bool
    status: int

    @property
    def id(self) -> str:
        return self.headers.get("webhook-id", "")

    @property
    def payload(self) -> Any:
        return json.loads(self.body)

    @property
    def words(self) -> str:
        """A chat message as a person reads it: Slack's notification text and sections, WeCom's markdown or card."""
        document = self.payload
        if "msgtype" in document:
            shown = document[document["msgtype"]]
            return str(shown.get("content") or "\n".join(_texts(shown)))
        below = [block for attachment in document.get("attachments", ()) for block in attachment["blocks"]]
        blocks = [block for block in (*document["blocks"], *below) if block["type"] == "section"]
        sections = [block.get("text", {}).get("text", "") for block in blocks]
        return "\n".join([document["text"], *sections])


def _texts(value: Any) -> Iterator[str]:
    """Every text within a document, in its order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


@dataclass
class Receiver:
    """An ASGI application. `replies` may be changed while it runs, by path or by the path's first word."""

    now: Callable[[], datetime]
    replies: dict[str, Reply] = field(default_factory=lambda: dict(REPLIES))
    _hits: list[Hit] = field(default_factory=list)
    _writing: Lock = field(default_factory=Lock)

    def hits(self, to: str | None = None) -> Sequence[Hit]:
        """What arrived so far, oldest first."""
        with self._writing:
            return [hit for hit in self._hits if to in (None, hit.to)]

    def payloads(self, to: str, number: str) -> list[Any]:
        """What arrived at `to` about the invoice `number`."""
        return [
            p for p in (hit.payload for hit in self.hits(to)) if p["data"].get("invoice", {}).get("number") == number
        ]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message.get("body", b""), message.get("more_body", False)
        status, answer = self._take(scope, body)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": answer})

    def _take(self, scope: Any, body: bytes) -> Reply:
        to = scope["path"].strip("/")
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        reply = self.replies.get(to) or self.replies[to.partition("/")[0]]
        with self._writing:
            now = self.now()
            self._hits.append(Hit(now, to, headers, body, _is_signed(headers, body, now), reply[0]))
        return reply


@contextmanager
def receiving(now: Callable[[], datetime]) -> Iterator[tuple[Receiver, str]]:
    """A receiver and its address."""
    receiver = Receiver(now)
    with serving(receiver) as url:  # type: ignore[arg-type]
        yield receiver, url


def _is_signed(headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """By the Standard Webhooks project's own library; its `verify` reads the wall clock, which says nothing here."""
    if "webhook-signature" not in headers:
        return False
    timestamp = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    expected = Webhook(SECRET).sign(headers["webhook-id"], timestamp, body.decode())
    return expected in headers["webhook-signature"].split() and abs(now - timestamp) < TOLERANCE
