"""What every command starts from: settings of this process, a database opened and closed around some work, JSON or
words.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from app import main
from app.cli.doorway import Shut
from app.settings import Settings, load
from app.store.database import Database

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]


KEY = "PIAODA_KEY"
"""An API key of a service that a command speaks to: the command's own, no setting of the service."""


def settings() -> Settings:
    """The settings of this process; raises ConfigurationError."""
    return load({name: value for name, value in os.environ.items() if name != KEY}, Path.cwd())


def with_database(work: Callable[[Settings, Database], Awaitable[T]]) -> T:
    """Runs `work` with the configured database, or with the embedded one joined for as long as it takes."""
    chosen = settings()

    async def run(url: str) -> T:
        database = Database(url, size=2)
        try:
            return await work(chosen, database)
        finally:
            await database.close()

    with main.database_url(chosen) as url:
        return asyncio.run(run(url))


def own_url(chosen: Settings) -> str:
    """Where the service of this machine listens."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(chosen.host, chosen.host)  # noqa: S104 - where others bind
    return f"http://{f'[{host}]' if ':' in host else host}:{chosen.port}"


def own_key(chosen: Settings) -> str:
    """The first key of the service on this machine."""
    kept = chosen.data_dir / "first-key"
    if chosen.bootstrap_key:
        return chosen.bootstrap_key.get_secret_value()
    if kept.is_file():
        return kept.read_text("utf-8").strip()
    raise Shut(f"No API key: give --key or {KEY}; `piaoda keys create` makes one.", ours=True)


def show(value: Any, as_json: bool, words: str) -> None:
    """Prints `value` as JSON, or `words`."""
    print(json.dumps(value, ensure_ascii=False, default=str, indent=2) if as_json else words)
