"""The envelope around WeCom's callbacks: AES-256-CBC, and SHA-1 over what the sender and we both know.

Its one rule: whatever a stranger sends, the answer is a message or None, and nothing tells which of the checks failed.
Layout: 16 random bytes, the length in 4 bytes, the message, the receiver's corp id; padded to blocks of 32 (not of 16).
"""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_BLOCK, _IV, _RANDOM, _LENGTH = 32, 16, 16, 4
_KEY_CHARACTERS = 43


def signature(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """`msg_signature` of a callback: SHA-1 in hex of the four, sorted and joined."""
    joined = "".join(sorted((token, timestamp, nonce, encrypted))).encode(errors="replace")
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def verified(token: str, timestamp: str, nonce: str, encrypted: str, given: str) -> bool:
    """Whether `given` is the signature of these, by a comparison that takes the same time either way."""
    right = signature(token, timestamp, nonce, encrypted)
    return bool(token) and hmac.compare_digest(right.encode(), given.encode(errors="replace"))


def encrypt(aes_key: str, corp_id: str, message: bytes, random: bytes | None = None) -> str:
    """`message` sealed for `corp_id`, base64. `random`: 16 bytes, for tests. ValueError for an unusable key."""
    key = _key(aes_key)
    filler = secrets.token_bytes(_RANDOM) if random is None else random
    plain = filler + len(message).to_bytes(_LENGTH, "big") + message + corp_id.encode()
    count = _BLOCK - len(plain) % _BLOCK
    sealing = Cipher(AES(key), CBC(key[:_IV])).encryptor()
    return b64encode(sealing.update(plain + bytes([count]) * count) + sealing.finalize()).decode()


def decrypt(aes_key: str, corp_id: str, encrypted: str) -> bytes | None:
    """The message sealed in `encrypted` for `corp_id`; None for anything else. ValueError for an unusable key."""
    key = _key(aes_key)
    try:
        sealed = b64decode(encrypted, validate=True)
    except ValueError:
        return None
    if not sealed or len(sealed) % _BLOCK:
        return None
    opening = Cipher(AES(key), CBC(key[:_IV])).decryptor()
    return _opened(opening.update(sealed) + opening.finalize(), corp_id.encode())


def _opened(padded: bytes, corp_id: bytes) -> bytes | None:
    count = padded[-1]
    if not 1 <= count <= _BLOCK or padded[-count:] != bytes([count]) * count:
        return None
    plain = padded[:-count]
    start = _RANDOM + _LENGTH
    end = start + int.from_bytes(plain[_RANDOM:start], "big")
    if end > len(plain):
        return None
    return plain[start:end] if hmac.compare_digest(plain[end:], corp_id) else None


def _key(aes_key: str) -> bytes:
    """The 32 bytes that WeCom's 43 characters (EncodingAESKey) stand for; the ValueError does not show them."""
    try:
        key = b64decode(f"{aes_key}=", validate=True) if len(aes_key) == _KEY_CHARACTERS else b""
    except ValueError:
        key = b""
    if len(key) != _BLOCK:
        raise ValueError("an EncodingAESKey is 43 characters of base64")
    return key
