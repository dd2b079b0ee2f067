import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest

from app.api.answers import InvoiceOut, InvoicesOut
from app.api.timeline_bodies import HistoryOut
from app.domain import cursors
from app.domain.search import Position, Search
from tests.unit.api.standin import INVOICE, NOW, PLACE_OF_NOBODY

SAID = {
    "resolve": {"reason": "电子税务局可查", "evidence": "截图 2026-11-22"},
    "void": {"reason": "开票有误"},
    "acknowledge": {"for": "4h", "text": "已联系\n税局"},
    "note": {"text": "明天再看"},
}


@pytest.fixture
async def place(client):
    return (await client.post("/v1/events", json=INVOICE)).headers["location"]


async def searched(house, client, **query) -> Search:
    answer = await client.get("/v1/invoices", params=query)
    assert answer.status_code == 200, answer.text
    return house.memory.searches[-1]


async def test_an_invoice_is_shown_as_openapi_says(client, place):
    shown = (await client.get(place)).json()
    assert shown.keys() == InvoiceOut.model_fields.keys()
    InvoiceOut.model_validate(shown)
    InvoicesOut.model_validate((await client.get("/v1/invoices")).json())


async def test_the_history_is_a_list(client, place):
    shown = (await client.get(f"{place}/history")).json()
    assert HistoryOut.model_validate(shown).items[0].entry == "transition"


@pytest.mark.parametrize("name", [PLACE_OF_NOBODY, "1", "%00", "%ED%A0%80", "x" * 5_000])
@pytest.mark.parametrize("call", ["", "/history"])
async def test_an_invoice_that_is_not_there_is_404(client, name, call):
    answer = await client.get(f"/v1/invoices/{name}{call}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("action", [*SAID, "check"])
async def test_no_action_finds_an_invoice_that_is_not_there(client, action):
    answer = await client.post(f"/v1/invoices/{PLACE_OF_NOBODY}/{action}", json=SAID.get(action))
    assert answer.status_code == 404


async def test_another_tenant_sees_nothing(house, client, place):
    house.ring.add("stranger", "admin", tenant="other")
    answer = await client.get(place, headers={"Authorization": "Bearer stranger"})
    assert answer.status_code == 404


async def test_without_parameters_the_newest_fifty_are_listed(house, client):
    assert await searched(house, client) == Search()


async def test_every_filter_reaches_the_search(house, client):
    query = await searched(
        house, client, state=["overdue", "escalated"], cause="deadline", diagnosis="not_uploaded", account="a",
        seller="9111 0108 1000000166", buyer="91310000100000032g", kind="vat_special", number="1", code="2",
        label=["region:beijing", "team:"], issued_from="2026-11-01", issued_to="2026-11-30", q="示例",
        sort="overdue_at", limit="7",
    )  # fmt: skip
    assert query == Search(
        state=("overdue", "escalated"),
        cause=("deadline",),
        diagnosis=("not_uploaded",),
        account=("a",),
        seller="911101081000000166",
        buyer="91310000100000032G",
        kind=("vat_special",),
        number="1",
        code="2",
        label=(("region", "beijing"), ("team", "")),
        issued_from=datetime(2026, 10, 31, 16, tzinfo=UTC),
        issued_to=datetime(2026, 11, 30, 16, tzinfo=UTC),
        q="示例",
        sort="overdue_at",
        limit=7,
    )


@pytest.mark.parametrize("written", ["2026-11-01T08:00:00+08:00", "2026-11-01T00:00:00Z", "2026-11-01T08:00:00 08:00"])
async def test_an_instant_may_lose_its_plus_in_a_query(house, client, written):
    query = await searched(house, client, issued_from=written)
    assert query.issued_from == datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ({"stat": "pending"}, "stat", "unknown_parameter"),
        ({"state": "pendin"}, "state", "unknown_value"),
        ({"state": ""}, "state", "unknown_value"),
        ({"limit": "501"}, "limit", "out_of_range"),
        ({"limit": "0"}, "limit", "out_of_range"),
        ({"limit": "many"}, "limit", "not_a_number"),
        ({"limit": ["1", "2"]}, "limit", "repeated"),
        ({"sort": "number"}, "sort", "unknown_value"),
        ({"label": "region"}, "label", "label_malformed"),
        ({"label": "region:a\0"}, "label", "control_character"),
        ({"q": "\0"}, "q", "control_character"),
        ({"issued_from": "2026-02-30"}, "issued_from", "impossible_instant"),
        ({"issued_to": "9999-12-31"}, "issued_to", "impossible_instant"),
        ({"issued_from": "2026-11-01T00:00:00"}, "issued_from", "offset_missing"),
        ({"cursor": "abc"}, "cursor", "cursor_invalid"),
    ],
)
async def test_a_parameter_we_do_not_understand_is_400(house, client, query, parameter, code):
    answer = await client.get("/v1/invoices", params=query)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_query")
    assert (parameter, code) in [(each["parameter"], each["code"]) for each in answer.json()["errors"]]
    assert not house.memory.searches


