"""API keys: how they look, and who may do what. One rule: a key travels in the Authorization header only.

A key reads `pdk_<id>_<secret>_<checksum>`. The id is public and names the key in lists; the secret has
238 bits, so that a fast hash (SHA-256) is enough to store it; the checksum (CRC-32) tells scanners, and us, a
mistyped key without a database. Scopes are declared where a route is (`Security(API_KEY, scopes=[...])`), so
OpenAPI and enforcement cannot differ.
"""

import binascii
import hashlib
import re
import secrets
import string
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase
from starlette.requests import Request

from app.api.ports import Keys
from app.api.problems import Problem
from app.clock import Clock
from app.domain.search import Principal

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
PREFIX = "pdk_"
ADMIN = "admin"
WRITE = "events:write"
WEBHOOKS = "webhooks:admin"
SCOPES = {
    WRITE: "send events",
    "invoices:read": "read invoices, statistics and the feed",
    "invoices:act": "check, resolve, acknowledge, void and annotate invoices",
    WEBHOOKS: "administer webhooks",
    ADMIN: "everything",
}

_SHAPE = re.compile(r"pdk_([0-9A-Za-z]{10})_([0-9A-Za-z]{40})_([0-9A-Za-z]{6})")
_TOKEN = re.compile(r"[!-~]{1,512}")


@dataclass(frozen=True, slots=True)
class Key:
    """A key, just made. `text` is shown once and never stored; what is stored is `digest(text)`."""

    id: str
    text: str = field(repr=False)


def mint() -> Key:
    """A new random key."""
    key_id, secret = _random(10), _random(40)
    unchecked = f"{PREFIX}{key_id}_{secret}"
    return Key(key_id, f"{unchecked}_{checksum(unchecked)}")


def parse(text: str) -> Key | None:
    """The key that `text` is; None where shape or checksum are wrong."""
    found = _SHAPE.fullmatch(text)
    if not found or checksum(text[: found.start(3) - 1]) != found[3]:
        return None
    return Key(found[1], text)


def digest(text: str) -> bytes:
    """What is stored of a key: the SHA-256 of all its characters."""
    return hashlib.sha256(text.encode()).digest()


def checksum(text: str) -> str:
    """The CRC-32 of `text` in six characters of base 62."""
    number, written = binascii.crc32(text.encode()), ""
    for _ in range(6):
        number, rest = divmod(number, len(ALPHABET))
        written = ALPHABET[rest] + written
    return written


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


class Guard:
    """Says who calls. Remembers found keys a little: a revoked one is out within `remembered_for`."""

    def __init__(
        self,
        keys: Keys,
        clock: Clock,
        *,
        remembered_for: timedelta = timedelta(seconds=5),
        remembered: int = 1_000,
    ) -> None:
        self._keys, self._clock = keys, clock
        self._remembered_for, self._most = remembered_for, remembered
        self._found: OrderedDict[bytes, tuple[datetime, Principal]] = OrderedDict()

    async def admit(self, header: str, scopes: list[str]) -> Principal:
        """The caller whose Authorization header this is; Problem 401 without live key, 403 without scope."""
        principal = await self._find(header)
        if principal is None:
            raise unauthorized("This API key is not known, has expired or was revoked.")
        missing = [scope for scope in scopes if not principal.scopes & {scope, ADMIN}]
        if missing:
            detail = f'The API key "{principal.name}" lacks the scope {missing[0]}, which this call needs.'
            raise Problem("forbidden", detail, extra={"scope": missing[0]})
        return principal

    async def _find(self, header: str) -> Principal | None:
        """Looks and checksum are examined once; what is remembered is found by the digest of the whole header."""
        now, told = self._clock.now(), digest(header)
        known = self._found.get(told)
        if known and known[0] > now:
            return known[1]
        principal = await self._keys.find(digest(_token(header)))
        self._found.pop(told, None)
        if principal:
            self._remember(told, now, principal)
        return principal

    def _remember(self, told: bytes, now: datetime, principal: Principal) -> None:
        # Real seconds: a demo's fast clock must not turn the cache off, nor a slow one keep a revoked key.
        lifetime = self._clock.real(self._remembered_for.total_seconds())
        self._found[told] = (now + lifetime, principal)
        if len(self._found) > self._most:
            self._found.popitem(last=False)


def unauthorized(detail: str) -> Problem:
    return Problem("unauthorized", detail, headers={"WWW-Authenticate": 'Bearer realm="piaoda"'})


def _token(header: str) -> str:
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not _TOKEN.fullmatch(token):
        raise unauthorized("Send an API key in the header: Authorization: Bearer pdk_….")
    if token.startswith(PREFIX) and parse(token) is None:
        raise unauthorized("This API key is mistyped or cut off: its checksum does not fit.")
    return token


class ApiKey(SecurityBase):
    """The dependency that admits a caller; FastAPI hands in the scopes that the route declares."""

    def __init__(self) -> None:
        self.model = HTTPBearer(description="An API key with the scope that the call names, or with scope admin.")
        self.scheme_name = "apiKey"

    async def __call__(self, request: Request, needed: SecurityScopes) -> Principal:
        guard: Guard = request.app.state.guard
        return await guard.admit(request.headers.get("authorization", ""), needed.scopes)


API_KEY = ApiKey()
Writer = Annotated[Principal, Security(API_KEY, scopes=[WRITE])]
Reader = Annotated[Principal, Security(API_KEY, scopes=["invoices:read"])]
Actor = Annotated[Principal, Security(API_KEY, scopes=["invoices:act"])]
WebhookAdmin = Annotated[Principal, Security(API_KEY, scopes=[WEBHOOKS])]
