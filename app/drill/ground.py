"""Where a drill plays: a set-up of its own, or one that is there already (staging).

One rule: nothing but a simulated tax system is ever asked; a set-up whose tax system has no admin doorway is refused.
"""

import asyncio
import base64
import secrets
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import yaml

from app import main
from app.api import security
from app.clock import Clock, DatabaseClock, Scale
from app.demo.configuration import environment
from app.demo.failure import DemoFailed
from app.demo.ground import Ground
from app.demo.peer import Peer
from app.demo.processes import Child, alone, free_port, piaoda
from app.demo.receiver import ERP, SLACK, WECOM, Receiver, listening
from app.demo.seen import Seen
from app.domain.address import Allowed
from app.drill import accounts
from app.drill.scenario import Scenario
from app.egress import Egress
from app.settings import Settings
from app.store import migration, scratch

DATABASE = "piaoda_drill"
START_SECONDS = 60.0
_LOOK = 2.0  # seconds over which a staging's clock is measured
_TROUBLE = ["invoice.overdue", "invoice.escalated", "invoice.changed"]


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stage:
    """`clock` is the simulator's; `children` are what ends with the drill, and must not end before."""

    service: Peer
    simulator: Peer
    clock: Clock
    children: tuple[Child, ...] = ()


@asynccontextmanager
async def own(settings: Settings, scenario: Scenario) -> AsyncIterator[Stage]:
    """Database, simulator, service and receivers, for this drill alone; all end with the block."""
    ground = _chosen(settings, scenario.speed)
    with alone(ground.folder), main.database_url(settings) as server:
        url = await scratch.recreate(server, DATABASE)
        await migration.migrate(url)
        async with AsyncExitStack() as stack:
            yield await _built(stack, ground, url, scenario)


@asynccontextmanager
async def staging(service: str, simulator: str, key: str) -> AsyncIterator[Stage]:
    """A service that runs already and asks this simulator; the drill keeps to the simulator's clock."""
    egress = _egress()
    try:
        authority = Peer(egress, simulator.rstrip("/"))
        clock = await _clock_of(authority)
        yield Stage(Peer(egress, service.rstrip("/"), key), authority, clock)
    finally:
        await egress.close()


async def _clock_of(simulator: Peer) -> Clock:
    began = await _reading(simulator)
    await asyncio.sleep(_LOOK)
    reading = await _reading(simulator)
    return DatabaseClock(reading, Scale((reading - began) / timedelta(seconds=_LOOK), origin=reading))


async def _reading(simulator: Peer) -> datetime:
    return datetime.fromisoformat((await simulator.ask("GET", "/admin"))["now"])


def _chosen(settings: Settings, speed: float) -> Ground:
    folder = settings.data_dir / "drill"
    folder.mkdir(parents=True, exist_ok=True)
    return Ground(
        settings=settings,
        folder=folder,
        service_port=free_port(settings.host),
        simulator_port=free_port("127.0.0.1"),
        key=security.mint().text,
        secret="whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        scale=Scale(speed, origin=DatabaseClock().now()),
    )


async def _built(stack: AsyncExitStack, ground: Ground, url: str, scenario: Scenario) -> Stage:
    clock, listener, egress = (
        DatabaseClock(scale=ground.scale),
        socket.create_server(("127.0.0.1", 0)),
        _egress(),
    )
    stack.push_async_callback(egress.close)
    receiver = Receiver(Seen(), ground.secret, clock).application()
    await stack.enter_async_context(listening(receiver, listener))
    document = _document(ground, scenario, f"http://127.0.0.1:{listener.getsockname()[1]}")
    ground.config.touch(mode=0o600)
    ground.config.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    told = environment(ground, url)
    children = [
        await stack.enter_async_context(piaoda(*command, environment=told, folder=ground.folder))
        for command in (("simulator", "--port", str(ground.simulator_port), "--seed", str(scenario.seed)), ("serve",))
    ]
    return Stage(Peer(egress, ground.service, ground.key), Peer(egress, ground.simulator), clock, tuple(children))


async def beside(stage: Stage, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`; raises DemoFailed when a part of the stage ends before it."""
    task = asyncio.create_task(work)
    ends = [asyncio.create_task(child.ended()) for child in stage.children]
    try:
        done, _ = await asyncio.wait([task, *ends], return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            await each
        return task.result()
    finally:
        for each in (task, *ends):
            each.cancel()
        await asyncio.gather(task, *ends, return_exceptions=True)


async def ready(stage: Stage) -> None:
    """Waits until both answer; raises DemoFailed."""
    try:
        async with asyncio.timeout(START_SECONDS):
            await stage.simulator.ask("GET", "/admin")
            await stage.service.ask("GET", "/readyz")
    except TimeoutError:
        raise DemoFailed(f"Service and simulator are not ready within {START_SECONDS:g} s.") from None


def _document(ground: Ground, scenario: Scenario, receiver: str) -> dict[str, Any]:
    """The piaoda.yaml of a drill: its accounts, the defaults, and three destinations."""
    return {
        "accounts": accounts.sections(scenario.accounts, ground.simulator),
        "destinations": {
            "erp": {"kind": "webhook", "url": receiver + ERP, "secrets": [ground.secret], "events": _TROUBLE},
            "finance-wecom": {"kind": "wecom", "url": f"{receiver}{WECOM}?key=drill", "events": _TROUBLE},
            "ops-slack": {"kind": "slack", "url": receiver + SLACK, "events": _TROUBLE[1:]},
        },
        "egress": {"allow": ["127.0.0.1"]},
        "loops": {"poll_every": "0.2s", "watch_every": "0.5s", "notify_every": "0.2s"},
    }


def _egress() -> Egress:
    """It calls what the operator named, wherever that is."""
    return Egress(allow=[Allowed.parse("0.0.0.0/0"), Allowed.parse("[::]/0")])
