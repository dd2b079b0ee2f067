"""GET /v1/feed as programs see it: the webhooks' bodies, page by page, waiting where there is nothing yet."""

import asyncio
import json
import time
from contextlib import asynccontextmanager

import httpx2
import pytest

from app.api import feed as route
from app.api.app import create
from app.api.counting import Counting
from app.api.ports import Limits, Retelling, Services
from app.api.retelling_bodies import FeedOut
from app.store.delivery_log import DeliveryLog
from app.store.feed import Feed
from app.store.redeliveries import Redeliveries
from tests.integration.store.test_feed import a_message, opened, write
from tests.unit.api.standin import KEY, Hands, Memory, Probe, Ring

__all__ = ["opened"]

FEED = "/v1/feed"


class Patient(Hands):
    """A clock on which something happens while one waits."""

    def __init__(self):
        super().__init__()
        self.meanwhile = []
        self.slept = []

    async def sleep(self, seconds):
        await super().sleep(seconds)
        self.slept.append(seconds)
        if self.meanwhile:
            await self.meanwhile.pop(0)()


class Desk:
    """The API over the real feed; everything else stands in."""

    def __init__(self, database):
        self.clock, self.ring, self.probe, memory = Patient(), Ring(), Probe(), Memory()
        self.ring.add(KEY, "invoices:read", "webhooks:admin")
        retelling = Retelling(Feed(database), DeliveryLog(database), Redeliveries(database))
        services = Services(memory, self.ring, memory, self.probe, retelling=retelling)
        self.app = create(services, clock=self.clock, limits=Limits(), version="1.2.3")

    @asynccontextmanager
    async def client(self, key=KEY):
        headers = {"Authorization": f"Bearer {key}"}
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://piaoda", headers=headers) as client:
            yield client


@pytest.fixture
def desk(database):
    return Desk(database)


@pytest.fixture
async def client(desk):
    async with desk.client() as talking:
        yield talking


async def get(client, **query):
    answer = await client.get(FEED, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == FeedOut.model_fields.keys()
    return answer.json()


def ids(page):
    return [each["id"] for each in page["items"]]


async def test_an_item_is_the_webhooks_body_and_its_id(client, opened):
    connection, told = await opened(), a_message()
    body = json.dumps(json.loads(told[6]) | {"data": {"name": '北京“示例”\\ "x"'}}, ensure_ascii=False)
    written = await write(connection)
    await connection.execute("UPDATE messages SET body = $1", body)
    answer = await client.get(FEED)

    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["items"] == [{"id": written, **json.loads(body)}]
    assert body[1:] in answer.text


async def test_pages_lead_on_and_the_last_cursor_waits_for_what_comes(client, opened):
    connection = await opened()
    told = [await write(connection) for _ in range(3)]
    first = await get(client, limit=2)
    second = await get(client, limit=2, after=first["next_cursor"])
    third = await get(client, after=second["next_cursor"])
    new = await write(connection)

    assert (ids(first), first["more"]) == (told[:2], True)
    assert (ids(second), second["more"]) == (told[2:], False)
    assert (third["items"], third["more"], third["next_cursor"]) == ([], False, second["next_cursor"])
    assert ids(await get(client, after=third["next_cursor"])) == [new]


async def test_an_empty_feed_has_a_cursor_too(client, opened):
    page = await get(client, after="")
    written = await write(await opened())

    assert ids(await get(client, after=page["next_cursor"])) == [written]


async def test_what_a_caller_asked_to_wait_is_not_counted_as_our_time(desk, opened):
    connection, counted = await opened(), []

    async def long() -> None:
        await asyncio.sleep(0.2)
        await write(connection)

    desk.clock.meanwhile.append(long)
    desk.app = Counting(desk.app, lambda *told: counted.append(told))
    began = time.perf_counter()
    async with desk.client() as client:
        page = await get(client, wait=30)
    whole = time.perf_counter() - began

    [(surface, status, took)] = counted
    assert (surface, status, len(page["items"])) == ("api", "2xx", 1)
    assert 0 < took <= whole - 0.2


async def test_only_the_types_asked_for(client, opened):
    connection = await opened()
    kinds = ["invoice.overdue", "invoice.synced", "invoice.voided"]
    told = {kind: await write(connection, type_=kind) for kind in kinds}
    page = await get(client, type=["invoice.synced", "invoice.voided"])

    assert ids(page) == [told["invoice.synced"], told["invoice.voided"]]


async def test_from_now_on(client, opened):
    connection = await opened()
    await write(connection)
    page = await get(client, after="now")
    new = await write(connection)

    assert page["items"] == []
    assert ids(await get(client, after=page["next_cursor"])) == [new]


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ({"after": "bm90anNvbg"}, "after", "cursor_invalid"),
        ({"after": "x" * 501}, "after", "too_long"),
        ({"limit": "501"}, "limit", "out_of_range"),
        ({"limit": "0"}, "limit", "out_of_range"),
        ({"wait": "31"}, "wait", "out_of_range"),
        ({"type": "invoice.sinced"}, "type", "unknown_value"),
        ({"typ": "invoice.synced"}, "typ", "unknown_parameter"),
    ],
)
async def test_a_query_that_makes_no_sense_is_400(client, query, parameter, code):
    answer = await client.get(FEED, params=query)

    assert answer.status_code == 400
    [wrong] = answer.json()["errors"]
    assert (wrong["parameter"], wrong["code"]) == (parameter, code)


