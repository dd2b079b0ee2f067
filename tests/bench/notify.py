"""A process that delivers what waits in the outbox: our notifier, or the plainest worker that keeps the same promise.

One rule: it logs as the service does by default, so that what a line a delivery costs is in the figures.
"""

import asyncio
import os
import sys
from typing import Any

import asyncpg
import uvloop

from app.observability import logs
from app.serving import spare_the_collector
from tests.bench import meter, outbox, part


async def dispatch(task: dict[str, Any]) -> None:
    """Ours, until `count` are delivered, or for `seconds`."""
    made = await outbox.dispatcher(task["url"], task["receivers"])
    stop = asyncio.Event()
    part.ready()
    watch = part.Stopwatch()
    running = asyncio.create_task(made.loop.run(stop))
    async with asyncio.timeout(task.get("seconds", 600.0)):
        await _done(task["url"], task["count"])
    figures = watch.figures()
    memory = meter.memory(os.getpid()).unique
    stop.set()
    await running
    await made.finish()
    part.tell({"items": task["count"], "unique": memory, **figures})


async def _done(url: str, wanted: int) -> None:
    connection = await asyncpg.connect(url)
    while await connection.fetchval(outbox.DELIVERED) < wanted:  # noqa: ASYNC110 - the database tells nobody
        await asyncio.sleep(0.05)
    await connection.close()


async def one_by_one(task: dict[str, Any]) -> None:
    """A claim, a call and a settlement a delivery, each committed, by as many workers as ours may have in flight."""
    pool = await asyncpg.create_pool(task["url"], min_size=10, max_size=10)
    send, close = outbox.plain_sender(task["receivers"])

    async def work() -> None:
        while row := await pool.fetchrow(outbox.CLAIM_ONE):
            await send(row["destination"], row["id"], row["body"])
            await pool.execute(outbox.SETTLE_ONE, row["destination"], row["message_id"])

    part.ready()
    watch = part.Stopwatch()
    await asyncio.gather(*(work() for _ in range(task["flying"])))
    part.tell({"items": task["count"], "unique": meter.memory(os.getpid()).unique, **watch.figures()})
    await close()
    await pool.close()


async def bare(task: dict[str, Any]) -> None:
    """The same signed calls through the same way out, and no database."""
    send, close = outbox.plain_sender(task["receivers"])
    left, body = iter(range(task["count"])), "{}" + " " * (outbox.BODY - 2)

    async def work() -> None:
        for n in left:
            await send(next(iter(task["receivers"])), f"m{n}", body)

    part.ready()
    watch = part.Stopwatch()
    await asyncio.gather(*(work() for _ in range(task["flying"])))
    part.tell({"items": task["count"], "unique": meter.memory(os.getpid()).unique, **watch.figures()})
    await close()


if __name__ == "__main__":
    logs.configure("info", sys.stderr)
    spare_the_collector()
    given = part.task()
    uvloop.run({"dispatch": dispatch, "one by one": one_by_one, "bare": bare}[given["kind"]](given))
