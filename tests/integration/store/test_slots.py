"""Slots of an account on a real database: several replicas join, leave, crash, and never hold more than there are."""

import asyncio
from datetime import timedelta

import pytest

from app.domain.errors import DatabaseUnavailable
from app.store import slots
from app.store.database import Database
from app.store.slots import Want
from app.turns import AGREEMENT, GOOD_FOR, HURRY, RENEW_EVERY, Limits, TurnLost, Turns
from tests.conftest import NOON, TENANT


@pytest.fixture
def replica(database, clock):
    def make(worker, accounts=None, database=database, **limits):
        changed = Limits(**{"rate": 4, "concurrency": 4, "longest": 20, **limits})
        return Turns(
            tenant=TENANT, worker=worker, database=database, clock=clock,
            limits=dict.fromkeys(accounts or ["proof"], changed), monotonic=lambda: clock.now().timestamp(),
        )  # fmt: skip

    return make


@pytest.fixture
def table(database):
    async def holders(account="proof"):
        async with database.connection() as connection:
            rows = await connection.fetch("SELECT slot, holder FROM slots WHERE account = $1 ORDER BY 1", account)
        return {row["slot"]: row["holder"] for row in rows}

    return holders


@pytest.fixture
async def impatient(database_url):
    opened = Database(database_url, statement_timeout=0.2)
    yield opened
    await opened.close()


async def rounds(*replicas, times=3):
    for _ in range(times):
        for one in replicas:
            await one.step()


def places(*replicas, account="proof"):
    return [one.shares[account].places for one in replicas]


def want(slots_=4, keep=(), more=4, until=NOON + timedelta(seconds=30)):
    return {"proof": Want(slots_, frozenset(keep), more, until)}


async def ask(database, worker, wants, now=NOON):
    return (await slots.renew(database, TENANT, worker, wants, now, now + timedelta(seconds=6)))["proof"]


async def test_a_replica_alone_holds_all_slots_and_then_has_time(replica):
    one = replica("a")

    assert await one.step() == RENEW_EVERY
    assert places(one) == [4]


async def test_one_who_joins_gets_his_part_and_both_hurry_until_he_has_it(replica):
    one, two = replica("a"), replica("b")
    await one.step()
    rests = [await two.step(), await one.step(), await one.step(), await two.step()]

    assert rests == [HURRY, HURRY, RENEW_EVERY, RENEW_EVERY]
    assert places(one, two) == [2, 2]


async def test_parts_are_even_over_three_and_over_more_replicas_than_slots(replica):
    six = [replica(name) for name in "abcdef"]
    await rounds(*six[:3])
    three = sorted(places(*six[:3]))
    await rounds(*six)

    assert three == [1, 1, 2]
    assert sorted(places(*six)) == [0, 0, 1, 1, 1, 1]


async def test_a_replica_asks_only_for_accounts_that_it_has(replica):
    one, two = replica("a", ["proof", "channel"]), replica("b", ["channel"])
    await rounds(one, two)

    assert places(one) == [4]
    assert places(one, two, account="channel") == [2, 2]


async def test_one_who_leaves_frees_his_slots_at_once(replica, table):
    one, two = replica("a"), replica("b")
    await rounds(one, two)
    await two.leave()
    await rounds(one, times=2)

    assert places(one) == [4]
    assert set((await table()).values()) == {"a"}


async def test_what_a_killed_replica_held_is_free_when_no_call_of_its_can_be_left(replica, clock):
    one, dead = replica("a"), replica("b")
    await rounds(one, dead)
    held = []
    for _ in range(7):
        clock.pass_(seconds=5)
        await rounds(one, times=1)
        held += places(one)

    assert held == [2, 2, 2, 2, 2, 4, 4]  # 6 s in which it may begin calls, and 20 s that the last one may take


async def test_a_lease_is_kept_by_renewing_it(replica, clock):
    one, two = replica("a"), replica("b")
    await rounds(one, two)
    for _ in range(12):
        clock.pass_(seconds=5)
        await rounds(one, two, times=1)

    assert places(one, two) == [2, 2]


async def test_while_the_database_is_away_calls_begin_until_the_lease_ends_and_again_when_it_is_back(
    replica, database, impatient, clock
):
    one = replica("a", database=impatient)
    await rounds(one)
    left = []
    async with database.transaction() as tx:
        await tx.execute("LOCK TABLE slots IN ACCESS EXCLUSIVE MODE")
        for _ in range(3):
            clock.pass_(seconds=GOOD_FOR / 3)
            with pytest.raises(DatabaseUnavailable):
                await one.step()
            left += places(one)
    with pytest.raises(TurnLost):
        await one.shares["proof"].turn().__aenter__()
    await one.step()

    assert left == [4, 4, 0]
    assert places(one) == [4]


async def test_a_turn_that_comes_after_the_lease_has_ended_is_no_turn(replica):
    one = replica("a", rate=0.05)
    await rounds(one)
    with pytest.raises(TurnLost):  # the next instant is 20 seconds away, and nobody renews
        await one.shares["proof"].turn().__aenter__()

    assert one.shares["proof"].in_use == 0


async def test_a_turn_in_a_slot_that_was_lost_meanwhile_is_no_turn(replica, clock):
    one, two = replica("a", concurrency=1, rate=0.05), replica("b", concurrency=1, rate=0.05)

    async def away(seconds):
        clock.pass_(seconds=GOOD_FOR + 21)
        await rounds(two, one)

    await rounds(one)
    clock.sleep = away
    with pytest.raises(TurnLost):
        await one.shares["proof"].turn().__aenter__()


