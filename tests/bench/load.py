"""A load generator: keep-alive connections that each send, wait for the answer, and send again. A process of its own.

One rule: it costs far less than what it measures, so a connection is a bare Protocol and a request is bytes.
"""

import asyncio
import itertools
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import uvloop

from tests.bench import invoices, part

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"


@dataclass
class Tally:
    statuses: Counter[bytes] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    refused: bytes = b""


class Line(asyncio.Protocol):
    """One connection. `gap`: seconds from one sending to the next, when the answer was there by then."""

    def __init__(self, requests: Iterator[bytes], gap: float) -> None:
        self._requests, self._gap = requests, gap
        self._held = b""
        self.tally = Tally()
        self._sent_at = 0.0
        self._until = 0.0
        self.idle = asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def begin(self, until: float) -> None:
        self._until, self.tally = until, Tally()
        self.idle.clear()
        self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        if self._sent_at >= self._until:
            self.idle.set()
            return
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._held += data
        head = self._held.find(_END)
        if head < 0:
            return
        length = _LENGTH.search(self._held, 0, head)
        assert length, "an answer without a length"
        if len(self._held) >= head + len(_END) + int(length[1]):
            self._answered(self._held)
            self._held = b""

    def _answered(self, answer: bytes) -> None:
        took = time.perf_counter() - self._sent_at
        self.tally.seconds.append(took)
        self.tally.statuses[answer[9:12]] += 1
        if answer[9:10] != b"2":
            self.tally.refused = answer
        if self._gap > took:
            asyncio.get_running_loop().call_later(self._gap - took, self._send)
        else:
            self._send()


def requests(task: dict[str, Any]) -> Iterator[bytes]:
    """Requests without end; the numbers of their invoices follow each other."""
    render, size = invoices.body(task["content_type"], task["issued_at"]), task["size"]
    for first in itertools.count(task["first"], size):
        body = render(first, size)
        yield (
            f"POST {task['path']} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {task['key']}\r\n"
            f"content-type: {task['content_type']}\r\ncontent-length: {len(body)}\r\n\r\n"
        ).encode() + body


async def main(task: dict[str, Any]) -> None:
    source = requests(task)
    lines = [await _connected(url, source, task["gap"]) for url in itertools.islice(
        itertools.cycle(task["urls"]), task["connections"]
    )]  # fmt: skip
    warm = await _measured(lines, task["warm"])
    part.ready()
    told = await _measured(lines, task["seconds"])
    part.tell({**told, "warm_requests": warm["requests"]})


async def _connected(url: str, source: Iterator[bytes], gap: float) -> Line:
    address = urlsplit(url)
    _, line = await asyncio.get_running_loop().create_connection(
        lambda: Line(source, gap), address.hostname or "", address.port or 80
    )
    return line


async def _measured(lines: list[Line], seconds: float) -> dict[str, Any]:
    began = time.perf_counter()
    for line in lines:
        line.begin(began + seconds)
    await asyncio.gather(*(line.idle.wait() for line in lines))
    wall = time.perf_counter() - began
    took = sorted(each for line in lines for each in line.tally.seconds)
    refused = next((line.tally.refused for line in lines if line.tally.refused), b"")
    assert not refused, refused.decode(errors="replace")
    return {
        "requests": len(took), "seconds": wall,
        "p50_ms": took[len(took) // 2] * 1e3, "p99_ms": took[int(len(took) * 0.99)] * 1e3,
    }  # fmt: skip


if __name__ == "__main__":
    uvloop.run(main(part.task()))
