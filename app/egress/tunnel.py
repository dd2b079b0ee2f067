"""Through the operator's egress proxy: CONNECT of RFC 9110, 9.3.6. One rule: the proxy is told the judged address.

Told a name it would resolve it itself, and what we judged would not be what is called.
"""

import asyncio
import re
import socket

from app.domain.address import Address

_MOST_BYTES = 16_384
_STATUS = re.compile(rb"HTTP/1\.[01] (?P<code>[0-9]{3})(?: [^\r\n]*)?\r\n")


class ProxyError(Exception):
    """The proxy does not play along; the text says how."""


async def tunnel(line: socket.socket, address: Address, port: int) -> None:
    """Makes of a connection to the proxy one to `address`. Raises ProxyError."""
    authority = f"[{address}]:{port}" if ":" in str(address) else f"{address}:{port}"
    try:
        ask = f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode()
        await asyncio.get_running_loop().sock_sendall(line, ask)
        head = await _head(line)
    except OSError as error:
        raise ProxyError("the egress proxy hung up") from error
    status = _STATUS.match(head)
    if status is None or not head.endswith(b"\r\n\r\n"):
        # What follows the head at once cannot be the other side's: in TLS we speak first.
        raise ProxyError("the egress proxy does not speak HTTP")
    if not status["code"].startswith(b"2"):
        raise ProxyError(f"the egress proxy answers {status['code'].decode()}")


async def _head(line: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _MOST_BYTES:
        data = await asyncio.get_running_loop().sock_recv(line, _MOST_BYTES)
        if not data:
            raise ConnectionResetError("closed")
        head += data
    return head
