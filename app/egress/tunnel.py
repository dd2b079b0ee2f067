"""Through the operator's egress proxy: CONNECT of RFC 9110, 9.3.6. One rule: the proxy is told the judged address.

Told a name it would resolve it itself, and what we judged would not be what is called.
"""

import re

import httpcore2

from app.domain.address import Address

_MOST_BYTES = 16_384
_STATUS = re.compile(rb"HTTP/1\.[01] (?P<code>[0-9]{3})(?: [^\r\n]*)?\r\n")


async def tunnel(stream: httpcore2.AsyncNetworkStream, address: Address, port: int) -> None:
    """Makes of a connection to the proxy one to `address`. Raises ProxyError where the proxy does not play along."""
    authority = f"[{address}]:{port}" if ":" in str(address) else f"{address}:{port}"
    try:
        await stream.write(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
        head = await _head(stream)
    except httpcore2.NetworkError as error:
        raise httpcore2.ProxyError("the egress proxy hung up") from error
    status = _STATUS.match(head)
    if status is None or not head.endswith(b"\r\n\r\n"):
        # What follows the head at once cannot be the other side's: in TLS we speak first.
        raise httpcore2.ProxyError("the egress proxy does not speak HTTP")
    if not status["code"].startswith(b"2"):
        raise httpcore2.ProxyError(f"the egress proxy answers {status['code'].decode()}")


async def _head(stream: httpcore2.AsyncNetworkStream) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _MOST_BYTES:
        data = await stream.read(_MOST_BYTES)
        if not data:
            raise httpcore2.ReadError("closed")
        head += data
    return head
