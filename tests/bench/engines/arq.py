"""The peers' task in arq: a job that asks to be retried, at most 100 at once."""

import asyncio
import logging
import os
from typing import Any

import uvloop
from arq import Retry, create_pool
from arq.connections import RedisSettings
from arq.worker import Worker, func

from tests.bench import part


async def main(task: dict[str, Any]) -> None:
    logging.disable(logging.ERROR)
    settings = RedisSettings.from_dsn(task["url"])
    pool = await create_pool(settings)
    confirmed, done = 0, asyncio.Event()

    async def check(context: dict[str, Any], _invoice: int) -> None:
        nonlocal confirmed
        await asyncio.sleep(0)
        if context["job_try"] < 3:
            raise Retry(defer=1)
        confirmed += 1
        if confirmed == task["count"]:
            done.set()

    part.ready()
    race = part.Race(task["server"])
    for first in range(0, task["count"], 200):
        numbers = range(first, min(first + 200, task["count"]))
        await asyncio.gather(*(pool.enqueue_job("check", n) for n in numbers))
    race.enqueued()
    jobs = [func(check, name="check")]
    worker = Worker(jobs, redis_settings=settings, max_jobs=100, max_tries=50, handle_signals=False, keep_result=0)
    working = asyncio.create_task(worker.async_run())
    await done.wait()
    race.finish()
    working.cancel()
    os._exit(0)


if __name__ == "__main__":
    uvloop.run(main(part.task()))
