"""What others must not read in the database. One rule: the key is made of what the database never sees.

AES-256-GCM under a key that HKDF-SHA256 makes of a secret: an account's own credentials, or the secret of the process.
Every replica has it, a copy of the database has not. Where a text lies is part of its seal, so that one row's text
means nothing in another.
"""

import os
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = "v1."
_NONCE = 12
TOKENS, ENDPOINTS = "tokens at rest", "endpoints at rest"
"""What is sealed: one secret makes another key for each."""


class Seal:
    """`secret`: what the key is made of, as hard to guess as a provider's credentials are."""

    def __init__(self, secret: bytes, purpose: str = TOKENS) -> None:
        info = f"piaoda: {purpose}".encode()
        self._cipher = AESGCM(HKDF(SHA256(), length=32, salt=None, info=info).derive(secret))

    def close(self, text: str, place: str) -> str:
        """`text` sealed for `place`; each time another one."""
        nonce = os.urandom(_NONCE)
        return _VERSION + b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), place.encode())).decode()

    def open(self, sealed: str, place: str) -> str | None:
        """What was sealed for `place`; None when it was not, or under another secret, or is not ours at all."""
        if not sealed.startswith(_VERSION):
            return None
        try:
            raw = b64decode(sealed.removeprefix(_VERSION), validate=True)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], place.encode()).decode()
        except (ValueError, InvalidTag):
            return None
