"""Calls of a day over several replicas on a real database: counted, told, limited, and begun anew at midnight."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app import main, settings
from app.domain.breaker import BreakerPolicy
from app.domain.invoice import Answer, Outcome
from app.domain.meter import Daily
from app.observability.metrics import Metrics
from app.poller import Pace, Poller
from app.store import calls, readings
from app.store.events import accept
from app.turns import Limits, TurnLost, Turns
from tests.conftest import NOON, TENANT
from tests.integration.engine.crew import NO_RECHECKS, Knowing
from tests.integration.store.conftest import admission, invoice, issued

TODAY = date(2026, 11, 20)
MIDNIGHT = NOON + timedelta(hours=12)


CONFIGURATION = """
accounts:
  proof: {adapter: baidu, credentials: {api_key: k, secret_key: s}, limits: {daily: 10}}
  abroad: {adapter: ksef_pl, credentials: {token: t, nip: "1234563218"}}
"""


@pytest.fixture
async def service(database_url, tmp_path):
    (tmp_path / "piaoda.yaml").write_text(CONFIGURATION)
    made = main.build(settings.load({"PIAODA_DATABASE_URL": database_url}, tmp_path), database_url)
    yield made
    await asyncio.gather(made.database.close(), made.work.close(), made.egress.close())


@pytest.fixture
def replica(database, clock):
    def make(worker, limit=None, *, rate=1000, concurrency=4):
        limits = Limits(rate=rate, concurrency=concurrency, longest=20, daily=Daily(limit))
        return Turns(
            tenant=TENANT, worker=worker, database=database, clock=clock, limits={"proof": limits},
            monotonic=lambda: clock.now().timestamp(),
        )  # fmt: skip

    return make


@pytest.fixture
def poller(database, clock):
    """A poller with a replica's share of the account."""

    def make(turns, adapter, **pace):
        return Poller(
            tenant=TENANT, account="proof", adapter=adapter, database=database, clock=clock, policy=NO_RECHECKS,
            pace=replace(Pace(rate=1000, concurrency=4, batch=1, timeout=1, rest=0.05), **pace),
            breaker_policy=BreakerPolicy(failures=100), metrics=Metrics("0", ["proof"], []), chance=lambda: 0.0,
            share=turns.shares["proof"],
        )  # fmt: skip

    return make


@pytest.fixture
def used(database):
    """The calls of a day as everybody reads them."""

    async def read(now=NOON):
        return (await readings.take(database, TENANT, ["proof"], now, {"proof": Daily(100)})).calls_used["proof"]

    return read


async def beat(*replicas, times=3):
    for _ in range(times):
        for one in replicas:
            await one.step()


async def ask(turns, most):
    """As many calls as there are turns, up to `most`, one after the other."""
    for done in range(most):
        try:
            async with turns.shares["proof"].turn():
                pass
        except TurnLost:
            return done
    return most


async def test_calls_of_two_replicas_add_up_after_a_beat_and_each_hears_of_the_other(replica, used):
    one, two = replica("a", 100), replica("b", 100)
    await beat(one, two)
    await ask(one, 5)
    await ask(two, 7)
    before = await used()
    await beat(one, two, times=1)
    after = await used()
    await beat(one, two)

    assert (before, after, await used()) == (0, 12, 12)
    assert [each.shares["proof"].meter.room(NOON, 100) for each in (one, two)] == [88, 88]


async def test_what_is_told_twice_is_counted_once(database, used):
    for _ in range(2):
        await calls.tell(database, TENANT, "a", {"proof": {TODAY: 3}})
    await calls.tell(database, TENANT, "a", {"proof": {TODAY: 2}})  # one that was overtaken

    assert await used() == 3


async def test_replicas_that_tell_at_once_lose_nothing(database, used):
    names = [f"{n}" for n in range(8)]
    for told in range(1, 6):
        await asyncio.gather(*(calls.tell(database, TENANT, name, {"proof": {TODAY: told}}) for name in names))

    assert await used() == 40


async def test_a_replica_that_leaves_tells_of_its_last_calls(replica, used):
    one = replica("a")
    await beat(one)
    await ask(one, 4)
    await one.leave()

    assert await used() == 4


async def test_a_replica_that_is_killed_loses_no_more_than_it_has_not_told(replica, used):
    dead, heir = replica("a", 10), replica("b", 10)
    await beat(dead, heir)
    await ask(dead, 6)
    await beat(dead, times=1)
    await ask(dead, 1)
    await beat(heir)

    assert await used() == 6
    assert await ask(heir, 10) == 4


async def test_a_replica_that_starts_late_in_the_day_asks_only_what_is_left(replica):
    first = replica("a", 10)
    await beat(first)
    await ask(first, 8)
    await first.leave()
    second = replica("b", 10)
    await beat(second)

    assert await ask(second, 10) == 2


async def test_the_last_calls_before_midnight_count_for_their_day_and_the_new_day_has_all_of_its_own(
    replica, clock, used
):
    one, two = replica("a", 5), replica("b", 5)
    clock.at = MIDNIGHT - timedelta(seconds=1)
    await beat(one, two)
    evening = [await ask(one, 5), await ask(two, 5)]  # neither has heard of the other
    clock.at = MIDNIGHT
    await beat(one, two)
    morning = [await ask(one, 3)]
    await beat(one, two)
    morning.append(await ask(two, 5))
    await beat(one, two)

    assert (evening, await used(MIDNIGHT - timedelta(seconds=1))) == ([5, 5], 10)
    assert (morning, await used(MIDNIGHT)) == ([3, 2], 5)


