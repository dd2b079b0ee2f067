"""One question over HTTP and its reply, read without trust: a JSON object, or an Answer instead.

One rule: nothing a provider sends can raise here, and nothing unsound is read as knowledge: doubled keys,
NaN, a number without end, half an object and HTML teach us nothing.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from app.domain.errors import EgressError
from app.domain.invoice import Answer, Outcome
from app.egress import Reply
from app.tax.adapter import Toolbox
from app.tax.masking import evidence_of_text

Document = dict[str, Any]
FORM = MappingProxyType({"content-type": "application/x-www-form-urlencoded"})

MAX_BYTES = 1_048_576
"""Fifty results with their links, or one invoice with two thousand lines, and room to spare."""
LONGEST_WAIT = 3600.0

_STATUSES = MappingProxyType({401: Outcome.AUTH, 403: Outcome.AUTH, 429: Outcome.RATE_LIMITED})
_SECONDS = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,9})?")


async def post(
    toolbox: Toolbox, url: str, *, content: bytes, deadline: float, headers: Mapping[str, str] = FORM
) -> Document | Answer:
    """Asks once. `deadline` in seconds."""
    try:
        reply = await toolbox.egress.request(
            "POST", url, headers=headers, content=content, deadline=deadline, max_bytes=MAX_BYTES
        )
    except EgressError as error:
        return Answer(Outcome.TRANSIENT, code=error.reason, message=error.detail)
    return read(reply, toolbox.clock.now())


def read(reply: Reply, now: datetime) -> Document | Answer:
    """The JSON object of a 200, else an Answer. `now` serves a Retry-After that names a date."""
    if reply.status != HTTPStatus.OK:
        return Answer(
            _STATUSES.get(reply.status, Outcome.TRANSIENT),
            code=f"http_{reply.status}",
            retry_after=retry_after(reply.headers.get("retry-after", ""), now),
            raw=evidence_of_text(reply.text()),
        )
    try:
        document = _parse(reply.body)
    except (ValueError, InvalidOperation, RecursionError):
        return unusable("not_json", reply)
    return document if isinstance(document, dict) else unusable("not_an_object", reply)


def unusable(code: str, reply: Reply) -> Answer:
    return Answer(Outcome.TRANSIENT, code=code, raw=evidence_of_text(reply.text()))


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds within [0, 3600] from either form of Retry-After (RFC 9110, 10.2.3); or None."""
    seconds = float(header) if _SECONDS.fullmatch(header.strip()) else _seconds_until(header, now)
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_WAIT)


def _seconds_until(header: str, now: datetime) -> float | None:
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now.timestamp()


def _parse(body: bytes) -> Any:
    return json.loads(
        body.decode("utf-8-sig"), object_pairs_hook=_unique, parse_float=Decimal, parse_constant=_no_constant
    )


def _unique(pairs: list[tuple[str, Any]]) -> Document:
    """Two values under one key contradict each other, and which one wins would be chance."""
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("doubled key")
    return document


def _no_constant(name: str) -> float:
    raise ValueError(name)
