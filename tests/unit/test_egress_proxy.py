"""The operator's egress proxy: what is public goes through it, by the judged address; the forbidden goes nowhere."""

import asyncio
import socket
import ssl
from contextlib import suppress
from pathlib import Path

import pytest

from app.domain.errors import EgressError
from app.egress import Allowed, Egress

CERTIFICATE = Path(__file__).parent / "data" / "receiver.test.pem"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Proxy:
    """Answers each CONNECT with the next of `answers`, and leads those it takes to the receiver."""

    def __init__(self, receiver, answers):
        self.receiver, self._answers, self.heard = receiver, answers, []

    async def serve(self, reader, writer):
        self.heard.append(await reader.readuntil(b"\r\n\r\n"))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if answer is None:
            await asyncio.sleep(3600)
        writer.write(answer)
        await writer.drain()
        if answer == ESTABLISHED:
            there, back = await asyncio.open_connection("127.0.0.1", self.receiver)
            await asyncio.gather(pipe(reader, back), pipe(there, writer))
        elif answer:
            writer.write_eof()
            await reader.read()


async def pipe(reader, writer):
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


async def receive(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(OK)
    await writer.drain()


class Listeners:
    """Servers on 127.0.0.1 and whom they talk to; all end with the test."""

    def __init__(self):
        self._servers, self._tasks = [], set()

    async def open(self, talk, tls=None):
        """The port on which `talk(reader, writer)` answers."""

        async def talking(reader, writer):
            self._tasks.add(asyncio.current_task())
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await talk(reader, writer)
            writer.transport.abort()

        self._servers.append(await asyncio.start_server(talking, "127.0.0.1", 0, ssl=tls))
        return self._servers[-1].sockets[0].getsockname()[1]

    async def close(self):
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@pytest.fixture
async def listeners():
    listeners = Listeners()
    yield listeners
    await listeners.close()


@pytest.fixture
async def through(listeners):
    """An egress behind a proxy, and that proxy."""
    leaving = []

    async def build(*answers, addresses=("8.8.8.8",), allow=()):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        proxy = Proxy(await listeners.open(receive, context), list(answers or [ESTABLISHED]))
        port = await listeners.open(proxy.serve)

        async def resolve(host, port):
            return addresses

        egress = Egress(
            resolver=resolve, allow=[Allowed.parse(rule) for rule in allow],
            tls=ssl.create_default_context(cafile=CERTIFICATE), proxy=f"http://127.0.0.1:{port}",
        )  # fmt: skip
        leaving.append(egress)
        return egress, proxy

    yield build
    for egress in leaving:
        await egress.close()


async def failure(egress, url, deadline=5.0):
    with pytest.raises(EgressError) as caught:
        await egress.request("POST", url, deadline=deadline)
    return caught.value


@pytest.mark.parametrize(
    ("address", "authority"),
    [("8.8.8.8", b"8.8.8.8:443"), ("2606:4700::1111", b"[2606:4700::1111]:443")],
)
async def test_a_public_name_is_called_through_the_proxy_by_its_judged_address(through, address, authority):
    egress, proxy = await through(addresses=[address])
    reply = await egress.request("POST", "https://receiver.test/hooks?key=SECRET", headers={"X-Key": "SECRET"})
    assert (reply.status, reply.body) == (200, b"ok")
    assert proxy.heard == [b"CONNECT " + authority + b" HTTP/1.1\r\nHost: " + authority + b"\r\n\r\n"]


async def test_the_other_side_is_still_known_by_its_name(through):
    egress, proxy = await through()
    assert (await failure(egress, "https://other.test/")).reason == "tls"
    assert len(proxy.heard) == 1


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "64:ff9b::7f00:1", "2002:7f00:1::"]
)
async def test_what_is_forbidden_is_not_asked_of_the_proxy_either(through, address):
    egress, proxy = await through(addresses=["8.8.8.8", address])
    assert (await failure(egress, "https://receiver.test/")).reason == "refused"
    assert proxy.heard == []


@pytest.mark.parametrize("url", ["http://receiver.test/", "https://receiver.test:22/"])
async def test_the_proxy_widens_nothing(through, url):
    egress, proxy = await through()
    assert (await failure(egress, url)).reason == "refused"
    assert proxy.heard == []


async def test_what_the_operator_opened_lies_near_and_is_called_directly(through):
    egress, proxy = await through(addresses=["127.0.0.1"], allow=["127.0.0.1"])
    assert (await egress.request("GET", f"https://receiver.test:{proxy.receiver}/")).status == 200
    assert proxy.heard == []


async def test_the_next_address_is_tried_where_the_proxy_cannot_reach_the_first(through):
    egress, proxy = await through(
        b"HTTP/1.1 503 Unreachable\r\n\r\n", ESTABLISHED, addresses=["2606:4700::1111", "8.8.8.8"]
    )
    assert (await egress.request("GET", "https://receiver.test/")).status == 200
    assert [head.split()[1] for head in proxy.heard] == [b"[2606:4700::1111]:443", b"8.8.8.8:443"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 403 Forbidden\r\nX: y\r\n\r\n<html>", "does not speak HTTP"),
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "the egress proxy answers 407"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "does not speak HTTP"),
        (ESTABLISHED + b"early", "does not speak HTTP"),
        (b"", "hung up"),
        (b"HTTP/1.1 2", "hung up"),
        (b"x" * 40_000, "does not speak HTTP"),
    ],
)
async def test_a_proxy_that_does_not_play_along_is_told(through, answer, said):
    egress, _ = await through(answer)
    error = await failure(egress, "https://receiver.test/SECRET")
    assert error.reason == "connect"
    assert said in error.detail
    assert "SECRET" not in error.detail


async def test_a_proxy_that_hangs_is_within_the_deadline(through):
    egress, _ = await through(None)
    assert (await failure(egress, "https://receiver.test/", deadline=0.2)).reason == "timeout"


async def test_a_proxy_that_is_not_there_is_told():
    async def resolve(host, port):
        return ["8.8.8.8"]

    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        egress = Egress(resolver=resolve, proxy=f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert "the egress proxy takes no connection" in (await failure(egress, "https://receiver.test/")).detail
    await egress.close()


async def test_a_place_is_reached_without_a_word_being_said(through):
    egress, proxy = await through(addresses=["127.0.0.1"], allow=["127.0.0.1"])
    await egress.reach(f"https://receiver.test:{proxy.receiver}/SECRET")
    with pytest.raises(EgressError) as caught:
        await egress.reach(f"https://other.test:{proxy.receiver}/SECRET")
    assert caught.value.reason == "tls"
    assert "SECRET" not in caught.value.detail
