"""The guard as an attacker meets it: every spelling of an address that is none of the internet's, and nobody connected.

The port of a real listener stands for 443 and every connection is led to it, so that whatever the guard lets through
arrives and is counted, whichever network it was meant for.
"""

import asyncio
import random
import socket
import ssl
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest

from app.domain import address as judged
from app.domain.errors import EgressError
from app.egress import Egress

# The facts' kinds: loopback, private, carrier NAT, link-local, metadata of several clouds, IPv4 inside IPv6 by every
# embedding, multicast, reserved, documentation.
THIRTY_FOUR = """
127.0.0.1 127.8.9.10 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 100.64.0.1 169.254.0.1 169.254.169.254 169.254.0.23
100.100.100.200 168.63.129.16 192.0.0.192 192.0.0.8 192.0.2.1 192.88.99.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255
::1 :: fd00:ec2::254 fe80::1 fec0::1 ff02::1 ::ffff:127.0.0.1 ::127.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::10.0.0.1
2002:7f00:1:: 2001:0:4136:e378:8000:63bf:80ff:fffe 2001:db8::1 5f00::1
"""
NETWORKS = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
"""
DIGITS = ("０１２３４５６７８９", "⓪①②③④⑤⑥⑦⑧⑨", "٠١٢٣٤٥٦٧٨٩", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")


def spellings(address: IPv4Address) -> Iterator[str]:
    """The authority of a URL, each meaning `address` to some resolver, router or careless parser."""
    number, dotted = int(address), str(address)
    a, b, c, d = address.packed
    yield from (dotted, f"{dotted}.", str(number), hex(number), f"0{number:o}", f"0x{number:016x}", f"{number:012d}")
    yield from (f"{a}.{number & 0xFFFFFF}", f"{a}.{b}.{number & 0xFFFF}", f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}")
    yield from (f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a:03}.{b:03}.{c:03}.{d:03}", f"0X{a:X}.{b}.{c}.{d}")
    yield from (dotted.replace(".", dot) for dot in "。．｡")
    yield from (dotted.translate(str.maketrans("0123456789", digits)) for digits in DIGITS)
    yield from (f"8.8.8.8@{dotted}", f"{dotted}#@8.8.8.8", f"8.8.8.8\\@{dotted}", f"{dotted}%2f@8.8.8.8", f"[{dotted}]")
    yield from (f"{dotted}%00.receiver.test", f"%{ord(dotted[0]):x}{dotted[1:]}", f"\t{dotted}", f"{dotted}\u200b")
    for hidden in embedded(address):
        yield from (f"[{hidden}]", f"[{hidden.exploded.upper()}]", f"[{hidden}%25eth0]", f"[{hidden}%1]")
    yield from (f"[::ffff:{dotted}]", f"[::{dotted}]", f"[64:ff9b::{dotted}]", f"[0:0:0:0:0:FFFF:{dotted}]")


def embedded(address: IPv4Address) -> list[IPv6Address]:
    """Compatible, mapped, translated, NAT64 of the world and of a site, 6to4, Teredo, ISATAP in three places."""
    number = int(address)
    carriers = ("::", "::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::")
    tunnels = ("fe80::5efe:0:0", "2400:3200::5efe:0:0", "2400:3200::200:5efe:0:0")
    low = [IPv6Address(int(IPv6Address(carrier)) | number) for carrier in (*carriers, *tunnels)]
    sixtofour, teredo = (0x2002 << 112) | (number << 80), (0x20010000 << 96) | (number ^ 0xFFFFFFFF)
    return [*low, IPv6Address(sixtofour), IPv6Address(teredo)]


def generated(count: int) -> list[str]:
    """Forbidden addresses, each in one of their spellings; the same every time."""
    chance = random.Random(20261122)
    networks = [ip_network(text) for text in NETWORKS.split()]
    picked = []
    for _ in range(count):
        network = chance.choice(networks)
        picked.append(chance.choice(list(spellings(network[chance.randrange(network.num_addresses)]))))
    return picked


class Listener:
    """Counts who comes, and is where every connection of `egress` ends."""

    def __init__(self) -> None:
        self.connections = 0

    async def start(self, monkeypatch):
        server = await asyncio.start_server(self._come, "127.0.0.1", 0)
        self.port, self._server = server.sockets[0].getsockname()[1], server
        monkeypatch.setitem(judged.ORDINARY_PORTS, "https", frozenset({self.port}))
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "sock_connect", self._lead(loop.sock_connect))
        return self

    def stop(self):
        self._server.close()

    async def _come(self, _, writer):
        writer.close()
        await writer.wait_closed()

    def _lead(self, sock_connect):
        async def led(line, _):
            home = "::ffff:127.0.0.1" if line.family == socket.AF_INET6 else "127.0.0.1"
            await sock_connect(line, (home, self.port))
            self.connections += 1

        return led


async def numeric(host, port):
    """What the system's resolver makes of a number in any spelling; no name server is asked."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return [entry[4][0] for entry in found]


