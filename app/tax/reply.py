"""One question over HTTP and its reply, read without trust: an object, or an Answer instead.

One rule: nothing a provider sends can raise here, and nothing unsound is read as knowledge: doubled keys,
NaN, a number without end, half an object, an endless depth and HTML teach us nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import InvalidOperation
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml import DefusedXmlException

from app.domain.errors import EgressError
from app.domain.invoice import Answer, Outcome
from app.egress import Reply
from app.tax.adapter import Toolbox
from app.tax.masking import Mask
from app.tax.strictjson import DEEPEST, parse_json

Document = dict[str, Any]
Reader = Callable[[Reply], Any]
Refusal = Callable[[Document], Answer | None]

FORM = MappingProxyType({"content-type": "application/x-www-form-urlencoded"})
JSON = MappingProxyType({"content-type": "application/json"})
XML = MappingProxyType({"content-type": "application/xml; charset=utf-8"})

MAX_BYTES = 1_048_576
"""Fifty results with their links, or one invoice with two thousand lines, and room to spare."""
MOST_TAGS = 100_000
"""What is read within half a second: nobody else is served meanwhile."""
LONGEST_WAIT = 3600.0

_STATUSES = MappingProxyType({401: Outcome.AUTH, 403: Outcome.AUTH, 429: Outcome.RATE_LIMITED})
_CHARSETS = frozenset({"utf-8", "gbk", "gb2312", "gb18030"})
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\";,\s]*)", re.ASCII | re.IGNORECASE)
_SECONDS = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,9})?")
UNREADABLE = (ValueError, LookupError, InvalidOperation, RecursionError, ParseError, DefusedXmlException)


def as_json(reply: Reply) -> Any:
    """The JSON value; ValueError and its like where it is none, or one that could be read two ways."""
    return parse_json(_text(reply))


def as_xml(reply: Reply) -> Document:
    """XML as an object: names without namespaces, attributes as `@name`, an element told twice as a list."""
    return parse_xml(reply.body)


def parse_xml(body: bytes) -> Document:
    """As `as_xml`, of bytes; raises one of UNREADABLE. A page in HTML may be sound XML and is still no answer."""
    if not body.lstrip().startswith((b"<", b"\xef\xbb\xbf<")):
        raise ValueError("no XML")
    if body.count(b"<") > MOST_TAGS:
        raise ValueError("too many tags")
    root = defusedxml.ElementTree.fromstring(body, forbid_dtd=True)
    name = _name(root.tag)
    if name.lower() == "html":
        raise ValueError("a page")
    return {name: _value(root, DEEPEST)}


async def ask(
    toolbox: Toolbox,
    url: str,
    *,
    deadline: float,
    method: str = "POST",
    content: bytes = b"",
    headers: Mapping[str, str] = FORM,
    read: Reader = as_json,
    refusal: Refusal | None = None,
    mask: Mask | None = None,
    success: int = HTTPStatus.OK,
) -> Document | Answer:
    """Asks once. `deadline` in seconds.

    `refusal` reads the body of a status other than 200, where a provider explains itself there; None says that it is
    no explanation, and a find cannot come from it. `mask` shows this provider's fields of what could not be read.
    `success`: the one status that carries what was asked for.
    """
    try:
        reply = await toolbox.egress.request(
            method, url, headers=headers, content=content, deadline=deadline, max_bytes=MAX_BYTES
        )
    except EgressError as error:
        return Answer(Outcome.TRANSIENT, code=error.reason, message=error.detail)
    if reply.status == success:
        return _read(reply, read, mask or Mask())
    return _refused(reply, read, refusal, mask or Mask(), toolbox.clock.now())


def _read(reply: Reply, read: Reader, mask: Mask) -> Document | Answer:
    try:
        document = read(reply)
    except UNREADABLE:
        return _unusable("not_xml" if read is as_xml else "not_json", reply, mask)
    return document if isinstance(document, dict) else _unusable("not_an_object", reply, mask)


def _refused(reply: Reply, read: Reader, refusal: Refusal | None, mask: Mask, now: datetime) -> Answer:
    wait = retry_after(reply.headers.get("retry-after", ""), now)
    told = _read(reply, read, mask) if refusal else None
    explained = refusal(told) if refusal and isinstance(told, dict) else None
    if explained:
        return replace(explained, retry_after=wait)
    outcome = _STATUSES.get(reply.status, Outcome.TRANSIENT)
    return Answer(outcome, code=f"http_{reply.status}", retry_after=wait, raw=_kept(reply, mask))


def _unusable(code: str, reply: Reply, mask: Mask) -> Answer:
    return Answer(Outcome.TRANSIENT, code=code, raw=_kept(reply, mask))


def _kept(reply: Reply, mask: Mask) -> Callable[[], str]:
    """The evidence of what could not be read, made at once: a page may have a megabyte."""
    return partial(str, mask.of_text(reply.text()))


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


def _text(reply: Reply) -> str:
    """UTF-8 unless the reply says that it is GBK, as older gateways do."""
    told = _CHARSET.search(reply.headers.get("content-type", ""))
    charset = told[1].lower() if told else "utf-8"
    if charset not in _CHARSETS:
        raise ValueError(charset)
    return reply.body.decode("utf-8-sig" if charset == "utf-8" else charset)


def _name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _value(element: Element, levels: int) -> Any:
    """An element's text, or its children and attributes as an object."""
    if not levels:
        raise ValueError("too deep")
    children: Document = {f"@{_name(key)}": value for key, value in element.attrib.items()}
    for child in element:
        name, value = _name(child.tag), _value(child, levels - 1)
        if name not in children:
            children[name] = value
        elif isinstance(children[name], list):
            children[name].append(value)
        else:
            children[name] = [children[name], value]
    text = (element.text or "").strip()
    if not children:
        return text
    return {**children, "#text": text} if text else children
