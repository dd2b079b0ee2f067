"""Endpoints in trouble: left alone, tried by a canary, given up after days, told on another channel; and the record of
every attempt.
"""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from app import notifier as module
from app.channels.channel import Exchange, Failure, Receipt, Result
from app.domain.delivery import Ladder
from app.store import deliveries, outages
from app.store.health import NO_SUCCESS
from tests.conftest import TENANT
from tests.integration.engine.conftest import LATE
from tests.integration.engine.receivers import BAD, GOOD, Hanging, Scripted, turn

BEFORE = LATE - timedelta(minutes=1)
EVERY = Ladder((timedelta(hours=2),) * 200, jitter=0.0)
HEALTH = "SELECT failures, failing_since, open_until FROM destinations WHERE name = 'erp'"
SUBSCRIBED = {"events": ["invoice.overdue", "webhook.disabled"]}


@pytest.fixture(autouse=True)
def trusting(monkeypatch):
    monkeypatch.setattr(module.Notifier, "_is_trusted", lambda *_: True)


@pytest.fixture
async def down(declared, told, notifier):
    """An endpoint whose breaker has just opened, with deliveries that were not tried."""
    await declared(erp={"concurrency": 5, "rate": 50.0})
    for _ in range(9):
        await told(at=BEFORE)
    channel = Scripted(BAD)
    one = notifier(channel)
    await turn(one)
    return one, channel


async def test_five_failures_in_a_row_leave_an_endpoint_alone_at_no_cost_of_attempts(down, rows, clock):
    one, channel = down
    for _ in range(5):
        clock.pass_(seconds=5)
        await turn(one)

    assert await rows(HEALTH) == [(5, LATE, LATE + timedelta(seconds=30))]
    assert len(channel.sent) == 5
    assert await rows("SELECT attempts, count(*) FROM deliveries GROUP BY 1 ORDER BY 1") == [(0, 4), (1, 5)]


async def test_one_canary_is_sent_and_its_success_lets_the_others_go(down, rows, clock, notifier):
    clock.pass_(seconds=31)
    hanging = Hanging()
    replicas = [notifier(hanging), notifier(hanging)]
    for _ in range(3):
        await asyncio.gather(*(each.step() for each in replicas))
    canaries = hanging.hung
    hanging.answer.set()
    for each in replicas:
        await each.finish(30)
    closed = await rows(HEALTH)
    for _ in range(4):
        await turn(*replicas)

    assert canaries == 1
    assert closed == [(0, None, None)]
    assert await rows("SELECT state, count(*) FROM deliveries GROUP BY 1") == [("delivered", 9)]


async def test_a_canary_that_fails_doubles_the_pause(down, rows, clock):
    one, channel = down
    clock.pass_(seconds=30)
    await turn(one)

    assert len(channel.sent) == 6
    assert await rows(HEALTH) == [(6, LATE, clock.now() + timedelta(seconds=60))]


async def test_after_five_days_of_nothing_but_failure_an_endpoint_is_disabled_and_what_is_due_waits(
    declared, told, notifier, rows, clock
):
    await declared(erp={}, shop=SUBSCRIBED, other={})
    await told(at=BEFORE)
    one = notifier(Scripted(BAD), ladder=EVERY)
    for _ in range(62):
        await turn(one)
        clock.pass_(hours=2)
    waiting = await told(at=clock.now())
    channel = Scripted(GOOD)
    await turn(notifier(channel))

    assert await rows("SELECT disabled_reason, disabled_at FROM destinations WHERE NOT enabled") == [
        (NO_SUCCESS, LATE + timedelta(days=5))
    ]
    assert channel.sent == []
    assert await rows("SELECT state FROM deliveries WHERE message_id = $1::uuid", waiting) == [("pending",)]


async def test_the_others_who_want_to_know_are_told_of_a_disabled_endpoint_once(declared, told, notifier, rows):
    await declared(erp=SUBSCRIBED, shop=SUBSCRIBED, other={})
    for _ in range(3):
        await told(at=BEFORE)
    gone = Receipt(Result.PERMANENT, 410, failure=Failure.GONE, gone=True)
    shop, other = Scripted(GOOD), Scripted(GOOD)
    one = notifier(Scripted(gone), shop=shop, other=other)
    for _ in range(3):
        await turn(one)

    [[(_, body)]] = shop.sent
    assert other.sent == []
    assert json.loads(body) == {
        "type": "webhook.disabled",
        "timestamp": "2026-11-21T05:00:00Z",
        "data": {
            "webhook": {
                "id": "erp",
                "name": "erp",
                "reason": "the receiver answered 410 Gone",
                "failing_since": "2026-11-21T05:00:00Z",
                "disabled_at": "2026-11-21T05:00:00Z",
            }
        },
    }
    assert await rows("SELECT count(*) FROM messages WHERE type = 'webhook.disabled'") == [(1,)]


