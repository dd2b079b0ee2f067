"""Connections to many origins, at rest and in use: aiohttp's, over sockets that egress has opened and judged.

One rule: a connection that said anything unasked is not used again.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp import StreamReader
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage
from aiohttp.http_exceptions import BadHttpMessage

from app.domain.address import Target
from app.domain.errors import EgressError

PER_ORIGIN, OVERALL = 200, 400  # connections in use; an account's concurrency is bounded by its limits
IDLE_SECONDS = 4.0  # many servers hang up after five: do not write into a closing door
LONGEST_HEADER = 32_768  # bytes of one, and of the status line
LONGEST_HEAD = 65_536  # bytes of all of them, interim answers (1xx) included; twice that is held while they are read
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
    """aiohttp's, with a bound for the whole head, and an end that waits for nobody.

    aiohttp takes a resting connection where it is connected; an answer that nobody asked for must not wait in it.
    """

    _head: int | None = None
    """Bytes heard before the head of the answer is there; None while nobody waits for one."""

    def is_connected(self) -> bool:
        return super().is_connected() and not self.should_close

    def close(self) -> None:
        """Whoever closes politely waits for the other side: to read what is left, to say goodbye in TLS."""
        self.abort()

    def set_response_params(self, **told: Any) -> None:
        self._head = 0
        super().set_response_params(**told)

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        if data[0].code >= HTTPStatus.OK:
            self._head = None
        super().feed_data(data, size)

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            if self._head > LONGEST_HEAD:  # counted before this piece, in which the body may have begun
                self.set_exception(BadHttpMessage("the head does not end"))
                self.abort()
                return
            self._head += len(data)
        super().data_received(data)


class _Connector(aiohttp.BaseConnector):
    """aiohttp's own connectors differ from each other in `_create_connection` alone, and so does this one."""

    def __init__(self, dial: Dial, tls: ssl.SSLContext) -> None:
        super().__init__(limit=OVERALL, limit_per_host=PER_ORIGIN, keepalive_timeout=IDLE_SECONDS)
        self._dial, self._tls = dial, tls

    async def _create_connection(self, req: aiohttp.ClientRequest, *_: object, **__: object) -> ResponseHandler:
        target = Target(req.url.scheme, req.url.raw_host or "", req.url.port or 0, "")
        return await secured(await self._dial(target), target, self._tls)
