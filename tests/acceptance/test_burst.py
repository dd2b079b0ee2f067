"""The end of a month: twenty times the usual load on a replica with a small pool and small limits.

Every queue of a replica has a bound; what does not fit is told when to come back, before it costs memory.

    what waits                          how many                                          then
    ----------------------------------  ------------------------------------------------  --------------------------
    event requests at work              limits.requests (512)                             429, Retry-After
    NDJSON uploads at work              limits.uploads (16), two chunks of 500 lines each 429, Retry-After
    single events for the next commit   5,000 (store/intake.py)                           503, Retry-After
    callers for a connection            1,000 a pool (store/database.py), 5 s each        503, Retry-After
    connections to the database         PIAODA_DATABASE_CONNECTIONS (10) a pool           they wait for one
    a body, a line, a batch             limits.body_bytes, .bulk_line_bytes, .batch_items 413
    questions of an account at work     limits.concurrency calls of limits.batch          no more are claimed
    answers for the next commit         those questions                                   their calls wait
    messages of a destination at work   8, or one batch of the channel                    no more are claimed
    late invoices and crossed voids     500 a step (app/watchdog.py)                      the next step
    API keys that are remembered        1,000                                             the oldest is forgotten

Questions and messages that are due wait in the database, which is where there is room.
"""

import asyncio
import json
import random
import resource
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.simulator.invoices import Generator
from tests.acceptance.story import rows
from tests.integration.waiting import until
from tests.processes import KEY, PATIENCE, Service

USUAL = 6  # posters on any other day
BURST = 20 * USUAL
SINGLES, BATCHES, TOGETHER = 600, 24, 200
MEGABYTE = 1_048_576
GROWTH = 32 * MEGABYTE  # of the process, from idle to the worst moment; all of it at once would be three times as much
AT_WORK = 8
SMALL = f"limits: {{requests: {AT_WORK}, uploads: 2}}\n"
HEADERS = {"authorization": f"Bearer {KEY}"}
BATCH = "application/cloudevents-batch+json"
LINES = "application/x-ndjson"


@pytest.fixture
def small(tmp_path: Path, database_url: str) -> Iterator[Service]:
    (tmp_path / "piaoda.yaml").write_text(SMALL)
    environment = {"PIAODA_DATABASE_URL": database_url, "PIAODA_DATABASE_CONNECTIONS": "2"}
    service = Service(tmp_path, "small", environment).start().ready()
    yield service
    service.end()


class Poster:
    """A billing system that obeys: told to come back, it comes back then, and a little later by chance."""

    def __init__(self, client: httpx2.AsyncClient, seen: Counter[int], seed: int) -> None:
        self._client, self._seen, self._chance = client, seen, random.Random(seed)

    async def post(self, content: bytes, kind: str) -> dict[str, Any]:
        """The answer, once it is a 2xx."""
        async with asyncio.timeout(PATIENCE):
            while True:
                reply = await self._client.post("/v1/events", content=content, headers={"content-type": kind})
                self._seen[reply.status_code] += 1
                if reply.is_success:
                    return reply.json()
                assert reply.status_code in {429, 503}, reply.text
                await asyncio.sleep(int(reply.headers["retry-after"]) * self._chance.uniform(0.5, 1.5))


