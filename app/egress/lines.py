"""Connections to many origins, at rest and in use: aiohttp's, over sockets that egress has opened and judged.

One rule: a connection that said anything unasked is not used again.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable

import aiohttp
from aiohttp.client_proto import ResponseHandler

from app.domain.address import Target
from app.domain.errors import EgressError

PER_ORIGIN, OVERALL = 200, 400  # connections in use; an account's concurrency is bounded by its limits
IDLE_SECONDS = 4.0  # many servers hang up after five: do not write into a closing door
LONGEST_HEADER = 32_768  # bytes of one, and of the status line
_ADDED_UNASKED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")

Dial = Callable[[Target], Awaitable[socket.socket]]
"""Opens a judged connection; raises EgressError alone."""


def lines(dial: Dial, tls: ssl.SSLContext) -> aiohttp.ClientSession:
    """A client without cookies, redirects, proxies of the environment, second tries and deadlines of its own."""
    session = aiohttp.ClientSession(
        connector=_Connector(dial, tls),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(),
        auto_decompress=False,
        skip_auto_headers=_ADDED_UNASKED,
        max_line_size=LONGEST_HEADER,
        max_field_size=LONGEST_HEADER,
    )
    session._retry_connection = False  # noqa: SLF001 - a question is asked once; whoever asked decides about another
    return session


async def secured(plain: socket.socket, target: Target, tls: ssl.SSLContext) -> ResponseHandler:
    """`plain` is this one's now, and spoken over by TLS where the target's scheme says so; raises EgressError alone."""
    loop = asyncio.get_running_loop()
    try:
        if target.scheme == "https":
            _, line = await loop.create_connection(
                lambda: _Line(loop), sock=plain, ssl=tls, server_hostname=target.host
            )
        else:
            _, line = await loop.create_connection(lambda: _Line(loop), sock=plain)
    except OSError as error:  # those of ssl, too
        plain.close()
        raise EgressError("tls", f"{target.origin}: {error}") from error
    except BaseException:
        plain.close()
        raise
    return line


class _Line(ResponseHandler):
    """aiohttp takes a resting connection where it is connected; an answer that nobody asked for must not wait in it."""

    def is_connected(self) -> bool:
        return super().is_connected() and not self.should_close


class _Connector(aiohttp.BaseConnector):
    """aiohttp's own connectors differ from each other in `_create_connection` alone, and so does this one."""

    def __init__(self, dial: Dial, tls: ssl.SSLContext) -> None:
        super().__init__(limit=OVERALL, limit_per_host=PER_ORIGIN, keepalive_timeout=IDLE_SECONDS)
        self._dial, self._tls = dial, tls

    async def _create_connection(self, req: aiohttp.ClientRequest, *_: object, **__: object) -> ResponseHandler:
        target = Target(req.url.scheme, req.url.raw_host or "", req.url.port or 0, "")
        return await secured(await self._dial(target), target, self._tls)
