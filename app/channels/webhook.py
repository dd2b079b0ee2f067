"""Webhooks by Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks).

Its one rule: the stored bytes are sent as they are, with the same id at every attempt and a fresh timestamp,
signed with every live secret, so that a secret can be changed without losing a message.
"""

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from app.channels.channel import Destination, Kind, Parcel, Receipt, Result, Toolbox
from app.channels.reply import excerpt, retry_after, unreachable
from app.domain.errors import EgressError
from app.egress import Reply

TOLERANCE = timedelta(minutes=5)
"""How far a timestamp may be away from the receiver's clock; the reference libraries' figure."""

_PREFIX = "whsec_"
_KEY_BYTES = range(24, 65)
_GONE = 410
_SLOW_DOWN = (429, 502, 503, 504)

_RESERVED = frozenset({
    "host", "content-type", "content-length", "content-encoding", "accept-encoding", "user-agent", "expect",
    "webhook-id", "webhook-timestamp", "webhook-signature",
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
    "te", "trailer", "transfer-encoding", "upgrade",
})  # fmt: skip
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")


class Webhook:
    """One endpoint. Making it raises ValueError where a secret or a header of it is not usable."""

    batch = 1

    def __init__(self, destination: Destination, tools: Toolbox) -> None:
        if not destination.secrets:
            raise ValueError(f"webhook {destination.name} has no secret: whsec_ and base64 of 24 to 64 bytes")
        for secret in destination.secrets:
            _key(secret)
        _refuse_reserved(destination.headers)
        self._destination, self._egress, self._clock = destination, tools.egress, tools.clock

    async def send(self, parcels: Sequence[Parcel]) -> Receipt:
        (parcel,) = parcels
        to, now = self._destination, self._clock.now()
        headers = {**to.headers, **self._headers(parcel, int(now.timestamp()))}
        try:
            reply = await self._egress.request(
                "POST", to.url, headers=headers, content=parcel.body.encode(), deadline=to.timeout
            )
        except EgressError as error:
            return unreachable(error)
        return judge(reply, now)

    def _headers(self, parcel: Parcel, timestamp: int) -> dict[str, str]:
        signatures = (sign(secret, parcel.id, timestamp, parcel.body) for secret in self._destination.secrets)
        return {
            "content-type": "application/json",
            "user-agent": "Piaoda-Webhook/1",
            "webhook-id": parcel.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(signatures),
        }


WEBHOOK = Kind(Webhook, chat=False)


def judge(reply: Reply, now: datetime) -> Receipt:
    """2xx alone is success; 410 ends it; all else may be a mistake that somebody is repairing just now."""
    if 200 <= reply.status < 300:  # noqa: PLR2004 - the class of success
        return Receipt(Result.DELIVERED, reply.status)
    if reply.status == _GONE:
        return Receipt(Result.PERMANENT, reply.status, detail=excerpt(reply), gone=True)
    wait = retry_after(reply, now) if reply.status in _SLOW_DOWN else None
    return Receipt(Result.RETRY, reply.status, detail=excerpt(reply), retry_after=wait)


def sign(secret: str, id: str, timestamp: int, body: str) -> str:  # noqa: A002 - the specification's word
    """One entry of `webhook-signature`: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.

    Raises ValueError for an unusable secret, and for an id with a dot: it could pass for another message.
    """
    if "." in id:
        raise ValueError(f"a webhook id has no dot: {id!r}")
    return _signature(_key(secret), f"{id}.{timestamp}.{body}".encode())


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether a holder of one of `secrets` made this request, within five minutes of `now`.

    `headers` by lower-case names; `body` the raw bytes. Whatever a stranger sends, it does not raise.
    """
    id_, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if "." in id_ or not _fresh(timestamp, now):
        return False
    signed = b".".join((id_.encode(errors="replace"), timestamp.encode(), body))
    expected = [_signature(_key(secret), signed).encode() for secret in secrets]
    given = [entry.encode(errors="replace") for entry in headers.get("webhook-signature", "").split(" ")]
    return any([hmac.compare_digest(right, entry) for right in expected for entry in given])  # noqa: C419 - no early end


def _signature(key: bytes, signed: bytes) -> str:
    return "v1," + b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _fresh(timestamp: str, now: datetime) -> bool:
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        return False
    return abs(int(timestamp) - now.timestamp()) <= TOLERANCE.total_seconds()


def _key(secret: str) -> bytes:
    """The key's bytes; the message of the ValueError does not show the secret."""
    fault = ValueError("a webhook secret is whsec_ and base64 of 24 to 64 bytes")
    if not secret.startswith(_PREFIX):
        raise fault
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError:
        raise fault from None
    if len(key) not in _KEY_BYTES:
        raise fault
    return key


def _refuse_reserved(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if name.lower() in _RESERVED:
            raise ValueError(f"the header {name} is ours or the transport's and cannot be set")
        if not (_HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value)):
            raise ValueError(f"the header {name!r} has characters that HTTP does not allow")
