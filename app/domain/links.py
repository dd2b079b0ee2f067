"""Signed links to the page where a person confirms an act: for destinations that have no buttons of their own.

One rule: a link says who may do what, until when, and nobody but us can make or change one; that it acts once is the
store's part, by its nonce.

Layout, base64url without padding: version (1 byte), act (1), incident (UUID, 16), expiry (Unix seconds, 5), nonce (9),
length of the destination's name (1), destination and person (UTF-8), then 16 bytes of HMAC-SHA256 over all before. A
tag of 128 bits is what RFC 2104 asks at least; the link has to fit into a text message.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.domain.acting import Act

NONCE: Final = 9  # bytes
MOST_NAME: Final = 200  # bytes of UTF-8, of a destination or person

LIFETIME: Final = timedelta(days=3)
"""How long a link in an alert is good: over a weekend."""

_VERSION: Final = 1
_TAG: Final = 16
_HEAD: Final = 1 + 1 + 16 + 5 + NONCE + 1
_LONGEST: Final = 4 * (_HEAD + 2 * MOST_NAME + _TAG) // 3 + 4
_ACTS: Final = (Act.ACKNOWLEDGE, Act.SILENCE, Act.CHECK)  # their places are on the wire: add at the end
_INFO: Final = b"piaoda: links"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a link lets happen. `person`: who it was sent to, where one person alone reads the destination."""

    act: Act
    incident: str
    destination: str
    person: str
    expires_at: datetime
    nonce: bytes


class Unusable(StrEnum):
    FORGED = "forged"
    """Not one of ours: cut off, changed, or made under another secret."""
    EXPIRED = "expired"


def key_of(secret: bytes) -> bytes:
    """The key for links, by HKDF-SHA256 (RFC 5869) of PIAODA_SECRET: what leaks of links opens nothing else."""
    extracted = hmac.new(bytes(32), secret, hashlib.sha256).digest()
    return hmac.new(extracted, _INFO + b"\x01", hashlib.sha256).digest()


def sign(key: bytes, claim: Claim) -> str:
    """The token. ValueError: a name of more than MOST_NAME bytes, or a nonce of another length."""
    destination, person = claim.destination.encode(), claim.person.encode()
    if max(len(destination), len(person)) > MOST_NAME or len(claim.nonce) != NONCE:
        raise ValueError("a name or nonce does not fit into a link")
    expiry = int(claim.expires_at.timestamp()).to_bytes(5)
    head = bytes((_VERSION, _ACTS.index(claim.act))) + UUID(claim.incident).bytes + expiry + claim.nonce
    return _text(_sealed(key, head + bytes((len(destination),)) + destination + person))


def read(key: bytes, token: str, now: datetime) -> Claim | Unusable:
    """What `token` lets happen now; total on whatever is sent to us."""
    raw = _bytes(token)
    if len(raw) < _HEAD + _TAG or not hmac.compare_digest(raw, _sealed(key, raw[:-_TAG])):
        return Unusable.FORGED
    try:
        claim = _claim(raw[:-_TAG])
    except (IndexError, ValueError, OverflowError):
        return Unusable.FORGED  # ours, of a version that is newer than this one
    return claim if now < claim.expires_at else Unusable.EXPIRED


def _claim(said: bytes) -> Claim:
    if said[0] != _VERSION:
        raise ValueError(said[0])
    names = said[_HEAD:]
    length = said[_HEAD - 1]
    return Claim(
        act=_ACTS[said[1]],
        incident=str(UUID(bytes=said[2:18])),
        destination=names[:length].decode(),
        person=names[length:].decode(),
        expires_at=datetime.fromtimestamp(int.from_bytes(said[18:23]), UTC),
        nonce=said[23 : 23 + NONCE],
    )


def _sealed(key: bytes, said: bytes) -> bytes:
    return said + hmac.new(key, said, hashlib.sha256).digest()[:_TAG]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(token: str) -> bytes:
    """What `token` spells; nothing for what `_text` would not have written."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return b""
    return raw if len(token) <= _LONGEST and _text(raw) == token else b""
