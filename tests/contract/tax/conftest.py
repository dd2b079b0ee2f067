"""A provider on a real socket, and an adapter's tools. One rule: no provider's dialect is known here."""

import asyncio
import json
import ssl
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from app.egress import Allowed, Egress
from app.tax.adapter import Account, Toolbox

NOW = datetime(2025, 3, 2, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    manner: str = "whole"  # or drip, silent, reset, half


@dataclass(frozen=True)
class Heard:
    target: str
    headers: dict[str, str]
    body: str


class Provider:
    """Answers token calls by itself and every other call as told; the last thing told is repeated.

    `aside`: bodies by the end of a path, for what a dialect asks beside its question (a download, a challenge).
    """

    def __init__(self):
        self.heard: list[Heard] = []
        self.aside = {}
        self._script = deque()
        self._tokens = deque()
        self._calls = set()
        self.issued = 0

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url, self.token_url = f"http://127.0.0.1:{port}/ask", f"http://127.0.0.1:{port}/token"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    def says(self, body, **how):
        self._script.append(_said(body, how))

    def forget(self):
        """Takes back what it was told to say."""
        self._script.clear()

    def says_of_tokens(self, body, **how):
        self._tokens.append(_said(body, how))

    @property
    def asked(self):
        return [
            heard for heard in self.heard if not heard.target.startswith("/token") and self._aside(heard.target) is None
        ]

    @property
    def asked_for_tokens(self):
        return [heard for heard in self.heard if heard.target.startswith("/token")]

    def _aside(self, target):
        """The end of a path that `aside` knows, or None."""
        path = target.partition("?")[0]
        return next((end for end in self.aside if path.endswith(end)), None)

    def _next(self, target):
        if (end := self._aside(target)) is not None:
            return _said(self.aside[end], {})
        script = self._tokens if target.startswith("/token") else self._script
        if not script:
            self.issued += 1
            return _said({"access_token": f"token-{self.issued}", "expires_in": 86_400}, {})
        return script.popleft() if len(script) > 1 else script[0]

    async def _serve(self, reader, writer):
        self._calls.add(asyncio.current_task())
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the caller hung up, or the test is over
        finally:
            self._calls.discard(asyncio.current_task())
            await _hang_up(writer)

    async def _answer(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        heard = Heard(first.split(" ")[1], headers, body.decode())
        self.heard.append(heard)
        await _speak(writer, self._next(heard.target))


def _said(body, how):
    if isinstance(body, Said):
        return body
    if isinstance(body, str):
        body = body.encode()
    return Said(body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=True).encode(), **how)


async def _hang_up(writer):
    writer.close()
    with suppress(ConnectionError, asyncio.CancelledError):
        await writer.wait_closed()


async def _speak(writer, said):
    if said.manner == "reset":
        writer.transport.abort()
        return
    headers = {"content-type": "application/json", "content-length": str(len(said.body)), **said.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    if said.manner == "silent":
        await asyncio.sleep(5)
    writer.write(f"HTTP/1.1 {said.status} X\r\n{lines}connection: close\r\n\r\n".encode())
    for number, byte in enumerate(said.body if said.manner == "drip" else b""):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05 if number < 100 else 0)
    writer.write({"whole": said.body, "half": said.body[: len(said.body) // 2]}.get(said.manner, b""))
    await writer.drain()


class Tokens:
    """The contract of the shared tokens, kept in one process."""

    def __init__(self):
        self.live = {}
        self.dropped = []

    async def get(self, account, fetch):
        if account not in self.live:
            self.live[account] = await fetch()
        return self.live[account].value

    async def drop(self, account, value):
        self.dropped.append(value)
        if account in self.live and self.live[account].value == value:
            del self.live[account]


class StandingClock:
    def now(self):
        return NOW

    def real(self, seconds):
        return timedelta(seconds=seconds)

    async def sleep(self, seconds):
        pytest.fail("an adapter never sleeps")


@pytest.fixture
def now():
    return NOW


@pytest.fixture
async def provider():
    async with Provider() as provider:
        yield provider


@pytest.fixture
def tokens():
    return Tokens()


@pytest.fixture
async def toolbox(tokens):
    # No call here is TLS: a bare context spares each test the reading of the system's roots.
    egress = Egress(allow=[Allowed.parse("127.0.0.1")], tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    yield Toolbox(egress, tokens, StandingClock())
    await egress.close()


@pytest.fixture
def account(provider):
    """An account at this provider with these credentials."""

    def at(credentials, timeout=5.0):
        return Account("main", provider.url, provider.token_url, credentials, timeout)

    return at
