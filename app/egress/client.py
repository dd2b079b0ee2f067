"""The only way out: one HTTP client; a guard over addresses, one deadline and one byte cap for each call.

The rule: a call ends within its deadline and its bytes, at an address that was judged. A name is resolved once and
the judged address called; no redirects, cookies, proxies of the environment, no Unix sockets.

Where the operator names an egress proxy, what is public is called through it, by the judged address too; what
`egress.allow` opens lies in the operator's own network and is called directly, and so are mail servers.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from types import MappingProxyType

import httpcore2

from app.domain.address import Address, Allowed, Target, opened, permitted, worth_resolving
from app.domain.errors import EgressError
from app.domain.exchange import Reply, headers_to_send
from app.egress.lines import Line, Pool, Stream, Wire
from app.egress.tunnel import tunnel

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to addresses, the preferred one first; at least one; OSError when the name is unknown."""

CONNECT_SECONDS = 5.0  # for one address, so that a dead first one leaves time for the second


LOOKUPS = 64  # names asked for at the same moment; asyncio's own threads are six on two cores, and uvloop's are four


class SystemResolver:
    """Asks the system, about a name once at a time.

    A lookup that hangs keeps its thread beyond the deadline of the call; so a dead name server costs one of many,
    however often it is tried.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKUPS, "lookup")
        self._under_way: dict[tuple[str, int], asyncio.Future[list[str]]] = {}

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        name = host, port
        if name not in self._under_way:
            asked = asyncio.get_running_loop().run_in_executor(self._threads, _looked_up, host, port)
            self._under_way[name] = asked
            asked.add_done_callback(lambda _: self._under_way.pop(name))
        return await asyncio.shield(self._under_way[name])


def _looked_up(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


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
        self._allow, self._resolver = tuple(allow), resolver or SystemResolver()
        self._tls = tls or httpcore2.default_ssl_context()
        self._proxy = Target.parse(proxy) if proxy else None
        self._backend = httpcore2.AnyIOBackend()
        self._pool = Pool(self._connect)

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
        call = httpcore2.Request(
            method.encode(errors="replace"),
            httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
            headers=headers_to_send(target, method, headers, content),
            content=content,
        )
        try:
            async with asyncio.timeout(deadline), self._pool.line(target) as line:
                return await line.exchange(call, max_bytes, whole=whole)
        except TimeoutError as error:
            raise EgressError("timeout", f"{target.origin}: not done within {deadline:g} s") from error
        except OSError as error:
            raise EgressError("connect", f"{target.origin}: hung up at once") from error

    async def reach(self, url: str, *, deadline: float = 15.0) -> None:
        """Name, connection, certificate: all of a call but the call. Raises EgressError alone."""
        target = self._target(lambda: Target.parse(url))
        try:
            async with asyncio.timeout(deadline):
                await (await self._connect(target)).close()
        except TimeoutError as error:
            raise EgressError("timeout", f"{target.origin}: not done within {deadline:g} s") from error

    async def connect(self, host: str, port: int, *, deadline: float = 15.0) -> tuple[socket.socket, ssl.SSLContext]:
        """A connection to a mail server, not yet secured, and what to secure it with; both are the caller's now.

        Raises EgressError alone. What is said over it, how long and how much, the caller bounds.
        """
        target = self._target(lambda: Target.mail(host, port))
        try:
            async with asyncio.timeout(deadline):
                plain = await _connected(target, await self._addresses(target))
        except TimeoutError as error:
            raise EgressError("timeout", f"{target.origin}: not done within {deadline:g} s") from error
        try:
            self._judged(target, [ip_address(plain.getpeername()[0])])
        except BaseException:
            plain.close()
            raise
        return plain, self._tls

    async def close(self) -> None:
        await self._pool.close()

    def _target(self, parse: Callable[[], Target]) -> Target:
        try:
            target = parse()
        except ValueError as error:
            raise EgressError("refused", str(error)) from error
        if not worth_resolving(target, self._allow):
            raise EgressError("refused", f"{target.origin}: neither an ordinary port for {target.scheme} nor opened")
        return target

    async def _connect(self, target: Target) -> Line:
        stream = await self._dial(target, await self._addresses(target))
        try:
            return Line(target, Wire(await self._secured(target, stream)))
        except BaseException:
            await stream.aclose()
            raise

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

    async def _dial(self, target: Target, addresses: Sequence[Address]) -> Stream:
        why = "nobody takes the connection"
        for address in addresses:
            try:
                if self._proxy and not opened(target, address, self._allow):
                    return await self._through(self._proxy, target, address)
                return await self._directly(target, address)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
            except httpcore2.ProxyError as error:
                why = str(error)
        raise EgressError("connect", f"{target.origin}: {why}")

    async def _directly(self, target: Target, address: Address) -> Stream:
        stream = await self._backend.connect_tcp(str(address), target.port, timeout=CONNECT_SECONDS)
        try:
            self._judged(target, [ip_address(stream.get_extra_info("server_addr")[0])])
        except BaseException:
            await stream.aclose()
            raise
        return stream

    async def _through(self, proxy: Target, target: Target, address: Address) -> Stream:
        try:
            stream = await self._backend.connect_tcp(proxy.host, proxy.port, timeout=CONNECT_SECONDS)
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
            raise httpcore2.ProxyError("the egress proxy takes no connection") from error
        try:
            await tunnel(stream, address, target.port)
        except BaseException:
            await stream.aclose()
            raise
        return stream

    async def _secured(self, target: Target, stream: Stream) -> Stream:
        try:
            return (
                await stream.start_tls(self._tls, server_hostname=target.host) if target.scheme == "https" else stream
            )
        except (httpcore2.NetworkError, OSError) as error:
            raise EgressError("tls", f"{target.origin}: {error}") from error


async def _connected(target: Target, addresses: Sequence[Address]) -> socket.socket:
    for address in addresses:
        plain = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6)  # noqa: PLR2004 - IPv4
        plain.setblocking(False)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await asyncio.get_running_loop().sock_connect(plain, (str(address), target.port))
        except OSError:  # the timeout's too
            plain.close()
        except BaseException:
            plain.close()
            raise
        else:
            return plain
    raise EgressError("connect", f"{target.origin}: nobody takes the connection")
