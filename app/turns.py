"""A replica's turns at each account: how many calls, and when, so that all replicas together keep its limits.

One rule: a call begins only in a slot that is held for as long as the call can take. Slots are leased from the
database every two seconds, never for a single call; when the database is away, calls end before the lease does.

At the same beat they tell how many calls they made, and hear of the others'. So a limit of calls a day is exceeded by
no more than what others began since they last told: two seconds of the account's rate, six without the database.
"""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.clock import Clock
from app.domain.errors import DatabaseUnavailable, PiaodaError
from app.domain.meter import Daily, Meter
from app.domain.share import Beat, fair_share, gap, surplus
from app.store import calls, slots
from app.store.database import Database
from app.store.slots import Holding, Want

log = logging.getLogger(__name__)

# Real seconds.
RENEW_EVERY = 2.0
HURRY = 0.5  # between two renewals while this replica has more or less than its share
GOOD_FOR = 6.0  # calls begin for so long after a renewal: two may fail
AGREEMENT = 0.25  # clocks of two replicas differ by less; a slot that was another's is used no sooner


class TurnLost(PiaodaError):
    """No call may begin here now: no slot is held. What was claimed for the call is handed back."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a provider allows one account, over all replicas. `rate`: calls a second; `longest`: real seconds that one
    call can take; `daily`: calls a day.
    """

    rate: float
    concurrency: int
    longest: float
    daily: Daily = Daily()

    @property
    def cycle(self) -> float:
        """Real seconds in which every slot has one turn: the longest wait for a place, and again for an instant."""
        return self.concurrency / self.rate + AGREEMENT


