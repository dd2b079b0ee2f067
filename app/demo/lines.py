"""The demo as plain lines, for pipes, files and logs: figures every five seconds, alerts as they come.

One rule: a line is a whole thought, so that `grep` finds it.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

from app.clock import Clock
from app.demo.seen import Heard, Seen
from app.domain.invoice import State
from app.domain.phrases import BEIJING, span
from app.domain.words import STATES

EVERY: Final = 10  # looks between two lines of figures
LOOK: Final = 0.5  # real seconds


class Lines:
    def __init__(self, seen: Seen, clock: Clock, say: Callable[[str], None]) -> None:
        self._seen, self._clock, self._say = seen, clock, say
        self._alerts, self._phase = 0, ""

    async def run(self) -> None:
        look = 0
        while True:
            self._news()
            if look % EVERY == EVERY - 1:
                self._say(figures(self._seen, self._clock))
            look += 1
            await asyncio.sleep(LOOK)

    def _news(self) -> None:
        seen = self._seen
        if seen.phase.zh != self._phase:
            self._phase = seen.phase.zh
            self._say(f"{'⚠' if seen.phase.down else '·'} {seen.phase.zh} {seen.phase.en}")
        for heard in reversed(list(seen.latest_alerts)[: seen.alerts - self._alerts]):
            self._say(f"  {moment(heard)} {heard.place} | {heard.lines[0]}")
        self._alerts = seen.alerts


def figures(seen: Seen, clock: Clock) -> str:
    """All figures in one line; the states in both languages."""
    at = clock.now().astimezone(BEIJING).strftime("%m-%d %H:%M")
    states = " · ".join(f"{STATES[state]['zh']} {state} {seen.states.get(state, 0)}" for state in State)
    rates = f"{seen.accepted_rate.per_second():.1f}/s in, {seen.synced_rate.per_second():.1f}/s synced"
    return f"{at} | {states} | p50 {minutes(seen.quantile(0.5))}, p95 {minutes(seen.quantile(0.95))} | {rates}"


def summary(seen: Seen) -> Iterable[str]:
    """Two lines at the end: what came of it."""
    accepted, alerts = seen.events["accepted"], seen.alerts
    yield f"收到 {accepted} 张发票，税务系统已确认 {seen.synced} 张，发出提醒 {alerts} 条、webhook {seen.webhooks} 条。"
    yield f"Accepted {accepted} invoices, {seen.synced} confirmed, {alerts} alerts and {seen.webhooks} webhooks sent."


def minutes(latency: timedelta | None) -> str:
    return span(latency, "en") if latency is not None else "–"


def moment(heard: Heard) -> str:
    return f"{heard.at.astimezone(BEIJING):%H:%M}"
