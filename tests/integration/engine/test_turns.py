"""Three replicas by real time: they come, go and fall, and ask no more than the account allows all of them."""

import asyncio
import contextlib
import time
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from app.clock import DatabaseClock
from app.store.database import Database
from app.turns import Limits, Share, TurnLost, Turns, alone
from tests.conftest import TENANT
from tests.integration.waiting import until

LIMITS = Limits(rate=40, concurrency=6, longest=0.5)
CALL = 0.1  # seconds: six places could ask 60 times a second


class Counting:
    """A tax system that counts who asks: when each call was allowed, when it began, how many were there at once. It
    works on what it was asked, also when the asker is gone.
    """

    def __init__(self) -> None:
        self.allowed: list[datetime] = []
        self.began: list[float] = []
        self.working: set[asyncio.Task] = set()
        self.most = 0

    async def check(self, at: datetime) -> None:
        self.allowed.append(at)
        self.began.append(time.monotonic())
        work = asyncio.create_task(asyncio.sleep(CALL))
        self.working.add(work)
        work.add_done_callback(self.working.discard)
        self.most = max(self.most, len(self.working))
        await asyncio.shield(work)


class Replica:
    """Renews far more often than the product, and asks as often as it may."""

    def __init__(self, url: str, name: str, system: Counting) -> None:
        self.database, self.clock, self.system = Database(url), DatabaseClock(), system
        self.turns = Turns(
            tenant=TENANT, worker=name, database=self.database, clock=self.clock, limits={"proof": LIMITS}
        )
        self.share, self.asked, self.late, self.stopped = self.turns.shares["proof"], 0, 0.0, False
        self.tasks: list[asyncio.Task] = []

    async def start(self) -> None:
        self.clock.follow(await self.database.time())
        self.tasks = [asyncio.create_task(self._renew()), *(asyncio.create_task(self._ask()) for _ in range(8))]

    async def _renew(self) -> None:
        while not self.stopped:
            await self.turns.step()
            await asyncio.sleep(0.05)

    async def _ask(self) -> None:
        while not self.stopped:
            try:
                async with self.share.turn() as at:
                    self.late = max(self.late, (self.clock.now() - at).total_seconds())
                    self.asked += 1
                    await self.system.check(at)
            except TurnLost:
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.database.close()

    async def leave(self) -> None:
        self.stopped = True
        await asyncio.gather(*self.tasks)
        await self.turns.leave()
        await self.database.close()


async def test_three_replicas_that_come_and_go_ask_no_more_than_one_may(database_url):
    system = Counting()
    one, two, three = (Replica(database_url, name, system) for name in "abc")
    for replica in (one, two, three):
        await replica.start()
        await until(lambda replica=replica: replica.asked > 10)
    await two.leave()
    await until(lambda: one.share.places + three.share.places == 6)
    await three.kill()
    asked = one.asked
    await until(lambda: one.asked > asked + 20)
    await one.leave()

    allowed = sorted(system.allowed)
    assert all(later - sooner >= timedelta(seconds=1 / LIMITS.rate) for sooner, later in pairwise(allowed))
    late = max(replica.late for replica in (one, two, three)) + 0.1  # and their clocks may differ a little
    for first, begun in enumerate(system.began):
        for n, ended in enumerate(system.began[first:], 1):
            assert n <= 1 + LIMITS.rate * (ended - begun + late)
    assert system.most <= LIMITS.concurrency


@contextlib.asynccontextmanager
async def in_flight(share: Share, calls: int):
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(calls):
            await stack.enter_async_context(share.turn())
        yield


async def test_a_share_of_all_slots_spaces_its_calls_and_never_ends(clock):
    share = alone("proof", Limits(rate=2, concurrency=3, longest=1), clock)
    instants = []
    for _ in range(6):
        async with share.turn() as at:
            instants.append(at)
    clock.pass_(days=400)

    assert [later - sooner for sooner, later in pairwise(instants)] == [timedelta(seconds=0.5)] * 5
    assert (share.places, share.free(1), share.free(5)) == (3, 2, 0)


async def test_a_call_waits_for_a_place_until_another_is_over(clock):
    share = alone("proof", Limits(rate=1000, concurrency=2, longest=1), clock)
    async with in_flight(share, 1):
        async with share.turn():
            third = asyncio.create_task(share.turn().__aenter__())
            for _ in range(5):
                await asyncio.sleep(0)
            waited = not third.done()
        await third

    assert waited


async def test_after_a_quiet_time_there_is_no_burst(clock):
    share = alone("proof", Limits(rate=2, concurrency=4, longest=1), clock)
    async with share.turn():
        pass
    clock.pass_(hours=1)
    begin = clock.now()
    async with in_flight(share, 4):
        assert clock.now() - begin == timedelta(seconds=1.5)


async def test_a_clock_that_is_set_back_stops_nobody(clock):
    share = alone("proof", Limits(rate=2, concurrency=2, longest=1), clock)
    async with share.turn():
        pass
    before = clock.pass_(hours=-1)
    async with share.turn() as at:
        assert at - before <= timedelta(seconds=0.5)


async def test_a_clock_that_is_set_back_during_a_wait_holds_the_call_up_no_longer_than_twice(clock):
    class SetBack(type(clock)):
        slept = 0.0

        async def sleep(self, seconds):
            self.slept += seconds
            self.at -= timedelta(hours=1)

    clock = SetBack()
    share = alone("proof", Limits(rate=0.1, concurrency=1, longest=1), clock)
    clock.pass_(seconds=1)
    async with share.turn():
        assert clock.slept == pytest.approx(18)


async def test_a_call_that_is_cancelled_while_it_waits_gives_its_place_back(clock):
    class Stuck(type(clock)):
        async def sleep(self, seconds):
            await asyncio.Event().wait()

    clock = Stuck()
    clock.pass_(milliseconds=1)
    share = alone("proof", Limits(rate=1, concurrency=1, longest=1), clock)
    waiting = asyncio.create_task(share.turn().__aenter__())
    await until(lambda: share.in_use == 1)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert share.in_use == 0
