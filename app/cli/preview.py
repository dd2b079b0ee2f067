"""What every chat tool would be sent, without sending it: each channel is given an egress that leads nowhere.

One rule: what is shown is what the drivers themselves make; of a tool nothing is known here but how it names a reader.
"""

import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.channels.channel import Destination, Kind, Parcel, Toolbox
from app.channels.registry import CHANNELS
from app.cli.samples import NOW, Sample
from app.domain.alert import Alert, Language, compose
from app.domain.errors import ConfigurationError, EgressError
from app.domain.exchange import Reply
from app.domain.message import encode
from app.domain.selection import select
from app.egress import Egress

_CONSOLE = "https://piaoda.example.com/incidents"
_TAKEN = (
    b'{"ok": true, "errcode": 0, "code": 0, "access_token": "preview", "expires_in": 7200, "ts": "1", "channel": "C1"}'
)
"""What satisfies a driver that asks for a token, or for the place of its first message, before it goes on."""

_PLACEHOLDER: Mapping[str, str] = MappingProxyType({
    "host": "mail.example.com", "port": "465", "from": "piaoda@example.com", "agent_id": "1000002",
    "sign_name": "票达", "template": "SMS_000000000",
})  # fmt: skip
_READERS: Mapping[str, str] = MappingProxyType({
    "slack_app": "C0000000000", "wecom_app": "user:preview", "email": "finance@example.com", "sms": "+8613800000000",
})  # fmt: skip


_PAST_EGRESS = frozenset({"apprise"})
"""What would truly send: it does not ask our egress."""


class Nowhere(Egress):
    """Keeps what would have been posted, and says yes to everything. Addresses hold keys and are not kept."""

    def __init__(self) -> None:
        super().__init__(tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))  # trusts nobody, and costs nothing to make
        self.documents: list[Any] = []

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        content: bytes = b"",
        deadline: float = 15.0,
        max_bytes: int = 262_144,
        whole: bool = True,
    ) -> Reply:
        del headers, deadline, max_bytes, whole
        if method == "POST":
            self.documents.append(_said(url, content))
        return Reply(200, {}, _TAKEN)

    async def connect(self, host: str, port: int, *, deadline: float = 15.0) -> Any:
        raise EgressError("refused", f"{host}:{port}: a preview goes nowhere (after {deadline:g} s)")


def _said(url: str, content: bytes) -> Any:
    """The JSON of the body; of a post without one what its query says (Alibaba Cloud signs in the headers)."""
    if not content:
        return dict(parse_qsl(urlsplit(url).query))
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")


class Still:
    """A clock that stands at the moment of the samples."""

    def now(self) -> datetime:
        return NOW

    def real(self, seconds: float) -> timedelta:
        return timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"a channel never sleeps ({seconds} s)")


@dataclass(frozen=True, slots=True)
class Preview:
    """One sample: the alert that all tools share, and the documents by destination, empty where it posts no JSON."""

    sample: Sample
    alert: Alert
    documents: Mapping[str, Sequence[Any]] = field(default_factory=dict)


async def preview(sample: Sample, destinations: Sequence[Destination], language: Language) -> Preview:
    """What `destinations` would be sent; the alert is that of the first, so far as it may see it."""
    fields = destinations[0].fields if destinations else ()
    alert = compose([select(sample.payload, fields)], language, NOW, link)
    posted = {to.name: await _posted(sample, replace(to, language=language)) for to in destinations}
    return Preview(sample, alert, posted)


def of_every_kind() -> Sequence[Destination]:
    """One destination of each kind of chat, made up."""
    return [_made_up(name, kind) for name, kind in CHANNELS.items() if kind.chat]


def of_kind(name: str) -> Destination:
    """A made up destination of that kind; raises ConfigurationError where there is none."""
    if (kind := CHANNELS.get(name)) is None or not kind.chat:
        chats = ", ".join(name for name, kind in CHANNELS.items() if kind.chat)
        raise ConfigurationError(
            f"There is no destination {name!r} in piaoda.yaml, and the kinds of chat are: {chats}."
        )
    return _made_up(name, kind)


def link(action: str, incident: str) -> str:
    """Where the buttons of a preview lead: nowhere, legibly."""
    return f"{_CONSOLE}/{incident}" if action == "open" else f"{_CONSOLE}/{incident}/{action}"


async def _posted(sample: Sample, to: Destination) -> Sequence[Any]:
    if to.kind in _PAST_EGRESS:
        return []
    nowhere = Nowhere()
    parcel = Parcel(sample.name, encode(sample.payload), NOW, sample.payload)
    try:
        await CHANNELS[to.kind].make(to, Toolbox(nowhere, Still(), link=link)).send([parcel])
    except (ValueError, KeyError):
        return []  # the kind wants something that nobody can make up
    finally:
        await nowhere.close()
    return nowhere.documents


def _made_up(name: str, kind: Kind) -> Destination:
    host = next(iter(kind.hosts), "chat.example.com").replace("*", "preview", 1)
    given = {known: _PLACEHOLDER.get(known, "preview") for known in (*kind.credentials, *kind.optional)}
    return Destination(
        name=name,
        kind=name,
        url="" if kind.url == "none" else f"https://{host}/preview",
        credentials=given,
        to=(_READERS.get(name, "preview"),) if kind.to else (),
        options={known: _PLACEHOLDER.get(known, "") for known in kind.options if known in _PLACEHOLDER},
    )
