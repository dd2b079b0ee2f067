"""Where an outbound call may go: URLs, mail servers and addresses, judged. One rule: a table of our own decides.

The predicates of `ipaddress` are no guard: their lists change with the Python version and let through carrier
NAT (home of Alibaba Cloud's metadata), 6to4, NAT64 and multicast.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL = 2048
ORDINARY_PORTS = {"https": frozenset({80, 443, 8443}), "smtp": frozenset({25, 465, 587})}
"""By scheme, where a public address may be called unasked; all else the operator opens."""

_EVERY_PORT = range(1, 65536)

_FORBIDDEN: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",  # this host
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier NAT; Alibaba Cloud's own services
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarking
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
            # Only 2000::/3 is given out, so everything around it is closed.
            "::/3",  # loopback, IPv4-compatible, IPv4-translated, NAT64 of a site, discard
            "4000::/2",  # segment routing
            "8000::/1",  # private, link-local, site-local, multicast
            "2001::/23",  # Teredo, benchmarking, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4
            "3fff::/20",  # documentation
        ),
    )
)

_METADATA: frozenset[Address] = frozenset(
    map(
        ip_address,
        (
            "169.254.169.254",  # AWS, Azure, Google, Huawei and most others
            "169.254.0.23",  # Tencent Cloud
            "100.100.100.200",  # Alibaba Cloud
            "168.63.129.16",  # Azure's wire server: public by the registry
            "192.0.0.192",  # Oracle Cloud
            "fd00:ec2::254",  # AWS over IPv6
        ),
    )
)

# IPv4 in disguise that a real network delivers: mapped, and NAT64. All other disguises are in the table.
_CARRIERS = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))

_ISATAP, _ISATAP_MASK = 0x5EFE, 0xFDFFFFFF  # the universal bit may be set

_URL = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[^\[\]/?#@:]+))(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>[/?][^#]*)?(?:#.*)?",
    re.ASCII | re.IGNORECASE,
)
_BLANK_OR_CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)*{_LABEL}")
_NUMERAL = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_RULE = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<v4>[0-9.]+))(?P<bits>/[0-9]{1,3})?"
    r"(?::(?P<first>[0-9]{1,5})(?:-(?P<last>[0-9]{1,5}))?)?"
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator opens: a network, private or not, and the ports there; plain http included."""

    network: Network
    ports: range = _EVERY_PORT

    @classmethod
    def parse(cls, text: str) -> "Allowed":
        """`127.0.0.1`, `10.0.0.0/8:443`, `10.0.0.0/8:8000-8999`, `[fd00::]/8:8443`; ValueError otherwise."""
        match = _RULE.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not address/bits:port, such as 10.0.0.0/8:443 or [fd00::]/8:8443")
        network = ip_network((match["v6"] or match["v4"]) + (match["bits"] or ""))
        return cls(network, _ports(match["first"], match["last"]))

    def opens(self, address: Address, port: int) -> bool:
        """A metadata address is opened only by a rule for it alone, never by a range around it."""
        named = address not in _METADATA or self.network.num_addresses == 1
        return named and port in self.ports and address in self.network


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart once. `host` is an ASCII name or a bare address, `path` carries the query."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> "Target":
        """ValueError for anything but plain http(s); its text never repeats the URL, which may hold a key."""
        if len(url) > LONGEST_URL:
            raise ValueError(f"the URL is longer than {LONGEST_URL} characters")
        if _BLANK_OR_CONTROL.search(url):
            raise ValueError("the URL holds a blank, a control character or a backslash")
        match = _URL.fullmatch(url)
        if match is None:
            raise ValueError("the URL is not http(s)://host[:port]/path without user name")
        scheme = match["scheme"].lower()
        host = str(IPv6Address(match["v6"])) if match["v6"] else _host(match["name"])
        port = int(match["port"] or (443 if scheme == "https" else 80))
        return cls(scheme, host, _port(port), _path(match["path"] or "/"))

    @classmethod
    def mail(cls, host: str, port: int) -> "Target":
        """A mail server by name or bare address; ValueError for what is neither, or for no port."""
        return cls("smtp", str(IPv6Address(host)) if ":" in host else _host(host), _port(port), "")

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == (443 if self.scheme == "https" else 80)
        return host if usual else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """All of a URL that may be logged."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def literal(self) -> Address | None:
        """The address that the URL itself spells; None for a name."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None


def worth_resolving(target: Target, allow: Iterable[Allowed]) -> bool:
    """False when no address whatsoever could make this call permitted."""
    return _ordinary(target) or any(target.port in rule.ports for rule in allow)


def permitted(target: Target, address: Address, allow: Iterable[Allowed]) -> bool:
    """Whether `target` may be called at `address`: a rule opens it, or it is public and the port is its scheme's."""
    return opened(target, address, allow) or (_ordinary(target) and public(address))


def opened(target: Target, address: Address, allow: Iterable[Allowed]) -> bool:
    """Whether a rule of the operator opens `address` for `target`."""
    return any(rule.opens(_unwrapped(address), target.port) for rule in allow)


def public(address: Address) -> bool:
    """Whether the address, or the IPv4 address it carries, belongs to the open internet."""
    plain = _unwrapped(address)
    if plain in _METADATA or any(plain in network for network in _FORBIDDEN):
        return False
    tunnelled = _isatap(plain)
    return tunnelled is None or public(tunnelled)


def _unwrapped(address: Address) -> Address:
    carried = any(address in carrier for carrier in _CARRIERS)
    return IPv4Address(int(address) & 0xFFFFFFFF) if carried else address


def _isatap(address: Address) -> IPv4Address | None:
    """The IPv4 address to which a tunnel of ISATAP (RFC 5214, 6.1) would bring this one, under any prefix."""
    marked = isinstance(address, IPv6Address) and int(address) >> 32 & _ISATAP_MASK == _ISATAP
    return IPv4Address(int(address) & 0xFFFFFFFF) if marked else None


def _ordinary(target: Target) -> bool:
    return target.port in ORDINARY_PORTS.get(target.scheme, ())


def _host(text: str) -> str:
    if re.fullmatch(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}", text):
        return str(IPv4Address(text))
    name = text.encode("idna").decode("ascii").lower()
    if _NUMERAL.fullmatch(name):
        # 127.1, 0x7f.1, 2130706433 and digits in circles: the system's resolver would read them as addresses.
        raise ValueError("the host is a number in disguise")
    if not _HOST_NAME.fullmatch(name):
        raise ValueError("the host is not a name")
    return name


def _path(text: str) -> str:
    path = text if text.startswith("/") else f"/{text}"
    return quote(path, safe="/?:@!$&'()*+,;=%-._~[]|")


def _ports(first: str | None, last: str | None) -> range:
    if first is None:
        return _EVERY_PORT
    low, high = _port(int(first)), _port(int(last or first))
    if low > high:
        raise ValueError(f"the ports {low}-{high} run backwards")
    return range(low, high + 1)


def _port(number: int) -> int:
    if number not in _EVERY_PORT:
        raise ValueError(f"{number} is not a port")
    return number
