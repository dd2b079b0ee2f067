"""Claim due deliveries, send, settle: one notifier a replica, for all destinations.

One rule: a message is sent at least once with the same id and body, or it is dead with a reason. And no destination
holds up another: who has not answered lately gets two hands, and nobody gets more while hands are scarce.
"""

import asyncio
import json
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from app.channels.channel import Failure, Parcel, Receipt, Result
from app.channels.roster import Roster, Served
from app.clock import Clock
from app.domain.delivery import Ladder, State, did_its_part
from app.domain.errors import DatabaseUnavailable
from app.domain.trace import Trace
from app.domain.trace import read as read_trace
from app.observability.metrics import Metrics
from app.observability.tracing import DELIVER, Step, Tracing, Untraced
from app.store import deliveries, schedule
from app.store.attempts import SETTLE_TIME, Attempts, Ended, Exchange
from app.store.database import Database
from app.store.deliveries import Due, Hands, Receiver
from app.store.health import Sign
from app.store.schedule import Lease

log = logging.getLogger(__name__)

HANDS = 300  # sends under way in this replica; the way out (app/egress.py) has some more, for tax systems
EASY = HANDS // 2  # from here on hands are scarce
TRUST = 60.0  # real seconds that a good answer counts
CALL_LIMIT = 2  # times its timeout that one send may take in all: a token may have to be fetched first
REFRESH_EVERY = 2.0  # real seconds between two looks at who there is


@dataclass(frozen=True, slots=True)
class _Send:
    """What goes out in one call, and how."""

    to: Served
    name: str
    due: Sequence[Due]
    held: Lease