def answering(*turns):
    """A resolver that gives one turn after the other, the last one for ever."""
    rest = list(turns)

    async def resolve(host, port):
        return rest.pop(0) if len(rest) > 1 else rest[0]

    return resolve


@pytest.fixture
async def listener(monkeypatch):
    listener = await Listener().start(monkeypatch)
    yield listener
    listener.stop()


@pytest.fixture
async def egress_by():
    opened = []

    def build(resolver):
        opened.append(Egress(resolver=resolver, tls=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)))  # empty: made at once
        return opened[-1]

    yield build
    for egress in opened:
        await egress.close()


async def outcome(egress, authority, port):
    with pytest.raises(EgressError) as caught:
        await egress.request("POST", f"https://{authority}:{port}/")
    return caught.value.reason


async def test_what_is_let_through_would_be_counted(listener, egress_by):
    await outcome(egress_by(numeric), "8.8.8.8", listener.port)
    await outcome(egress_by(answering(["2606:4700::1111"])), "receiver.test", listener.port)
    assert listener.connections == 2


@pytest.mark.parametrize("text", THIRTY_FOUR.split())
async def test_none_of_the_thirty_four_addresses_is_connected_to(listener, egress_by, text):
    literal = f"[{text}]" if ":" in text else text
    assert await outcome(egress_by(numeric), literal, listener.port) == "refused"
    assert await outcome(egress_by(answering([text])), "receiver.test", listener.port) == "refused"
    assert await outcome(egress_by(answering(["8.8.8.8", text])), "receiver.test", listener.port) == "refused"
    assert listener.connections == 0


async def test_none_of_two_thousand_generated_spellings_is_connected_to(listener, egress_by):
    egress = egress_by(numeric)
    outcomes = {text: await outcome(egress, text, listener.port) for text in generated(2000)}
    names = {text for text, reason in outcomes.items() if reason != "refused"}  # in Arabic digits: a name like others
    assert {outcomes[name] for name in names} <= {"dns"}
    assert not any(name.isascii() for name in names)
    assert listener.connections == 0


async def test_none_of_two_thousand_generated_addresses_is_connected_to_behind_a_name(listener, egress_by):
    chance = random.Random(34)
    networks = [ip_network(text) for text in NETWORKS.split()]
    answers = {}
    for number in range(2000):
        network = chance.choice(networks)
        plain = network[chance.randrange(network.num_addresses)]
        answers[f"n{number}.test"] = str(chance.choice([plain, *embedded(plain)]))

    async def resolve(host, port):
        return [answers[host]]

    egress = egress_by(resolve)
    reached = [name for name in answers if await outcome(egress, name, listener.port) != "refused"]
    assert [answers[name] for name in reached] == []
    assert listener.connections == 0


async def test_a_name_that_is_rebound_between_two_calls_is_not_followed(listener, egress_by):
    egress = egress_by(answering(["8.8.8.8"], ["127.0.0.1"]))
    await outcome(egress, "receiver.test", listener.port)
    assert await outcome(egress, "receiver.test", listener.port) == "refused"
    assert listener.connections == 1


async def test_a_name_that_is_rebound_after_it_was_judged_is_not_asked_again(listener, egress_by):
    asked = []

    async def rebound(host, port):
        asked.append(host)
        return ["8.8.8.8"] if len(asked) == 1 else ["127.0.0.1"]

    await outcome(egress_by(rebound), "receiver.test", listener.port)
    assert asked == ["receiver.test"]
