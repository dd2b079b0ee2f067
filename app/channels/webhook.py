"""Webhooks by Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks).

Its one rule: all attempts of a message send the same bytes under the same id, with a fresh timestamp, signed with
every live secret, so that a secret can be changed without losing a message. The stored bytes themselves go out where
the receiver has asked for no other form and may see all fields.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from app.channels import record
from app.channels.channel import Destination, Exchange, Failure, Kind, Parcel, Receipt, Result, Toolbox
from app.channels.reply import excerpt, retry_after, unreachable
from app.channels.signature import TOLERANCE, sign, verify
from app.domain import message
from app.domain.endpoint import LIVE_SECRETS
from app.domain.errors import EgressError
from app.domain.selection import select
from app.egress import Reply

__all__ = ["TOLERANCE", "WEBHOOK", "Webhook", "judge", "sign", "unusable_header", "verify"]

SOURCE = "/piaoda"
"""The `source` of CloudEvents where the operator names no other."""

_JSON, _CLOUDEVENTS = "application/json", "application/cloudevents+json"
_SEQUENCE_DIGITS = 10  # CloudEvents compares sequences as text
_OK, _REDIRECTION, _CLIENT_ERROR, _SERVER_ERROR, _END = 200, 300, 400, 500, 600
_GONE, _TOO_MANY = 410, 429

_RESERVED = frozenset({
    "host", "content-type", "content-length", "content-encoding", "accept-encoding", "user-agent", "expect",
    "webhook-id", "webhook-timestamp", "webhook-signature",
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
    "te", "trailer", "transfer-encoding", "upgrade",
})  # fmt: skip
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?")


class Webhook:
    """One endpoint. Making it raises ValueError where a secret or a header of it is not usable."""

    batch = 1

    def __init__(self, destination: Destination, tools: Toolbox) -> None:
        _refuse_secrets(destination)
        for name, value in destination.headers.items():
            if refusal := unusable_header(name, value):
                raise ValueError(refusal)
        self._destination, self._egress, self._clock = destination, tools.egress, tools.clock
        self._as_stored = destination.form == "standard" and not destination.fields
        self._hidden = (*destination.secrets, *_words(destination))

    async def send(self, parcels: Sequence[Parcel]) -> Receipt:
        (parcel,) = parcels
        now = self._clock.now()
        body = parcel.body if self._as_stored else self._dressed(parcel)
        traced = {"traceparent": str(parcel.trace)} if parcel.trace else {}
        headers = {**self._destination.headers, **traced, **self._headers(parcel.id, int(now.timestamp()), body)}
        try:
            reply = await self._posted(headers, body)
        except EgressError as error:
            return replace(unreachable(error), exchange=self._exchange(headers, body, None))
        receipt = judge(reply, now)
        detail = record.without(receipt.detail, self._hidden)
        return replace(receipt, detail=detail, exchange=self._exchange(headers, body, reply))

    async def _posted(self, headers: Mapping[str, str], body: str) -> Reply:
        to = self._destination
        return await self._egress.request(
            "POST", to.url, headers=headers, content=body.encode(), deadline=to.timeout, whole=False
        )

    def _headers(self, parcel_id: str, timestamp: int, body: str) -> dict[str, str]:
        signatures = (sign(secret, parcel_id, timestamp, body) for secret in self._destination.secrets)
        return {
            "content-type": _CLOUDEVENTS if self._destination.form == "cloudevents" else _JSON,
            "user-agent": "Piaoda-Webhook/1",
            "webhook-id": parcel_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(signatures),
        }

    def _dressed(self, parcel: Parcel) -> str:
        """The body as this receiver wants it: made of the message alone, so that all attempts are alike."""
        payload = select(parcel.payload or json.loads(parcel.body), self._destination.fields)
        if self._destination.form == "cloudevents":
            payload = cloudevent(parcel.id, payload, self._destination.options)
        return message.encode(payload)

    def _exchange(self, headers: Mapping[str, str], body: str, reply: Reply | None) -> Exchange:
        return record.exchange(headers, "" if self._as_stored else body, reply, self._hidden)


WEBHOOK = Kind(
    Webhook,
    chat=False,
    options=MappingProxyType(
        {
            "source": f"what CloudEvents name as their source; {SOURCE} where it is not given",
            "type_prefix": "what stands before the type of CloudEvents, such as com.example.",
        }
    ),
)


def judge(reply: Reply, now: datetime) -> Receipt:
    """2xx alone is success; 410 ends it; all else may be a mistake that somebody is repairing just now."""
    status = reply.status
    if _OK <= status < _REDIRECTION:
        return Receipt(Result.DELIVERED, status)
    if status == _GONE:
        return Receipt(Result.PERMANENT, status, detail=excerpt(reply), gone=True, failure=Failure.GONE)
    slow_down = status == _TOO_MANY or _SERVER_ERROR <= status < _END
    wait = retry_after(reply, now) if slow_down else None
    return Receipt(Result.RETRY, status, detail=excerpt(reply), retry_after=wait, failure=_failure(status))


def cloudevent(id: str, payload: Mapping[str, Any], options: Mapping[str, str]) -> dict[str, Any]:  # noqa: A002
    """`payload` as a CloudEvent 1.0 in structured mode: the same `data`, with the message's id.

    The subject is the number of the invoice, or its id where the receiver may not see the number; or the incident's id.
    """
    data = payload["data"]
    about, step = data.get("invoice") or data.get("incident") or {}, data.get("transition") or data.get("notice") or {}
    event = {
        "specversion": "1.0",
        "id": id,
        "source": options.get("source") or SOURCE,
        "type": options.get("type_prefix", "") + payload["type"],
        "time": payload["timestamp"],
    }
    if subject := about.get("number") or about.get("id"):
        event["subject"] = subject
    if "sequence" in step:
        event["sequence"] = f"{step['sequence']:0{_SEQUENCE_DIGITS}}"
    return {**event, "datacontenttype": _JSON, "data": data}


def unusable_header(name: str, value: str) -> str:
    """Why an operator cannot set this header, in a sentence without its value; empty when they can."""
    if name.lower() in _RESERVED:
        return f"the header {name} is ours or the transport's and cannot be set"
    if not (_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value)):
        return f"the header {name!r} has characters, or blanks around its value, that HTTP does not allow"
    return ""


def _words(destination: Destination) -> Iterable[str]:
    """What a receiver may quote of its credentials: headers whole and in words (`Bearer …`), values of the query."""
    for value in destination.headers.values():
        yield from (value, *value.split())
    yield from (value for _, value in parse_qsl(urlsplit(destination.url).query))


def _failure(status: int) -> Failure:
    if _REDIRECTION <= status < _CLIENT_ERROR:
        return Failure.REDIRECT
    if status == _TOO_MANY:
        return Failure.RATE_LIMITED
    if _CLIENT_ERROR <= status < _SERVER_ERROR:
        return Failure.CLIENT_ERROR
    return Failure.SERVER_ERROR if _SERVER_ERROR <= status < _END else Failure.UNCLEAR


def _refuse_secrets(destination: Destination) -> None:
    if not destination.secrets:
        raise ValueError(f"webhook {destination.name} has no secret: whsec_ and base64 of 24 to 64 bytes")
    if len(destination.secrets) > LIVE_SECRETS:
        raise ValueError(f"webhook {destination.name} has more than {LIVE_SECRETS} secrets")
    for secret in destination.secrets:
        sign(secret, "trial", 0, "")