class Notifier:
    """Serves all destinations of a replica. `step` is what `loop` runs; `finish` ends what is in flight."""

    def __init__(
        self,
        *,
        tenant: str,
        roster: Roster,
        database: Database,
        clock: Clock,
        ladder: Ladder,
        metrics: Metrics,
        rest: float = 1.0,
        tracing: Tracing | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._tenant, self._roster, self._database, self._clock = tenant, roster, database, clock
        self._ladder, self._metrics, self._rest, self._chance = ladder, metrics, rest, chance
        self._tracing = tracing or Untraced()
        self._attempts = Attempts(database, clock, tenant)
        self._sends: dict[asyncio.Task[None], _Send] = {}
        self._ended = asyncio.Event()
        self._trusted: dict[str, float] = {}
        self._refreshed = -REFRESH_EVERY

    @property
    def in_flight(self) -> int:
        """How many sends are under way."""
        return len(self._sends)

    async def step(self) -> float:
        """Claims what there are free hands for; returns how long to rest."""
        await self._refresh()
        began = time.monotonic()
        self._ended.clear()
        more = await self._claim() if len(self._sends) < HANDS else False
        # Whoever ends makes room at its destination. No more than half of the time goes into looking for it.
        took = time.monotonic() - began
        if not self._sends:
            return took if more else self._rest
        with suppress(TimeoutError):
            async with asyncio.timeout(took if more else self._rest):
                await self._ended.wait()
        return took

    async def finish(self, grace: float) -> None:
        """Waits at most `grace` real seconds for sends in flight; the rest is handed back, not lost."""
        if self._sends:
            _, late = await asyncio.wait(list(self._sends), timeout=grace)
            for send in late:
                send.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _refresh(self) -> None:
        now = time.monotonic()
        if now - self._refreshed >= REFRESH_EVERY:
            await self._roster.refresh()
            self._refreshed = now

    async def _claim(self) -> bool:
        """Begins the sends of one claim; whether there may be more to do at once."""
        served = self._roster.served
        flying = Counter(send.name for send in self._sends.values())
        receivers = [
            Receiver(name, to.channel.batch, flying[name], self._is_trusted(name))
            for name, to in served.items()
            if to.channel.batch == 1 or not flying[name]
        ]
        if not receivers:
            return False
        now = self._clock.now()
        longest = max(served[one.name].timeout for one in receivers) * CALL_LIMIT
        held = schedule.lease(now + self._clock.real(longest + SETTLE_TIME))
        claimed = await deliveries.claim(self._database, self._tenant, now, receivers, self._hands(), held)
        sends = [
            _Send(served[group[0].destination], group[0].destination, group, held)
            for group in _calls(claimed.due, served)
        ]
        for send in sends:
            self._begin(send)
        return bool(sends) or claimed.cleared

    def _hands(self) -> Hands:
        busy = len(self._sends)
        again = sum(any(one.again for one in send.due) for send in self._sends.values())
        return Hands(HANDS - busy, max(0, EASY - busy), max(0, EASY - again))

    def _is_trusted(self, name: str) -> bool:
        return time.monotonic() - self._trusted.get(name, -TRUST) < TRUST

    def _begin(self, send: _Send) -> None:
        task = asyncio.create_task(self._work_off(send))
        self._sends[task] = send
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        del self._sends[task]
        self._ended.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("send ended early; its lease ends, too", exc_info=error)

    async def _work_off(self, send: _Send) -> None:
        try:
            await self._send(send)
        except asyncio.CancelledError:
            with suppress(DatabaseUnavailable):  # then the lease ends
                await asyncio.shield(deliveries.release(self._database, self._tenant, send.held, send.due))
            raise

    async def _send(self, send: _Send) -> None:
        """One call, from the parcels to the commit. Once sent, it is written down: cancelling waits for that."""
        began, started = self._clock.now(), time.monotonic()
        with self._delivering(send) as delivering:
            receipt = await self._delivered(send, delivering)
        if receipt is None:
            await self._alone(send)
            return
        ended = self._judged(send, receipt, began, time.monotonic() - started)
        writing = asyncio.create_task(self._attempts.settle(ended))
        try:
            await asyncio.shield(writing)
        finally:
            await writing
        for one, attempt in zip(send.due, ended, strict=True):
            self._report(send.to.kind, one, attempt, delivering.traces[one.id])

    def _delivering(self, send: _Send) -> Step:
        traces = {one.id: read_trace(one.traceparent) for one in send.due}
        return self._tracing.step(DELIVER, send.to.kind, traces, {
            "messaging.system": send.to.kind, "messaging.operation.type": "send",
            "messaging.operation.name": "deliver", "messaging.destination.name": send.name,
        })  # fmt: skip

    async def _delivered(self, send: _Send, delivering: Step) -> Receipt | None:
        """The receipt; None where several went together and the channel raised."""
        try:
            parcels = [
                Parcel(one.id, one.body, one.at, json.loads(one.body), one.thread, delivering.onward(one.id))
                for one in send.due
            ]
            async with asyncio.timeout(send.to.timeout * CALL_LIMIT):
                receipt = await send.to.channel.send(parcels)
        except TimeoutError:
            receipt = Receipt(Result.RETRY, code="timeout", failure=Failure.TIMEOUT)
        except Exception:
            # Whatever is wrong with one message must not keep the others back: it has its tries like any, alone.
            log.exception("channel raised", extra={"destination": send.name, "deliveries": [d.id for d in send.due]})
            if len(send.due) > 1:
                return None
            receipt = Receipt(Result.UNKNOWN, code="channel_error", failure=Failure.CHANNEL_ERROR)
        if receipt.result is Result.DELIVERED:
            self._trusted[send.name] = time.monotonic()
        elif did_its_part(receipt) is False:
            self._trusted.pop(send.name, None)
        delivering.became((one.id, receipt.failure or receipt.result, bool(receipt.failure)) for one in send.due)
        return receipt

    async def _alone(self, send: _Send) -> None:
        """Each by itself, as long as the lease bears another call; the rest is handed back."""
        needed = self._clock.real(send.to.timeout * CALL_LIMIT + SETTLE_TIME)
        for place, one in enumerate(send.due):
            if place and self._clock.now() + needed > send.held.until:
                await deliveries.release(self._database, self._tenant, send.held, send.due[place:])
                return
            await self._send(_Send(send.to, send.name, [one], send.held))

    def _judged(self, send: _Send, receipt: Receipt, began: datetime, took: float) -> list[Ended]:
        now, good = self._clock.now(), did_its_part(receipt)
        sign = Sign(send.name, now, good, receipt.gone, receipt.failure, receipt.status)
        incidents = {one.incident_id for one in send.due}
        exchange = _kept(receipt)
        ended = []
        for one in send.due:
            verdict = self._ladder.verdict(receipt, one.attempts + 1, now, self._chance())
            ended.append(Ended(
                one.id, send.held.token, began, took, one.attempts + 1, verdict.state, verdict.due_at, receipt.result,
                receipt.code, receipt.detail, sign, one.incident_id, receipt.thread if len(incidents) == 1 else "",
                exchange,
            ))  # fmt: skip
        return ended

    def _report(self, kind: str, one: Due, ended: Ended, trace: Trace | None) -> None:
        delivered = ended.state == State.DELIVERED
        lag = (ended.sign.at - one.at).total_seconds() if delivered else None
        self._metrics.delivery(kind, ended.result, lag, trace.kept if trace else None)
        log.log(
            logging.INFO if delivered else logging.WARNING,
            "delivery",
            extra={
                "channel": kind, "destination": one.destination, "delivery": one.id, "type": one.type,
                "invoice": one.invoice_id, "result": ended.result, "state": ended.state, "status": ended.sign.status,
                "code": ended.code, "attempt": ended.number, "next_at": str(ended.due_at) if ended.due_at else None,
                **({"trace_id": trace.id} if trace else {}),
            },
        )  # fmt: skip


def _calls(due: Sequence[Due], served: Mapping[str, Served]) -> list[list[Due]]:
    """What goes together: one message a call, or all that a chat is told."""
    singles = [[one] for one in due if served[one.destination].channel.batch == 1]
    merged = sorted((one for one in due if served[one.destination].channel.batch > 1), key=lambda one: one.destination)
    return singles + [list(group) for _, group in groupby(merged, key=lambda one: one.destination)]


def _kept(receipt: Receipt) -> Exchange:
    """The exchange as the record of attempts has it. A request's body that is the message's own is kept there."""
    if (told := receipt.exchange) is None:
        return Exchange()
    request = {"headers": dict(told.request_headers), "body": told.request_body}
    return Exchange(request, {"headers": dict(told.reply_headers), "body": told.reply_body})