async def test_a_message_that_a_receiver_refuses_for_good_says_nothing_about_the_receiver(
    declared, told, notifier, rows
):
    await declared(erp={})
    for _ in range(8):
        await told(at=BEFORE)
    await turn(notifier(Scripted(Receipt(Result.PERMANENT, 200, "40035", failure=Failure.REFUSED))))

    assert await rows(HEALTH) == [(0, None, None)]


@pytest.mark.usefixtures("down")
async def test_an_endpoint_in_trouble_is_known_after_an_hour(database):
    async with database.connection() as connection:
        soon = await outages.endpoints(connection, TENANT, LATE + timedelta(minutes=59))
        [found] = await outages.endpoints(connection, TENANT, LATE + timedelta(minutes=60))

    assert soon == []
    assert (found.scope.endpoint, found.since) == ("erp", LATE)


async def test_a_disabled_endpoint_is_known_at_once(database, declared, told, notifier):
    await declared(erp={})
    await told()
    await turn(notifier(Scripted(Receipt(Result.PERMANENT, 410, failure=Failure.GONE, gone=True))))
    async with database.connection() as connection:
        [found] = await outages.endpoints(connection, TENANT, LATE)

    assert found.scope.endpoint == "erp"


async def test_a_chat_is_never_given_up(database, declared, told, notifier, rows):
    await declared(erp={"kind": "wecom"})
    await told()
    await turn(notifier(Scripted(Receipt(Result.PERMANENT, 410, failure=Failure.GONE, gone=True))))

    assert await rows("SELECT enabled FROM destinations WHERE name = 'erp'") == [(True,)]


async def test_every_attempt_is_kept_with_what_went_out_and_what_came_back(declared, told, notifier, rows, clock):
    await declared(erp={})
    await told()
    told_back = Exchange({"webhook-id": "1"}, "", {"server": "x"}, "busy")
    bad = replace(BAD, failure=Failure.SERVER_ERROR, exchange=told_back)
    one = notifier(Scripted(bad, GOOD))
    await turn(one)
    clock.pass_(seconds=10)
    await turn(one)

    kept = await rows("SELECT number, at, result, failure, status, code, request, reply FROM attempts ORDER BY at")
    assert kept == [
        (
            1, LATE, "retry", "server_error", 503, "http_503",
            {"headers": {"webhook-id": "1"}, "body": ""}, {"headers": {"server": "x"}, "body": "busy"},
        ),
        (2, LATE + timedelta(seconds=10), "delivered", None, 200, "", None, None),
    ]  # fmt: skip
    assert await rows("SELECT failure FROM deliveries") == [(None,)]


@pytest.mark.parametrize(
    "odd",
    [
        Receipt(Result.DELIVERED, 200, exchange=Exchange(reply_body="nul \x00 and half a pair \ud800")),
        Receipt(Result.DELIVERED, 200, detail="nul \x00"),
        Receipt(Result.DELIVERED, 200, code="\ud800"),
    ],
)
async def test_what_a_receiver_writes_cannot_keep_an_attempt_from_being_written(declared, told, notifier, rows, odd):
    await declared(erp={}, shop={})
    await told()
    await told("shop")
    await turn(notifier(Scripted(odd), shop=Scripted(GOOD)))

    assert await rows("SELECT state, attempts FROM deliveries") == [("delivered", 1)] * 2
    assert await rows("SELECT count(*) FROM attempts") == [(2,)]


async def test_a_reply_that_spells_an_escape_is_kept_as_it_was(declared, told, notifier, rows):
    await declared(erp={})
    await told()
    said = '{"name": "\\u0000 and \\\\u0000"}'
    await turn(notifier(Scripted(Receipt(Result.DELIVERED, 200, exchange=Exchange(reply_body=said)))))

    assert await rows("SELECT reply->>'body' FROM attempts") == [(said,)]


async def test_what_was_made_over_the_api_is_no_business_of_the_configuration(database, declared, rows):
    await declared(erp={}, shop={})
    await rows("UPDATE destinations SET origin = 'api' WHERE name = 'shop'")
    await deliveries.declare(database, TENANT, [])

    assert await rows("SELECT name, enabled FROM destinations ORDER BY 1") == [("erp", False), ("shop", True)]
