"""Deliveries and sending again, as an operator sees them: /v1/webhooks/{name}/deliveries, /redeliver, /redeliveries."""

import json
from datetime import timedelta

import pytest

from app.api.retelling_bodies import DeliveriesOut, DeliveryDetailOut, RedeliveriesOut, RedeliveryOut
from app.store import delivery_log
from tests.contract.test_feed_api import Desk
from tests.integration.engine.test_redelivery import carry_out, destination
from tests.integration.store.test_feed import opened, write
from tests.integration.store.test_schedule import rows
from tests.unit.api.standin import KEY, NOW, TENANT

__all__ = ["opened"]

CRM = "/v1/webhooks/crm"
NOBODY = "01a20169-2e00-7189-900e-85c4d45ec4be"


@pytest.fixture
def desk(database):
    return Desk(database)


@pytest.fixture
async def client(desk):
    async with desk.client() as talking:
        yield talking


@pytest.fixture
async def crm(database, opened):
    """A webhook with three deliveries: delivered, dead, pending; the ids of their messages, oldest first."""
    await destination(database)
    connection, told = await opened(), []
    kinds = ["invoice.overdue", "invoice.escalated", "invoice.synced"]
    states = [("delivered", None), ("dead", "timeout"), ("pending", "server_error")]
    for n, (kind, (state, failure)) in enumerate(zip(kinds, states, strict=True)):
        told.append(await write(connection, type_=kind, at=NOW + timedelta(minutes=n)))
        await connection.execute(
            "INSERT INTO deliveries (tenant, destination, message_id, invoice_id, sequence, at, due_at, attempts,"
            " state, failure, lane) SELECT tenant, 'crm', id, invoice_id, 2, at, at, 1, $2, $3, 0 FROM messages"
            " WHERE id = $1::uuid",
            told[-1], state, failure,
        )  # fmt: skip
    return told


async def listed(client, **query):
    answer = await client.get(f"{CRM}/deliveries", params=query)
    assert answer.status_code == 200, answer.text
    DeliveriesOut.model_validate(answer.json())
    return [each["id"] for each in answer.json()["items"]], answer.json()["next_cursor"]


async def test_deliveries_are_listed_newest_first_page_by_page(client, crm):
    first, cursor = await listed(client, limit=2)
    rest, end = await listed(client, limit=2, cursor=cursor)

    assert (first + rest, end) == (crm[::-1], None)


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({"state": "dead"}, 1),
        ({"state": "pending"}, 2),
        ({"failure": "timeout"}, 1),
        ({"type": "invoice.overdue"}, 0),
        ({"state": "delivered", "type": "invoice.overdue"}, 0),
    ],
)
async def test_filters_narrow_the_list(client, crm, query, place):
    assert await listed(client, **query) == ([crm[place]], None)


async def test_the_deliveries_of_one_invoice(client, crm, database):
    [(invoice,)] = await rows(database, "SELECT invoice_id::text FROM messages WHERE id = $1::uuid", crm[1])

    assert await listed(client, invoice=invoice) == ([crm[1]], None)
    assert await listed(client, invoice=invoice, state="pending") == ([], None)


async def test_a_look_for_what_is_rare_is_bounded_and_leads_on(client, crm, monkeypatch):
    monkeypatch.setattr(delivery_log, "LOOKED_AT", 2)
    found, cursor = await listed(client, type="invoice.overdue")

    assert found == []
    assert await listed(client, type="invoice.overdue", cursor=cursor) == ([crm[0]], None)


async def test_a_delivery_is_shown_with_its_attempts_and_the_message(client, crm, database):
    attempt = (TENANT, "crm", crm[1], NOW, 1, 0.25, "dead", "timeout", 0, "", "no reply", {"headers": {}}, None)
    await rows(
        database,
        "INSERT INTO attempts (tenant, destination, message_id, at, number, took, result, failure, status, code,"
        " detail, request, reply) VALUES ($1, $2, $3::uuid, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        *attempt,
    )
    [(body,)] = await rows(database, "SELECT body FROM messages WHERE id = $1::uuid", crm[1])
    answer = await client.get(f"{CRM}/deliveries/{crm[1]}")
    shown = answer.json()
    assert shown.keys() == DeliveryDetailOut.model_fields.keys()

    assert (shown["id"], shown["state"], shown["message"]) == (crm[1], "dead", json.loads(body))
    assert [(each["number"], each["seconds"], each["request"]) for each in shown["attempted"]] == [
        (1, 0.25, {"headers": {}})
    ]


@pytest.mark.parametrize(
    "path", ["/v1/webhooks/nobody/deliveries", f"{CRM}/deliveries/{NOBODY}", f"{CRM}/deliveries/abc",
             f"{CRM}/redeliveries/{NOBODY}", f"{CRM}/redeliveries/abc", "/v1/webhooks/nobody/redeliveries"]
)  # fmt: skip
async def test_what_is_not_there_is_404(client, crm, path):
    answer = await client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["detail"].startswith("There is no such ")


async def test_a_webhook_of_another_tenant_does_not_exist(client, database, crm):
    await rows(database, "UPDATE destinations SET tenant = 'other'")

    assert (await client.get(f"{CRM}/deliveries")).status_code == 404
    assert (await client.post(f"{CRM}/redeliver", json={"state": "dead"})).status_code == 404


