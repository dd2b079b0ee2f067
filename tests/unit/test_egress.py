"""The only way out, against real sockets: whatever the other side does, a call ends, and stays small."""

import asyncio
import gzip
import random
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import AsyncExitStack, suppress
from ipaddress import IPv6Address, ip_network
from pathlib import Path

import pytest

from app.domain.errors import EgressError
from app.egress import PER_ORIGIN, Allowed, Egress, SystemResolver

CERTIFICATE = Path(__file__).parent / "data" / "receiver.test.pem"
LOOPBACK = (Allowed.parse("127.0.0.1"),)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """A listener on 127.0.0.1 that lets `answer(reader, writer)` speak; keeps count and what it heard."""

    def __init__(self, answer):
        self._answer, self._tasks = answer, set()
        self.connections, self.heard, self.spoken_to = 0, [], asyncio.Event()

    async def start(self, tls=None):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                self.heard.append(await reader.readuntil(b"\r\n\r\n"))
                self.spoken_to.set()
                if await self._answer(reader, writer) == "close":
                    break
        writer.transport.abort()

    async def stop(self):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def saying(data, then=None):
    async def answer(_, writer):
        writer.write(data)
        await writer.drain()
        if then == "hang":
            await asyncio.sleep(3600)
        return then

    return answer


def dripping(first, drop):
    async def answer(_, writer):
        writer.write(first)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)

    return answer


@pytest.fixture
async def stack():
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def serve(stack):
    async def start(answer, tls=None):
        server = await Server(answer).start(tls)
        stack.push_async_callback(server.stop)
        return server

    return start


@pytest.fixture
def open_egress(stack):
    def build(**options):
        egress = Egress(**{"allow": LOOPBACK, "tls": client_tls(), **options})
        stack.push_async_callback(egress.close)
        return egress

    return build


@pytest.fixture
def egress(open_egress):
    return open_egress()


def answering(*turns):
    """A resolver that gives one turn after the other, the last one for ever; keeps what it was asked."""

    async def resolve(host, port):
        turn = turns[min(len(resolve.asked), len(turns) - 1)]
        resolve.asked.append((host, port))
        if isinstance(turn, OSError):
            raise turn
        return turn

    resolve.asked = []
    return resolve


def server_tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def client_tls():
    return ssl.create_default_context(cafile=CERTIFICATE)


async def failure(egress, url, **options):
    """The error of a call with a secret in it, after a look that the secret is not in the error."""
    with pytest.raises(EgressError) as caught:
        await egress.request("POST", f"{url}/SECRET?key=SECRET", **{"deadline": 5.0, **options})
    assert "SECRET" not in repr((caught.value, caught.value.__cause__))
    return caught.value


async def test_a_reply_carries_status_headers_and_body(serve, egress):
    server = await serve(saying(b"HTTP/1.1 404 No\r\nX-Reason: none\r\nContent-Length: 3\r\n\r\nnot"))
    reply = await egress.request("POST", f"http://127.0.0.1:{server.port}/a?b=c", content=b"body")
    assert (reply.status, reply.headers["x-reason"], reply.body) == (404, "none", b"not")
    assert server.heard[0].startswith(b"POST /a?b=c HTTP/1.1\r\nhost: 127.0.0.1:")


async def test_a_body_without_length_ends_with_the_connection(serve, egress):
    server = await serve(saying(b"HTTP/1.0 200 OK\r\n\r\nwhole", then="close"))
    assert (await egress.request("GET", f"http://127.0.0.1:{server.port}/")).body == b"whole"


# Deadlines


@pytest.mark.parametrize(
    "answer",
    [
        dripping(b"HTTP/1.1 200 OK\r\n", b"X-Drip: 1\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x"),
        dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        saying(b"", then="hang"),
        saying(OK[:-1], then="hang"),
    ],
    ids=["drips headers", "drips a body", "says continue for ever", "hangs", "hangs before the last byte"],
)
async def test_one_deadline_bounds_the_whole_call(serve, egress, answer):
    server = await serve(answer)
    assert (await failure(egress, f"http://127.0.0.1:{server.port}", deadline=0.2)).reason == "timeout"