class Share:
    """A replica's part of one account, as large as the slots it holds.

    A call in flight needs any slot, a call that begins needs an instant of one of the slots.
    """

    def __init__(
        self, account: str, limits: Limits, clock: Clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._account, self._limits, self._clock, self._monotonic = account, limits, clock, monotonic
        self.meter = Meter(limits.daily)
        self._beat = Beat(limits.concurrency, max(clock.real(gap(limits.rate)), timedelta.resolution))
        # Nobody is promised more than a cycle ahead; what is further off was promised before a clock was set back.
        self._horizon = self._beat.cycle * 2 + clock.real(AGREEMENT)
        self._held: list[int] = []
        self._good_until = 0.0
        self._fair = limits.concurrency
        self._in_use, self._promised, self._last = 0, set[int](), 0
        self._changed = asyncio.Event()

    @property
    def places(self) -> int:
        """How many calls may be in flight, those included that are. What is to be given back is not filled again."""
        most = min(len(self._held), self._fair) if self._leased() else 0
        begun = self._in_use - len(self._promised)
        return min(most, begun + self.meter.room(self._clock.now(), most))

    @property
    def in_use(self) -> int:
        return self._in_use

    @property
    def settled(self) -> bool:
        """Whether it is as large as it should be."""
        return len(self._held) == self._fair

    def free(self, in_flight: int) -> int:
        """How many more calls may be begun by somebody who has `in_flight`."""
        return max(0, self.places - in_flight)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[datetime]:
        """Waits for a place and for an instant, which it gives; the place is taken until the block ends.

        Raises TurnLost when there is no slot, or none any more, or no call left of the day. The wait for the instant is
        at most one cycle (concurrency / rate), longer only by AGREEMENT after a slot changed hands.
        """
        await self._place()
        try:
            yield await self._instant()
        finally:
            self._in_use -= 1
            self._changed.set()

    def _leased(self) -> bool:
        return self._monotonic() < self._good_until

    async def _place(self) -> None:
        while self._in_use >= self.places:
            if not self.places:
                raise TurnLost(f"no slot of account {self._account} is held, or no call is left today")
            self._changed.clear()
            try:
                async with asyncio.timeout(self._limits.cycle):
                    await self._changed.wait()
            except TimeoutError:
                raise TurnLost(f"no place came free for account {self._account}") from None
        self._in_use += 1

    async def _instant(self) -> datetime:
        number = self._promise()
        self._promised.add(number)
        try:
            await self._reach(number)
        finally:
            self._promised.discard(number)
        if not self._leased() or self._beat.slot(number) not in self._held:
            raise TurnLost(f"a slot of account {self._account} was lost while waiting for its turn")
        if not self.meter.begin(self._clock.now()):
            raise TurnLost(f"others have used up today's calls of account {self._account}")
        return self._beat.instant(number)

    def _promise(self) -> int:
        now = self._clock.now()
        begin = self._beat.first(now) - 1
        plausible = begin < self._last <= self._beat.first(now + self._horizon)
        self._last = self._beat.next(self._last if plausible else begin, self._held)
        return self._last

    async def _reach(self, number: int) -> None:
        """Sleeps until the instant. A timer may be early, so it looks again; but a clock that is set back in the
        meantime must not hold a call up, so each look sleeps at most half as long.
        """
        wait = self._until(number)
        while wait > 0:
            await self._clock.sleep(wait)
            wait = min(self._until(number), wait / 2)

    def _until(self, number: int) -> float:
        return (self._beat.instant(number) - self._clock.now()).total_seconds()

    def want(self) -> Want:
        """What to ask of the next renewal; what it gives back is not used from now on."""
        promised = {self._beat.slot(number) for number in self._promised}
        self._held = sorted(set(self._held) - surplus(set(self._held), promised, self._in_use, self._fair))
        return Want(
            slots=self._limits.concurrency,
            keep=frozenset(self._held),
            more=max(0, self._fair - len(self._held)),
            until=self._clock.now() + self._clock.real(GOOD_FOR + self._limits.longest),
        )

    def receive(self, holding: Holding, good_until: float) -> None:
        """Takes over what a renewal brought. Calls begin until `good_until` (monotonic seconds)."""
        if holding.slots - set(self._held):
            agreed = self._beat.first(self._clock.now() + self._clock.real(AGREEMENT))
            self._last = max(self._last, agreed)
        if len(holding.slots) != len(self._held):
            log.info(
                "share of account",
                extra={"account": self._account, "slots": len(holding.slots), "replicas": holding.living},
            )
        self._held, self._good_until = sorted(holding.slots), good_until
        self._fair = fair_share(self._account, self._limits.concurrency, holding.living, holding.rank)
        self._changed.set()

    def own(self) -> None:
        """All slots, for ever: of an account that nobody else asks."""
        self._held, self._good_until = list(range(self._limits.concurrency)), math.inf


def alone(account: str, limits: Limits, clock: Clock) -> Share:
    """The share of somebody who has the account to himself: all slots, for ever."""
    share = Share(account, limits, clock)
    share.own()
    return share


class Turns:
    """All shares of this replica. `step` is what `loop` runs; `leave` gives everything back at the end."""

    def __init__(
        self,
        *,
        tenant: str,
        worker: str,
        database: Database,
        clock: Clock,
        limits: Mapping[str, Limits],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tenant, self._worker, self._database, self._clock = tenant, worker, database, clock
        self._monotonic = monotonic
        self._configured = {account: limit.concurrency for account, limit in limits.items()}
        self._declared, self._used_up = False, set[str]()
        self.shares = {account: Share(account, limit, clock, monotonic) for account, limit in limits.items()}

    async def step(self) -> float:
        """Tells of calls, and renews the lease of all slots; returns how long to rest."""
        if not self._declared:
            await slots.declare(self._database, self._tenant, self._configured)
        await self._tell()
        # The time that the statement takes is the lease's loss.
        now, good_until = self._clock.now(), self._monotonic() + GOOD_FOR
        wants = {account: share.want() for account, share in self.shares.items()}
        seen_until = now + self._clock.real(GOOD_FOR)
        holdings = await slots.renew(self._database, self._tenant, self._worker, wants, now, seen_until)
        for account, holding in holdings.items():
            self.shares[account].receive(holding, good_until)
        # One configured with fewer slots may have deleted some: while anything is missing they are declared again.
        self._declared = all(share.settled for share in self.shares.values())
        return RENEW_EVERY if self._declared else HURRY

    async def _tell(self) -> None:
        """Tells of the calls since the last time. It comes before any slot: who begins knows what the day has seen."""
        now = self._clock.now()
        totals = {account: share.meter.totals(now) for account, share in self.shares.items()}
        for account, others in (await calls.tell(self._database, self._tenant, self._worker, totals)).items():
            self.shares[account].meter.hear(others)
        used_up = {account for account, share in self.shares.items() if not share.meter.room(now, 1)}
        for account in sorted(used_up - self._used_up):
            log.warning("today's calls are used up", extra={"account": account})
        self._used_up = used_up

    async def leave(self) -> None:
        """Tells of the last calls and gives back at once what no call is using; to be awaited when no more `step`
        comes. Without the database the leases end by themselves, and some seconds of calls stay untold.
        """
        idle = [account for account, share in self.shares.items() if not share.in_use]
        try:
            await self._tell()
            await slots.give_back(self._database, self._tenant, self._worker, idle)
        except DatabaseUnavailable as error:
            log.warning("slots not given back", extra={"reason": str(error)})
