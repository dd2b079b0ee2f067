"""The demo as a whole: builds the stage, lets the play run, clears it away.

One rule: whatever ends it (Ctrl-C, SIGTERM, a part that breaks), the service stops first and the database last.
"""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Final, NoReturn

from rich.console import Console

from app import main
from app.clock import Clock, DatabaseClock
from app.demo import configuration
from app.demo.authority import Authority
from app.demo.billing import Billing
from app.demo.failure import DemoFailed
from app.demo.ground import Ground, choose
from app.demo.lines import Lines, summary
from app.demo.peer import Peer
from app.demo.processes import Child, alone, piaoda
from app.demo.receiver import Receiver, listening
from app.demo.screen import Screen
from app.demo.seen import Seen
from app.domain.address import Allowed
from app.domain.errors import ConfigurationError
from app.egress import Egress
from app.observability import logs
from app.settings import Settings
from app.store import migration, scratch

DATABASE: Final = "piaoda_demo"
START_SECONDS: Final = 60.0
READING_SECONDS: Final = 1.0
SEED: Final = 1


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs."""

    ground: Ground
    clock: Clock
    seen: Seen
    service: Peer
    authority: Authority
    children: tuple[Child, ...]


async def run(settings: Settings) -> None:
    """Shows the demo until SIGINT or SIGTERM; raises DemoFailed when a part of it breaks."""
    stop, seen = asyncio.Event(), Seen()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    ground = choose(settings)
    console.print("票达演示正在启动：数据库、模拟税务系统、服务…  Starting: database, simulated tax system, service…")
    with alone(ground.folder), _logging(ground), main.database_url(settings) as server:
        url = await _database(settings, server)
        async with AsyncExitStack() as stack:
            await _show(await _built(stack, ground, url, seen), console, stop)
            console.print("正在停止…  Stopping…")
    for line in summary(seen):
        console.print(line)


@contextmanager
def _logging(ground: Ground) -> Iterator[None]:
    """Our own lines go into a file, for the terminal is the audience's."""
    with (ground.folder / "demo.log").open("w", encoding="utf-8") as log:
        logs.configure(ground.settings.log_level, log)
        yield


async def _database(settings: Settings, server: str) -> str:
    """The URL of a migrated, empty database: one of the demo's own, or the one that was named."""
    if not settings.database_url.get_secret_value():
        server = await scratch.recreate(server, DATABASE)
    elif await scratch.holds_invoices(server):
        raise ConfigurationError(
            "PIAODA_DATABASE_URL names a database that holds invoices already. "
            "Name an empty one, or unset it: then the demo uses an embedded database of its own."
        )
    await migration.migrate(server)
    return server


async def _built(stack: AsyncExitStack, ground: Ground, database_url: str, seen: Seen) -> Stage:
    """Starts receiver, simulator and service; `stack` stops them in the other order."""
    clock, listener = DatabaseClock(scale=ground.scale), socket.create_server(("127.0.0.1", 0))
    configuration.write(ground, f"http://127.0.0.1:{listener.getsockname()[1]}")
    environment = configuration.environment(ground, database_url)
    egress = Egress(allow=[Allowed.parse("0.0.0.0/0"), Allowed.parse("[::]/0")])  # it calls its own children only
    stack.push_async_callback(egress.close)
    receiver = Receiver(seen, ground.secret, clock).application()
    await stack.enter_async_context(listening(receiver, listener))
    children = [
        await stack.enter_async_context(piaoda(*command, environment=environment, folder=ground.folder))
        for command in (("simulator", "--port", str(ground.simulator_port)), ("serve",))
    ]
    service, authority = Peer(egress, ground.service, ground.key), Authority(Peer(egress, ground.simulator))
    return Stage(ground, clock, seen, service, authority, tuple(children))


async def _show(stage: Stage, console: Console, stop: asyncio.Event) -> None:
    await _until(stop, _ready(stage), *_ends(stage))
    if stop.is_set():
        return
    for name, address in stage.ground.addresses.items():
        console.print(f"  {name}: {address}")
    billing = Billing(stage.service, stage.authority, stage.clock, stage.seen, SEED)
    parts = (billing.run(), stage.authority.play(stage.seen), _read(stage), _view(stage, console).run())
    await _until(stop, *parts, *_ends(stage))


async def _until(stop: asyncio.Event, *parts: Awaitable[None]) -> None:
    """Runs them all until `stop` is set or one of them ends; raises what that one raised."""
    tasks = [asyncio.ensure_future(part) for part in (stop.wait(), *parts)]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if not stop.is_set():
        for task in done:
            task.result()


def _ends(stage: Stage) -> Iterator[Awaitable[NoReturn]]:
    return (child.ended() for child in stage.children)


async def _ready(stage: Stage) -> None:
    try:
        async with asyncio.timeout(START_SECONDS):
            await stage.authority.begin()
            await stage.service.send("GET", "/readyz")
    except TimeoutError:
        raise DemoFailed(f"Not ready within {START_SECONDS:g} s; see the logs in {stage.ground.folder}.") from None


async def _read(stage: Stage) -> None:
    while True:
        stage.seen.states = (await stage.service.ask("GET", "/v1/stats"))["invoices"]
        await asyncio.sleep(READING_SECONDS)


def _view(stage: Stage, console: Console) -> Lines | Screen:
    """A screen where there is one; lines into pipes, and for those who want no colours."""
    if console.is_terminal and not console.no_color and not console.is_dumb_terminal:
        return Screen(stage.seen, stage.clock, stage.ground.addresses, console)
    return Lines(stage.seen, stage.clock, console.print)
