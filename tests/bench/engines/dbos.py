"""The peers' task in DBOS Transact: a workflow with a step a check and a durable sleep between two.

It works while it enqueues: its figures are of both together.
"""

import asyncio
import os
from typing import Any

from dbos import DBOS, DBOSConfig

from tests.bench import part

AT_ONCE = 1000  # workflows; most of them sleep


async def main(task: dict[str, Any]) -> None:
    url = task["url"].replace("postgresql://", "postgresql+psycopg://", 1)
    DBOS(
        config=DBOSConfig(
            name="peer", system_database_url=url, log_level="ERROR", run_admin_server=False,
            application_version="1", executor_id="e1",
        )
    )  # fmt: skip
    confirmed = 0

    @DBOS.step()
    async def check(_invoice: int, attempt: int) -> bool:
        await asyncio.sleep(0)
        return attempt > 2

    @DBOS.workflow()
    async def track(invoice: int) -> None:
        nonlocal confirmed
        attempt = 1
        while not await check(invoice, attempt):
            await DBOS.sleep_async(1)
            attempt += 1
        confirmed += 1

    DBOS.launch()
    queue = await DBOS.register_queue_async("checks", worker_concurrency=AT_ONCE, polling_interval_sec=0.5)
    part.ready()
    race = part.Race(task["server"])
    for first in range(0, task["count"], 200):
        numbers = range(first, min(first + 200, task["count"]))
        await asyncio.gather(*(queue.enqueue_async(track, n) for n in numbers))
    while confirmed < task["count"]:  # noqa: ASYNC110 - asks nobody, costs nothing
        await asyncio.sleep(0.02)
    race.finish()
    os._exit(0)  # its threads would not end by themselves


if __name__ == "__main__":
    asyncio.run(main(part.task()))
