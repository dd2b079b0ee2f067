"""POST /v1/events as billing systems see it: the five ways to send, and every answer."""

import asyncio
import json

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from app.api.events import LARGEST_TOGETHER
from app.api.ports import Limits
from tests.unit.api.standin import INVOICE, KEY, RED, House, envelope

EVENTS = "/v1/events"
PROBLEM = "application/problem+json"
BATCH = {"Content-Type": "application/cloudevents-batch+json"}
STRUCTURED = {"Content-Type": "application/cloudevents+json"}
LINES = {"Content-Type": "application/x-ndjson"}
JSON = {"Content-Type": "application/json"}
BINARY = {"ce-specversion": "1.0", "ce-type": "invoice.issued", "ce-source": "/billing", "ce-id": "1"}
VOIDED = {"number": INVOICE["number"], "reason": "开票有误"}


@pytest.fixture
def house():
    return House()


@pytest.fixture
async def client(house):
    async with house.client() as talking:
        yield talking


def numbered(count, start=0):
    return [INVOICE | {"number": f"{26112000000000000000 + start + n}"} for n in range(count)]


def ndjson(items):
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)


async def lone(client, invoice, **headers):
    return await client.post(EVENTS, json=invoice, headers=headers)


# --- one invoice object -------------------------------------------------------------------------------------------


async def test_a_new_invoice_is_202_with_its_place(client):
    answer = await lone(client, INVOICE)
    body = answer.json()
    assert answer.status_code == 202
    assert body | {"id": ""} == {
        "id": "",
        "state": "pending",
        "number": INVOICE["number"],
        "duplicate": False,
        "links": {"self": f"/v1/invoices/{body['id']}"},
    }
    assert answer.headers["location"] == body["links"]["self"]
    assert (await client.get(answer.headers["location"])).json()["number"] == INVOICE["number"]


async def test_the_same_again_is_200_and_says_so(client):
    first = await lone(client, INVOICE)
    again = await lone(client, INVOICE)
    assert again.status_code == 200
    assert again.json() == first.json() | {"duplicate": True}


async def test_the_same_said_in_other_words_is_the_same(client):
    await lone(client, INVOICE)
    other = INVOICE | {
        "issued_at": "2026-11-22T01:30:00Z",
        "kind": "digital_ordinary",
        "code": None,
        "seller": {"name": "示例科技（北京）有限公司", "tax_id": " 9111 0108 1000000166"},
        "amount": {"without_tax": "100", "tax": "6.0", "with_tax": "106.00", "currency": "CNY"},
    }
    assert (await lone(client, other)).status_code == 200


async def test_other_facts_are_409_and_the_problem_lists_the_fields(client):
    await lone(client, INVOICE)
    answer = await lone(client, INVOICE | {"amount": {"with_tax": "107.00"}})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["code"] == "conflict"
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/amount/with_tax"]


async def test_a_red_letter_invoice_names_its_original(client, house):
    assert (await lone(client, RED)).status_code == 202
    [event] = {id(event): event for event in house.memory.told.values()}.values()
    assert event.type == "invoice.reversed"
    assert event.invoice.original.number == INVOICE["number"]


async def test_a_kind_that_nobody_told_and_the_number_cannot_tell_is_assumed_with_a_warning(client):
    silent = {name: value for name, value in INVOICE.items() if name != "kind"}
    answer = await lone(client, silent)
    shown = (await client.get(answer.headers["location"])).json()
    assert (shown["kind"], shown["warnings"]) == ("digital_ordinary", ["kind_assumed"])

    told = await lone(client, INVOICE | {"number": "26112000000000009999", "kind": "digital_special"})
    assert (await client.get(told.headers["location"])).json()["warnings"] == []


async def test_what_looks_wrong_but_can_be_is_accepted_with_a_warning(client):
    odd = INVOICE | {"seller": {"tax_id": "911101081000000167"}}
    answer = await lone(client, odd)
    assert answer.status_code == 202
    assert "seller_tax_id_check_digit" in (await client.get(answer.headers["location"])).json()["warnings"]