async def test_a_name_server_that_hangs_is_within_the_deadline(open_egress):
    async def never(host, port):
        await asyncio.sleep(3600)

    error = await failure(open_egress(resolver=never), "https://receiver.test", deadline=0.1)
    assert error.reason == "timeout"


async def test_a_tls_handshake_that_hangs_is_within_the_deadline(open_egress, serve):
    server = await serve(saying(b""))
    assert (await failure(open_egress(), f"https://127.0.0.1:{server.port}", deadline=0.2)).reason == "timeout"


# Byte caps


@pytest.mark.parametrize(
    "head",
    [b"Content-Length: 1073741824\r\n", b"Content-Length: 101\r\n", b"Connection: close\r\n"],
    ids=["one gigabyte announced", "one byte too many", "no length at all"],
)
async def test_a_large_body_is_cut_off(serve, egress, head):
    server = await serve(saying(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + b"x" * 101, then="hang"))
    url = f"http://127.0.0.1:{server.port}"
    assert (await failure(egress, url, max_bytes=100)).reason == "too_large"


async def test_a_body_of_exactly_the_cap_passes(serve, egress):
    server = await serve(saying(OK))
    assert (await egress.request("GET", f"http://127.0.0.1:{server.port}/", max_bytes=2)).body == b"ok"


def packed(body, encoding=b"gzip"):
    return b"HTTP/1.1 200 OK\r\nContent-Encoding: %b\r\nContent-Length: %d\r\n\r\n%b" % (
        encoding,
        len(body),
        body,
    )


async def test_a_gzip_bomb_is_too_large(serve, egress):
    server = await serve(saying(packed(gzip.compress(bytes(20_000_000)))))
    assert (await failure(egress, f"http://127.0.0.1:{server.port}")).reason == "too_large"


async def test_identity_is_asked_for_and_gzip_is_read_all_the_same(serve, egress):
    server = await serve(saying(packed(gzip.compress("票".encode()))))
    reply = await egress.request("GET", f"http://127.0.0.1:{server.port}/")
    assert reply.text() == "票"
    assert b"accept-encoding: identity\r\n" in server.heard[0]


async def test_an_encoding_we_cannot_read_is_a_protocol_error(serve, egress):
    server = await serve(saying(packed(b"\x8b\x02\x80yes\x03", b"br")))
    assert (await failure(egress, f"http://127.0.0.1:{server.port}")).reason == "protocol"


# What went wrong


async def test_an_unknown_name_is_dns(open_egress):
    resolver = answering(socket.gaierror(socket.EAI_NONAME, "unknown"))
    assert (await failure(open_egress(resolver=resolver), "https://receiver.test")).reason == "dns"


async def test_a_closed_port_is_connect(egress):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = await failure(egress, f"http://127.0.0.1:{port}")
    assert (error.reason, error.detail) == (
        "connect",
        f"http://127.0.0.1:{port}: nobody takes the connection",
    )


async def test_the_next_address_is_tried_when_the_first_is_dead(serve, open_egress):
    server = await serve(saying(OK))
    rules = [Allowed.parse("127.0.0.0/8")]
    egress = open_egress(allow=rules, resolver=answering(["127.0.0.9", "127.0.0.1"]))
    assert (await egress.request("GET", f"http://receiver.test:{server.port}/")).status == 200


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 200 O", OK[:-1], b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"],
    ids=["at once", "in the headers", "in the body", "in a chunk"],
)
async def test_an_answer_broken_off_is_a_reset(serve, egress, said):
    server = await serve(saying(said, then="close"))
    assert (await failure(egress, f"http://127.0.0.1:{server.port}")).reason == "reset"


async def test_a_connection_that_is_torn_is_a_reset(serve, egress):
    async def tear(_, writer):
        writer.write(OK[:-1])
        linger_not = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
        return "close"

    server = await serve(tear)
    assert (await failure(egress, f"http://127.0.0.1:{server.port}")).reason == "reset"


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"-ERR unknown command\r\n",
        b"\x15\x03\x01\x00\x02\x02\x16",
        b"HTTP/1.1 nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 200_000,
    ],
    ids=["ssh", "redis", "tls", "status line", "length", "endless header"],
)
@pytest.mark.parametrize("then", ["hang", "close"])
async def test_garbage_is_a_protocol_error(serve, egress, said, then):
    server = await serve(saying(said, then))
    assert (await failure(egress, f"http://127.0.0.1:{server.port}")).reason == "protocol"


