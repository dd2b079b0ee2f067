"""One worker process of ours, without a network: it asks a tax system that lives in the process. Or a watchdog.

One rule: it logs as the service does by default, so that what a line a check costs is in the figures.
"""

import asyncio
import sys
import time
from datetime import timedelta
from typing import Any

import uvloop

from app.observability import logs
from app.serving import spare_the_collector
from tests.bench import ours, part

_POINTS = 200  # lags kept of a second


async def poll(task: dict[str, Any]) -> None:
    """Asks for `seconds`; a `share` of the answers is "found"."""
    worker = await ours.worker(task["url"], ours.by_chance(task["share"]), timedelta(seconds=task["every"]))
    stop = asyncio.Event()
    part.ready()
    worker.metrics.began = time.perf_counter()
    watch = part.Stopwatch()
    running = asyncio.create_task(worker.loop.run(stop))
    await asyncio.sleep(task["seconds"])
    stop.set()
    await running
    await worker.finish()
    lags = {second: _thinned(lags) for second, lags in worker.metrics.by_second.items()}
    part.tell({"items": worker.adapter.asked, **watch.figures(), "lags": lags})


async def race(task: dict[str, Any]) -> None:
    """The peers' task. Ours asks at ages of an invoice, here 0, 1 and 2 seconds: so work begins when they are issued,
    and none of it is done ahead of the lower bound.
    """
    worker = await ours.worker(task["url"], ours.third_time(), timedelta(seconds=1))
    stop = asyncio.Event()
    part.ready()
    measured = part.Race(task["server"])
    issued_at = worker.clock.now() + timedelta(seconds=1 + task["count"] / 5000)
    await ours.enqueue(task["url"], task["count"], issued_at)
    measured.enqueued()
    await asyncio.sleep((issued_at - worker.clock.now()).total_seconds())
    measured.started()
    running = asyncio.create_task(worker.loop.run(stop))
    await _confirmed(worker, task["count"])
    measured.finish()
    stop.set()
    await running
    await worker.finish()


async def _confirmed(worker: ours.Worker, wanted: int) -> None:
    async with worker.database.connection() as connection:
        while await connection.fetchval(ours.SYNCED) < wanted:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.02)


def _thinned(lags: list[float]) -> dict[str, Any]:
    """How many lags there were in a second, and quantiles enough to put processes together."""
    ordered = sorted(lags)
    step = max(1, len(ordered) // _POINTS)
    return {"count": len(ordered), "lags": [*ordered[step // 2 :: step], ordered[-1]]}


async def count(task: dict[str, Any]) -> None:
    """Tells the metrics of so many checks as a poller does, a batch at a time, and nothing else."""
    tell, batches = ours.teller(task["share"]), task["items"] // ours.BATCH
    tell()
    part.ready()
    measured = part.Stopwatch()
    for _ in range(batches):
        tell()
    part.tell({"items": batches * ours.BATCH, **measured.figures()})


async def watch(task: dict[str, Any]) -> None:
    """Moves what is late until nothing is."""
    watchdog, database = await ours.watchdog(task["url"])
    async with database.connection():
        part.ready()
    measured, steps = part.Stopwatch(), 1
    while await watchdog.step() == 0:
        steps += 1
    part.tell({"items": task["items"], "steps": steps, **measured.figures()})
    await database.close()


if __name__ == "__main__":
    logs.configure("info", sys.stderr)
    spare_the_collector()
    given = part.task()
    uvloop.run({"poll": poll, "race": race, "watch": watch, "count": count}[given["kind"]](given))
