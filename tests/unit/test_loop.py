"""The loop with real time in small doses: what it survives, when it rests, how it stops."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from app.loop import LONGEST_BACK_OFF, Loop, back_off

INSTANT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NEVER = 3600.0
PATIENCE = 10


class StandingClock:
    def now(self) -> datetime:
        return INSTANT

    def real(self, seconds: float) -> timedelta:
        return timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class Stage:
    """A loop over a script: each entry is a rest to return or an error to raise; the last one stops it."""

    def __init__(self, *script: float | BaseException, longest_rest: float = 0.01) -> None:
        self.script = list(script)
        self.steps = 0
        self.successes: list[tuple[str, datetime]] = []
        self.ended: list[tuple[str, bool]] = []
        self.stop, self.stepped = asyncio.Event(), asyncio.Event()
        self.loop = Loop(
            "poller",
            self.step,
            clock=StandingClock(),
            on_success=lambda name, at: self.successes.append((name, at)),
            on_step=self.hear,
            longest_rest=longest_rest,
        )

    def hear(self, name: str, seconds: float, *, failed: bool) -> None:
        assert seconds >= 0
        self.ended.append((name, failed))

    async def step(self) -> float:
        entry = self.script[self.steps]
        self.steps += 1
        self.stepped.set()
        if self.steps == len(self.script):
            self.stop.set()
        if isinstance(entry, BaseException):
            raise entry
        return entry

    async def play(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.loop.run(self.stop)


async def test_it_steps_until_it_is_stopped():
    stage = Stage(0, 0, 0.001, 0)
    await stage.play()
    assert stage.steps == 4


async def test_each_good_step_is_reported_with_the_clocks_instant():
    stage = Stage(0, 0)
    await stage.play()
    assert stage.successes == [("poller", INSTANT)] * 2


@pytest.mark.parametrize("error", [ValueError("x"), TimeoutError(), ExceptionGroup("x", [KeyError("y")]), OSError(5)])
async def test_a_bad_step_is_survived(error):
    stage = Stage(error, 0)
    await stage.play()
    assert len(stage.successes) == 1


async def test_a_bad_step_is_logged_with_its_traceback(caplog):
    stage = Stage(ValueError("boom"), ValueError("boom"))
    with caplog.at_level(logging.ERROR, logger="app.loop"):
        await stage.play()
    assert [(r.msg, r.__dict__["loop"], r.__dict__["failures"]) for r in caplog.records] == [
        ("step failed", "poller", 1),
        ("step failed", "poller", 2),
    ]
    assert all(r.exc_info and r.exc_info[0] is ValueError for r in caplog.records)


async def test_a_good_step_ends_a_row_of_bad_ones():
    stage = Stage(ValueError(), ValueError(), 0)
    await stage.play()
    assert stage.loop.failures == 0


async def test_the_end_of_each_step_is_told_whether_it_was_good_or_bad():
    stage = Stage(0, ValueError(), 0)
    await stage.play()
    assert stage.ended == [("poller", False), ("poller", True), ("poller", False)]


async def test_bad_steps_in_a_row_are_counted():
    stage = Stage(0, ValueError(), ValueError())
    await stage.play()
    assert stage.loop.failures == 2


async def test_a_failing_report_of_success_does_not_end_the_loop():
    stop = asyncio.Event()
    reports: list[str] = []

    async def step() -> float:
        return 0

    def report(name: str, _at: datetime) -> None:
        reports.append(name)
        if len(reports) == 2:
            stop.set()
        raise RuntimeError("the listener is broken")

    loop = Loop("watchdog", step, clock=StandingClock(), on_success=report, longest_rest=0.01)
    async with asyncio.timeout(PATIENCE):
        await loop.run(stop)
    assert loop.failures == 2


async def test_a_cancellation_passes_through():
    entered = asyncio.Event()

    async def step() -> float:
        entered.set()
        await asyncio.sleep(NEVER)
        return 0

    loop = Loop("poller", step, clock=StandingClock(), on_success=lambda *_: None)
    running = asyncio.create_task(loop.run(asyncio.Event()))
    await entered.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_rest_ends_at_once_when_stopped():
    stage = Stage(NEVER, NEVER, longest_rest=NEVER)
    running = asyncio.create_task(stage.play())
    await stage.stepped.wait()
    stage.stop.set()
    await running
    assert stage.steps == 1


async def test_a_rest_after_a_bad_step_ends_at_once_when_stopped():
    stage = Stage(ValueError(), NEVER, longest_rest=NEVER)
    stage.loop.failures = 1000
    running = asyncio.create_task(stage.play())
    await stage.stepped.wait()
    stage.stop.set()
    await running
    assert stage.steps == 1


async def test_a_step_is_finished_though_it_is_time_to_stop():
    stop, entered, leave = asyncio.Event(), asyncio.Event(), asyncio.Event()
    finished = []

    async def step() -> float:
        entered.set()
        await leave.wait()
        finished.append(True)
        return NEVER

    loop = Loop("poller", step, clock=StandingClock(), on_success=lambda *_: None)
    running = asyncio.create_task(loop.run(stop))
    await entered.wait()
    stop.set()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not running.done()
    leave.set()
    async with asyncio.timeout(PATIENCE):
        await running
    assert finished == [True]


async def test_nothing_is_begun_when_it_is_stopped_before_it_starts():
    stage = Stage(0)
    stage.stop.set()
    await stage.play()
    assert stage.steps == 0


async def test_no_rest_is_longer_than_the_longest():
    stage = Stage(NEVER, float("inf"), 0, longest_rest=0.01)
    await stage.play()
    assert stage.steps == 3


async def test_a_negative_rest_is_none():
    stage = Stage(-5, 0)
    await stage.play()
    assert stage.steps == 2


async def test_a_loop_that_always_has_more_to_do_lets_others_run():
    stop = asyncio.Event()

    async def step() -> float:
        return 0

    loop = Loop("poller", step, clock=StandingClock(), on_success=lambda *_: None)
    running = asyncio.create_task(loop.run(stop))
    for _ in range(10):
        await asyncio.sleep(0)
    stop.set()
    async with asyncio.timeout(PATIENCE):
        await running


@pytest.mark.parametrize("failures", [1, 2, 5, 6, 50, 10**6])
def test_the_rest_after_bad_steps_doubles_up_to_thirty_seconds(failures):
    window = min(2.0 ** min(failures - 1, 10), LONGEST_BACK_OFF)
    rests = [back_off(failures) for _ in range(50)]
    assert all(0.5 <= rest <= window for rest in rests)
    assert max(rests) > window / 2


def test_two_replicas_do_not_rest_equally_long():
    assert len({back_off(3) for _ in range(20)}) > 10
