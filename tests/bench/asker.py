"""One adapter before a server that always answers the same: what a call costs this process, and what many hold.

The task: `speaker`, `url`, `items` a call, and either `count` calls by four hands, so that the process is as busy as a
worker is, or `flying` at once. `kept`: the text of each answer is made as well, as for those that say something new.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import uvloop

from app.clock import DatabaseClock
from app.domain.invoice import Handle, Invoice, Outcome
from app.serving import spare_the_collector
from app.tax.adapter import Account, TaxAdapter, Toolbox
from app.tax.registry import ADAPTERS
from tests.bench import meter, ours, part
from tests.contract.tax.speakers.all import SPEAKERS

BARE = "bare"
HANDS = 4


class Tokens:
    """One token for all, as the database would keep it."""

    async def get(self, _key: str, _fetch: Any) -> str:
        return "token"

    async def drop(self, _key: str, _value: str) -> None: ...


def asked(speaker: str, items: int) -> list[Invoice]:
    """`items` invoices like the speaker's first, each with a number and a handle of its own."""
    first = SPEAKERS[speaker].invoices[0]
    if items == 1:
        return [first]
    return [replace(first, number=f"25112{n:015d}", handle=Handle(serial_no=f"S{n}")) for n in range(items)]


def body(speaker: str, items: int) -> str:
    """What the provider answers: all of them found."""
    told = SPEAKERS[speaker].found(asked(speaker, items))
    return told if isinstance(told, str) else told.decode() if isinstance(told, bytes) else json.dumps(told)


async def main(task: dict[str, Any]) -> None:
    egress = ours.egress(urlsplit(task["url"]).hostname)
    spare_the_collector()
    if task["speaker"] == BARE:
        await _bare(egress, task)
    else:
        await _asking(egress, task)
    await egress.close()


async def _bare(egress: Any, task: dict[str, Any]) -> None:
    """The same calls without an adapter: the bytes fetched, and read as JSON."""

    async def once() -> None:
        json.loads((await egress.request("POST", task["url"])).body)

    await once()
    part.ready()
    watch = part.Stopwatch()
    await _by_hands(once, task["count"])
    part.tell({"items": task["count"], **watch.figures()})


async def _asking(egress: Any, task: dict[str, Any]) -> None:
    adapter, invoices = _adapter(egress, task), asked(task["speaker"], task["items"])
    first = await adapter.check(invoices)
    part.ready()
    if not task["flying"]:
        assert {answer.outcome for answer in first} == {Outcome.FOUND_MATCH}
    before, watch = meter.memory(os.getpid()).unique, part.Stopwatch()
    if task["flying"]:
        most = await _most_held(adapter, invoices, task["flying"])
        part.tell({"items": task["flying"], "held_mb": most - before, **watch.figures()})
        return

    async def once() -> None:
        answers = await adapter.check(invoices)
        if task.get("kept"):
            for answer in answers:
                assert answer.raw
                answer.raw()

    await _by_hands(once, task["count"])
    part.tell({"items": task["count"], **watch.figures()})


async def _by_hands(call: Callable[[], Awaitable[object]], count: int) -> None:
    async def hand() -> None:
        for _ in range(count // HANDS):
            await call()

    await asyncio.gather(*(hand() for _ in range(HANDS)))


async def _most_held(adapter: TaxAdapter, invoices: list[Invoice], flying: int) -> float:
    """The most unique memory in MB, looked at while they are under way and as they come back."""
    calls = asyncio.gather(*(adapter.check(invoices) for _ in range(flying)))
    most = 0.0
    while not calls.done():
        most = max(most, meter.memory(os.getpid()).unique)
        await asyncio.sleep(0.02)
    await calls
    return most


def _adapter(egress: Any, task: dict[str, Any]) -> TaxAdapter:
    speaker, name = SPEAKERS[task["speaker"]], task["speaker"].split()[0]
    account = Account("bench", task["url"], task["url"].replace("/status", "/token"), speaker.credentials, 60.0)
    toolbox = Toolbox(egress, Tokens(), DatabaseClock())
    return ADAPTERS[name].factory(replace(account, options=speaker.options), toolbox)


if __name__ == "__main__":
    uvloop.run(main(part.task()))
