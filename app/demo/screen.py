"""The demo on a terminal: figures, alerts and addresses at one glance, drawn anew twice a second.

One rule: it fits into 80 columns and 24 lines, and uses more when there are more.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from app.clock import Clock
from app.demo.lines import moment
from app.demo.seen import Heard, Seen
from app.domain.invoice import State
from app.domain.phrases import BEIJING, span
from app.domain.words import STATES

LOOK: Final = 0.5  # real seconds
COLOURS: Final[Mapping[State, str]] = {
    State.PENDING: "cyan",
    State.SYNCED: "green",
    State.OVERDUE: "yellow",
    State.ESCALATED: "red",
    State.VOIDED: "bright_black",
}


class Screen:
    def __init__(self, seen: Seen, clock: Clock, addresses: Mapping[str, str], console: Console) -> None:
        self._seen, self._clock, self._addresses, self._console = seen, clock, addresses, console

    async def run(self) -> None:
        with Live(self.picture(), console=self._console, screen=True, auto_refresh=False) as live:
            while True:
                live.update(self.picture(), refresh=True)
                await asyncio.sleep(LOOK)

    def picture(self) -> Layout:
        whole, figures = Layout(), Layout(size=7)
        figures.split_row(Layout(self._states(), ratio=5), Layout(self._pace(), ratio=6), Layout(self._erp(), ratio=5))
        whole.split_column(
            Layout(self._head(), size=2),
            figures,
            Layout(self._alerts(), minimum_size=6),
            Layout(self._where(), size=len(self._addresses) + 1),
        )
        return whole

    def _head(self) -> RenderableType:
        at, phase = self._clock.now().astimezone(BEIJING), self._seen.phase
        title = Text.assemble(
            ("票达 Piaoda", "bold"), f"  演示 demo   {at:%Y-%m-%d %H:%M} 北京时间", ("   2 分钟 = 1 天", "dim")
        )
        mark, style = ("⚠", "bold white on red") if phase.down else ("●", "green")
        left = f" · {self._seen.phase_left()} s"
        return Group(title, Text(f"{mark} {phase.zh} {phase.en}{left}", style=style))

    def _states(self) -> RenderableType:
        rows = [
            (Text(STATES[state]["zh"], COLOURS[state]), Text(state, "dim"), str(self._seen.states.get(state, 0)))
            for state in State
        ]
        return _panel("发票 Invoices", _grid(rows, "left", "left", "right"))

    def _pace(self) -> RenderableType:
        seen = self._seen
        rows = [
            ("确认用时 p50", self._latency(0.5)),
            ("确认用时 p95", self._latency(0.95)),
            ("收到 accepted", f"{seen.events['accepted']}  {seen.accepted_rate.per_second():.1f}/s"),
            ("确认 confirmed", f"{seen.synced}  {seen.synced_rate.per_second():.1f}/s"),
            ("重复 duplicates", str(seen.events["duplicate"])),
        ]
        return _panel("进度 Progress", _grid(rows, "left", "right"))

    def _latency(self, share: float) -> str:
        latency = self._seen.quantile(share)
        return span(latency, "en") if latency is not None else "–"

    def _erp(self) -> RenderableType:
        lines = (Text(f"✓ {heard.lines[0].removeprefix('invoice.')}") for heard in self._seen.latest_webhooks)
        return _panel("ERP webhooks", Group(*map(_one_line, lines)))

    def _alerts(self) -> RenderableType:
        title = f"最新提醒 Latest alerts ({self._seen.alerts})"
        return _panel(title, Alerts(list(self._seen.latest_alerts)))

    def _where(self) -> RenderableType:
        """Without a frame: an API key is long, and is there to be copied."""
        rows = [(Text(name, "dim"), Text(address)) for name, address in self._addresses.items()]
        return Group(Rule("Ctrl-C 结束 stop", style="dim", align="right"), _grid(rows, "left", "left"))


@dataclass(frozen=True, slots=True)
class Alerts:
    """The newest first: its first line, as much more of it as there is room for, and the first lines of others."""

    heard: Sequence[Heard]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = options.height or len(self.heard)
        firsts = [_first(heard) for heard in self.heard[: max(3, room // 2)]]
        details = [Text(f"      {line}", "dim") for heard in self.heard[:1] for line in heard.lines[1:]]
        shown = [*firsts[:1], *details[: room - len(firsts)], *firsts[1:]]
        yield Group(*map(_one_line, shown or [Text("暂无 none yet", "dim")]))


def _first(heard: Heard) -> Text:
    return Text.assemble((f"{moment(heard)} {heard.place} ", "dim"), heard.lines[0])


def _one_line(text: Text) -> Text:
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def _panel(title: str, content: RenderableType) -> Panel:
    return Panel(content, title=title, title_align="left")


def _grid(rows: Iterable[tuple[RenderableType, ...]], *justified: str) -> Table:
    grid = Table.grid(padding=(0, 1), expand=True)
    for justify in justified:
        grid.add_column(justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for row in rows:
        grid.add_row(*row)
    return grid
