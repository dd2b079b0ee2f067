"""The peers' task in Procrastinate: a retry strategy with a wait, concurrency 100, psycopg's pool."""

import asyncio
import logging
from typing import Any

import procrastinate
import uvloop

from tests.bench import part


class NotFound(Exception):
    """The tax system does not have it yet."""


async def main(task: dict[str, Any]) -> None:
    logging.disable(logging.ERROR)
    connector = procrastinate.PsycopgConnector(conninfo=task["url"], min_size=4, max_size=20)
    app = procrastinate.App(connector=connector)
    confirmed, done = 0, asyncio.Event()
    retry = procrastinate.RetryStrategy(max_attempts=50, wait=1, retry_exceptions={NotFound})

    @app.task(name="check", pass_context=True, retry=retry)
    async def check(context: procrastinate.JobContext, invoice: int) -> None:
        nonlocal confirmed
        await asyncio.sleep(0)
        if context.job.attempts < 2:
            raise NotFound
        confirmed += 1
        if confirmed == task["count"]:
            done.set()

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        part.ready()
        race = part.Race(task["server"])
        for first in range(0, task["count"], 1000):
            numbers = range(first, min(first + 1000, task["count"]))
            await check.batch_defer_async(*({"invoice": n} for n in numbers))
        race.enqueued()
        working = asyncio.create_task(
            app.run_worker_async(concurrency=100, fetch_job_polling_interval=1, install_signal_handlers=False)
        )
        await done.wait()
        race.finish()
        working.cancel()


if __name__ == "__main__":
    uvloop.run(main(part.task()))
