"""The way to a mail server: the judged address is the one connected to, within the deadline."""

import asyncio
import socket

import pytest

from app.domain.errors import EgressError
from app.egress import Allowed, Egress

LOOPBACK = (Allowed.parse("127.0.0.1"),)


def answering(*turns):
    """A resolver that gives one turn after the other, the last one for ever."""
    left = list(turns)

    async def resolve(host, port):
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


@pytest.fixture
async def listener():
    async def greet(reader, writer):
        writer.write(b"220 here\r\n")
        await writer.drain()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


async def reason(egress, host, port, **options):
    with pytest.raises(EgressError) as caught:
        await egress.connect(host, port, **options)
    return caught.value.reason


async def test_a_connection_leads_to_the_address_that_was_judged(listener):
    egress = Egress(allow=LOOPBACK, resolver=answering(["127.0.0.1"], ["10.0.0.1"]))
    plain, _ = await egress.connect("mail.example.test", listener)
    with plain:
        assert await asyncio.get_running_loop().sock_recv(plain, 100) == b"220 here\r\n"
        assert plain.getpeername() == ("127.0.0.1", listener)


@pytest.mark.parametrize("answers", [["10.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:10.0.0.1"], ["169.254.169.254"]])
async def test_a_name_that_leads_inside_is_refused_whatever_else_it_leads_to(answers):
    assert await reason(Egress(resolver=answering(answers)), "mail.example.test", 587) == "refused"


async def test_a_port_that_is_not_a_mail_server_s_is_refused_before_any_look_into_dns():
    async def never(host, port):
        raise AssertionError("nobody asks")

    assert await reason(Egress(resolver=never), "mail.example.test", 22) == "refused"


async def test_a_dead_first_address_leaves_the_second(listener):
    egress = Egress(allow=(Allowed.parse("127.0.0.0/8"),), resolver=answering(["127.0.0.2", "127.0.0.1"]))
    plain, _ = await egress.connect("mail.example.test", listener)
    with plain:
        assert plain.getpeername()[0] == "127.0.0.1"


async def test_nobody_listening_is_said(unused_tcp_port):
    assert await reason(Egress(allow=LOOPBACK), "127.0.0.1", unused_tcp_port) == "connect"


async def test_a_name_that_is_not_known_is_said():
    async def unknown(host, port):
        raise OSError

    assert await reason(Egress(resolver=unknown), "mail.example.test", 465) == "dns"


async def test_a_name_server_that_hangs_is_within_the_deadline():
    async def hanging(host, port):
        await asyncio.sleep(3_600)

    assert await reason(Egress(resolver=hanging), "mail.example.test", 465, deadline=0.1) == "timeout"


async def test_a_server_that_takes_no_connection_is_within_the_deadline():
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        assert await reason(Egress(allow=LOOPBACK), *full.getsockname(), deadline=0.3) == "timeout"
        for each in waiting:
            each.close()
