"""Real receivers for chat tools: an HTTP server that writes down its calls, and channels that lead to it."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.channels.channel import Destination, Toolbox
from app.egress import Allowed, Egress
from tests.contract.channels.messages import NOW

KEY = "5a1f0c3e-7777-4d2b-9abc-0123456789ab"


class FixedClock:
    def now(self):
        return NOW

    def real(self, seconds):
        return timedelta(seconds=seconds)

    async def sleep(self, seconds):
        raise AssertionError("a channel never sleeps")


@dataclass
class Answer:
    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def wire(self):
        body = self.body.encode()
        lines = [f"HTTP/1.1 {self.status} X", f"content-length: {len(body)}", "connection: close"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@dataclass
class Call:
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def query(self):
        return dict(parse_qsl(urlsplit(self.path).query))

    def json(self):
        return json.loads(self.body)


class Receiver:
    """`answer` None hangs; a list is given one by one."""

    def __init__(self):
        self.answer = Answer()
        self.calls, self._serving = [], set()

    async def stop(self):
        """Hangs up on whoever still waits: a thread of Apprise does."""
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def serve(self, reader, writer):
        self._serving.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.calls.append(Call(first.split(" ")[1], headers, body))
            answer = self.answer.pop(0) if isinstance(self.answer, list) else self.answer
            if answer is None:
                await reader.read()
            else:
                writer.write(answer.wire())
                await writer.drain()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def receiving():
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    receiver.url = f"http://127.0.0.1:{port}/hook/{KEY}?key={KEY}"
    try:
        yield receiver
    finally:
        server.close()
        await receiver.stop()
        await server.wait_closed()


@pytest.fixture
async def receiver():
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def egress():
    egress = Egress(allow=[Allowed.parse("127.0.0.1")])
    yield egress
    await egress.close()


@pytest.fixture
def tools(egress):
    return Toolbox(egress, FixedClock())


@pytest.fixture
def connect(receiver, tools):
    """A channel of a kind to the receiver; further words change the destination."""

    def make(kind, **changes):
        return kind.make(replace(Destination(name="finance", kind="chat", url=receiver.url), **changes), tools)

    return make
