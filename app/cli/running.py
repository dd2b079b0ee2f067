"""Commands that run until they are told to stop."""

import asyncio
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from app import serving
from app.cli.surroundings import settings
from app.clock import DatabaseClock
from app.domain.errors import ConfigurationError
from app.observability import logs
from app.settings import Settings, load

DEMO_BRINGS = ("PIAODA_CONFIG", "PIAODA_CLOCK_SCALE", "PIAODA_CLOCK_ORIGIN")
CONSOLE = "PIAODA_CONSOLE_ACCESS"


def serve(
    *,
    api_only: Annotated[bool, typer.Option("--api-only", help="Serve the API; let others do the work.")] = False,
    worker_only: Annotated[bool, typer.Option("--worker-only", help="Work; serve only health and metrics.")] = False,
) -> None:
    """Run the service: API, console and workers, until SIGTERM."""
    if api_only and worker_only:
        raise typer.BadParameter("choose one of --api-only and --worker-only")
    chosen = settings()
    logs.configure(chosen.log_level, sys.stderr)

    def announce(url: str, key: str | None) -> None:
        print(f"Piaoda 票达  {url}  (API {url}/docs, metrics {url}/metrics)", flush=True)
        if key:
            print(f"First API key, shown once; kept in {chosen.data_dir / 'first-key'}: {key}", flush=True)

    _run(serving.serve(chosen, serving.Roles(api=not worker_only, worker=not api_only), announce))


def simulator(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.")] = 8100,
    seed: Annotated[int, typer.Option(help="The same seed gives the same day.")] = 1,
) -> None:
    """Run a simulated tax system that speaks the providers' own dialects."""
    from app.simulator import app as simulated  # noqa: PLC0415 - only this command needs it

    chosen = settings()
    logs.configure(chosen.log_level, sys.stderr)
    clock = DatabaseClock(datetime.now(UTC), chosen.scale)
    web = simulated.create(clock, seed=seed)
    listener = socket.create_server((host, port))
    print(f"Simulated tax system on http://{host}:{listener.getsockname()[1]}  (admin: /admin)", flush=True)
    uvicorn.Server(uvicorn.Config(web, log_config=None, access_log=False)).run(sockets=[listener])


def demo() -> None:
    """Show everything at once: embedded database, simulator, service, receiver and a stream of invoices."""
    from app.demo import stage  # noqa: PLC0415 - only this command needs it
    from app.demo.failure import DemoFailed  # noqa: PLC0415 - only this command needs it

    try:
        _run(stage.run(_without_a_file()))
    except DemoFailed as failure:
        print(failure, file=sys.stderr)
        raise typer.Exit(1) from None


def _without_a_file() -> Settings:
    """The settings of this process alone. The demo writes its own piaoda.yaml, and its console is open unless told."""
    brought = [name for name in os.environ if name.removesuffix("_FILE") in DEMO_BRINGS and os.environ[name]]
    if brought:
        raise ConfigurationError(f"The demo brings its own configuration and clock: unset {' and '.join(brought)}.")
    told = any(os.environ.get(CONSOLE + ending) for ending in ("", "_FILE"))
    return load(os.environ | {"PIAODA_CONFIG": os.devnull} | ({} if told else {CONSOLE: "open"}), Path.cwd())


def _run(work: "asyncio.Future[None] | object") -> None:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        asyncio.run(work)  # type: ignore[arg-type]
    else:
        uvloop.run(work)  # type: ignore[arg-type]