@pytest.mark.parametrize("key", ["abc 1", '"abc 1"'])
async def test_an_idempotency_key_is_the_same_quoted_and_bare(client, house, key):
    await lone(client, INVOICE, **{"Idempotency-Key": key})
    assert "ik:abc 1" in house.memory.told


async def test_a_key_used_for_another_event_is_409(client):
    await lone(client, INVOICE, **{"Idempotency-Key": "k"})
    answer = await lone(client, numbered(1, 77)[0], **{"Idempotency-Key": "k"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("key", ["", '"', '""', "x" * 256, b"caf\xc3\xa9", '"a"b"', 'a"b'])
async def test_an_unusable_idempotency_key_is_400(client, house, key):
    answer = await client.post(EVENTS, json=INVOICE, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["header"] == "Idempotency-Key"
    assert not house.memory.told


async def test_two_idempotency_keys_are_none(client):
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    assert (await client.post(EVENTS, json=INVOICE, headers=headers)).status_code == 400


# --- CloudEvents --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "com.example.", "cn.billing-1."])
async def test_structured_mode_takes_any_prefix_of_the_type(client, house, prefix):
    answer = await client.post(EVENTS, json=envelope(type=f"{prefix}invoice.issued"), headers=STRUCTURED)
    assert answer.status_code == 202
    assert "ce:/billing 1" in house.memory.told


async def test_binary_mode_is_the_same_event_as_structured(client):
    assert (await lone(client, INVOICE, **BINARY)).status_code == 202
    assert (await client.post(EVENTS, json=envelope(), headers=STRUCTURED)).status_code == 200


async def test_binary_headers_are_percent_decoded(client, house):
    await lone(client, INVOICE, **BINARY | {"ce-source": "/%E5%BC%80%E7%A5%A8%20a"})
    assert "ce:/开票 a 1" in house.memory.told


async def test_voided_needs_identity_and_reason_only(client, house):
    answer = await client.post(EVENTS, json=envelope(VOIDED, type="invoice.voided"), headers=STRUCTURED)
    assert answer.status_code == 202
    [event] = {id(event): event for event in house.memory.told.values()}.values()
    assert (event.type, event.reason, event.invoice) == ("invoice.voided", "开票有误", None)


async def test_voided_without_reason_points_into_data(client):
    answer = await client.post(EVENTS, json=envelope({"number": "1"}, type="invoice.voided"), headers=STRUCTURED)
    wrong = {each["pointer"]: each["code"] for each in answer.json()["errors"]}
    assert wrong == {"/data/reason": "required", "/data/number": "format"}


async def test_reversed_without_original_is_refused(client):
    answer = await client.post(EVENTS, json=envelope(INVOICE, type="invoice.reversed"), headers=STRUCTURED)
    wrong = [(each["pointer"], each["code"]) for each in answer.json()["errors"]]
    assert wrong == [("/data/original/number", "original_missing")]


async def test_faults_of_envelope_and_data_come_together(client, house):
    odd = envelope(INVOICE | {"amount": {"with_tax": 1}}, specversion="0.3", id="", data_base64="AA==")
    answer = await client.post(EVENTS, json=odd, headers=STRUCTURED)
    assert answer.status_code == 422
    assert {each["pointer"] for each in answer.json()["errors"]} == {
        "/specversion",
        "/id",
        "/data_base64",
        "/data/amount/with_tax",
    }
    assert not house.memory.told


async def test_faults_of_headers_and_body_come_together_in_binary_mode(client):
    headers = {name: value for name, value in BINARY.items() if name != "ce-id"} | {"ce-specversion": "2.0"}
    answer = await lone(client, INVOICE | {"number": "1"}, **headers)
    wrong = {each.get("header") or each["pointer"] for each in answer.json()["errors"]}
    assert answer.status_code == 422
    assert wrong == {"ce-id", "ce-specversion", "/number"}


@pytest.mark.parametrize(
    "change",
    [{"type": "invoice.paid"}, {"type": "xinvoice.issued"}, {"type": 1}, {"source": ""}, {"source": "a\u0000"},
     {"datacontenttype": "application/xml"}, {"datacontenttype": 5}, {"data": None}, {"data": []}, {"data": "x"}],
)  # fmt: skip
async def test_an_envelope_that_cannot_be_is_422(client, change):
    answer = await client.post(EVENTS, content=json.dumps(envelope() | change), headers=STRUCTURED)
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_a_cloudevent_sent_as_plain_json_is_told_the_right_content_type(client):
    answer = await lone(client, envelope())
    assert answer.status_code == 422
    assert "application/cloudevents+json" in answer.json()["errors"][0]["detail"]


# --- many events --------------------------------------------------------------------------------------------------


async def test_a_bad_event_never_spoils_a_good_one_in_a_batch(client, house):
    good, bad = envelope(), envelope(id="2", data=INVOICE | {"number": "no"})
    other = envelope(id="3", data=INVOICE | {"amount": {"with_tax": "1.00"}})
    answer = await client.post(EVENTS, json=[bad, good, 7, good, other], headers=BATCH)
    body = answer.json()
    assert answer.status_code == 200
    assert {name: body[name] for name in ("accepted", "duplicates", "conflicts", "invalid")} == {
        "accepted": 1,
        "duplicates": 1,
        "conflicts": 1,
        "invalid": 2,
    }
    assert [(each["index"], each["status"]) for each in body["items"]] == [(0, 422), (2, 422), (4, 409)]
    assert body["items"][0]["problem"]["errors"][0]["pointer"] == "/data/number"
    assert body["items"][2]["problem"]["errors"][0]["pointer"] == "/data/amount/with_tax"
    assert house.counted == {"accepted": 1, "duplicate": 1, "conflict": 1, "invalid": 2}


async def test_an_empty_batch_is_fine_and_an_object_is_not(client):
    assert (await client.post(EVENTS, json=[], headers=BATCH)).json()["accepted"] == 0
    assert (await client.post(EVENTS, json={}, headers=BATCH)).status_code == 422


async def test_a_batch_beyond_its_size_is_413_and_changes_nothing():
    house = House(limits=Limits(batch_items=2))
    async with house.client() as client:
        answer = await client.post(EVENTS, json=[envelope()] * 3, headers=BATCH)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_events")
    assert not house.memory.told


async def test_lines_may_be_invoices_and_cloudevents_blank_crlf_and_unended(client):
    lines = [json.dumps(numbered(1, 50)[0]), "", json.dumps(envelope()), "  ", "{", json.dumps(numbered(1, 51)[0])]
    answer = await client.post(EVENTS, content="\r\n".join(lines).encode(), headers=LINES)
    body = answer.json()
    assert (body["accepted"], body["invalid"]) == (3, 1)
    assert (body["items"][0]["index"], body["items"][0]["status"]) == (4, 400)


async def test_an_upload_commits_in_chunks_of_five_hundred_one_after_the_other(client, house):
    answer = await client.post(EVENTS, content=ndjson(numbered(1_201)), headers=LINES)
    assert answer.json()["accepted"] == 1_201
    assert house.memory.batches == [500, 500, 201]
    assert house.memory.most_at_work == 1


async def test_a_line_too_long_is_one_invalid_item(client):
    lines = ndjson(numbered(1)) + b'{"number": "' + b"9" * 200_000 + b'"}\n' + ndjson(numbered(1, 9))
    body = (await client.post(EVENTS, content=lines, headers=LINES)).json()
    assert (body["accepted"], body["invalid"]) == (2, 1)
    assert (body["items"][0]["index"], body["items"][0]["status"]) == (1, 413)


async def test_at_most_a_thousand_refusals_are_listed(client):
    body = (await client.post(EVENTS, content=b"{}\n" * 1_200, headers=LINES)).json()
    assert (body["invalid"], len(body["items"]), body["items_truncated"]) == (1_200, 1_000, True)


async def test_a_database_that_goes_away_says_how_far_it_came(house):
    house.memory.fails_after = 1
    async with house.client() as client:
        answer = await client.post(EVENTS, content=ndjson(numbered(1_600)), headers=LINES)
    body = answer.json()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert (body["lines_done"], body["accepted"]) == (500, 500)
    assert "safe" in body["detail"]


async def test_an_upload_without_a_line_is_400(client):
    assert (await client.post(EVENTS, content=b"\n\n", headers=LINES)).json()["code"] == "empty_body"


async def test_an_upload_is_read_while_its_chunks_commit(house):
    """Constant memory: the generator is asked for more only after what it gave has been taken."""
    given, seen = 0, []

    async def stream():
        nonlocal given
        for line in numbered(2_000):
            given += 1
            seen.append(given - sum(house.memory.batches))
            yield ndjson([line])
            await asyncio.sleep(0)

    scope = {"type": "http", "method": "POST", "path": EVENTS, "raw_path": b"", "query_string": b"", "headers": []}
    scope["headers"] = [(b"content-type", b"application/x-ndjson"), (b"authorization", _bearer())]
    chunks, sent = stream(), []

    async def receive():
        chunk = await anext(chunks, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    async def send(message):
        sent.append(message)

    await house.app(scope, receive, send)
    assert sent[0]["status"] == 200
    assert max(seen) <= 1_001  # one chunk on its way, one being filled


def _bearer():
    return f"Bearer {KEY}".encode()


async def test_behind_a_prefix_the_door_is_the_same(house):
    """There the framework's own routing leads to it."""
    outside = Starlette(routes=[Mount("/piaoda", house.app)], exception_handlers=house.app.exception_handlers)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(outside), base_url="http://piaoda") as client:
        key = {"Authorization": f"Bearer {KEY}"}
        refused = await client.post("/piaoda/v1/events", json=INVOICE)
        accepted = await client.post("/piaoda/v1/events", json=INVOICE, headers=key)
        wrong = await client.post("/piaoda/v1/events", json={}, headers=key)
    assert (refused.status_code, accepted.status_code, wrong.status_code) == (401, 202, 422)


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [None, "text/plain", "application/pdf", "multipart/form-data; boundary=x", "*/*"])
async def test_another_content_type_is_415_with_the_list(client, kind):
    answer = await client.post(EVENTS, content=b"{}", headers={"Content-Type": kind} if kind else {})
    assert answer.status_code == 415
    assert "application/x-ndjson" in answer.json()["accepted"]
    assert "application/x-ndjson" in answer.headers["accept-post"]


@pytest.mark.parametrize("headers", [{"Content-Type": "application/json; charset=gbk"}, {"Content-Encoding": "gzip"}])
async def test_another_charset_or_a_compressed_body_is_415(client, headers):
    assert (await client.post(EVENTS, content=json.dumps(INVOICE), headers=JSON | headers)).status_code == 415


async def test_a_charset_of_utf_8_is_fine(client):
    kind = {"Content-Type": 'Application/JSON; Charset="UTF-8"'}
    assert (await client.post(EVENTS, content=json.dumps(INVOICE), headers=kind)).status_code == 202


async def test_ten_megabytes_are_413_while_reading(client, house):
    async def endless():
        for _ in range(160):
            yield b'{"buyer": "' + b"x" * 65_536

    answer = await client.post(EVENTS, content=endless(), headers=JSON)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == PROBLEM


async def test_a_declared_length_beyond_the_limit_is_413_before_reading(client):
    answer = await client.post(EVENTS, content=b"{}", headers=JSON | {"Content-Length": "9" * 30})
    assert answer.status_code == 413


async def test_without_a_key_it_is_401_and_says_how(house):
    async with house.client(key=None) as client:
        answer = await lone(client, INVOICE)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "Authorization" in answer.json()["detail"]


async def test_without_the_scope_it_is_403_and_names_it(house):
    house.ring.add("read-only", "invoices:read", "invoices:act")
    async with house.client(key="read-only") as client:
        answer = await lone(client, INVOICE)
    assert answer.status_code == 403
    assert answer.json()["scope"] == "events:write"
    assert not house.memory.told


async def test_a_database_that_is_away_is_503_with_retry_after(house):
    house.memory.fails_after = 0
    async with house.client() as client:
        answer = await lone(client, INVOICE)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.headers["content-type"] == PROBLEM


async def test_too_many_at_once_are_429_and_the_next_is_welcome():
    house = House(limits=Limits(requests=2))
    house.memory.gate = asyncio.Event()
    async with house.client() as client:
        posts = [asyncio.create_task(lone(client, invoice)) for invoice in numbered(3)]
        refused = await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
        [answer] = [each.result() for each in refused[0]]
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        house.memory.gate.set()
        assert sorted([each.status_code for each in await asyncio.gather(*posts)]) == [202, 202, 429]
        assert (await lone(client, numbered(1, 5)[0])).status_code == 202


async def test_uploads_do_not_take_the_places_of_live_events():
    house = House(limits=Limits(uploads=0))
    async with house.client() as client:
        assert (await client.post(EVENTS, content=ndjson(numbered(1)), headers=LINES)).status_code == 429
        assert (await lone(client, INVOICE)).status_code == 202


async def test_a_method_that_is_not_there_is_405_with_allow(client):
    answer = await client.get(EVENTS)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.headers["content-type"] == PROBLEM


async def test_a_client_that_leaves_while_sending_changes_nothing(house):
    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        assert message.get("status", 400) < 500

    headers = [(b"content-type", b"application/json"), (b"authorization", _bearer())]
    scope = {"type": "http", "method": "POST", "path": EVENTS, "raw_path": b"", "query_string": b"", "headers": headers}
    await house.app(scope, receive, send)
    assert not house.memory.told


@pytest.mark.parametrize("headers", [JSON, LINES])
async def test_a_body_that_does_not_come_is_408_and_gives_up_its_place(headers):
    house = House(limits=Limits(requests=1, uploads=1, patience=0.05))

    async def stalled():
        yield b'{"number": '
        await asyncio.Event().wait()

    async with house.client() as client:
        sent = await _told(house, stalled(), headers)
        assert sent["status"] == 408
        assert (b"connection", b"close") in sent["headers"]
        assert (await client.post(EVENTS, content=ndjson(numbered(1)), headers=headers)).status_code in {200, 202}


async def test_bodies_that_are_large_together_are_told_to_come_back():
    house = House(limits=Limits(body=20_000, requests=100))
    house.memory.gate = asyncio.Event()
    large = json.dumps(INVOICE | {"reference": "x" * 100}).encode().ljust(20_000)
    async with house.client() as client:
        posts = [asyncio.create_task(client.post(EVENTS, content=large, headers=JSON)) for _ in range(LARGEST_TOGETHER)]
        await asyncio.sleep(0.2)
        assert (await client.post(EVENTS, content=large, headers=JSON)).status_code == 429
        house.memory.gate.set()
        assert {answer.status_code for answer in await asyncio.gather(*posts)} <= {200, 202}


async def _told(house, body, headers):
    """The answer's start to a body that is handed over piece by piece."""
    named = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": EVENTS, "raw_path": b"", "query_string": b""}
    scope["headers"] = [*named, (b"authorization", _bearer())]
    sent = []

    async def receive():
        return {"type": "http.request", "body": await anext(body), "more_body": True}

    async def send(message):
        sent.append(message)

    await house.app(scope, receive, send)
    return sent[0]
