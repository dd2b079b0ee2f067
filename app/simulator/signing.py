"""Signed requests: the canonical form that Tencent's TC3, Aliyun's ACS3 and Huawei's SDK-HMAC have in common.

One rule: what is signed is what came over the wire, whatever the client meant to send.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from fastapi import Request

from app.simulator.world import World

_PARAMETER = re.compile(r"(\w+)=([^,\s]+)")
_UNRESERVED = "-_.~"


@dataclass(frozen=True, slots=True)
class Claim:
    """An `Authorization` header taken apart: `SCHEME Name=value, Name=value`."""

    scheme: str
    parameters: Mapping[str, str]

    @property
    def signed(self) -> tuple[str, ...]:
        """The names of the headers that were signed, in the client's order."""
        return tuple(self.parameters.get("SignedHeaders", "").split(";"))

    def fits(self, digest: str) -> bool:
        return hmac.compare_digest(digest.encode(), self.parameters.get("Signature", "").encode())


def claim(request: Request) -> Claim:
    """What the caller claims to be; an empty claim when there is none."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    return Claim(scheme, dict(_PARAMETER.findall(rest)))


def path_of(request: Request) -> str:
    """The path as it was requested, percent-encoding untouched."""
    return bytes(request.scope.get("raw_path") or request.scope["path"].encode()).decode("latin-1")


def canonical(
    request: Request, body: bytes, path: str, signed: Sequence[str], write: Callable[[str], str] = str.strip
) -> str:
    """Method, path, sorted query, signed headers with their values as `write` writes them, hash of the body."""
    headers = "".join(f"{name}:{write(request.headers.get(name, ''))}\n" for name in signed)
    return "\n".join((request.method, path, _query(request), headers, ";".join(signed), sha256(body)))


def late(world: World, said: str, seconds: int, shape: str = "") -> bool:
    """Whether what a client says the time is, is off by more than `seconds`. `shape`: as for strptime, in UTC; without
    one, seconds since 1970.
    """
    try:
        at = datetime.strptime(said, shape).replace(tzinfo=UTC) if shape else datetime.fromtimestamp(int(said), UTC)
    except (ValueError, OverflowError, OSError):
        return True
    return world.late(at, seconds)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def hmac_sha256(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _query(request: Request) -> str:
    """Sorted by name, both sides percent-encoded as RFC 3986 has it."""
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    encoded = sorted((quote(name, safe=_UNRESERVED), quote(value, safe=_UNRESERVED)) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)