async def test_a_key_for_something_else_is_403(desk):
    desk.ring.principals.clear()
    desk.ring.add(KEY, "events:write")
    async with desk.client() as client:
        assert (await client.get(FEED)).status_code == 403


# --- waiting ------------------------------------------------------------------------------------------------------


async def test_who_waits_is_told_as_soon_as_something_is_there(client, desk, opened):
    connection, told = await opened(), []

    async def nothing():
        pass

    async def something():
        told.append(await write(connection))

    desk.clock.meanwhile = [nothing, something]
    page = await get(client, wait=30)

    assert (ids(page), len(desk.clock.slept)) == (told, 2)


async def test_a_wait_ends_when_it_is_over(client, desk):
    page = await get(client, wait=2)

    assert (page["items"], page["more"]) == ([], False)
    assert sum(desk.clock.slept) == 2


async def test_from_now_on_can_wait_too(client, desk, opened):
    connection, told = await opened(), []
    await write(connection)

    async def something():
        told.append(await write(connection))

    desk.clock.meanwhile = [something]

    assert ids(await get(client, after="now", wait=5)) == told


async def test_nobody_waits_for_what_is_there(client, desk, opened):
    await write(await opened())
    await get(client, wait=30)

    assert desk.clock.slept == []


async def test_a_replica_that_shuts_down_lets_those_who_wait_go(client, desk):
    desk.probe.missing = ["This replica is shutting down."]
    await get(client, wait=30)

    assert len(desk.clock.slept) == 1


async def test_of_many_who_wait_the_last_is_answered_at_once(client, desk, monkeypatch):
    monkeypatch.setattr(route, "MOST_WAITING", 1)
    inside, gate = asyncio.Event(), asyncio.Event()

    async def held():
        inside.set()
        await gate.wait()

    desk.clock.meanwhile = [held]
    first = asyncio.create_task(get(client, wait=1))
    await inside.wait()
    before = len(desk.clock.slept)
    await get(client, wait=30)
    assert len(desk.clock.slept) == before
    gate.set()
    await first
    await get(client, wait=1)

    assert len(desk.clock.slept) > before


async def test_openapi_describes_it(client):
    document = (await client.get("/openapi.json")).json()
    operation = document["paths"][FEED]["get"]

    assert {each["name"] for each in operation["parameters"]} == {"after", "limit", "type", "wait"}
    assert document["components"]["schemas"].keys() >= {"FeedOut", "DeliveriesOut", "RedeliverIn", "RedeliveryOut"}