@pytest.mark.parametrize("value", ["SECRET\r\nX: y", "SECRET\x00", " SECRET\n"])
async def test_a_header_that_would_split_the_request_is_not_sent(serve, egress, value):
    server = await serve(saying(OK))
    error = await failure(egress, f"http://127.0.0.1:{server.port}", headers={"X-Token": value})
    assert (error.reason, server.heard) == ("protocol", [])


# TLS


async def test_https_is_checked_against_the_name_and_sends_it(serve, open_egress):
    tls, asked = server_tls(), []
    tls.sni_callback = lambda _socket, name, _context: asked.append(name)
    server = await serve(saying(OK), tls)
    egress = open_egress(resolver=answering(["127.0.0.1"]))
    reply = await egress.request("GET", f"https://receiver.test:{server.port}/")
    assert (reply.status, asked) == (200, ["receiver.test"])
    assert f"host: receiver.test:{server.port}\r\n".encode() in server.heard[0]


async def test_a_certificate_for_another_name_is_tls(serve, open_egress):
    server = await serve(saying(OK), server_tls())
    egress = open_egress(resolver=answering(["127.0.0.1"]))
    assert (await failure(egress, f"https://other.test:{server.port}")).reason == "tls"


async def test_a_certificate_nobody_vouches_for_is_tls(serve, open_egress):
    server = await serve(saying(OK), server_tls())
    egress = open_egress(tls=None, resolver=answering(["127.0.0.1"]))
    assert (await failure(egress, f"https://receiver.test:{server.port}")).reason == "tls"


async def test_a_handshake_broken_off_is_tls(egress):
    listener = await asyncio.start_server(lambda _, writer: writer.transport.abort(), "127.0.0.1", 0)
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        assert (await failure(egress, f"https://127.0.0.1:{port}")).reason == "tls"


# The guard


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(serve, open_egress, status):
    head = f"HTTP/1.1 {status} Go\r\nLocation: http://169.254.169.254/latest/\r\nContent-Length: 0\r\n\r\n"
    server = await serve(saying(head.encode()))
    resolver = answering(["127.0.0.1"])
    reply = await open_egress(resolver=resolver).request("GET", f"http://receiver.test:{server.port}/")
    assert reply.status == status
    assert (resolver.asked, server.connections) == ([("receiver.test", server.port)], 1)


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254",
        "https://100.100.100.200",
        "https://168.63.129.16",
        "https://[fd00:ec2::254]",
        "https://[::ffff:169.254.169.254]",
        "https://[64:ff9b::a00:1]",
        "https://[::1]",
        "https://10.0.0.1:8443",
        "https://0x7f.1",
        "https://2130706433",
        "https://①②⑦.1",
        "https://me@receiver.test",
        "https://receiver.test:22",
        "http://receiver.test",
        "ftp://receiver.test",
        "unix:///run/docker.sock",
        "http+unix://%2Frun%2Fdocker.sock",
    ],
)
async def test_a_place_we_do_not_go_to_is_refused_before_any_name_is_asked_for(open_egress, url):
    resolver = answering(["8.8.8.8"])
    assert (await failure(open_egress(allow=(), resolver=resolver), url)).reason == "refused"
    assert resolver.asked == []


NETWORKS = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
    "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 "
    "::/96 ::ffff:0:0:0/96 64:ff9b:1::/48 100::/64 2001::/32 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 "
    "fc00::/7 fe80::/10 fec0::/10 ff00::/8"
)


def generated(count):
    chance = random.Random(4)
    networks = [ip_network(text) for text in NETWORKS.split()]
    for _ in range(count):
        network = chance.choice(networks)
        address = network[chance.randrange(network.num_addresses)]
        mapped = IPv6Address((0xFFFF << 32) | int(address)) if address.version == 4 else address
        yield str(chance.choice([address, mapped]))