async def test_slots_in_use_stay_where_they_are_when_another_replica_joins(replica, table):
    one, two = replica("a"), replica("b")
    await rounds(one)
    share = one.shares["proof"]
    async with share.turn(), share.turn(), share.turn():
        await rounds(one, two)
        during = await table()
    await rounds(one, two)

    assert sorted(during.values()) == ["a", "a", "a", "b"]
    assert places(one, two) == [2, 2]


async def test_one_who_is_never_idle_does_not_fill_again_what_it_has_to_give_back(replica, table):
    one, two = replica("a"), replica("b")
    await rounds(one)
    share = one.shares["proof"]
    async with share.turn(), share.turn(), share.turn():
        async with share.turn():
            await rounds(one, two)
            full = await table()
        left = share.free(in_flight=3)
        await rounds(one, two)
        less = await table()

    assert list(full.values()) == ["a", "a", "a", "a"]
    assert left == 0
    assert sorted(less.values()) == ["a", "a", "a", "b"]


async def test_one_who_leaves_with_a_call_in_flight_leaves_its_slots_to_the_lease(replica, table, clock):
    one, two = replica("a"), replica("b")
    await rounds(one, two)
    async with one.shares["proof"].turn():
        await one.leave()
        await rounds(two)
        during = places(two)
    clock.pass_(seconds=GOOD_FOR + 21)
    await rounds(two)

    assert (during, places(two)) == ([2], [4])


async def test_leaving_without_a_database_only_waits_for_the_lease(replica, database, impatient):
    one = replica("a", database=impatient)
    await rounds(one)
    async with database.transaction() as tx:
        await tx.execute("LOCK TABLE slots IN ACCESS EXCLUSIVE MODE")
        await one.leave()


async def test_a_slot_from_another_replica_is_used_only_when_their_clocks_agree_that_it_is_free(replica, clock):
    one, two = replica("a"), replica("b")
    await rounds(one)
    await one.leave()
    await rounds(two)
    now = clock.now()
    async with two.shares["proof"].turn() as at:
        assert at >= now + timedelta(seconds=AGREEMENT)


async def test_while_two_numbers_are_configured_the_larger_one_is_the_most_in_use(replica, table):
    before = [replica(name, concurrency=6) for name in "abc"]
    await rounds(*before)
    after, most = [], 0
    for n in range(3):  # one is replaced by its successor, then the next
        await before.pop().leave()
        after.append(replica(f"new-{n}", concurrency=4))
        await rounds(*before, *after)
        most = max(most, sum(places(*before, *after)))
    await rounds(*after)

    assert most <= 6
    assert sorted(places(*after)) == [1, 1, 2]
    assert sorted(await table()) == [0, 1, 2, 3]


async def test_a_larger_number_adds_slots(replica):
    one = replica("a", concurrency=2)
    await rounds(one)
    two = replica("b", concurrency=6)
    await rounds(one, two)

    assert places(one, two) == [1, 3]
    assert sum(places(one, two)) <= 6


async def test_many_renewals_at_once_give_each_slot_to_one(database):
    await slots.declare(database, TENANT, {"proof": 50})
    got = await asyncio.gather(*(ask(database, f"w{n}", want(50, more=9)) for n in range(8)))
    held = [slot for holding in got for slot in holding.slots]

    assert len(held) == len(set(held))
    assert all(len(holding.slots) <= 9 for holding in got)


async def test_nobody_waits_for_a_slot_that_another_is_taking(database, impatient):
    await slots.declare(database, TENANT, {"proof": 4})
    async with database.transaction() as tx:
        await tx.execute("SELECT FROM slots WHERE slot < 2 FOR UPDATE")
        got = await ask(impatient, "a", want())

    assert got.slots == {2, 3}


async def test_replicas_whose_leases_have_ended_take_each_others_slots_without_a_deadlock(database):
    await slots.declare(database, TENANT, {"proof": 40})
    kept, now = [set(range(n, 40, 4)) for n in range(4)], NOON
    for _ in range(10):
        now += timedelta(hours=1)
        wants = [want(40, keep=keep, more=10, until=now + timedelta(seconds=30)) for keep in kept]
        got = await asyncio.gather(*(ask(database, f"w{n}", wants[n], now) for n in range(4)))
        kept = [holding.slots for holding in got]
        assert len(set().union(*kept)) == sum(map(len, kept))


async def test_a_renewal_of_unknown_outcome_is_put_right_by_the_next(database, table):
    await slots.declare(database, TENANT, {"proof": 4})
    await ask(database, "a", want(more=3))  # committed, but the answer did not arrive
    got = await ask(database, "a", want(more=1))

    assert len(got.slots) == 1
    assert sorted((await table()).values(), key=str) == [None, None, None, "a"]


async def test_replicas_that_were_killed_long_ago_are_forgotten(database):
    for days, worker in enumerate("abc"):
        await slots.renew(database, TENANT, worker, {}, now := NOON + timedelta(days=days), now)
    async with database.connection() as connection:
        left = await connection.fetch("SELECT name FROM workers ORDER BY 1")

    assert [row["name"] for row in left] == ["b", "c"]


async def test_slots_that_an_older_replica_deleted_are_there_again_when_it_has_left(replica, table):
    old = replica("a", concurrency=2)
    await rounds(old)
    new = replica("b", concurrency=8)
    for _ in range(3):
        await rounds(new, old, times=1)
    await old.leave()
    await rounds(new, times=10)

    assert places(new) == [8], await table()
