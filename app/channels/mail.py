"""E-mail by SMTP: implicit TLS on port 465, STARTTLS on every other.

Its one rule: nothing is said before the line is secured; a server without TLS is told nothing. One connection a mail.
Replies by RFC 5321 and RFC 4954: 4xx may pass, 5xx will not, and where the login or the sender is refused an operator
must act. QQ and 163 take an authorisation code (授权码) for the password.
"""

import asyncio
import re
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from email.message import EmailMessage

import aiosmtplib
from aiosmtplib import SMTP

from app.channels.channel import Destination, Failure, Kind, Parcel, Receipt, Result, Toolbox
from app.channels.chat import read, told
from app.channels.cutting import cut, utf8
from app.channels.letter import Envelope, letter
from app.channels.options import chosen
from app.channels.record import without
from app.channels.reply import mask, unreachable
from app.domain.errors import EgressError

IMPLICIT_TLS = 465
LOGIN_REFUSED = frozenset({530, 534, 535, 538})
"""RFC 4954 and 3207: authentication or encryption is wanted, too weak, or wrong."""

FAREWELL_SECONDS = 1.0
_PERMANENT = 500
_NOT_SMTP = -1
_KEPT = 256
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
_SHOWN_ADDRESS = re.compile(r"[^\s<>@:\"']+@(?=[\w.-])")


class Mail:
    """One list of readers. Making it raises ValueError where an address or the port is not usable."""

    batch = 100

    def __init__(self, destination: Destination, tools: Toolbox) -> None:
        port = destination.options.get("port") or str(IMPLICIT_TLS)
        if not (port.isascii() and port.isdigit()):
            raise ValueError(f"{destination.name}: options.port is a number")
        self._host, self._port = chosen(destination, "host"), int(port)
        self._sender, self._login = chosen(destination, "from"), destination.credentials
        for address in (self._sender, *destination.to):
            if not _ADDRESS.fullmatch(address):
                raise ValueError(f"{destination.name}: a mail address is name@host, without a display name")
        if not destination.to:
            raise ValueError(f"{destination.name}: nobody to write to")
        self._destination, self._tools = destination, tools

    async def send(self, parcels: Sequence[Parcel]) -> Receipt:
        try:
            return await self._sent(self._letter(parcels))
        except EgressError as error:
            return unreachable(error)
        except aiosmtplib.SMTPException as error:
            return self._hidden(judge(error))
        except TimeoutError:
            return Receipt(Result.RETRY, code="timeout", failure=Failure.TIMEOUT)
        except ssl.SSLError as error:
            return Receipt(Result.RETRY, code="tls", detail=_shown(str(error)), failure=Failure.TLS)
        except OSError:
            return Receipt(Result.RETRY, code="reset", failure=Failure.CONNECTION)

    def _letter(self, parcels: Sequence[Parcel]) -> EmailMessage:
        alert = told(parcels, self._destination, self._tools)
        root = self._id(f"incident-{alert.incident}") if alert.incident else ""
        first = any(read(parcel).get("type") == "incident.opened" for parcel in parcels)
        own = root if root and first else self._id(parcels[-1].id)
        return letter(alert, Envelope(self._sender, self._destination.to, own, root, self._tools.clock.now()))

    def _id(self, name: str) -> str:
        """Unique for this destination, too: one reader may be in two."""
        return f"<{name}.{self._destination.name}@{self._sender.partition('@')[2]}>"

    async def _sent(self, mail: EmailMessage) -> Receipt:
        client = SMTP(hostname=self._host, port=None, timeout=self._destination.timeout, start_tls=False)
        try:
            async with asyncio.timeout(self._destination.timeout):
                if refusal := await self._secured(client):
                    return refusal
                refused, _ = await client.sendmail(self._sender, self._destination.to, mail.as_bytes())
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=FAREWELL_SECONDS)
        finally:
            client.close()
        partly = f"{len(refused)} of {len(self._destination.to)} addresses refused" if refused else ""
        return Receipt(Result.DELIVERED, code="250", detail=partly)

    async def _secured(self, client: SMTP) -> Receipt | None:
        """Connects, secures and logs in; a receipt where the server has no TLS, or no login where one is wanted."""
        plain, tls = await self._tools.egress.connect(self._host, self._port, deadline=self._destination.timeout)
        implicit = self._port == IMPLICIT_TLS
        name = f"[{plain.getsockname()[0]}]" if ":" not in plain.getsockname()[0] else "localhost"
        await client.connect(sock=plain, use_tls=implicit, tls_context=tls, local_hostname=name)
        if not implicit:
            await client.ehlo()
            if not client.supports_extension("starttls"):
                return Receipt(Result.MISCONFIGURED, code="no_starttls", failure=Failure.TLS)
            await client.starttls()
        if username := self._login.get("username"):
            await client.ehlo()
            if not client.supported_auth_methods:
                return Receipt(Result.MISCONFIGURED, code="no_login", failure=Failure.REFUSED)
            await client.login(username, self._login.get("password", ""))
        return None

    def _hidden(self, receipt: Receipt) -> Receipt:
        """A server may repeat what it was told."""
        return replace(receipt, detail=without(receipt.detail, [*self._login.values()]))


def judge(error: aiosmtplib.SMTPException) -> Receipt:
    """What a server's refusal, or its silence, means."""
    if isinstance(error, aiosmtplib.SMTPTimeoutError):
        return Receipt(Result.RETRY, code="timeout", failure=Failure.TIMEOUT)
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return _judged(min(error.recipients, key=lambda refused: refused.code))
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _judged(error)
    if isinstance(error.__cause__, ssl.SSLError):
        return Receipt(Result.RETRY, code="tls", detail=_shown(str(error.__cause__)), failure=Failure.TLS)
    return Receipt(Result.RETRY, code="reset", failure=Failure.CONNECTION)


def _judged(error: aiosmtplib.SMTPResponseException) -> Receipt:
    """The mildest word of several: if one address may pass later, the mail is worth another try."""
    code, detail = str(error.code), _shown(error.message)
    if error.code == _NOT_SMTP:
        return Receipt(Result.RETRY, code="protocol", failure=Failure.PROTOCOL)
    if error.code < _PERMANENT:
        return Receipt(Result.RETRY, code=code, detail=detail, failure=Failure.REFUSED)
    ours = error.code in LOGIN_REFUSED or isinstance(error, aiosmtplib.SMTPSenderRefused)
    result = Result.MISCONFIGURED if ours else Result.PERMANENT
    return Receipt(result, code=code, detail=detail, failure=Failure.REFUSED)


def _shown(text: str) -> str:
    """What a server wrote, on one line, without addresses and keys."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return cut(mask(_SHOWN_ADDRESS.sub("***@", flat)), _KEPT, utf8)


EMAIL = Kind(
    Mail,
    url="none",
    optional={"username": "the login of the mail server", "password": "its password; QQ and 163: 授权码"},
    options={
        "host": "the mail server",
        "port": "465 (TLS from the start, the default) or another, 587 as a rule (STARTTLS, required)",
        "from": "the address of the sender",
    },
    to="mail addresses",
    gap=1.0,
)
"""A server inside the company is opened by `egress.allow`, as every private address."""
