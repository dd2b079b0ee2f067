"""Signatures by Standard Webhooks 1.0: `v1` is HMAC-SHA256, `v1a` is Ed25519.

One rule: what is signed is `id.timestamp.body`, byte for byte; an unusable secret is refused without being shown.
A `whsec_` secret signs and verifies; a `whsk_` key signs, and its `whpk_` key is all that a receiver needs.
"""

import hashlib
import hmac
import re
import secrets as randomness
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.domain.endpoint import PRIVATE, SYMMETRIC

TOLERANCE = timedelta(minutes=5)
"""How far a timestamp may be away from the receiver's clock; the reference libraries' figure."""

PUBLIC = "whpk_"
_SYMMETRIC_BYTES = range(24, 65)
_SEED = 32
_PAIR = 64  # the seed and the public key behind it, as Svix writes private keys

_Signer = Callable[[bytes], str]
_Verifier = Callable[[bytes, str], bool]


def sign(secret: str, id: str, timestamp: int, body: str) -> str:  # noqa: A002 - the specification's word
    """One entry of `webhook-signature`: `v1,` or `v1a,` and base64 of the signature over `id.timestamp.body`.

    Raises ValueError for an unusable secret, and for an id with a dot: it could pass for another message.
    """
    if "." in id:
        raise ValueError(f"a webhook id has no dot: {id!r}")
    return _signer(secret)(f"{id}.{timestamp}.{body}".encode())


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether a holder of one of `secrets` made this request, within five minutes of `now`.

    `secrets`: `whsec_`, `whpk_` or `whsk_`; an unusable one raises ValueError. `headers` by lower-case names; `body`
    the raw bytes: whatever a stranger sends there does not raise.
    """
    id_, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if "." in id_ or not _fresh(timestamp, now):
        return False
    signed = b".".join((id_.encode(errors="replace"), timestamp.encode(), body))
    given = headers.get("webhook-signature", "").split(" ")
    verifiers = [_verifier(secret) for secret in secrets]
    return any([right(signed, entry) for right in verifiers for entry in given])  # noqa: C419 - no early end


def mint() -> str:
    """A new `whsec_` secret of 32 random bytes."""
    return SYMMETRIC + b64encode(randomness.token_bytes(32)).decode()


def mint_private() -> str:
    """A new `whsk_` key."""
    return PRIVATE + b64encode(randomness.token_bytes(_SEED)).decode()


def public_key(private: str) -> str:
    """The `whpk_` key of a `whsk_` key: what receivers verify with. ValueError for anything else."""
    return PUBLIC + b64encode(_private(private).public_key().public_bytes_raw()).decode()


def _signer(secret: str) -> _Signer:
    if secret.startswith(PRIVATE):
        private = _private(secret)
        return lambda signed: "v1a," + b64encode(private.sign(signed)).decode()
    key = _symmetric(secret)
    return lambda signed: "v1," + b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _verifier(secret: str) -> _Verifier:
    if secret.startswith((PRIVATE, PUBLIC)):
        key = _private(secret).public_key() if secret.startswith(PRIVATE) else _public(secret)
        return lambda signed, entry: _made_by(key, signed, entry)
    signer = _signer(secret)
    return lambda signed, entry: hmac.compare_digest(signer(signed).encode(), entry.encode(errors="replace"))


def _made_by(key: Ed25519PublicKey, signed: bytes, entry: str) -> bool:
    tag, _, text = entry.partition(",")
    if tag != "v1a":
        return False
    try:
        key.verify(b64decode(text, validate=True), signed)
    except (ValueError, InvalidSignature):
        return False
    return True


def _fresh(timestamp: str, now: datetime) -> bool:
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        return False
    return abs(int(timestamp) - now.timestamp()) <= TOLERANCE.total_seconds()


def _symmetric(secret: str) -> bytes:
    key = _bytes(secret, SYMMETRIC)
    if len(key) not in _SYMMETRIC_BYTES:
        raise ValueError("a webhook secret is whsec_ and base64 of 24 to 64 bytes")
    return key


def _private(secret: str) -> Ed25519PrivateKey:
    raw = _bytes(secret, PRIVATE)
    if len(raw) not in {_SEED, _PAIR}:
        raise ValueError("an Ed25519 key is whsk_ and base64 of 32 or 64 bytes")
    key = Ed25519PrivateKey.from_private_bytes(raw[:_SEED])
    if len(raw) == _PAIR and key.public_key().public_bytes_raw() != raw[_SEED:]:
        raise ValueError("the two halves of a whsk_ key do not belong together")
    return key


def _public(key: str) -> Ed25519PublicKey:
    raw = _bytes(key, PUBLIC)
    if len(raw) != _SEED:
        raise ValueError("a public key is whpk_ and base64 of 32 bytes")
    return Ed25519PublicKey.from_public_bytes(raw)


def _bytes(text: str, prefix: str) -> bytes:
    """The bytes behind the prefix; none where it is not base64, so that the refusal can name the right length."""
    try:
        return b64decode(text.removeprefix(prefix), validate=True) if text.startswith(prefix) else b""
    except ValueError:
        return b""