class Memory:
    """What a process holds, in bytes; `growth` is from the first look to the highest."""

    def __init__(self, pid: int) -> None:
        self._file = Path(f"/proc/{pid}/statm")
        self.most = 0
        self._idle = self.look()

    @property
    def growth(self) -> int:
        return self.most - self._idle

    def look(self) -> int:
        present = int(self._file.read_text().split()[1]) * resource.getpagesize()
        self.most = max(self.most, present)
        return present

    async def watch(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(0.02)


def made(count: int) -> list[dict[str, Any]]:
    """Synthetic invoices, no number twice."""
    generator, by_number = Generator(20261130), dict[str, dict[str, Any]]()
    while len(by_number) < count:
        invoice = generator.invoice(datetime.now(UTC))
        by_number[invoice["number"]] = invoice
    return list(by_number.values())


def events(invoices: list[dict[str, Any]]) -> bytes:
    return json.dumps([
        {"specversion": "1.0", "type": "invoice.issued", "source": "/burst", "id": one["number"], "data": one}
        for one in invoices
    ]).encode()  # fmt: skip


async def tell(poster: Poster, work: asyncio.Queue[tuple[bytes, str, list[str]]], told: list[str]) -> None:
    """Takes what is to be told until nothing is left; `told` are the numbers that a 2xx answered for."""
    while not work.empty():
        content, kind, numbers = work.get_nowait()
        answer = await poster.post(content, kind)
        assert not answer.get("items"), "each of them is accepted, or there already"
        told += numbers


def month_end(invoices: list[dict[str, Any]]) -> asyncio.Queue[tuple[bytes, str, list[str]]]:
    """Singles, batches and uploads, mixed."""
    singles, rest = invoices[:SINGLES], invoices[SINGLES:]
    work = [(json.dumps(one).encode(), "application/json", [one["number"]]) for one in singles]
    for place in range(BATCHES):
        group = rest[place * TOGETHER : (place + 1) * TOGETHER]
        lines = "\n".join(map(json.dumps, group)).encode()
        content, kind = (lines, LINES) if place % 4 == 0 else (events(group), BATCH)
        work.append((content, kind, [one["number"] for one in group]))
    random.Random(11).shuffle(work)
    queue = asyncio.Queue[tuple[bytes, str, list[str]]]()
    for one in work:
        queue.put_nowait(one)
    return queue


async def test_a_month_end_burst_loses_nothing_and_does_not_grow_the_process(small: Service, database_url: str):
    invoices = made(SINGLES + BATCHES * TOGETHER)
    work, told, seen = month_end(invoices), list[str](), Counter[int]()
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(base_url=small.url, headers=HEADERS, limits=limits, timeout=PATIENCE) as client:
        memory = Memory(small.process.pid)
        watching = asyncio.create_task(memory.watch())
        await asyncio.gather(*(tell(Poster(client, seen, seed), work, told) for seed in range(BURST)))
        watching.cancel()

    held = await asyncio.to_thread(rows, database_url, "SELECT number FROM invoices")
    assert sorted(row["number"] for row in held) == sorted(told) == sorted(one["number"] for one in invoices)
    assert seen[429], "it was no burst"
    assert memory.growth < GROWTH


async def half_told(url: str, sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A poster that announces more than it sends, and then waits."""
    reader, writer = await asyncio.open_connection(*url.removeprefix("http://").split(":"))
    head = f"POST /v1/events HTTP/1.1\r\nHost: piaoda\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json"
    writer.write(f"{head}\r\nContent-Length: {len(sent) + 1}\r\n\r\n".encode() + sent)
    return reader, writer


async def test_bodies_that_never_end_are_refused_before_they_cost_memory(small: Service):
    memory = Memory(small.process.pid)
    posters = [await half_told(small.url, b" " * (MEGABYTE - 1)) for _ in range(BURST)]
    heads = [asyncio.create_task(reader.readuntil(b"\r\n\r\n")) for reader, _ in posters]
    await until(lambda: sum(head.done() for head in heads) >= BURST - AT_WORK)
    memory.look()
    refused = [head.result().lower() for head in heads if head.done()]
    for head, (_, writer) in zip(heads, posters, strict=True):
        head.cancel()
        writer.transport.abort()

    assert len(refused) == BURST - AT_WORK
    assert all(b" 429 " in head and b"retry-after: " in head for head in refused)
    assert memory.growth < GROWTH
    [invoice] = made(1)
    async with httpx2.AsyncClient(base_url=small.url, headers=HEADERS, timeout=PATIENCE) as client:
        answer = await Poster(client, Counter(), 0).post(json.dumps(invoice).encode(), "application/json")
    assert answer["state"] == "pending", "whoever went away has left his place to others"
