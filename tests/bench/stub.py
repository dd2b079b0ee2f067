"""A server that answers every request with the same 140 bytes of JSON, in a process of its own."""

import asyncio
from typing import Any

import uvloop

from tests.bench import part

BODY = b'{"status": "NOT_FOUND", "message": "' + b"-" * 102 + b'"}'
_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(BODY) + BODY


class Stub(asyncio.Protocol):
    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        # A GET of a few headers comes in one piece.
        self._transport.write(_ANSWER * data.count(b"\r\n\r\n"))


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", 0)
    part.tell({"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/status"})
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
