"""The peers' task in Celery on Redis: a retry with a countdown, late acknowledgement, two prefork processes.

Its worker is the `celery` command itself, which finds the task in this module.
"""

import os
import subprocess
import sys
import time
from typing import Any

import redis
from celery import Celery

from tests.bench import part

BROKER = "BENCH_BROKER"
_FLAGS = ("-c", "2", "-P", "prefork", "-l", "CRITICAL", "--without-gossip", "--without-mingle", "--without-heartbeat")


class NotFound(Exception):
    """The tax system does not have it yet."""


def make(url: str) -> Celery:
    app = Celery("peer", broker=f"{url}/0")
    app.conf.update(
        task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=100,
        broker_connection_retry_on_startup=True, worker_hijack_root_logger=False,
    )  # fmt: skip
    confirmed = redis.Redis.from_url(f"{url}/1")

    @app.task(bind=True, max_retries=50, name="check")
    def check(self: Any, _invoice: int) -> None:
        if self.request.retries < 2:
            raise self.retry(countdown=1, exc=NotFound())
        confirmed.incr("confirmed")

    return app


def main(task: dict[str, Any]) -> None:
    app, counter = make(task["url"]), redis.Redis.from_url(f"{task['url']}/1")
    part.ready()
    race = part.Race(task["server"])
    with app.producer_pool.acquire(block=True) as producer:
        for n in range(task["count"]):
            app.tasks["check"].apply_async((n,), producer=producer)
    race.enqueued()
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "tests.bench.engines.celery", "worker", *_FLAGS],
        env={**os.environ, BROKER: task["url"]}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while int(counter.get("confirmed") or 0) < task["count"]:
        time.sleep(0.05)
    race.finish()
    worker.terminate()
    worker.wait(30)


if broker := os.environ.get(BROKER):
    app = make(broker)
elif __name__ == "__main__":
    main(part.task())
