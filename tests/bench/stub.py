"""A server that answers every request with the same bytes, in a process of its own; tokens aside.

The task: None for 140 bytes of JSON, else `body` (text) and `delay` in seconds.
"""

import asyncio
from functools import partial
from typing import Any

import uvloop

from tests.bench import part

BODY = b'{"status": "NOT_FOUND", "message": "' + b"-" * 102 + b'"}'
_TOKEN = b'{"access_token": "token", "expires_in": 86400}'


def _answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body


class Stub(asyncio.Protocol):
    def __init__(self, answer: bytes, delay: float) -> None:
        self._answer, self._delay = answer, delay

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        # The head of a request comes in one piece; what follows it is a body, and has no empty line.
        for head in data.split(b"\r\n\r\n")[:-1]:
            answer = _answer(_TOKEN) if b" /token" in head else self._answer
            if self._delay and answer is self._answer:
                asyncio.get_running_loop().call_later(self._delay, self._transport.write, answer)
            else:
                self._transport.write(answer)


async def main(task: dict[str, Any] | None) -> None:
    told = task or {}
    answer = _answer(told["body"].encode() if told else BODY)
    made = partial(Stub, answer, told.get("delay", 0.0))
    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
    part.tell({"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/status"})
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(part.task()))
