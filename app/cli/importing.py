"""The command that reads files and tells the service of the invoices in them. One rule: each refusal names its place.

Files are judged by the service as every event is; here they are only read.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from app.cli import doorway
from app.cli.doorway import Doorway, Shut
from app.cli.surroundings import KEY, AsJson, own_key, own_url, settings, show
from app.documents import document
from app.documents.draft import Draft, Refused, Told, Unreadable
from app.domain.identity import Fault

COUNTS = ("accepted", "duplicates", "conflicts", "invalid")
SHOWN = 200  # refusals in words; JSON has them all

Tell = Callable[[Sequence[bytes]], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Found:
    """A draft or a refusal, and the file it stands in."""

    file: str
    told: Told

    def refusal(self, fault: Fault) -> dict[str, str]:
        located = self.told.located(fault) if isinstance(self.told, Draft) else fault
        place = {"file": self.file, "place": self.told.place}
        return place | {"code": located.code, "pointer": located.pointer, "detail": located.detail}


@dataclass(slots=True)
class Report:
    """What became of everything; `refusals` and `warnings` in the order of the files."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: list[dict[str, str]] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)

    def unread(self, found: Found, refused: Refused) -> None:
        self.counts["invalid"] += 1
        self.refusals.append(found.refusal(Fault(refused.pointer, refused.code, refused.detail)))

    def answered(self, batch: Sequence[Found], answer: Mapping[str, Any]) -> None:
        """Counts and problems of one batch, as POST /v1/events told them."""
        for name in COUNTS:
            self.counts[name] += answer[name]
        for item in answer["items"]:
            found, problem = batch[item["index"]], item["problem"]
            for each in problem.get("errors") or [{"pointer": "", **problem}]:
                fault = Fault(each.get("pointer", ""), each["code"], each["detail"])
                self.refusals.append(found.refusal(fault) | {"code": problem["code"]})
        for found in batch:
            if isinstance(found.told, Draft):
                place = {"file": found.file, "place": found.told.place}
                self.warnings += [place | {"warning": word} for word in found.told.warnings]

    @property
    def well(self) -> bool:
        return not self.counts["conflicts"] and not self.counts["invalid"]

    def document(self) -> dict[str, Any]:
        counts = {name: self.counts[name] for name in COUNTS}
        return {**counts, "items": self.refusals, "warnings": self.warnings}

    def words(self, *, dry: bool) -> str:
        lines = [_line(each, f"{each['pointer']} {each['detail']}".strip()) for each in self.refusals[:SHOWN]]
        if len(self.refusals) > SHOWN:
            lines.append(f"… and {len(self.refusals) - SHOWN:,} more; --json lists them all.")
        lines += [_line(each, f"warning {each['warning']}") for each in self.warnings[:SHOWN]]
        told = ", ".join(f"{self.counts[name]:,} {name}" for name in COUNTS)
        return "\n".join([*lines, f"Dry run, nothing was sent: {told}." if dry else f"{told[0].upper()}{told[1:]}."])


def _line(each: Mapping[str, str], words: str) -> str:
    return ", ".join(filter(None, (each["file"], each["place"]))) + f": {words}"


def import_(
    files: Annotated[list[str], typer.Argument(help="XML, OFD, CSV, XLSX or texts of QR codes; - reads from a pipe.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and judge; send nothing.")] = False,
    url: Annotated[str, typer.Option(help="The service; by default the one that PIAODA_HOST and PORT name.")] = "",
    key: Annotated[str, typer.Option(envvar=KEY, help="An API key with the scope events:write.")] = "",
    seller: Annotated[str, typer.Option(help="The seller's tax id, where a row or QR code names none.")] = "",
    account: Annotated[str, typer.Option(help="The account to ask, where a row names none.")] = "",
    as_json: AsJson = False,
) -> None:
    """Tell the service of the invoices in these files. Safe to repeat: an invoice is known by its number and code."""
    for file in files:
        if file != "-" and not Path(file).is_file():
            raise typer.BadParameter(f"there is no file {file}")
    found, report = _found(files, seller or None, account or None), Report()
    try:
        asyncio.run(_rehearse(found, report) if dry_run else _send(found, report, url, key))
    except Shut as shut:
        if report.counts.total():
            show(report.document(), as_json, report.words(dry=False))
        print(shut, file=sys.stderr)
        raise typer.Exit(2 if shut.ours else 1) from None
    show(report.document(), as_json, report.words(dry=dry_run))
    if not report.well:
        raise typer.Exit(1)


def _found(files: Sequence[str], seller: str | None, account: str | None) -> Iterator[Found]:
    """Everything in the files, one file at a time; a file that cannot be read is one refusal."""
    for file in files:
        try:
            told = document.read(_bytes(file), seller=seller, account=account)
        except Unreadable as error:
            told = [Refused("", error.code, error.detail, error.pointer)]
        except OSError as error:
            told = [Refused("", "unsupported", f"The file cannot be opened: {error.strerror}.")]
        yield from (Found(file, each) for each in told)


def _bytes(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(document.LARGEST + 1)
    with Path(file).open("rb") as stream:
        return stream.read(document.LARGEST + 1)


async def _rehearse(found: Iterator[Found], report: Report) -> None:
    async def tell(lines: Sequence[bytes]) -> Mapping[str, Any]:
        return doorway.rehearsed(lines)

    await _told(found, tell, report)


async def _send(found: Iterator[Found], report: Report, url: str, key: str) -> None:
    chosen = settings()
    url = url or own_url(chosen)
    try:
        egress = doorway.opened(url)
    except ValueError:
        raise Shut("--url is http(s)://host[:port].", ours=True) from None
    try:
        await _told(found, Doorway(egress, url, key or own_key(chosen)).tell, report)
    finally:
        await egress.close()


async def _told(found: Iterator[Found], tell: Tell, report: Report) -> None:
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading")
        while batch := list(islice(found, doorway.LINES)):
            await _batch(batch, tell, report)
            progress.update(task, description=f"{report.counts.total():,} invoices")


async def _batch(batch: Sequence[Found], tell: Tell, report: Report) -> None:
    drafts = []
    for each in batch:
        if isinstance(each.told, Refused):
            report.unread(each, each.told)
        else:
            drafts.append(each)
    if drafts:
        report.answered(drafts, await tell([_json(each.told) for each in drafts]))


def _json(told: Told) -> bytes:
    assert isinstance(told, Draft)
    return json.dumps(told.invoice).encode()
