"""The table of addresses that are never called, the disguises they come in, and URLs taken apart once."""

import random
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest

from app.domain.address import Allowed, Target, permitted, public, worth_resolving

FORBIDDEN = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 100.100.100.200 127.0.0.1 127.255.255.254
169.254.0.23 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1
192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1
255.255.255.255 168.63.129.16
:: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:168.63.129.16 ::ffff:0:7f00:1 64:ff9b::127.0.0.1
64:ff9b::169.254.169.254 64:ff9b:1::1 64:ff9b:1::7f00:1 100::1 2001::1 2001:0:4136:e378:8000:63bf:80ff:fffe
2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: 3fff::1 3fff:fff::1 5f00::1 fc00::1
fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1
"""

PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 114.114.114.114 126.255.255.255 128.0.0.0
168.63.129.15 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0
198.17.255.255 198.20.0.0 223.5.5.5 223.255.255.255 2001:200::1 2001:4860:4860::8888 2400:3200::1
2408:8756::1 2606:4700::1111 3ffe::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8
"""

RANGES = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
::/96 ::ffff:0:0:0/96 64:ff9b:1::/48 100::/64 2001::/32 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7
fe80::/10 fec0::/10 ff00::/8
"""

CARRIERS = ("::", "::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::")


def disguises(address: IPv4Address) -> list[IPv6Address]:
    """IPv4 in IPv6: compatible, mapped, translated, NAT64 twice, 6to4, Teredo."""
    number = int(address)
    low = [IPv6Address(int(IPv6Address(carrier)) | number) for carrier in CARRIERS]
    sixtofour = IPv6Address((0x2002 << 112) | (number << 80))
    teredo = IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF))
    return [*low, sixtofour, teredo]


def generated(count: int) -> list[IPv4Address | IPv6Address]:
    chance = random.Random(20261122)
    networks = [ip_network(text) for text in RANGES.split()]
    picked = []
    for _ in range(count):
        network = chance.choice(networks)
        address = network[chance.randrange(network.num_addresses)]
        picked.append(chance.choice([address, *disguises(address)]) if address.version == 4 else address)
    return picked


@pytest.mark.parametrize("text", FORBIDDEN.split())
def test_a_forbidden_address_is_not_public(text):
    assert not public(ip_address(text))


@pytest.mark.parametrize("text", [text for text in FORBIDDEN.split() if ":" not in text])
def test_no_disguise_makes_a_forbidden_address_public(text):
    assert [str(hidden) for hidden in disguises(IPv4Address(text)) if public(hidden)] == []


@pytest.mark.parametrize("text", PUBLIC.split())
def test_a_public_address_is_not_blocked(text):
    assert public(ip_address(text))


def test_two_thousand_generated_forbidden_addresses_are_all_caught():
    assert [str(address) for address in generated(2000) if public(address)] == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.1/",
        "http://127.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://0X7F.0.0.1/",
        "http://0177.0.0.1/",
        "http://127.0.0.01/",
        "http://127.0.0.1./",
        "http://1.2.3.4.5/",
        "http://256.1.1.1/",
        "http://①②⑦.⓪.⓪.①/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://\uff11\uff12\uff17\uff0e\uff10\uff0e\uff10\uff0e\uff11/",
        "http://127。0。0。1/",
        "http://example.①/",
        "http://0x/",
        "http://%31%32%37.0.0.1/",
        "http://[::1%25eth0]/",
        "http://[::1%eth0]/",
        "http://[127.0.0.1]/",
        "http://[::1/",
    ],
)
def test_a_numeral_in_disguise_is_no_host(url):
    with pytest.raises(ValueError, match=r"\w"):
        Target.parse(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "receiver.example",
        "//receiver.example/",
        "ftp://receiver.example/",
        "file:///etc/passwd",
        "unix:///run/docker.sock",
        "http+unix://%2Frun%2Fdocker.sock/info",
        "httpſ://receiver.example/",
        "https://",
        "https:///path",
        "https://user@receiver.example/",
        "https://user:word@receiver.example/",
        "https://receiver.example\\@10.0.0.1/",
        "https://receiver.example:/",
        "https://receiver.example:0/",
        "https://receiver.example:65536/",
        "https://receiver.example:44a/",
        "https://receiver.example:٤٤٣/",
        " https://receiver.example/",
        "https://receiver.example/\n",
        "https://receiver.example/a b",
        "https://receiver.example/\r\nHost: x",
        "https://receiver.example/\x00",
        "https://receiver.example/\x85",
        "https://receiver..example/",
        "https://-receiver.example/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 130 + "example/",
        "https://receiver.example/" + "a" * 2048,
        "https://receiver.example/\ud800",
    ],
)
def test_a_url_that_is_not_plain_is_refused(url):
    with pytest.raises(ValueError, match=r"\w"):
        Target.parse(url)


def test_what_is_wrong_with_a_url_is_said_without_its_path():
    with pytest.raises(ValueError, match=r"\w") as caught:
        Target.parse("https://me@receiver.example/hook/SECRET?key=SECRET")
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "authority", "origin", "path"),
    [
        ("https://Receipts.Test", "receipts.test", "https://receipts.test:443", "/"),
        ("HTTPS://receipts.test:8443/a?b=c#d", "receipts.test:8443", "https://receipts.test:8443", "/a?b=c"),
        ("http://receipts.test?b=%2F", "receipts.test", "http://receipts.test:80", "/?b=%2F"),
        ("http://receipts.test:443/", "receipts.test:443", "http://receipts.test:443", "/"),
        ("https://发票.test/票/@x", "xn--oors88f.test", "https://xn--oors88f.test:443", "/%E7%A5%A8/@x"),
        ("https://[2400:3200:0::1]/", "[2400:3200::1]", "https://[2400:3200::1]:443", "/"),
        ("https://223.5.5.5:443/", "223.5.5.5", "https://223.5.5.5:443", "/"),
    ],
)
def test_a_url_is_taken_apart_once(url, authority, origin, path):
    target = Target.parse(url)
    assert (target.authority, target.origin, target.path) == (authority, origin, path)


@pytest.mark.parametrize(
    ("rule", "address", "port", "opens"),
    [
        ("127.0.0.1", "127.0.0.1", 1, True),
        ("127.0.0.1", "127.0.0.2", 1, False),
        ("127.0.0.1/32:9000", "127.0.0.1", 9000, True),
        ("127.0.0.1/32:9000", "127.0.0.1", 9001, False),
        ("10.0.0.0/8:443", "10.9.8.7", 443, True),
        ("10.0.0.0/8:443", "11.9.8.7", 443, False),
        ("10.0.0.0/8:8000-8999", "10.0.0.1", 8999, True),
        ("10.0.0.0/8:8000-8999", "10.0.0.1", 9000, False),
        ("[fd00::]/8:8443", "fd12::1", 8443, True),
        ("[fd00::]/8:8443", "fd12::1", 443, False),
        ("[::1]", "::1", 80, True),
        ("10.0.0.0/8", "fd00::1", 80, False),
    ],
)
def test_a_rule_opens_its_network_on_its_ports_alone(rule, address, port, opens):
    assert Allowed.parse(rule).opens(ip_address(address), port) is opens


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost",
        "10.0.0.1/8",
        "10.0.0.0/33",
        "10.0.0.0/8:",
        "10.0.0.0/8:0",
        "10.0.0.0/8:65536",
        "10.0.0.0/8:9-8",
        "10.0.0.0/8:x",
        "fd00::/8",
        "[fd00::/8]",
        "010.0.0.0/8",
        "10.0.0.0/8:443,8443",
        "\uff11.0.0.0",
    ],
)
def test_a_rule_that_is_unclear_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        Allowed.parse(text)


def test_a_range_never_opens_the_metadata_inside_it():
    carrier_nat, exactly = Allowed.parse("100.64.0.0/10"), Allowed.parse("100.100.100.200")
    metadata = ip_address("100.100.100.200")
    assert carrier_nat.opens(ip_address("100.100.100.201"), 443)
    assert not carrier_nat.opens(metadata, 443)
    assert exactly.opens(metadata, 443)


@pytest.mark.parametrize(
    ("url", "address", "outcome"),
    [
        ("https://receiver.example/", "8.8.8.8", True),
        ("https://receiver.example:8443/", "8.8.8.8", True),
        ("https://receiver.example:22/", "8.8.8.8", False),
        ("http://receiver.example/", "8.8.8.8", False),
        ("https://receiver.example/", "10.0.0.1", False),
        ("http://receiver.example:9000/", "127.0.0.1", True),
        ("http://receiver.example:9001/", "127.0.0.1", False),
        ("http://receiver.example:9000/", "::ffff:127.0.0.1", True),
        ("http://receiver.example:9000/", "::1", False),
    ],
)
def test_plain_http_odd_ports_and_private_addresses_need_a_rule(url, address, outcome):
    rules = [Allowed.parse("127.0.0.1/32:9000")]
    assert permitted(Target.parse(url), ip_address(address), rules) is outcome


def test_a_port_that_no_rule_mentions_is_not_worth_a_look_into_dns():
    rules = [Allowed.parse("127.0.0.1/32:9000")]
    assert worth_resolving(Target.parse("https://receiver.example/"), ())
    assert worth_resolving(Target.parse("http://receiver.example:9000/"), rules)
    assert not worth_resolving(Target.parse("http://receiver.example/"), rules)
    assert not worth_resolving(Target.parse("https://receiver.example:22/"), rules)


@pytest.mark.parametrize(
    ("host", "port", "address", "outcome"),
    [
        ("mail.example.com", 465, "8.8.8.8", True),
        ("mail.example.com", 587, "8.8.8.8", True),
        ("mail.example.com", 25, "8.8.8.8", True),
        ("mail.example.com", 2525, "8.8.8.8", False),
        ("mail.example.com", 443, "8.8.8.8", False),
        ("mail.example.com", 465, "10.0.0.5", False),
        ("mail.example.com", 465, "169.254.169.254", False),
        ("mail.example.com", 587, "10.9.0.5", True),
    ],
)
def test_a_mail_server_is_public_on_its_own_ports_or_opened(host, port, address, outcome):
    rule = Allowed.parse("10.9.0.0/16:587")
    assert permitted(Target.mail(host, port), ip_address(address), [rule]) is outcome


@pytest.mark.parametrize("host", ["", "a b", "127.1", "0x7f.1", "[::1]", "a/b", "user@host", "fe80::x"])
def test_what_is_no_mail_server_is_refused(host):
    with pytest.raises(ValueError, match=r"."):
        Target.mail(host, 465)


def test_a_mail_port_is_no_port_for_https():
    target = Target.parse("https://example.com:465/")
    assert not permitted(target, ip_address("8.8.8.8"), [])
