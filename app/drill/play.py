"""Plays a scenario: a billing system that issues, a tax system that behaves as it is told.

One rule: the same seed issues the same invoices with the same fates; when they come depends on the clock alone.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

from app.clock import Clock
from app.demo.failure import DemoFailed
from app.demo.peer import Peer
from app.drill.played import WISHES, Fate, Issued, Played, Trouble
from app.drill.scenario import Act, Fates, Issue, Scenario

TURN = 0.1  # real seconds
BUNDLE = 200  # invoices in one call
_LINES = "application/x-ndjson"
_OK = 200

Document = dict[str, Any]


class Source(Protocol):
    """Makes the invoices of one account, as its billing system would."""

    def invoice(self, now: datetime) -> Document: ...


class Asked(Protocol):
    """What kind of account it is: see `Issued`; `changes`: it shows when an invoice is reversed or voided."""

    @property
    def channel(self) -> bool: ...

    @property
    def proven(self) -> bool: ...

    @property
    def compared(self) -> bool: ...

    @property
    def changes(self) -> bool: ...


@dataclass(slots=True)
class _Stream:
    """One `issue` of the scenario, and how far it is."""

    issue: Issue
    source: Source
    asked: Asked
    made: int = 0

    def fate(self, drawn: Fate) -> Fate:
        """What is drawn, unless this tax system could never show it."""
        return Fate.PLAIN if drawn is Fate.CHANGED and not self.asked.changes else drawn

    def due(self, elapsed: timedelta) -> int:
        """How many invoices it owes by now."""
        running = min(elapsed, self.issue.end) - self.issue.begin
        return max(0, int(running / timedelta(hours=1) * self.issue.per_hour) - self.made)


@dataclass(slots=True)
class Play:
    """`sources` make the invoices of each account; `accounts` says what kind of account it is."""

    scenario: Scenario
    service: Peer
    simulator: Peer
    clock: Clock
    sources: Mapping[str, Source]
    accounts: Mapping[str, Asked]
    _issued: list[Issued] = field(default_factory=list)
    _changes: list[tuple[datetime, Issued, str]] = field(default_factory=list)

    async def run(self) -> Played:
        """Until the scenario's end; raises DemoFailed when a part refuses what must be taken."""
        random, began = Random(self.scenario.seed), self.clock.now()  # noqa: S311 - a drill repeats under its seed
        streams = [
            _Stream(issue, self.sources[issue.account], self.accounts[issue.account]) for issue in self.scenario.issue
        ]
        acts = sorted(self.scenario.acts, key=lambda act: act.at)
        while (elapsed := self.clock.now() - began) < self.scenario.lasts:
            while acts and acts[0].at <= elapsed:
                await self._act(acts.pop(0))
            for stream in streams:
                await self._issue(stream, min(stream.due(elapsed), BUNDLE), random)
            await self._change()
            await asyncio.sleep(TURN)
        troubles = tuple(_troubles(self.scenario, began))
        return Played(began, self.clock.now(), tuple(self._issued), troubles, slack=self.clock.real(1.0))

    async def _act(self, act: Act) -> None:
        """A good day's behaviour, changed as this act says: it replaces the act before."""
        await self.simulator.ask("PUT", "/admin/behaviour", dict(act.behaviour))

    async def _issue(self, stream: _Stream, count: int, random: Random) -> None:
        if count == 0:
            return
        now = self.clock.now()
        made = [(stream.source.invoice(now), stream.fate(_drawn(self.scenario.fates, random))) for _ in range(count)]
        stream.made += count
        await self.simulator.ask("POST", "/admin/invoices", [{**_told(one), **_wish(one, fate)} for one, fate in made])
        lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one, _ in made)
        reply = await self.service.send("POST", "/v1/events", lines.encode(), _LINES)
        if reply.status != _OK or json.loads(reply.body)["items"]:
            raise DemoFailed(f"The service refused invoices of {stream.issue.account}: {reply.text()[:500]}")
        for one, fate in made:
            self._note(stream, one, fate)

    def _note(self, stream: _Stream, one: Document, fate: Fate) -> None:
        issued_at = datetime.fromisoformat(one["issued_at"])
        issued = Issued(
            number=one["number"],
            code=one.get("code") or "",
            account=stream.issue.account,
            fate=fate,
            issued_at=issued_at,
            channel=stream.asked.channel,
            proven=stream.asked.proven,
            compared=stream.asked.compared,
            changed_at=issued_at + self.scenario.fates.changed_after if fate is Fate.CHANGED else None,
        )
        self._issued.append(issued)
        if fate is Fate.CHANGED:
            status = "void" if one.get("kind") == "foreign" else "red_full"
            self._changes.append((issued.since, issued, status))

    async def _change(self) -> None:
        """Red-flushes what is due for it."""
        now = self.clock.now()
        due = [change for change in self._changes if change[0] <= now]
        self._changes = [change for change in self._changes if change[0] > now]
        for _, one, status in due:
            code = f"?code={one.code}" if one.code else ""
            await self.simulator.ask("PATCH", f"/admin/invoices/{one.number}{code}", {"status": status})


def _drawn(fates: Fates, random: Random) -> Fate:
    dice = random.random()
    for fate in (Fate.STUCK, Fate.NEVER, Fate.FAILED, Fate.DIFFERS, Fate.CHANGED):
        dice -= getattr(fates, fate.value)
        if dice < 0:
            return fate
    return Fate.PLAIN


def _told(invoice: Document) -> Document:
    """What the tax system is told of an invoice: all of it."""
    return {name: value for name, value in invoice.items() if value is not None}


def _wish(invoice: Document, fate: Fate) -> Mapping[str, Any]:
    """Whatever else happens, what is to be changed later or differs must arrive first."""
    if fate is Fate.DIFFERS:
        amounts = {name: f"1{invoice['amount'][name]}" for name in ("without_tax", "with_tax")}
        return {"upload": "ok", "face_differs": {"amount": amounts}}
    if fate is Fate.CHANGED:
        return {"upload": "ok", "upload_after": 60, "visible_after": 1800}
    return WISHES.get(fate, {})


def _troubles(scenario: Scenario, began: datetime) -> Iterator[Trouble]:
    acts = sorted(scenario.acts, key=lambda act: act.at)
    ends = [*(act.at for act in acts[1:]), scenario.lasts]
    for act, end in zip(acts, ends, strict=False):
        for account in act.trouble:
            yield Trouble(account, began + act.at, began + end)
