"""The peers' task in PgQueuer: a retry with a delay, batches of 100, asyncpg's pool."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import asyncpg
import uvloop
from pgqueuer import AsyncpgPoolDriver, Job, PgQueuer, Queries, RetryRequested

from tests.bench import part


async def main(task: dict[str, Any]) -> None:
    logging.disable(logging.ERROR)
    async with asyncpg.create_pool(task["url"], min_size=4, max_size=20) as pool:
        driver = AsyncpgPoolDriver(pool)
        queries, queue = Queries(driver), PgQueuer(driver)
        await queries.install()
        confirmed, done = 0, asyncio.Event()

        @queue.entrypoint("check")
        async def check(job: Job) -> None:
            nonlocal confirmed
            await asyncio.sleep(0)
            if job.attempts < 2:
                raise RetryRequested(delay=timedelta(seconds=1))
            confirmed += 1
            if confirmed == task["count"]:
                done.set()

        part.ready()
        race = part.Race(task["server"])
        for first in range(0, task["count"], 1000):
            keys = [str(n).encode() for n in range(first, min(first + 1000, task["count"]))]
            await queries.enqueue(["check"] * len(keys), keys, [0] * len(keys))
        race.enqueued()
        working = asyncio.create_task(
            queue.run(batch_size=100, dequeue_timeout=timedelta(seconds=1), max_concurrent_tasks=400)
        )
        await done.wait()
        race.finish()
        working.cancel()


if __name__ == "__main__":
    uvloop.run(main(part.task()))
