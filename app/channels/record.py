"""What is kept of one attempt, for the people who look for a mistake. One rule: it shows no secret, theirs or ours.

What a receiver writes may hold anything, our own headers echoed included: it is masked by looks and by what we know.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.channels.channel import Exchange, Receipt
from app.channels.cutting import cut, utf8
from app.channels.reply import mask
from app.egress import Reply

LARGEST = 16_000  # bytes of a body
READ = 24_576  # bytes that are looked at; masking makes them fewer
_LONGEST_HEADER, _LONGEST_URL = 256, 2048
_MASK = "***"
_TAIL_OF = 12  # characters a secret must have before four of them may be shown
_SHORTEST = 6  # what is shorter is no secret, and stands in every second text

OPEN = frozenset({"content-type", "traceparent", "user-agent", "webhook-id", "webhook-timestamp"})
"""Request headers that are ours and say nothing secret."""

_AS_IT_IS = frozenset({
    "allow", "cf-ray", "content-length", "content-type", "date", "request-id", "traceparent", "x-correlation-id",
    "x-request-id",
})  # fmt: skip
_MASKED = frozenset({"location", "retry-after", "server", "via"})
_IN_A_WORD = r"[^\s\"'<>,;\x80-\U0010ffff]"
_BROKEN_WORD = re.compile(rf"(?<!{_IN_A_WORD}){_IN_A_WORD}*+$")  # tried where a word begins, or it costs the square
_ENDLESS_WORD = re.compile(r"[\w+/=-]{32,}", re.ASCII)
"""No prose; and masking by looks takes a time that grows with the square of a word's length."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a test: `took` in real seconds."""

    message_id: str
    receipt: Receipt
    took: float


def exchange(
    headers: Mapping[str, str], body: str, reply: Reply | None, secrets: Sequence[str], *, opened: frozenset[str] = OPEN
) -> Exchange:
    """What went out and what came back. `body`: what was sent, empty where it is the message's own.

    `secrets` are texts that must not show up wherever a receiver may have put them.
    """
    return Exchange(
        request_headers={name: value if name in opened else _hidden(name, value) for name, value in headers.items()},
        request_body=cut(body, LARGEST, utf8),
        reply_headers=_reply_headers(reply, secrets) if reply else {},
        reply_body=_body(reply, secrets) if reply else "",
    )


def tail(secret: str) -> str:
    """A secret as people are shown it: its last four characters, or none where that would be much of it."""
    return f"{_MASK}{secret[-4:]}" if len(secret) >= _TAIL_OF else _MASK


def without(text: str, secrets: Sequence[str]) -> str:
    """`text` without the very `secrets` in it."""
    for secret in sorted((each for each in secrets if len(each) >= _SHORTEST), key=len, reverse=True):
        text = text.replace(secret, _MASK)
    return text


def _hidden(name: str, value: str) -> str:
    if name == "webhook-signature":
        return " ".join(f"{entry.partition(',')[0]},{_MASK}" for entry in value.split(" "))
    return tail(value)


def _reply_headers(reply: Reply, secrets: Sequence[str]) -> Mapping[str, str]:
    return {name: _header(name, value, secrets) for name, value in reply.headers.items() if name in _AS_IT_IS | _MASKED}


def _header(name: str, value: str, secrets: Sequence[str]) -> str:
    known = without(value[:_LONGEST_URL], secrets)
    return cut(_plain(known if name in _AS_IT_IS else mask(known)), _LONGEST_HEADER)


def _body(reply: Reply, secrets: Sequence[str]) -> str:
    text = reply.body[:READ].decode(errors="replace")
    if len(reply.body) > READ:
        text = _BROKEN_WORD.sub("", text)  # half a key looks like no key
    return cut(_plain(mask(_ENDLESS_WORD.sub(_MASK, without(text, secrets)))), LARGEST, utf8)


def _plain(text: str) -> str:
    """Without what a terminal obeys or a JSON column refuses."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)
