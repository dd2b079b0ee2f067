"""Claim due deliveries, send, settle: one notifier a destination, so that a dead receiver slows nobody else.

One rule: a message is sent at least once with the same id and body, or it is dead with a reason.
"""

import asyncio
import json
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.channels.channel import Channel, Parcel, Receipt, Result
from app.clock import Clock
from app.observability.metrics import Metrics
from app.store import deliveries, schedule
from app.store.database import Database, patiently
from app.store.deliveries import Due, Sent
from app.store.schedule import Lease

log = logging.getLogger(__name__)

UNKNOWN_TRIES = 3
SETTLE_TIME = 10.0


@dataclass(frozen=True, slots=True)
class Ladder:
    """Waits before each attempt, the first being the first attempt's own; `jitter` is the share by which each may
    vary.
    """

    waits: tuple[timedelta, ...]
    jitter: float = 0.2

    def next_at(self, now: datetime, attempts: int, receipt: Receipt, chance: float) -> datetime | None:
        """When to try after `attempts` in all; None when the ladder ends. `Retry-After` is obeyed, up to a day."""
        if attempts >= len(self.waits):
            return None
        wait = self.waits[attempts] * (1 + self.jitter * (2 * chance - 1))
        wished = timedelta(seconds=min(receipt.retry_after or 0, 86_400))
        return now + max(wait, wished)


@dataclass(frozen=True, slots=True)
class Lane:
    """How one destination is served. `gap`: least real seconds between two sends (a robot takes 20 a minute)."""

    name: str
    kind: str
    timeout: float
    concurrency: int = 8
    gap: float = 0.0
    rest: float = 1.0


class Notifier:
    """Serves one destination. `step` is what `loop` runs."""

    def __init__(
        self,
        *,
        tenant: str,
        lane: Lane,
        channel: Channel,
        database: Database,
        clock: Clock,
        ladder: Ladder,
        metrics: Metrics,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._tenant, self._lane, self._channel = tenant, lane, channel
        self._database, self._clock, self._ladder = database, clock, ladder
        self._metrics, self._chance = metrics, chance

    async def step(self) -> float:
        """Sends one claim's worth; returns how long to rest."""
        limit = self._channel.batch if self._channel.batch > 1 else self._lane.concurrency
        now = self._clock.now()
        held = schedule.lease(now + self._clock.real(self._lane.timeout + SETTLE_TIME))
        due = await deliveries.claim(self._database, self._tenant, self._lane.name, now, limit, held)
        if not due:
            return self._lane.rest
        groups = [due] if self._channel.batch > 1 else [[one] for one in due]
        ends = await asyncio.gather(*(self._send(group, held) for group in groups), return_exceptions=True)
        for error in filter(None, ends):
            raise error  # only now: the next step must not begin while one of these is under way
        return self._lane.gap

    async def _send(self, group: Sequence[Due], held: Lease) -> None:
        parcels = [Parcel(one.id, one.body, one.at, json.loads(one.body)) for one in group]
        try:
            receipt = await self._channel.send(parcels)
        except Exception:
            # Whatever is wrong with one message must not keep the others back: it has its tries like any, alone.
            log.exception(
                "channel raised", extra={"destination": self._lane.name, "deliveries": [p.id for p in parcels]}
            )
            if len(group) > 1:
                for one in group:
                    await self._send([one], held)
                return
            receipt = Receipt(Result.UNKNOWN, code="channel_error")
        now = self._clock.now()
        sent = [self._judge(one, receipt, now) for one in group]
        await self._settle(held, sent, now)
        if receipt.gone:
            await deliveries.disable(self._database, self._tenant, self._lane.name, "the receiver answered 410 Gone")
        for one, result in zip(group, sent, strict=True):
            self._report(one, result, now)

    async def _settle(self, held: Lease, sent: Sequence[Sent], now: datetime) -> None:
        """Settles with patience: what was sent and not written down is sent again."""
        await patiently(
            lambda: deliveries.settle(self._database, self._tenant, self._lane.name, held, sent, now), SETTLE_TIME
        )

    def _judge(self, one: Due, receipt: Receipt, now: datetime) -> Sent:
        attempts = one.attempts + 1
        state, due_at = "pending", self._ladder.next_at(now, attempts, receipt, self._chance())
        if receipt.result is Result.DELIVERED:
            state, due_at = "delivered", None
        elif self._hopeless(receipt, attempts) or due_at is None:
            state, due_at = "dead", None
        return Sent(one.id, state, due_at, receipt.result, receipt.status, receipt.code, receipt.detail)

    @staticmethod
    def _hopeless(receipt: Receipt, attempts: int) -> bool:
        return receipt.result is Result.PERMANENT or (receipt.result is Result.UNKNOWN and attempts >= UNKNOWN_TRIES)

    def _report(self, one: Due, sent: Sent, now: datetime) -> None:
        delivered = sent.state == "delivered"
        lag = (now - one.at).total_seconds() if delivered else None
        self._metrics.delivery(self._lane.kind, sent.result, lag)
        log.log(
            logging.INFO if delivered else logging.WARNING,
            "delivery",
            extra={
                "channel": self._lane.kind, "destination": self._lane.name, "delivery": one.id, "type": one.type,
                "invoice": one.invoice_id, "result": sent.result, "state": sent.state, "status": sent.status,
                "code": sent.code, "attempt": one.attempts + 1, "next_at": str(sent.due_at) if sent.due_at else None,
            },
        )  # fmt: skip
