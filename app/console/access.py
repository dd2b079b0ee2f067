"""Who may look: a visitor signs in with an API key and gets a session. One rule: the key stays in the sign-in request.

A session is `<key id>.<expiry>.<HMAC-SHA256>`, keyed by the stored digest of the API key: every replica can check it,
nothing is kept, and it ends with the key. What the digest cannot do is open the API: there the key itself is needed.
"""

import hashlib
import hmac
import re
from collections import OrderedDict
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from app.clock import Clock
from app.console.refusal import Refusal, sign_in_needed
from app.domain.search import Principal
from app.store.keys import ApiKeys

SCOPES: Final = frozenset({"invoices:read", "admin"})
ACTING: Final = frozenset({"invoices:act", "admin"})
LIFETIME: Final = 12 * 3600  # real seconds
_SESSION = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9]{1,12})\.([0-9a-f]{64})", re.ASCII)


class Door:
    """Lets visitors of one tenant in; with `open_to_all`, everybody."""

    def __init__(self, keys: ApiKeys, clock: Clock, tenant: str, *, open_to_all: bool) -> None:
        self._keys, self._clock, self._tenant = keys, clock, tenant
        self.open_to_all = open_to_all
        self._throttle = Throttle(clock)

    async def visitor(self, request: Request) -> Principal | None:
        """Who is looking; None is anybody, where all may. Refusal 401 without a live session, 403 without scope."""
        if self.open_to_all:
            return None
        principal = await self._principal(request.cookies.get(_cookie(request), ""))
        if principal is None:
            raise sign_in_needed()
        return _allowed(principal)

    async def actor(self, request: Request) -> Principal | None:
        """Who has signed in with a key that may act, even where all may look."""
        principal = await self._principal(request.cookies.get(_cookie(request), ""))
        return principal if principal and principal.scopes & ACTING else None

    async def sign_in(self, key: str, client: str) -> str:
        """A new session for the owner of `key`; Refusal 401 for one that is none, 403 without scope, 429 too often."""
        if not self._throttle.admits(client):
            raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, "too_often")
        sha256 = hashlib.sha256(key.encode()).digest()
        principal = await self._keys.find(sha256)
        if principal is None or principal.tenant != self._tenant:
            raise sign_in_needed("wrong_key")
        self._throttle.forget(client)
        expires_at = self._clock.now() + self._clock.real(LIFETIME)
        return _session(_allowed(principal).key_id, int(expires_at.timestamp()), sha256)

    async def _principal(self, session: str) -> Principal | None:
        found = _SESSION.fullmatch(session)
        if not found or int(found[2]) <= self._clock.now().timestamp():
            return None
        known = await self._keys.by_id(self._tenant, found[1])
        if known and hmac.compare_digest(session, _session(found[1], int(found[2]), known[1])):
            return known[0]
        return None


class Throttle:
    """Slows down guessing: at most `most` attempts by one address `within` real seconds, in this process."""

    def __init__(self, clock: Clock, *, most: int = 5, within: float = 60.0, remembered: int = 10_000) -> None:
        self._clock, self._most, self._within, self._remembered = clock, most, within, remembered
        self._attempts: OrderedDict[str, list[datetime]] = OrderedDict()

    def admits(self, client: str) -> bool:
        """Counts an attempt; False when it is one too many."""
        now = self._clock.now()
        since = now - self._clock.real(self._within)
        recent = [at for at in self._attempts.pop(client, []) if at > since]
        admitted = len(recent) < self._most
        self._attempts[client] = [*recent, now] if admitted else recent
        if len(self._attempts) > self._remembered:
            self._attempts.popitem(last=False)
        return admitted

    def forget(self, client: str) -> None:
        """Those who knew a key were not guessing."""
        self._attempts.pop(client, None)


def is_from_here(request: Request) -> bool:
    """Whether a form was sent by a page of ours.

    Browsers leave Sec-Fetch-Site out over plain HTTP; then Origin says it. Behind a proxy only the host is the same.
    """
    if site := request.headers.get("sec-fetch-site"):
        return site == "same-origin"
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host", "-")


def give(request: Request, response: Response, session: str) -> None:
    """Hands the session to the browser."""
    _set_cookie(request, response, session, LIFETIME)


def take_back(request: Request, response: Response) -> None:
    _set_cookie(request, response, "", 0)


def _set_cookie(request: Request, response: Response, value: str, lifetime: int) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(_cookie(request), value, max_age=lifetime, httponly=True, samesite="lax", secure=secure)


def _cookie(request: Request) -> str:
    # With the prefix browsers take the cookie only if it is Secure and ours alone, so never over plain HTTP.
    return "__Host-piaoda" if request.url.scheme == "https" else "piaoda"


def _session(key_id: str, expires: int, sha256: bytes) -> str:
    said = f"{key_id}.{expires}"
    return f"{said}.{hmac.new(sha256, f'piaoda console {said}'.encode(), hashlib.sha256).hexdigest()}"


def _allowed(principal: Principal) -> Principal:
    if not principal.scopes & SCOPES:
        raise Refusal(HTTPStatus.FORBIDDEN, "no_scope")
    return principal
