"""`piaoda alerts`: what alerts look like, before anybody gets one. One rule: nothing is sent."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.channels.channel import Destination
from app.cli.preview import Preview, of_every_kind, of_kind, preview
from app.cli.preview_page import page
from app.cli.samples import samples
from app.cli.surroundings import AsJson, settings, show
from app.domain.alert import Alert, Language

app = typer.Typer(help="Alerts: see them before anybody gets one.", no_args_is_help=True)

_STYLES = {"trouble": "red", "warning": "yellow", "good": "green", "news": "cyan"}


@app.callback()
def _group() -> None:
    """Keeps `preview` a command of a group while it is the only one."""


@app.command("preview")
def shown(
    destination: Annotated[str, typer.Option(help="A destination of piaoda.yaml, or a kind of chat.")] = "",
    html: Annotated[Path | None, typer.Option(help="Write one page that shows them as the tools do.")] = None,
    language: Annotated[str, typer.Option(help="zh, en or both; else the destination's, else zh.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show every kind of message, as every chat tool would be sent it. Nothing is sent."""
    if language not in {"", "zh", "en", "both"}:
        raise typer.BadParameter("zh, en or both", param_hint="--language")
    destinations = [_destination(destination)] if destination else of_every_kind()
    previews = asyncio.run(_previews(destinations, _language(language, destinations)))
    if html:
        html.write_text(page(previews, {to.name: to.kind for to in destinations}), encoding="utf-8")
        print(html)
    elif as_json:
        show([_document(each) for each in previews], as_json=True, words="")
    else:
        Console().print(*map(_panel, previews), sep="\n")


def _destination(name: str) -> Destination:
    """A made up one needs no configuration."""
    configured = settings().config.destinations
    return configured[name].destination(name) if name in configured else of_kind(name)


def _language(asked: str, destinations: Sequence[Destination]) -> Language:
    spoken: dict[str, Language] = {"zh": "zh", "en": "en", "both": "both"}
    return spoken.get(asked, destinations[0].language)


async def _previews(destinations: Sequence[Destination], language: Language) -> Sequence[Preview]:
    return [await preview(sample, destinations, language) for sample in samples()]


def _document(told: Preview) -> dict[str, Any]:
    sample = {"name": told.sample.name, "title": dict(told.sample.title), "payload": told.sample.payload}
    return {**sample, "alert": asdict(told.alert), "documents": told.documents}


def _panel(told: Preview) -> Panel:
    alert = told.alert
    title = f"{told.sample.name}  {told.sample.title['zh']} · {told.sample.title['en']}"
    return Panel(Group(*_parts(alert)), title=title, title_align="left", border_style=_STYLES[alert.tone])


def _parts(alert: Alert) -> Iterator[RenderableType]:
    yield Text(alert.headline, "bold")
    if alert.facts:
        yield _facts(alert)
    yield from map(Text, alert.lines)
    if alert.actions:
        yield Text("  ".join(f"[ {action.label} ]" for action in alert.actions), "cyan")
    if alert.footer:
        yield Text(alert.footer, "dim")


def _facts(alert: Alert) -> Table:
    grid = Table.grid(padding=(0, 2))
    for label, value in alert.facts:
        grid.add_row(Text(label, "dim"), Text(value))
    return grid
