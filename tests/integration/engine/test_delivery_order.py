"""In which order a receiver hears of an invoice, or of an incident; and what it need not hear any more."""

import uuid
from datetime import timedelta

import pytest

from app.channels.channel import Receipt, Result
from tests.integration.engine.conftest import LATE
from tests.integration.engine.receivers import BAD, GOOD, Scripted, ids, turn

BEFORE = LATE - timedelta(minutes=1)


async def test_an_ordered_receiver_hears_of_an_invoice_one_after_the_other(notifier, declared, told, clock, trusting):
    await declared(erp={"ordered": True})
    invoice = uuid.uuid4()
    wanted = [await told(about=invoice, sequence=n, at=BEFORE) for n in (2, 3, 4)]
    channel = Scripted(BAD, BAD, GOOD)
    one = notifier(channel)
    for _ in range(500):
        await turn(one)
        clock.pass_(seconds=2)

    assert ids(channel) == [wanted[0]] * 3 + wanted[1:]


async def test_what_waits_for_its_predecessor_does_not_stand_in_the_way(notifier, declared, told, rows, trusting):
    await declared(erp={"ordered": True, "concurrency": 2})
    invoice, later = uuid.uuid4(), LATE + timedelta(hours=1)
    await told(about=invoice, sequence=1, at=later, lane=1)
    blocked = [await told(about=invoice, sequence=n, at=BEFORE) for n in range(2, 12)]
    free = await told()
    channel = Scripted(GOOD)
    one = notifier(channel)
    for _ in range(8):
        await turn(one)

    assert ids(channel) == [free]
    moved = await rows("SELECT DISTINCT lane, due_at FROM deliveries WHERE message_id = ANY ($1::uuid[])", blocked)
    assert moved == [(1, later)]


@pytest.mark.parametrize("wish", ["ordered", "latest_only"])
async def test_many_that_need_not_go_now_cost_no_rest(notifier, declared, told, trusting, wish):
    await declared(erp={wish: True, "concurrency": 1})
    due, later = (2, 1) if wish == "ordered" else (1, 2)
    for invoice in [uuid.uuid4() for _ in range(20)]:
        await told(about=invoice, sequence=later, at=LATE + timedelta(hours=1), lane=1)
        await told(about=invoice, sequence=due, at=BEFORE)
    free = await told()
    channel = Scripted(GOOD)
    one, rests = notifier(channel, rest=60.0), []
    while not channel.sent and 60.0 not in rests:
        rests.append(await one.step())
        await one.finish(30)

    assert ids(channel) == [free]


@pytest.mark.parametrize("after", ["pending", "delivered"])
async def test_only_the_latest_goes_to_who_wants_no_more(notifier, declared, told, rows, trusting, after):
    await declared(erp={"latest_only": True})
    invoice = uuid.uuid4()
    old = [await told(about=invoice, sequence=n, at=BEFORE) for n in (2, 3)]
    new = await told(about=invoice, sequence=4, at=LATE if after == "pending" else BEFORE)
    channel = Scripted(GOOD)
    if after == "delivered":
        await rows("UPDATE deliveries SET state = 'delivered' WHERE message_id = $1::uuid", new)
    one = notifier(channel)
    await turn(one)

    assert ids(channel) == ([new] if after == "pending" else [])
    states = await rows("SELECT DISTINCT state FROM deliveries WHERE message_id = ANY ($1::uuid[])", old)
    assert states == [("superseded",)]


async def test_the_next_message_about_an_incident_knows_where_the_last_one_stands(notifier, declared, told, clock):
    await declared(erp={"kind": "slack"})
    incident, threads = uuid.uuid4(), []

    class Threaded(Scripted):
        async def send(self, parcels):
            threads.append([one.thread for one in parcels])
            return await super().send(parcels)

    one = notifier(Threaded(Receipt(Result.DELIVERED, 200, thread="C1:17.4"), GOOD, batch=5))
    for n in range(3):
        await told(incident=incident, sequence=n)
        await turn(one)
    await told(incident=uuid.uuid4())
    await turn(one)

    assert threads == [[""], ["C1:17.4"], ["C1:17.4"], [""]]