async def test_an_unknown_parameter_is_told_what_was_meant(client):
    answer = await client.get("/v1/invoices", params={"stat": "pending"})
    assert 'Did you mean "state"?' in answer.json()["detail"]


async def test_a_cursor_leads_to_the_next_page(house, client):
    for last in "12":
        await client.post("/v1/events", json=INVOICE | {"number": f"2611200000000000000{last}"})
    page = (await client.get("/v1/invoices", params={"limit": 1})).json()
    query = await searched(house, client, cursor=page["next_cursor"])
    assert query.cursor == Position(NOW, page["items"][0]["id"])
    assert (await client.get("/v1/invoices")).json()["next_cursor"] is None


def _forged(**changes):
    said = {"v": 1, "sort": "-issued_at", "at": NOW.isoformat(), "id": PLACE_OF_NOBODY} | changes
    return urlsafe_b64encode(json.dumps(said).encode()).decode()


def test_a_cursor_survives_the_round_trip():
    position = Position(NOW + timedelta(microseconds=1), PLACE_OF_NOBODY)
    assert cursors.decode(cursors.encode(position, "-issued_at"), "-issued_at") == position
    assert cursors.decode(_forged(), "-issued_at") == Position(NOW, PLACE_OF_NOBODY)


@pytest.mark.parametrize(
    "text",
    ["", "=", "é", "W10", "bnVsbA", _forged(v=2), _forged(sort="issued_at"), _forged(at="2026-11-22T04:00:00"),
     _forged(at=5), _forged(id="1"), _forged(id=None), urlsafe_b64encode(b"[" * 100_000).decode()],
)  # fmt: skip
def test_a_forged_cursor_is_none(text):
    assert cursors.decode(text, "-issued_at") is None


@pytest.mark.parametrize("action", SAID)
async def test_an_action_answers_with_the_invoice_and_names_its_actor(house, client, place, action):
    answer = await client.post(f"{place}/{action}", json=SAID[action])
    assert answer.status_code == 200
    assert answer.json()["number"] == INVOICE["number"]
    [(actor, said)] = house.memory.said
    assert actor == "key:billing"
    wanted = SAID[action] if action != "acknowledge" else {"until": NOW + timedelta(hours=4), "text": "已联系\n税局"}
    assert said == wanted


@pytest.mark.parametrize(
    ("action", "body", "pointer"),
    [
        ("resolve", {"reason": "x"}, "/evidence"),
        ("resolve", {"evidence": "x"}, "/reason"),
        ("void", {}, "/reason"),
        ("void", {"reason": ""}, "/reason"),
        ("note", {"text": "a\0"}, "/text"),
        ("note", {"txt": "a"}, "/txt"),
        ("note", {"text": "x" * 2_001}, "/text"),
        ("acknowledge", {"for": "soon"}, "/for"),
        ("acknowledge", {"for": "99999d"}, "/for"),
        ("acknowledge", {"until": "2026-11-22T04:00:00"}, "/until"),
        ("acknowledge", {"until": "2026-11-22T03:59:00Z"}, "/until"),
        ("acknowledge", {"for": "1h", "until": "2026-11-23T00:00:00Z"}, ""),
    ],
)
async def test_an_action_without_its_words_is_422(client, place, action, body, pointer):
    before = (await client.get(place)).json()
    answer = await client.post(f"{place}/{action}", json=body)
    assert answer.status_code == 422
    assert pointer in [each["pointer"] for each in answer.json()["errors"]]
    assert (await client.get(place)).json() == before


async def test_an_acknowledgement_may_be_without_end(house, client, place):
    assert (await client.post(f"{place}/acknowledge", json={})).status_code == 200
    assert house.memory.said[0][1] == {"until": None, "text": None}


async def test_duplicate_keys_are_refused_in_actions_too(client, place):
    raw = {"content": b'{"text": "a", "text": "b"}', "headers": {"Content-Type": "application/json"}}
    assert (await client.post(f"{place}/note", **raw)).json()["code"] == "duplicate_key"


async def test_a_move_the_table_does_not_allow_is_409(client, place):
    await client.post(f"{place}/resolve", json=SAID["resolve"])
    answer = await client.post(f"{place}/resolve", json=SAID["resolve"])
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_transition")


async def test_a_check_that_is_asked_for_is_202(client, place):
    answer = await client.post(f"{place}/check")
    assert (answer.status_code, answer.json()) == (202, {"result": "asked", "links": {"self": place}})


async def test_a_check_beyond_the_budget_waits_for_midnight_in_beijing(house, client, place):
    house.memory.check_result = "no_budget"
    answer = await client.post(f"{place}/check")
    assert (answer.status_code, answer.json()["code"]) == (429, "no_query_budget")
    assert answer.headers["retry-after"] == str(12 * 3600)


async def test_an_invoice_nobody_can_be_asked_about_is_409(house, client, place):
    house.memory.check_result = "not_checkable"
    assert (await client.post(f"{place}/check")).json()["code"] == "not_checkable"


async def test_the_statistics_are_passed_on(client, place):
    assert (await client.get("/v1/stats")).json()["invoices"]["pending"] == 1
