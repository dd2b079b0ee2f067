"""The hand on the simulated tax system: what it is told about invoices, and when it is down.

One rule: the service never learns of this; it has to find out by asking.
"""

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.demo.peer import Peer
from app.demo.seen import Phase, Seen

QUIET = Phase("税务系统正常", "tax system up", 45)
DOWN = Phase("税务系统停机（模拟）", "tax system down (simulated)", 30, down=True)
BACK = Phase("税务系统已恢复，正在补查", "tax system back, catching up", 15)
LONG_QUIET = Phase(QUIET.zh, QUIET.en, 195)

# Fewer stragglers than on a real day: who is late here is late for a reason. One in a hundred is voided or
# red-flushed two hours after it showed up, behind the billing system's back.
GOOD_DAY = {
    "visibility": {"tail_share": 0.02, "late_share": 0.0},
    "uploading": {"stuck_share": 0.0, "failed_share": 0.0},
    "changing": {"share": 0.01, "after": 7200},
}


@dataclass(frozen=True, slots=True)
class Authority:
    simulator: Peer

    async def begin(self) -> None:
        await self._behave(GOOD_DAY)

    async def register(self, invoice: Mapping[str, Any], fate: Mapping[str, Any]) -> None:
        """Tells it of an invoice, and what shall become of it (`fate`, as the simulator's admin doorway takes it)."""
        await self.simulator.ask("POST", "/admin/invoices", {**invoice, **fate})

    async def mark(self, invoice: Mapping[str, Any], status: str) -> None:
        """`void`, `red_full`, … from now on."""
        code = f"?code={invoice['code']}" if invoice["code"] else ""
        await self.simulator.ask("PATCH", f"/admin/invoices/{invoice['number']}{code}", {"status": status})

    async def play(self, seen: Seen) -> None:
        """A quiet time, an outage of the verification, its end; again every four minutes."""
        for phase in itertools.chain([QUIET], itertools.cycle([DOWN, BACK, LONG_QUIET])):
            seen.enter(phase)
            await self._behave({"maintenance": {"baidu": float(phase.down)}})
            await asyncio.sleep(phase.seconds)

    async def _behave(self, patch: Mapping[str, Any]) -> None:
        await self.simulator.ask("PATCH", "/admin/behaviour", patch)
