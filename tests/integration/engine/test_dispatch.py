"""Who may be sent to, and how many at a time: one notifier for all, and several of them."""

import asyncio
from datetime import timedelta

from app import notifier as module
from tests.integration.engine.conftest import LATE
from tests.integration.engine.receivers import GOOD, Hanging, Scripted, turn

BEFORE = LATE - timedelta(minutes=1)


async def count(told, n, **changes):
    return [await told(**changes) for _ in range(n)]


async def freed(*channels):
    for channel in channels:
        channel.answer.set()


async def test_one_that_hangs_keeps_nobody_else_waiting(notifier, declared, told):
    await declared(erp={}, shop={})
    hanging, other = Hanging(), Scripted(GOOD)
    one = notifier(hanging, shop=other)
    await told("erp", at=BEFORE)
    await one.step()
    for _ in range(3):
        await told("shop")
        await one.step()
    await freed(hanging)
    await one.finish(30)

    assert len(other.sent) == 3


async def test_all_replicas_together_keep_to_a_concurrency(notifier, declared, told, rows, trusting):
    await declared(erp={"concurrency": 3})
    await count(told, 12)
    hanging = Hanging()
    replicas = [notifier(hanging) for _ in range(3)]
    for _ in range(2):
        await asyncio.gather(*(one.step() for one in replicas))
    most = hanging.most
    await freed(hanging)
    for _ in range(8):
        await turn(*replicas)

    assert most == 3
    assert await rows("SELECT state, attempts, count(*) FROM deliveries GROUP BY 1, 2") == [("delivered", 1, 12)]


async def test_no_delivery_is_under_way_twice(notifier, declared, told, trusting):
    await declared(erp={"concurrency": 50})
    wanted = await count(told, 200)
    hanging = Hanging()
    await freed(hanging)
    replicas = [notifier(hanging) for _ in range(4)]
    for _ in range(6):
        await asyncio.gather(*(one.step() for one in replicas))
    await turn(*replicas)

    assert sorted(hanging.parcels.elements()) == sorted(wanted)


async def test_a_mountain_of_retries_does_not_delay_what_is_fresh(notifier, declared, told, trusting):
    await declared(erp={"concurrency": 4})
    again = await count(told, 40, lane=1, at=BEFORE)
    fresh = await count(told, 4)
    hanging = Hanging()
    one = notifier(hanging)
    await one.step()
    under_way = set(hanging.parcels)
    await freed(hanging)
    await one.finish(30)

    assert under_way >= set(fresh)
    assert len(under_way & set(again)) == 1


async def test_retries_take_half_of_the_hands_at_most(notifier, declared, told, trusting, monkeypatch):
    monkeypatch.setattr(module, "HANDS", 8)
    monkeypatch.setattr(module, "EASY", 4)
    names = [f"d{n}" for n in range(12)]
    await declared(**{name: {} for name in names})
    for name in names[:10]:
        await told(name, lane=1, at=BEFORE)
    for name in names[10:]:
        await told(name)
    hanging = Hanging()
    one = notifier(**dict.fromkeys(names, hanging))
    await one.step()
    most = hanging.most
    await freed(hanging)
    await one.finish(30)

    assert most == 6


async def test_who_has_not_answered_yet_gets_two_hands_and_who_has_gets_all(notifier, declared, told):
    await declared(erp={"concurrency": 8})
    await count(told, 20)
    hanging = Hanging()
    one = notifier(hanging)
    await one.step()
    at_first = hanging.most
    await freed(hanging)
    await one.finish(30)
    hanging.answer.clear()
    await one.step()
    then = hanging.hung
    await freed(hanging)
    await one.finish(30)

    assert (at_first, then) == (2, 8)


async def test_one_send_that_hangs_leaves_the_other_hand_free(notifier, declared, told):
    await declared(erp={})
    hanging = Hanging()
    one = notifier(hanging)
    for _ in range(2):
        await told()
        await one.step()
    both = hanging.hung
    await freed(hanging)
    await one.finish(30)

    assert both == 2


async def test_when_hands_are_scarce_nobody_has_more_than_two(notifier, declared, told, trusting, monkeypatch):
    monkeypatch.setattr(module, "HANDS", 12)
    monkeypatch.setattr(module, "EASY", 6)
    await declared(erp={"concurrency": 50}, shop={})
    await count(told, 50, at=BEFORE)
    hanging, shop = Hanging(), Hanging()
    one = notifier(hanging, shop=shop)
    await one.step()
    await count(told, 5, to="shop")
    await one.step()
    held = hanging.hung, shop.hung
    await freed(hanging, shop)
    await one.finish(30)

    assert held == (6, 2)


async def test_a_rate_is_kept_by_all_replicas_together(notifier, declared, told, clock, trusting):
    await declared(erp={"rate": 2.0})
    await count(told, 20, at=BEFORE)
    channel = Scripted(GOOD)
    replicas = [notifier(channel) for _ in range(2)]
    sent = []
    for _ in range(4):
        await turn(*replicas)
        sent.append(len(channel.sent))
        clock.pass_(seconds=1)

    assert sent == [2, 4, 6, 8]


async def test_a_chat_is_told_one_message_at_a_time_and_no_faster_than_it_takes_them(notifier, declared, told, clock):
    await declared(erp={"kind": "wecom", "rate": 1 / 6.5})
    await count(told, 30, at=BEFORE)
    channel, sent = Scripted(GOOD, batch=20), []
    replicas = [notifier(channel) for _ in range(2)]
    for _ in range(8):
        await turn(*replicas)
        sent.append([len(call) for call in channel.sent])
        clock.pass_(seconds=1)

    assert sent[0] == sent[6] == [20]
    assert sent[7] == [20, 10]


async def test_a_chat_hears_nothing_while_another_replica_speaks_to_it(notifier, declared, told):
    await declared(erp={"kind": "wecom"})
    await told()
    hanging, other = Hanging(batch=20), Scripted(GOOD, batch=20)
    first, second = notifier(hanging), notifier(other)
    await first.step()
    await told()
    await turn(second)
    meanwhile = list(other.sent)
    await freed(hanging)
    await first.finish(30)
    await turn(second)

    assert (meanwhile, len(other.sent)) == ([], 1)


async def test_what_a_replica_cannot_reach_is_left_to_those_who_can(notifier, declared, told, rows):
    await declared(erp={}, fresh={})
    await told("fresh")
    channel = Scripted(GOOD)
    await turn(notifier(Scripted(GOOD)))
    untouched = await rows("SELECT state, lease FROM deliveries")
    await turn(notifier(fresh=channel))

    assert untouched == [("pending", None)]
    assert len(channel.sent) == 1


async def test_a_replica_that_ends_hands_back_what_it_has_not_sent(notifier, declared, told, rows):
    await declared(erp={})
    await count(told, 2)
    one = notifier(Hanging())
    await one.step()
    held = await rows("SELECT count(*) FROM deliveries WHERE lease IS NOT NULL")
    await one.finish(0)

    assert held == [(2,)]
    assert await rows("SELECT state, lease, attempts FROM deliveries") == [("pending", None, 0)] * 2
