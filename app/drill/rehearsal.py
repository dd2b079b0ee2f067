"""A drill from beginning to end: play, ask, compare. One rule: the judge sees only what was seen."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from app.domain.plan import tax_day
from app.drill.accounts import PLAYABLE
from app.drill.ground import Stage, ready
from app.drill.play import Play
from app.drill.played import Played
from app.drill.scenario import Scenario
from app.drill.verdict import Shown, Verdict, judge
from app.drill.witness import Witness
from app.simulator.taxbook import Upload

PAGE = 200
TELL_EVERY = 5.0  # real seconds


async def rehearse(stage: Stage, scenario: Scenario, tell: Callable[[str], None]) -> Verdict:
    """Plays `scenario` on `stage`; `tell` hears how far it is."""
    await ready(stage)
    sources = {
        name: PLAYABLE[name].source(scenario.seed * 1000 + place, name) for place, name in enumerate(scenario.accounts)
    }
    accounts = {name: PLAYABLE[name] for name in scenario.accounts}
    play = Play(scenario, stage.service, stage.simulator, stage.clock, sources, accounts)
    telling = asyncio.create_task(_tell(stage, scenario, tell))
    try:
        played = await play.run()
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
    tell("演练结束，正在核对… played; comparing…")
    return await _judged(stage, played)


async def _judged(stage: Stage, played: Played) -> Verdict:
    witness = Witness(stage.service)
    seen, outages = await witness.account(), await witness.outages()
    ledger = await stage.simulator.ask("GET", "/admin/ledger?limit=0")
    visible = {key: shown async for key, shown in _visible(stage)}
    return judge(played, seen, visible, outages, ledger["totals"]["most_checks_a_day"])


async def _visible(stage: Stage) -> Any:
    """Since when the tax system shows each invoice."""
    after = 0
    while True:
        page = await stage.simulator.ask("GET", f"/admin/invoices?after={after}&limit={PAGE}")
        for one in page["items"]:
            yield f"{one['code'] or ''}/{one['number']}", Shown(_arrived_at(one), _at(one["visible_at"]))
        if len(page["items"]) < PAGE:
            return
        after = page["next"]


def _arrived_at(one: dict[str, Any]) -> datetime | None:
    """When the upload ended well; one that failed has ended, too."""
    return None if one["upload"] == Upload.FAIL else _at(one["uploaded_at"])


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


async def _tell(stage: Stage, scenario: Scenario, tell: Callable[[str], None]) -> None:
    began = stage.clock.now()
    while True:
        await asyncio.sleep(TELL_EVERY)
        with suppress(KeyError):
            states = (await stage.service.ask("GET", "/v1/stats"))["invoices"]
            elapsed, day = stage.clock.now() - began, tax_day(stage.clock.now())
            told = " · ".join(f"{state} {count}" for state, count in states.items() if count)
            tell(f"{day} {_share(elapsed, scenario.lasts)}  {told}")


def _share(elapsed: timedelta, lasts: timedelta) -> str:
    return f"{min(1.0, elapsed / lasts):.0%}"
