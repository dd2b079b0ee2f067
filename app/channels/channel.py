"""Seam 2: who hears of it. A channel sends once and says what became of it: it never sleeps, never retries.

HTTP 200 is not success for chat tools: each driver judges the reply's body and gives a Receipt.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal, Protocol

from app.clock import Clock
from app.domain.token import Tokens
from app.domain.trace import Trace
from app.egress import Egress

Language = Literal["zh", "en", "both"]
Form = Literal["standard", "cloudevents"]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Destination:
    """One receiver. `url`, `secrets`, `headers`, `credentials`: never logged, shown by their last four characters.

    `to`: whom the tool shall tell (a chat's channel, user ids, mail addresses, telephone numbers); `mentions`: who is
    called by name when a person must act. `fields`: the keys of the payload that this receiver may see, as dotted paths
    below `data` (`invoice.number`); empty: all. `form`: how a webhook's body is dressed. `options`: what else a kind
    lets an operator choose, all text. `person`: the one person who reads it, if there is one; links then act for them.
    """

    name: str
    kind: str
    url: str = field(default="", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    language: Language = "zh"
    timeout: float = 15.0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    mentions: tuple[str, ...] = ()
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    to: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    form: Form = "standard"
    options: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    person: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to one destination: `id` stays the same over all attempts, `body` is the exact JSON text to send.

    `thread`: what an earlier receipt said about where this incident stands in the chat; empty for the first. `trace`:
    what a program is told of where this attempt stands in a trace.
    """

    id: str
    body: str
    at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    thread: str = ""
    trace: Trace | None = None


class Result(StrEnum):
    """What became of a parcel. `UNKNOWN` is tried again a few times, then given up."""

    DELIVERED = "delivered"
    RETRY = "retry"
    PERMANENT = "permanent"
    MISCONFIGURED = "misconfigured"
    UNKNOWN = "unknown"


class Failure(StrEnum):
    """Why an attempt failed, in one closed word."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    DNS = "dns"
    TLS = "tls"
    PROTOCOL = "protocol"
    """What came back is not HTTP, or too large."""
    GUARDED = "guarded"
    """Our own guard refuses the address."""
    REDIRECT = "redirect"
    CLIENT_ERROR = "client_error"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    GONE = "gone"
    REFUSED = "refused"
    """The tool understood and refused; its own code says why."""
    UNCLEAR = "unclear"
    """An answer that says nothing we know."""
    CHANNEL_ERROR = "channel_error"
    """Our own driver raised."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What went out and what came back, masked, each body at most 16 kB. `request_body` empty: the message's own."""

    request_headers: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    request_body: str = ""
    reply_headers: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    reply_body: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The reply, judged. `retry_after` in seconds; `status` 0 when no HTTP reply came; `detail` is masked.

    `failure` is None exactly where the result is DELIVERED. `thread`: where the message now stands, for the next one.
    """

    result: Result
    status: int = 0
    code: str = ""
    detail: str = ""
    retry_after: float | None = None
    gone: bool = False
    """The receiver wants no more (HTTP 410): the destination is to be disabled."""
    failure: Failure | None = None
    thread: str = ""
    exchange: Exchange | None = None


class Channel(Protocol):
    @property
    def batch(self) -> int:
        """How many parcels one send may merge: 1 for webhooks, many for chat, so that a flood becomes one message."""
        ...

    async def send(self, parcels: Sequence[Parcel]) -> Receipt:
        """Sends them all in one call, once."""
        ...


Link = Callable[[str, str], str]
"""From an action (`open`, `acknowledge`, `silence`, `check`) and an incident's id to the address of the page where a
person confirms it.
"""


@dataclass(frozen=True, slots=True)
class Toolbox:
    """What a channel is handed. `link` is None while nobody has said where the console can be reached."""

    egress: Egress
    clock: Clock
    tokens: Tokens | None = None
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """What an operator must know and give to use a kind of destination; settings and `piaoda doctor` read it.

    `hosts`: where its URL must lead, "*." for any host below; empty: anywhere. `credentials`, `optional`, `options`:
    names and what they are. `gap`: least seconds between two sends. `confirms`: False where a good answer does not mean
    that anybody sees the message (Teams); such a kind is never the only destination of a level.
    """

    make: Callable[[Destination, Toolbox], Channel]
    url: Literal["required", "optional", "none"] = "required"
    hosts: tuple[str, ...] = ()
    credentials: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    optional: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    options: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    to: str = ""
    """What `to` holds; empty: it takes none."""
    chat: bool = True
    gap: float = 0.0
    confirms: bool = True
