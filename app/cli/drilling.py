"""The command that plays a bad day."""

import asyncio
import sys
from contextlib import AbstractAsyncContextManager
from typing import Annotated

import typer

from app.cli.surroundings import KEY, AsJson, settings, show
from app.demo.failure import DemoFailed
from app.domain.errors import ConfigurationError
from app.drill import accounts, ground, report
from app.drill import scenario as scenarios
from app.drill.ground import Stage
from app.drill.rehearsal import rehearse
from app.drill.scenario import Scenario


def drill(
    scenario: Annotated[str, typer.Argument(help="A name that comes along, or a YAML file; none lists them.")] = "",
    service: Annotated[str, typer.Option(help="A running service (staging) instead of a set-up of its own.")] = "",
    simulator: Annotated[str, typer.Option(help="The simulator that this service asks.")] = "",
    key: Annotated[str, typer.Option(envvar=KEY, help="An API key of that service.")] = "",
    as_json: AsJson = False,
) -> None:
    """Play a bad day and account for it: what was noticed, when, who was told, what was missed."""
    if not scenario:
        for name in scenarios.names():
            title = scenarios.load(name).title
            print(f"{name:24} {title.zh} · {title.en}")
        return
    chosen = scenarios.load(scenario)
    accounts.refuse_strangers(chosen)

    async def run() -> None:
        async with _ground(chosen, service, simulator, key) as stage:
            verdict = await ground.beside(stage, rehearse(stage, chosen, _tell))
        show(report.document(chosen, verdict), as_json, "\n".join(report.lines(chosen, verdict)))
        if not verdict.well:
            raise typer.Exit(1)

    try:
        asyncio.run(run())
    except DemoFailed as failure:
        print(failure, file=sys.stderr)
        raise typer.Exit(1) from None


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _ground(chosen: Scenario, service: str, simulator: str, key: str) -> AbstractAsyncContextManager[Stage]:
    if bool(service) != bool(simulator):
        raise ConfigurationError("A staging set-up is named by both --service and --simulator.")
    return ground.staging(service, simulator, key) if service else ground.own(settings(), chosen)
