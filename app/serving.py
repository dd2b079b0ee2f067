"""From wired to running and back: prepare, serve, drain. One rule: SIGTERM loses nothing, and the process exits 0.

Order of the end: not ready, no new work, finish or hand back what is in flight, close.
"""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from app import main, telling
from app.api import health, security
from app.api import metrics as exposition
from app.api.counting import Counting
from app.domain.errors import ConfigurationError
from app.replica import TENANT, Service
from app.settings import Settings
from app.store import announcements, deliveries, epochs, migration
from app.store.database import Database
from app.store.keys import ApiKeys
from app.store.migration import Standing

log = logging.getLogger(__name__)

MIGRATION_PATIENCE = 60.0  # seconds that a starting replica waits for whoever migrates
GRACE = 20.0  # real seconds that calls in flight may take after SIGTERM


@dataclass(frozen=True, slots=True)
class Roles:
    api: bool = True
    worker: bool = True


async def prepare(service: Service) -> str | None:
    """Migrates an embedded database, declares destinations, makes sure there is a key. Returns a key that was just
    made.
    """
    if not service.settings.database_url.get_secret_value():
        await migration.migrate(service.url)
    await _until_migrated(service.work)
    await epochs.heal(service.work, TENANT)
    service.clock.follow(await service.work.time())
    await deliveries.declare(service.work, TENANT, telling.subscriptions(service.settings, service.clock))
    config = service.settings.config
    if year := config.alerts.hours.unknown_year(service.clock.now()):
        log.warning("the holidays of the year are not known: Monday to Friday is assumed", extra={"year": year})
    silences, windows = [each.value for each in config.silences], [each.value for each in config.maintenance]
    await announcements.declare(service.work, TENANT, silences, windows, service.clock.now())
    return await _first_key(service)


async def _until_migrated(database: Database) -> None:
    """Waits a minute for the one who migrates; then the operator has to."""
    deadline = time.monotonic() + MIGRATION_PATIENCE
    while (standing := await migration.standing(database)) is not Standing.FIT:
        if standing is Standing.AHEAD:
            raise ConfigurationError(migration.TOO_NEW)
        if time.monotonic() > deadline:
            raise ConfigurationError("The database is not at our schema: run `piaoda migrate` once, then start again.")
        log.warning("waiting for the migration")
        await asyncio.sleep(1)


async def _first_key(service: Service) -> str | None:
    keys, now = ApiKeys(service.work), service.clock.now()
    given = service.settings.bootstrap_key
    if given:
        await keys.add(TENANT, "bootstrap", security.digest(given.get_secret_value()), ["admin"], now)
        return None
    if service.settings.database_url.get_secret_value() or await keys.any(TENANT):
        return None
    made = security.mint()
    await keys.add(TENANT, "first start", security.digest(made.text), ["admin"], now)
    path = service.settings.data_dir / "first-key"
    path.touch(mode=0o600)
    path.write_text(made.text + "\n")
    return made.text


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: ours drains the workers too, and the process exits 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def running(service: Service, roles: Roles, listener: socket.socket | None = None) -> AsyncIterator[None]:
    """Runs loops and API until the block ends, then drains: no new work, finish or hand back, close."""
    stop, server = asyncio.Event(), None
    loops = [loop for loop in service.loops if roles.worker or loop.name == "clock"]
    tasks = [asyncio.create_task(loop.run(stop), name=loop.name) for loop in loops]
    if listener is not None:
        config = uvicorn.Config(
            main.application(service) if roles.api else _bare(service),
            log_config=None, access_log=False, lifespan="off", server_header=False, proxy_headers=False,
            timeout_graceful_shutdown=int(GRACE),
        )  # fmt: skip
        server = _Server(config)
        tasks.append(asyncio.create_task(server.serve(sockets=[listener]), name="server"))
    try:
        yield
    finally:
        service.draining = True
        stop.set()
        if server:
            server.should_exit = True
        await asyncio.gather(service.notifier.finish(GRACE), *(poller.finish(GRACE) for poller in service.pollers))
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE + 5)
        # What a last claim has begun:
        await asyncio.gather(service.notifier.finish(0), *(poller.finish(0) for poller in service.pollers))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if roles.worker:
            await service.turns.leave()
        await service.egress.close()
        await service.database.close()
        await service.work.close()
        await asyncio.to_thread(service.tracing.close)


def _bare(service: Service) -> FastAPI:
    """What a replica without the API still answers: health and metrics."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Counting, answered=service.metrics.request)
    app.include_router(health.router(service))
    app.include_router(exposition.router(service.metrics, service.readout))
    return app


def spare_the_collector() -> None:
    """What is built at the start stays: it need not be looked at again. Batches are young and die young."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def serve(settings: Settings, roles: Roles, announce: Callable[[str, str | None], None]) -> None:
    """Serves until SIGTERM or SIGINT, then drains and returns."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    with main.database_url(settings) as url:
        service = main.build(settings, url)
        key = await prepare(service)
        listener = socket.create_server((settings.host, settings.port), reuse_port=False)
        async with running(service, roles, listener):
            spare_the_collector()
            host, port = listener.getsockname()[:2]
            announce(f"http://{host}:{port}", key)
            await stop.wait()
