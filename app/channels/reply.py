"""What all channels need to judge a reply: verdicts, waits, excerpts, and calls that brought no reply at all.

Its one rule: what a receiver wrote is untrusted; what we keep of it shows no key, no address and no number.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from app.channels.channel import Failure, Receipt, Result
from app.channels.cutting import cut, utf8
from app.domain.errors import EgressError, EgressReason
from app.egress import Reply

LONGEST_WAIT = 24 * 3600.0
_READ, _KEPT = 4_096, 256

_SECRETS = re.compile(
    r"(?P<scheme>https?://)(?:[^\s/@\"'<>]*@)?(?P<host>[^\s/?#\"'<>]+)[^\s\"'<>]*"
    r"|whsec_[\w+/=-]+"
    r"|\d{1,3}(?:\.\d{1,3}){3}"
    r"|(?:(?<![\w+/=-])|(?<=\d))(?=[\w+/=-]*\d)[\w+/=-]{11,}",
    re.ASCII,
)
"""Links (the path may be a credential), our secrets, IPv4 addresses, any long word with a digit in it.

A word is looked through from its beginning, or from where an address in it ended: from each of its letters, 4 kB of
them hold up everybody for a good part of a second.
"""


FAILURES: Mapping[EgressReason, Failure] = {
    "timeout": Failure.TIMEOUT,
    "connect": Failure.CONNECTION,
    "reset": Failure.CONNECTION,
    "dns": Failure.DNS,
    "tls": Failure.TLS,
    "protocol": Failure.PROTOCOL,
    "too_large": Failure.PROTOCOL,
    "refused": Failure.GUARDED,
}

_TOO_MANY, _SERVER_ERROR = 429, 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a tool's own code means. `wait`: seconds to leave it alone, where it does not say so itself.

    `unfit`: the tool does not take the message in this form (too long, a block it dislikes), and shows nothing of it.
    """

    result: Result
    failure: Failure | None = Failure.REFUSED
    wait: float | None = None
    unfit: bool = False


GOOD = Verdict(Result.DELIVERED, None)
BUSY = Verdict(Result.RETRY, Failure.SERVER_ERROR)
WRONG = Verdict(Result.MISCONFIGURED)
HOPELESS = Verdict(Result.PERMANENT)
UNFIT = Verdict(Result.PERMANENT, unfit=True)
_STRANGE = Verdict(Result.UNKNOWN, Failure.UNCLEAR)


def hold(seconds: float | None = None) -> Verdict:
    """Too fast; `seconds` of silence where the tool does not say how long."""
    return Verdict(Result.RETRY, Failure.RATE_LIMITED, seconds)


def judged(reply: Reply, now: datetime, code: str, answers: Mapping[str, Verdict]) -> Receipt:
    """The receipt of a reply whose own code is `code` ("" where it has none), by the tool's table.

    A code that is not listed is UNKNOWN. HTTP 429 and 5xx say enough by themselves: the tool took nothing.
    """
    detail, asked = excerpt(reply), retry_after(reply, now)
    if reply.status == _TOO_MANY:
        return Receipt(Result.RETRY, reply.status, code, detail, asked, failure=Failure.RATE_LIMITED)
    if reply.status >= _SERVER_ERROR:
        return Receipt(Result.RETRY, reply.status, code, detail, asked, failure=Failure.SERVER_ERROR)
    verdict = answers.get(code, _STRANGE)
    wait = verdict.wait if asked is None or verdict.result is not Result.RETRY else asked
    return Receipt(verdict.result, reply.status, code, detail, wait, failure=verdict.failure)


def unfit(answers: Mapping[str, Verdict]) -> frozenset[str]:
    """The codes by which a tool refuses the form of a message, so that a plainer one is worth a call."""
    return frozenset(code for code, verdict in answers.items() if verdict.unfit)


def unreachable(error: EgressError) -> Receipt:
    """The receipt of a call without a reply; where our own guard refuses, only the operator can help."""
    result = Result.MISCONFIGURED if error.reason == "refused" else Result.RETRY
    return Receipt(result, code=error.reason, detail=mask(error.detail), failure=FAILURES[error.reason])


def document(reply: Reply) -> Mapping[str, Any]:
    """The reply's JSON object; empty for anything else that a proxy or a fault may send."""
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def retry_after(reply: Reply, now: datetime) -> float | None:
    """Seconds by the header Retry-After, in either form, at most a day; None where absent or garbage."""
    text = reply.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT)
    until = _http_date(text)
    return None if until is None else min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT)


def excerpt(reply: Reply) -> str:
    """The first 256 bytes of the body on one line; masked before it is cut, or half a key would pass."""
    text = reply.body[:_READ].decode(errors="replace")
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return cut(mask(flat), _KEPT, utf8)


def mask(text: str) -> str:
    """`text` without credentials, addresses and numbers; of a link the host stays."""
    return _SECRETS.sub(lambda found: f"{found['scheme']}{found['host']}/***" if found["host"] else "***", text)


def _http_date(text: str) -> datetime | None:
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return until if until.tzinfo else until.replace(tzinfo=UTC)
