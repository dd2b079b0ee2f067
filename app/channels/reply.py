"""What all channels need to judge a reply: waits, excerpts, and calls that brought no reply at all.

Its one rule: what a receiver wrote is untrusted; what we keep of it shows no key, no address and no number.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from app.channels.channel import Receipt, Result
from app.channels.cutting import cut, utf8
from app.domain.errors import EgressError
from app.egress import Reply

LONGEST_WAIT = 24 * 3600.0
_READ, _KEPT = 4_096, 256

_SECRETS = re.compile(
    r"(?P<scheme>https?://)(?:[^\s/@\"'<>]*@)?(?P<host>[^\s/?#\"'<>]+)[^\s\"'<>]*"
    r"|whsec_[\w+/=]+"
    r"|\d{1,3}(?:\.\d{1,3}){3}"
    r"|(?=[\w+/=-]*\d)[\w+/=-]{11,}",
    re.ASCII,
)
"""Links (the path may be a credential), our secrets, IPv4 addresses, any long word with a digit in it."""


def unreachable(error: EgressError) -> Receipt:
    """The receipt of a call without a reply; where our own guard refuses, only the operator can help."""
    result = Result.MISCONFIGURED if error.reason == "refused" else Result.RETRY
    return Receipt(result, code=error.reason, detail=mask(error.detail))


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
    except ValueError:
        return None
    return until if until.tzinfo else until.replace(tzinfo=UTC)
