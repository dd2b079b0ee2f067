"""How one logs in to KSeF with a token: challenge, encrypted token, redemption, refresh. One rule: the token comes
encrypted with our public key and under a challenge of ours, or it is worth nothing.

A login is decided at once, though its status has to be asked for. The access token is no JWT.
"""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from app.simulator.behaviour import Dialect
from app.simulator.kept import Kept
from app.simulator.world import World

ME = Dialect.KSEF_PL
CHALLENGE_LIFE = timedelta(minutes=10)
OPERATION_LIFE = timedelta(minutes=45)
ACCESS_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=7)
KEY_BITS = 2048
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)

_TAKEN = {"code": 200, "description": "Uwierzytelnianie zakończone sukcesem"}
_WRONG_TOKEN = {
    "code": 450,
    "description": "Uwierzytelnianie zakończone niepowodzeniem z powodu błędnego tokenu",
    "details": ["Nieprawidłowy token"],
}


@dataclass(slots=True)
class Operation:
    """One login; `token` is the temporary one that asks for its status and redeems it, once."""

    reference: str
    token: str
    nip: str
    started_at: datetime
    ends_at: datetime
    taken: bool
    redeemed: bool = False

    def open_to(self, token: str, now: datetime) -> bool:
        return token == self.token and now < self.ends_at


@dataclass(slots=True)
class Office:
    challenges: dict[str, datetime] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    """By reference."""
    refreshers: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """Account and end of each refresh token."""


class Login:
    def __init__(self, world: World) -> None:
        self._world = world
        self._kept = Kept(world, Office)

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        """Made once, when somebody first needs it: most simulators are never asked in Polish."""
        return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)

    def certificate(self) -> dict[str, Any]:
        """The public key as KSeF publishes it: a certificate, DER in Base64."""
        now = self._world.now()
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "KSeF simulator")])
        begin, end = now - timedelta(days=1), now + timedelta(days=730)
        made = x509.CertificateBuilder(name, name, self._key.public_key(), 1, begin, end).sign(
            self._key, hashes.SHA256()
        )
        return {
            "certificate": base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode(),
            "validFrom": begin.isoformat(),
            "validTo": end.isoformat(),
            "usage": ["KsefTokenEncryption", "SymmetricKeyEncryption"],
        }

    def challenge(self) -> dict[str, Any]:
        now = self._world.now()
        challenge = self._reference("CR")
        self._kept.now.challenges[challenge] = now
        return {"challenge": challenge, "timestamp": now.isoformat(), "timestampMs": _milliseconds(now)}

    def begin(self, challenge: str, nip: str, encrypted: str) -> dict[str, Any] | None:
        """Starts a login of the account `nip`; None for a challenge that is unknown, used or too old."""
        now, office = self._world.now(), self._kept.now
        asked_at = office.challenges.pop(challenge, None)
        if asked_at is None or now >= asked_at + self._world.lasting(CHALLENGE_LIFE):
            return None
        known = self._world.accounts.secret(ME, nip)
        taken = known is not None and self._decrypted(encrypted) == f"{known}|{_milliseconds(asked_at)}"
        taken = taken and not self._world.happens(self._world.behaviour.credentials_refused, ME)
        end = now + self._world.lasting(OPERATION_LIFE)
        operation = Operation(self._reference("AU"), self._token(), nip, now, end, taken)
        office.operations[operation.reference] = operation
        token = {"token": operation.token, "validUntil": end.isoformat()}
        return {"referenceNumber": operation.reference, "authenticationToken": token}

    def status(self, reference: str, token: str) -> dict[str, Any] | None:
        """None for a token that does not open this login."""
        operation = self._kept.now.operations.get(reference)
        if operation is None or not operation.open_to(token, self._world.now()):
            return None
        return {
            "startDate": operation.started_at.isoformat(),
            "authenticationMethod": "Token",
            "status": _TAKEN if operation.taken else _WRONG_TOKEN,
            "isTokenRedeemed": operation.redeemed,
        }

    def redeem(self, token: str) -> dict[str, Any] | str:
        """Access and refresh token, or what is wrong: 401, or 21301 for a login that failed or was redeemed."""
        now, office = self._world.now(), self._kept.now
        operation = next((each for each in office.operations.values() if each.open_to(token, now)), None)
        if operation is None:
            return "401"
        if not operation.taken or operation.redeemed:
            return "21301"
        operation.redeemed = True
        refresh, end = self._token(), now + self._world.lasting(REFRESH_LIFE)
        office.refreshers[refresh] = (operation.nip, end)
        return {**self._access(operation.nip), "refreshToken": {"token": refresh, "validUntil": end.isoformat()}}

    def refresh(self, token: str) -> dict[str, Any] | None:
        nip, end = self._kept.now.refreshers.get(token, ("", datetime.min.replace(tzinfo=self._world.now().tzinfo)))
        return self._access(nip) if self._world.now() < end else None

    def _access(self, nip: str) -> dict[str, Any]:
        now, life = self._world.now(), self._world.lasting(ACCESS_LIFE)
        token = self._world.accounts.grant(ME, nip, now, life)
        return {"accessToken": {"token": token, "validUntil": (now + life).isoformat()}}

    def _decrypted(self, encrypted: str) -> str:
        try:
            return self._key.decrypt(base64.b64decode(encrypted, validate=True), _OAEP).decode()
        except (binascii.Error, ValueError):
            return ""

    def _reference(self, kind: str) -> str:
        """A reference number as KSeF makes them: day, kind, ten, ten and two hexadecimal digits."""
        drawn = f"{self._world.random.getrandbits(88):022X}"
        return f"{self._world.now():%Y%m%d}-{kind}-{drawn[:10]}-{drawn[10:20]}-{drawn[20:]}"

    def _token(self) -> str:
        return f"{self._world.random.getrandbits(128):032x}"


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