async def test_with_the_calls_of_the_day_used_up_invoices_stay_due_and_are_asked_the_next_day(
    replica, poller, database, clock
):
    await accept(database, TENANT, [issued(invoice(n)) for n in range(12)], NOON, admission)
    clock.pass_(hours=1)
    turns, adapter = replica("a", 5), Knowing()
    asking = poller(turns, adapter)

    async def work():
        for _ in range(10):
            await turns.step()
            await asking.step()
            await asking.finish(30)

    await work()
    today, places = len(adapter.asked), turns.shares["proof"].places
    due = (await readings.take(database, TENANT, ["proof"], clock.now())).checks_due["proof"]
    clock.at = MIDNIGHT + timedelta(hours=10)
    await work()

    assert (today, due, places) == (5, 7, 0)
    assert len(adapter.asked) == len(set(adapter.asked)) == 10


async def test_a_call_is_one_however_many_invoices_it_asks_and_each_try_is_another(
    replica, poller, database, clock, used
):
    await accept(database, TENANT, [issued(invoice(n, account="proof")) for n in range(20)], NOON, admission)
    clock.pass_(hours=1)
    turns = replica("a", concurrency=1)

    class Broken(Knowing):
        async def check(self, invoices):
            answers = await super().check(invoices)
            lost = Answer(Outcome.TRANSIENT, "connect")
            return [lost] * len(invoices) if len(self.asked) == len(invoices) else answers

    adapter = Broken()
    asking = poller(turns, adapter, batch=20, concurrency=1)
    await turns.step()
    await asking.step()
    await asking.finish(30)
    await turns.step()

    assert len(adapter.asked) == 40
    assert await used() == 2


async def test_there_are_as_many_free_hands_as_calls_left_also_while_one_waits_for_its_instant(
    replica, clock, monkeypatch
):
    turns = replica("a", 3, rate=1)
    await beat(turns)
    share, waiting = turns.shares["proof"], asyncio.Event()

    async def sleep(_seconds):
        waiting.set()
        await asyncio.Event().wait()

    before = share.free(0)
    monkeypatch.setattr(clock, "sleep", sleep)
    clock.pass_(milliseconds=1)
    call = asyncio.create_task(share.turn().__aenter__())
    await waiting.wait()
    during = share.free(1)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)

    assert (before, during) == (3, 2)


async def test_a_call_that_waits_while_others_use_up_the_day_does_not_begin(replica, clock, monkeypatch):
    turns = replica("a", 3, rate=1)
    await beat(turns)
    share, sleep = turns.shares["proof"], clock.sleep

    async def meanwhile(seconds):
        share.meter.hear({TODAY: 3})
        await sleep(seconds)

    monkeypatch.setattr(clock, "sleep", meanwhile)
    clock.pass_(milliseconds=1)
    with pytest.raises(TurnLost, match="others have used up"):
        async with share.turn():
            pytest.fail("it began")
    assert share.meter.totals(NOON) == {TODAY: 0}
    assert (share.in_use, share.places) == (0, 0)


async def test_a_limit_that_is_reached_is_logged_once_a_day(replica, caplog, clock):
    one = replica("a", 2)
    await beat(one)
    await ask(one, 5)
    await beat(one)
    clock.at = MIDNIGHT
    await beat(one)
    await ask(one, 5)
    await beat(one)

    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert said == ["today's calls are used up"] * 2


async def test_gauges_show_accounts_with_a_limit_alone(database):
    await calls.tell(database, TENANT, "a", {"proof": {TODAY: 3}, "channel": {TODAY: 4}})
    reading = await readings.take(
        database, TENANT, ["proof", "channel"], NOON, {"proof": Daily(10), "channel": Daily()}
    )

    assert (reading.calls_used, reading.calls_limit) == ({"proof": 3}, {"proof": 10})


async def test_old_days_are_forgotten(database, used):
    long_ago = NOON - timedelta(days=9)
    await calls.tell(database, TENANT, "a", {"proof": {long_ago.date(): 3, TODAY: 4}})
    await calls.forget(database, TENANT, NOON)

    assert (await used(long_ago), await used()) == (0, 4)


async def test_a_service_keeps_the_limit_of_its_settings_in_the_providers_day_shows_it_and_forgets(
    service, database, used
):
    now, long_ago = service.clock.now(), NOON - timedelta(days=999)
    await calls.tell(database, TENANT, "a", {"proof": {Daily().day(now): 3, long_ago.date(): 4}})
    await service.readout()
    shown = service.metrics.render()[0].decode()
    await service.upkeep()

    daily = {account: share.meter.daily for account, share in service.turns.shares.items()}
    assert daily == {"proof": Daily(10, "Asia/Shanghai"), "abroad": Daily(None, "Europe/Warsaw")}
    assert 'piaoda_account_calls_used{account="proof"} 3.0' in shown
    assert 'piaoda_account_calls_limit{account="proof"} 10.0' in shown
    assert 'calls_limit{account="abroad"}' not in shown
    assert await used(long_ago) == 0