@pytest.mark.parametrize(
    ("query", "code"), [({"cursor": "abc"}, "cursor_invalid"), ({"state": "lost"}, "unknown_value"),
                        ({"failure": "bad"}, "unknown_value"), ({"invoice": "7"}, "not_an_id")]
)  # fmt: skip
async def test_a_query_that_makes_no_sense_is_400(client, crm, query, code):
    answer = await client.get(f"{CRM}/deliveries", params=query)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/deliveries"), ("GET", f"/deliveries/{NOBODY}"), ("POST", "/redeliver"), ("GET", "/redeliveries"),
     ("GET", f"/redeliveries/{NOBODY}"), ("POST", f"/redeliveries/{NOBODY}/cancel")],
)  # fmt: skip
async def test_a_key_that_only_reads_is_403(desk, method, path):
    desk.ring.principals.clear()
    desk.ring.add(KEY, "invoices:read")
    async with desk.client() as client:
        assert (await client.request(method, CRM + path)).status_code == 403


# --- sending again ------------------------------------------------------------------------------------------------


async def test_an_order_is_a_job_that_can_be_watched(client, desk, crm, database):
    answer = await client.post(f"{CRM}/redeliver", json={"message": crm[0]})
    job = answer.json()
    RedeliveryOut.model_validate(job)
    await carry_out(database, desk.clock)
    ended = (await client.get(answer.headers["location"])).json()
    jobs = (await client.get(f"{CRM}/redeliveries")).json()
    RedeliveriesOut.model_validate(jobs)

    assert (answer.status_code, job["state"], job["wanted"]) == (202, "running", {"messages": [crm[0]]})
    assert (ended["state"], ended["sent"], ended["share"], ended["actor"]) == ("done", 1, 1.0, "key:billing")
    assert jobs["items"] == [ended]
    assert [each["again"] for each in (await client.get(f"{CRM}/deliveries")).json()["items"]] == [False, False, True]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"state": "dead"}, {"state": "dead"}),
        ({"state": "dead", "failure": "tls", "type": "invoice.synced"},
         {"state": "dead", "failure": "tls", "types": ["invoice.synced"]}),
        ({"since": "2026-11-22T08:00:00+08:00"}, {"since": "2026-11-22T00:00:00Z"}),
        ({"since": "2026-11-22T00:00:00Z", "until": "2026-11-22T01:00:00Z", "types": ["invoice.synced"]},
         {"since": "2026-11-22T00:00:00Z", "until": "2026-11-22T01:00:00Z", "types": ["invoice.synced"]}),
    ],
)  # fmt: skip
async def test_what_can_be_ordered(client, crm, said, wanted):
    answer = await client.post(f"{CRM}/redeliver", json=said)

    assert (answer.status_code, answer.json()["wanted"]) == (202, wanted)


@pytest.mark.parametrize(
    ("said", "pointer", "code"),
    [
        ({}, "", "not_one_order"),
        ({"until": "2026-11-22T00:00:00Z"}, "", "not_one_order"),
        ({"message": NOBODY, "messages": [NOBODY]}, "", "not_one_order"),
        ({"message": NOBODY, "since": "2026-11-22T00:00:00Z"}, "", "not_together"),
        ({"since": "2026-11-22T00:00:00Z", "failure": "tls"}, "", "not_together"),
        ({"state": "dead", "types": ["invoice.synced"]}, "", "not_together"),
        ({"since": "2026-11-22T00:00:00Z", "until": "2026-11-22T00:00:00Z"}, "", "ends_too_early"),
        ({"since": "2026-11-22"}, "/since", "instant_malformed"),
        ({"state": "delivered"}, "/state", "unknown_value"),
        ({"message": "7"}, "/message", "not_an_id"),
        ({"messages": []}, "/messages", "too_short"),
        ({"messages": [NOBODY] * 101}, "/messages", "too_many"),
        ({"state": "dead", "type": "x"}, "/type", "unknown_value"),
        ({"sinc": "2026-11-22T00:00:00Z"}, "/sinc", "unknown_field"),
    ],
)
async def test_an_order_that_says_two_things_or_none_is_422(client, crm, said, pointer, code):
    answer = await client.post(f"{CRM}/redeliver", json=said)

    assert answer.status_code == 422, answer.text
    wrong = {(each["pointer"], each["code"]) for each in answer.json()["errors"]}
    assert (pointer, code) in wrong


async def test_a_message_that_does_not_exist_is_404_with_its_id(client, crm, database):
    answer = await client.post(f"{CRM}/redeliver", json={"messages": [crm[0], NOBODY]})

    assert (answer.status_code, answer.json()["detail"]) == (
        404, f"There is no message {NOBODY}. Nothing is sent again."
    )  # fmt: skip
    assert await rows(database, "SELECT FROM redeliveries") == []


async def test_a_job_can_be_cancelled(client, crm):
    job = (await client.post(f"{CRM}/redeliver", json={"state": "dead"})).json()
    cancelled = await client.post(f"{CRM}/redeliveries/{job['id']}/cancel")

    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert (await client.post(f"{CRM}/redeliveries/{NOBODY}/cancel")).status_code == 404
