"""The only way out: one HTTP client; a guard over addresses, one deadline and one byte cap for each call.

The rule: a call ends within its deadline and its bytes, at an address that was judged. A name is resolved once and
the judged address called; no redirects, cookies, proxies of the environment, no Unix sockets.

Where the operator names an egress proxy, what is public is called through it, by the judged address too; what
`egress.allow` opens lies in the operator's own network and is called directly, and so are mail servers.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_address
from types import MappingProxyType

import aiohttp
from yarl import URL

from app.domain.address import Address, Allowed, Target, opened, permitted, worth_resolving
from app.domain.errors import EgressError
from app.domain.exchange import Reply, headers_to_send, inflated, joined
from app.egress.lines import lines, secured
from app.egress.names import Resolver, SystemResolver
from app.egress.tunnel import ProxyError, tunnel

CONNECT_SECONDS = 5.0  # for one address, so that a dead first one leaves time for the second


class Egress:
    """`allow` and `proxy` are the operator's, never a tenant's; `tls` replaces the system's trusted roots."""

    def __init__(
        self,
        *,
        allow: Sequence[Allowed] = (),
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
        proxy: str | None = None,
    ) -> None:
        self._system = SystemResolver()
        self._allow, self._resolver = tuple(allow), resolver or self._system
        self._tls = tls or ssl.create_default_context()
        self._proxy = Target.parse(proxy) if proxy else None
        self._lines: aiohttp.ClientSession | None = None  # it wants a running loop

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        content: bytes = b"",
        deadline: float = 15.0,
        max_bytes: int = 262_144,
        whole: bool = True,
    ) -> Reply:
        """One call, one answer; `deadline` in seconds for all of it, `max_bytes` for the body, inflated too.

        Not `whole`: the status is what counts; of a body that is too large its beginning, of an unreadable one nothing.

        Raises EgressError alone; its detail names the origin, never the path, which may hold a key.
        The caller's Host, framing and Accept-Encoding are dropped for ours.
        """
        target = self._target(lambda: Target.parse(url))
        try:
            async with asyncio.timeout(deadline):
                return await self._exchange(target, method, headers_to_send(target, method, headers, content),
                                            content, max_bytes, whole=whole)  # fmt: skip
        except TimeoutError as error:
            raise EgressError("timeout", f"{target.origin}: not done within {deadline:g} s") from error
        except (OSError, aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError):
            # Their texts quote headers, ours among them: they go no further.
            raise EgressError("reset", f"{target.origin}: no whole exchange") from None
        except (aiohttp.ClientError, ValueError, RuntimeError):  # the last one: after the end of `close`
            raise EgressError("protocol", f"{target.origin}: no whole exchange") from None

    async def reach(self, url: str, *, deadline: float = 15.0) -> None:
        """Name, connection, certificate: all of a call but the call. Raises EgressError alone."""
        target = self._target(lambda: Target.parse(url))
        try:
            async with asyncio.timeout(deadline):
                (await secured(await self._dial(target), target, self._tls)).abort()
        except TimeoutError as error:
            raise EgressError("timeout", f"{target.origin}: not done within {deadline:g} s") from error

    async def connect(self, host: str, port: int, *, deadline: float = 15.0) -> tuple[socket.socket, ssl.SSLContext]:
        """A connection to a mail server, not yet secured, and what to secure it with; both are the caller's now.

        Raises EgressError alone. What is said over it, how long and how much, the caller bounds.
        """
        target = self._target(lambda: Target.mail(host, port))
        try:
            async with asyncio.timeout(deadline):
                return await self._dial(target), self._tls
        except TimeoutError as error:
            raise EgressError("timeout", f"{target.origin}: not done within {deadline:g} s") from error

    async def close(self) -> None:
        if self._lines:
            await self._lines.close()

    async def _exchange(
        self, target: Target, method: str, headers: Mapping[str, str], content: bytes, max_bytes: int, *, whole: bool
    ) -> Reply:
        self._lines = self._lines or lines(self._dial, self._tls)
        url = URL(target.origin + target.path, encoded=True)
        async with self._lines.request(
            method, url, headers=headers, data=content or None, allow_redirects=False
        ) as response:
            answered = joined(response.raw_headers)
            raw = await _read(response, target, max_bytes, whole=whole)
        try:
            body = inflated(raw, answered.get("content-encoding", ""), max_bytes + 1)
        except ValueError:
            if whole:
                raise
            body = b""
        if whole:
            _within(target, max_bytes, len(body))
        return Reply(response.status, answered, body[:max_bytes])

    def _target(self, parse: Callable[[], Target]) -> Target:
        try:
            target = parse()
        except ValueError as error:
            raise EgressError("refused", str(error)) from error
        if not worth_resolving(target, self._allow):
            raise EgressError("refused", f"{target.origin}: neither an ordinary port for {target.scheme} nor opened")
        return target

    async def _addresses(self, target: Target) -> list[Address]:
        try:
            answers = [target.host] if target.literal else await self._resolver(target.host, target.port)
        except OSError as error:
            raise EgressError("dns", f"{target.origin}: the name is not known") from error
        return self._judged(target, [ip_address(answer) for answer in dict.fromkeys(answers)])

    def _judged(self, target: Target, addresses: list[Address]) -> list[Address]:
        if not all(permitted(target, address, self._allow) for address in addresses):
            raise EgressError("refused", f"{target.origin}: not a public address, nor opened by the operator")
        return addresses

    async def _dial(self, target: Target) -> socket.socket:
        """A connection to the first judged address that takes one, by way of the proxy where there is one."""
        addresses, why = await self._addresses(target), "nobody takes the connection"
        for address in addresses:
            try:
                if self._proxy and target.scheme != "smtp" and not opened(target, address, self._allow):
                    return await self._through(self._proxy, target, address)
                return await self._directly(target, address)
            except ConnectionError:
                continue
            except ProxyError as error:
                why = str(error)
        raise EgressError("connect", f"{target.origin}: {why}")

    async def _directly(self, target: Target, address: Address) -> socket.socket:
        plain = await _connected(str(address), target.port)
        try:
            self._judged(target, [ip_address(plain.getpeername()[0])])
        except OSError as error:
            plain.close()
            raise ConnectionError("hung up at once") from error
        except BaseException:
            plain.close()
            raise
        return plain

    async def _through(self, proxy: Target, target: Target, address: Address) -> socket.socket:
        try:
            plain = await _first(await self._system(proxy.host, proxy.port), proxy.port)
        except OSError as error:
            raise ProxyError("the egress proxy takes no connection") from error
        try:
            await tunnel(plain, address, target.port)
        except BaseException:
            plain.close()
            raise
        return plain


async def _read(response: aiohttp.ClientResponse, target: Target, max_bytes: int, *, whole: bool) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if whole:
            _within(target, max_bytes, len(body))
        elif len(body) > max_bytes:
            response.close()  # its end is not waited for
            break
    return bytes(body)


def _within(target: Target, max_bytes: int, size: int) -> None:
    if size > max_bytes:
        raise EgressError("too_large", f"{target.origin}: more than {max_bytes} bytes")


async def _first(addresses: Iterable[str], port: int) -> socket.socket:
    """A connection to the first that takes one; raises ConnectionError."""
    for address in addresses:
        with suppress(ConnectionError):
            return await _connected(address, port)
    raise ConnectionError("nobody takes the connection")


async def _connected(address: str, port: int) -> socket.socket:
    """A connection to one address, within a time of its own; raises ConnectionError."""
    plain = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    plain.setblocking(False)
    try:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        async with asyncio.timeout(CONNECT_SECONDS):
            await asyncio.get_running_loop().sock_connect(plain, (address, port))
    except OSError as error:  # the timeout's too
        plain.close()
        raise ConnectionError("it takes no connection") from error
    except BaseException:
        plain.close()
        raise
    return plain
