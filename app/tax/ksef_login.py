"""How KSeF lets us in: a challenge, the KSeF token encrypted for the ministry, and an access token for minutes.

One rule: an authentication that KSeF is still working on is taken up by the next question, for an adapter never
waits, and one begun anew each time would never be done.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import load_der_x509_certificate

from app.domain.invoice import Answer, Outcome
from app.domain.token import Token
from app.egress import Reply
from app.tax import fields, oauth
from app.tax.adapter import Account, TokenRefused, Toolbox
from app.tax.reply import JSON, Document, as_json, ask
from app.tax.tables import Tables

UNDER_WAY, DONE = "100", "200"
USAGE = "KsefTokenEncryption"
_VISIBLE = re.compile(r"[\x21-\x7e]{1,8192}")
_FOR_NOW = 600
"""Seconds that an access token is kept which does not say how long it lives; they live for a quarter of an hour."""
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


@dataclass(frozen=True, slots=True)
class _Operation:
    """An authentication under way, and the token that asks what became of it."""

    reference: str
    token: str = field(repr=False)


class Login:
    def __init__(self, account: Account, toolbox: Toolbox, tables: Tables) -> None:
        self._account, self._toolbox, self._tables = account, toolbox, tables
        self._under_way: _Operation | None = None

    async def fetch(self) -> Token:
        """A new access token; raises TokenRefused, also while KSeF is still deciding."""
        taken_up, self._under_way = self._under_way, None
        operation = taken_up or await self._begin()
        try:
            told = await self._ask(f"/{quote(operation.reference, safe='')}", method="GET", bearer=operation.token)
        except TokenRefused as refused:
            if taken_up and refused.answer.outcome is Outcome.AUTH:  # it ended while nobody asked
                return await self.fetch()
            raise
        code = fields.text(fields.at(told, "status.code")) or "no_status"
        if code == UNDER_WAY:
            self._under_way = operation
        if code != DONE:
            message = fields.text(fields.at(told, "status.description")) or ""
            raise TokenRefused(self._tables.answer("login", code, message, told={"code": code}))
        return await self._redeem(operation)

    async def _begin(self) -> _Operation:
        key = await self._key()
        told = await self._ask("/challenge")
        challenge, at = fields.text(told.get("challenge")), _milliseconds(told)
        if challenge is None or at is None:
            raise _refused("no_challenge")
        asked = {
            "challenge": challenge,
            "contextIdentifier": {"type": "Nip", "value": self._account.credentials["nip"]},
            "encryptedToken": _encrypted(key, f"{self._account.credentials['token']}|{at}"),
        }
        begun = await self._ask("/ksef-token", body=asked, success=HTTPStatus.ACCEPTED)
        reference = fields.text(begun.get("referenceNumber"))
        token = fields.text(fields.at(begun, "authenticationToken.token"), 8192)
        if reference is None or token is None or not _VISIBLE.fullmatch(token):
            raise _refused("no_operation")
        return _Operation(reference, token)

    async def _redeem(self, operation: _Operation) -> Token:
        def opened(reply: Document) -> Document:
            until = _instant(fields.at(reply, "accessToken.validUntil"))
            left = int((until - self._toolbox.clock.now()).total_seconds()) if until else _FOR_NOW
            return {"access_token": fields.at(reply, "accessToken.token"), "expires_in": max(left, 1)}

        return await oauth.fetch_token(
            self._account, self._toolbox, f"{self._account.token_url}/token/redeem",
            headers={"authorization": f"Bearer {operation.token}"}, refusals={}, opened=opened,
        )  # fmt: skip

    async def _key(self) -> RSAPublicKey:
        """The ministry's: as the operator gave it, else as KSeF publishes it."""
        given = self._account.credentials.get("certificate")
        key = _public_key(given) if given else _current(await self._published(), self._toolbox.clock.now())
        if key is None:
            raise _refused("no_public_key")
        return key

    async def _published(self) -> object:
        reply = await ask(
            self._toolbox, f"{self._account.url}/security/public-key-certificates", method="GET",
            deadline=self._account.timeout, headers={}, read=_as_list, mask=self._tables.mask,
        )  # fmt: skip
        if isinstance(reply, Answer):
            raise TokenRefused(reply)
        return reply["list"]

    async def _ask(
        self,
        path: str,
        *,
        method: str = "POST",
        bearer: str = "",
        body: Mapping[str, Any] | None = None,
        success: int = HTTPStatus.OK,
    ) -> Document:
        reply = await ask(
            self._toolbox, f"{self._account.token_url}{path}", method=method, deadline=self._account.timeout,
            content=json.dumps(body).encode() if body else b"", mask=self._tables.mask, success=success,
            headers={**JSON, "authorization": f"Bearer {bearer}"} if bearer else JSON,
        )  # fmt: skip
        if isinstance(reply, Answer):
            raise TokenRefused(reply)
        return reply


def _refused(code: str) -> TokenRefused:
    return TokenRefused(Answer(Outcome.TRANSIENT, code=code))


def _as_list(reply: Reply) -> Document:
    return {"list": as_json(reply)}


def _instant(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(fields.text(value) or "")
    except ValueError:
        return None
    return at if at.tzinfo else None


def _milliseconds(challenge: Document) -> int | None:
    """The challenge's instant, which both sides must write alike."""
    told = challenge.get("timestampMs")
    if isinstance(told, int) and not isinstance(told, bool):
        return told
    at = _instant(challenge.get("timestamp"))
    return int(at.timestamp() * 1000) if at else None


def _current(published: object, now: datetime) -> RSAPublicKey | None:
    """The newest key for tokens that is valid now."""
    entries = [each for each in published if isinstance(each, dict)] if isinstance(published, list) else []
    valid = [(start, each) for each in entries if (start := _valid_from(each, now))]
    keys = (_public_key(each.get("certificate")) for _, each in sorted(valid, key=lambda it: it[0], reverse=True))
    return next((key for key in keys if key), None)


def _valid_from(entry: Document, now: datetime) -> datetime | None:
    usage, start, end = entry.get("usage"), _instant(entry.get("validFrom")), _instant(entry.get("validTo"))
    if not isinstance(usage, list) or USAGE not in usage or start is None or end is None:
        return None
    return start if start <= now <= end else None


def _public_key(certificate: object) -> RSAPublicKey | None:
    """The RSA key in a certificate, DER in base64 or PEM."""
    text = re.sub(r"-----[A-Z ]+-----|\s", "", certificate) if isinstance(certificate, str) else ""
    try:
        key = load_der_x509_certificate(base64.b64decode(text, validate=True)).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) else None


def _encrypted(key: RSAPublicKey, text: str) -> str:
    try:
        return base64.b64encode(key.encrypt(text.encode(errors="replace"), _OAEP)).decode()
    except ValueError as error:
        raise _refused("token_too_long") from error