async def test_two_thousand_generated_addresses_are_refused_behind_a_name(open_egress):
    async def resolve(host, port):
        return ["8.8.8.8", answers[host]]

    answers = {f"n{index}.test": address for index, address in enumerate(generated(2000))}
    egress = open_egress(allow=(), resolver=resolve)
    errors = [await failure(egress, f"https://{host}") for host in answers]
    assert {error.reason for error in errors} == {"refused"}


async def test_one_forbidden_answer_among_good_ones_refuses_the_name(serve, open_egress):
    server = await serve(saying(OK))
    egress = open_egress(resolver=answering(["127.0.0.1", "10.0.0.1"]))
    assert (await failure(egress, f"http://receiver.test:{server.port}")).reason == "refused"
    assert server.connections == 0


async def test_a_name_is_resolved_once_and_the_judged_address_is_called(serve, open_egress):
    server = await serve(saying(OK, then="close"))
    resolver = answering(["127.0.0.1"], ["127.0.0.2"])
    egress = open_egress(resolver=resolver)
    assert (await egress.request("GET", f"http://receiver.test:{server.port}/")).status == 200
    assert len(resolver.asked) == 1


async def test_a_name_that_turns_private_is_refused_at_the_next_connection(serve, open_egress):
    server = await serve(saying(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
    egress = open_egress(resolver=answering(["127.0.0.1"], ["127.0.0.2"]))
    await egress.request("GET", f"http://receiver.test:{server.port}/")
    assert (await failure(egress, f"http://receiver.test:{server.port}")).reason == "refused"


async def test_the_address_is_judged_again_once_connected(serve, open_egress):
    server = await serve(saying(OK))
    egress = open_egress(allow=[Allowed.parse("0.0.0.0")])  # the system connects 0.0.0.0 to 127.0.0.1
    assert (await failure(egress, f"http://0.0.0.0:{server.port}")).reason == "refused"
    assert server.heard == []


async def test_a_rule_opens_one_port_alone(serve, open_egress):
    opened, other = await serve(saying(OK)), await serve(saying(OK))
    egress = open_egress(allow=[Allowed.parse(f"127.0.0.1/32:{opened.port}")])
    assert (await egress.request("GET", f"http://127.0.0.1:{opened.port}/")).status == 200
    assert (await failure(egress, f"http://127.0.0.1:{other.port}")).reason == "refused"
    assert other.connections == 0


async def test_a_name_server_that_hangs_holds_up_no_other_name(monkeypatch):
    hung, known = threading.Event(), socket.getaddrinfo

    def asked(host, *rest, **more):
        if host == "dead.test":
            hung.wait()
        return known("127.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    names = SystemResolver()
    dead = [asyncio.create_task(names("dead.test", 443)) for _ in range(200)]
    try:
        await asyncio.sleep(0)
        async with asyncio.timeout(30):
            assert await names("good.test", 443) == ["127.0.0.1"]
        dead.pop().cancel()  # the others wait on
    finally:
        hung.set()
    assert await asyncio.gather(*dead) == [["127.0.0.1"]] * 199


async def test_the_system_resolver_knows_this_machine(serve, open_egress):
    server = await serve(saying(OK))
    egress = open_egress(allow=[Allowed.parse("127.0.0.0/8"), Allowed.parse("[::1]")])
    assert (await egress.request("GET", f"http://localhost:{server.port}/")).status == 200


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
async def test_a_proxy_in_the_environment_is_ignored(serve, open_egress, monkeypatch, name):
    proxy, plain, secure = [await serve(saying(OK), tls) for tls in (None, None, server_tls())]
    monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    egress = open_egress()
    for url in (f"http://127.0.0.1:{plain.port}/", f"https://127.0.0.1:{secure.port}/"):
        assert (await egress.request("GET", url)).status == 200
    assert (proxy.connections, plain.connections, secure.connections) == (0, 1, 1)


async def test_cookies_are_not_kept(serve, egress):
    server = await serve(saying(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"))
    for _ in range(2):
        await egress.request("GET", f"http://127.0.0.1:{server.port}/")
    assert b"cookie" not in b"".join(server.heard).lower()


# Connections


async def test_a_connection_is_used_again(serve, egress):
    server = await serve(saying(OK))
    for _ in range(3):
        await egress.request("GET", f"http://127.0.0.1:{server.port}/")
    assert (server.connections, len(server.heard)) == (1, 3)


async def test_a_connection_the_other_side_closed_is_not_used_again(serve, egress):
    server = await serve(saying(OK, then="close"))
    for _ in range(3):
        assert (await egress.request("GET", f"http://127.0.0.1:{server.port}/")).body == b"ok"
        await asyncio.sleep(0.02)
    assert server.connections == 3


async def test_what_was_said_without_being_asked_is_nobodys_answer(serve, egress):
    server = await serve(saying(OK + OK.replace(b"ok", b"no")))
    for _ in range(2):
        assert (await egress.request("GET", f"http://127.0.0.1:{server.port}/")).body == b"ok"
        await asyncio.sleep(0.02)
    assert server.connections == 2


async def test_what_is_said_while_nobody_asks_is_nobodys_answer(serve, egress):
    async def talkative(_, writer):
        writer.write(OK)
        await asyncio.sleep(0.02)
        writer.write(OK.replace(b"ok", b"no"))

    server = await serve(talkative)
    for _ in range(2):
        assert (await egress.request("GET", f"http://127.0.0.1:{server.port}/")).body == b"ok"
        await asyncio.sleep(0.1)
    assert server.connections == 2


async def test_a_hanging_origin_takes_its_own_connections_alone(serve, egress):
    hanging, well = await serve(saying(b"", then="hang")), await serve(saying(OK))
    calls = [failure(egress, f"http://127.0.0.1:{hanging.port}", deadline=4) for _ in range(PER_ORIGIN + 10)]
    waiting = asyncio.gather(*calls)
    while hanging.connections < PER_ORIGIN and not waiting.done():  # noqa: ASYNC110 - the server tells nobody
        await asyncio.sleep(0.05)
    assert (await egress.request("GET", f"http://127.0.0.1:{well.port}/")).status == 200
    assert hanging.connections == PER_ORIGIN
    assert {error.reason for error in await waiting} == {"timeout"}


async def test_a_caller_who_gives_up_leaves_no_connection_behind(serve, egress):
    server = await serve(saying(b"", then="hang"))
    call = asyncio.create_task(egress.request("GET", f"http://127.0.0.1:{server.port}/"))
    await server.spoken_to.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    server._answer = saying(OK)
    assert (await egress.request("GET", f"http://127.0.0.1:{server.port}/")).body == b"ok"
    assert server.connections == 2


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_a_receiver_that_never_reads_keeps_no_connection_of_ours(egress):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)  # as far away as a real one
        before = open_files()
        error = await failure(egress, f"http://127.0.0.1:{deaf.getsockname()[1]}", content=b"x" * 500_000, deadline=0.3)
        await asyncio.sleep(0)
        assert error.reason == "timeout"
        assert open_files() == before


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"])
async def test_a_head_of_many_large_headers_is_cut_off(serve, egress, first):
    server = await serve(saying(first + b"".join(b"x-%d: %s\r\n" % (n, b"y" * 30_000) for n in range(100)), "hang"))
    assert (await failure(egress, f"http://127.0.0.1:{server.port}")).reason in {"protocol", "reset"}


async def test_a_caller_s_expect_does_not_hold_back_the_body(serve, egress):
    async def reading_first(reader, writer):
        await reader.readexactly(1)
        writer.write(OK)

    server = await serve(reading_first)
    url = f"http://127.0.0.1:{server.port}/"
    reply = await egress.request("POST", url, headers={"Expect": "100-continue"}, content=b"x", deadline=2)
    assert reply.status == 200


async def test_a_call_after_the_end_is_an_egress_error(serve, egress):
    server = await serve(saying(OK))
    await egress.request("GET", f"http://127.0.0.1:{server.port}/")
    await egress.close()
    assert (await failure(egress, f"http://127.0.0.1:{server.port}")).reason == "protocol"


def test_a_name_server_that_hangs_does_not_hold_up_the_end_of_the_process():
    program = (
        "import asyncio, contextlib, socket, time\nfrom app.egress import Egress\n"
        "socket.getaddrinfo = lambda *a, **k: time.sleep(30)\n"
        "async def main():\n    with contextlib.suppress(Exception):\n"
        "        await Egress().request('GET', 'https://example.com/', deadline=0.1)\n"
        "asyncio.run(main())"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=20)
