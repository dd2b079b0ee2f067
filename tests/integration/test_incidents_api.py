"""Incidents, silences and maintenance over the API, with a real database behind it."""

from datetime import timedelta

import pytest

from app.api import security
from app.api.alerting_bodies import IncidentInFullOut, IncidentsOut, MembersOut, SilenceOut, WindowOut
from app.domain.message import instant
from app.store.moves import new_id
from tests.conftest import NOON, TENANT
from tests.integration.incidents import Doors, add_incident, tell
from tests.integration.store.conftest import SELLER, invoice

SILENCE = {"matchers": {"account": ["solo"]}, "ends_at": "2026-11-20T20:00:00+08:00", "reason": "月末集中开票"}
WINDOW = {
    "accounts": ["solo"], "starts_at": "2026-11-20T22:00:00+08:00", "ends_at": "2026-11-21T02:00:00+08:00",
    "reason": "电子税务局升级公告", "pause_deadlines": True,
}  # fmt: skip


@pytest.fixture
async def doors(database, clock):
    opened = Doors(database, clock)
    await opened.add_key("invoices:read", "invoices:act")
    return opened


@pytest.fixture
async def client(doors):
    async with doors.client() as talking:
        yield talking


@pytest.fixture
def row(database):
    async def fetch(known):
        async with database.connection() as connection:
            return dict(await connection.fetchrow("SELECT * FROM incidents WHERE id = $1::uuid", known))

    return fetch


async def test_incidents_are_listed_newest_first_and_page_by_page(client, database):
    known = [
        await add_incident(database, cause=cause, at=NOON + timedelta(minutes=n))
        for n, cause in enumerate(("deadline", "rejected", "mismatch"))
    ]
    first = (await client.get("/v1/incidents", params={"limit": 2})).json()
    IncidentsOut.model_validate(first)
    rest = (await client.get("/v1/incidents", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [each["id"] for each in (*first["items"], *rest["items"])] == known[::-1]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "open"}, ["deadline", "outage"]),
        ({"state": ["open", "resolved"]}, ["deadline", "outage", "rejected"]),
        ({"cause": "outage"}, ["outage"]),
        ({"account": "channel"}, ["outage"]),
        ({"cause": "outage", "account": "solo"}, []),
    ],
)
async def test_filters_say_which(client, database, query, found):
    await add_incident(database)
    await add_incident(database, cause="rejected", state="resolved")
    await add_incident(database, cause="outage", account="channel")
    items = (await client.get("/v1/incidents", params=query)).json()["items"]
    assert sorted(each["cause"] for each in items) == found


@pytest.mark.parametrize(
    "query", ["state=late", "colour=red", "limit=0", "limit=501", "cursor=x", "limit=1&limit=2", "cause=%00"]
)
async def test_a_parameter_that_means_nothing_is_refused(client, query):
    answer = await client.get(f"/v1/incidents?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_query")
    assert answer.json()["errors"][0]["parameter"] == query.split("=", maxsplit=1)[0]


async def test_one_incident_tells_who_was_told_when_and_whether_it_arrived(client, database):
    known, message = await add_incident(database), new_id(NOON)
    body = '{"data": {"notice": {"reason": "opened", "level": 1}}}'
    async with database.transaction() as tx:
        await tx.execute(
            "INSERT INTO messages (tenant, id, incident_id, sequence, type, at, body)"
            " VALUES ($1, $2, $3, 1, 'incident.opened', $4, $5)",
            TENANT, message, known, NOON, body,
        )  # fmt: skip
        for name, state in (("finance", "delivered"), ("lead", "dead")):
            await tx.execute(
                "INSERT INTO deliveries (tenant, destination, message_id, incident_id, at, due_at, attempts, state)"
                " VALUES ($1, $2, $3, $4, $5, $5, 1, $6)",
                TENANT, name, message, known, NOON, state,
            )  # fmt: skip
    shown = (await client.get(f"/v1/incidents/{known}")).json()
    IncidentInFullOut.model_validate(shown)
    [notice] = shown["notices"]
    assert (notice["type"], notice["reason"], notice["level"]) == ("incident.opened", "opened", 1)
    assert [(each["destination"], each["state"]) for each in notice["deliveries"]] == [
        ("finance", "delivered"),
        ("lead", "dead"),
    ]


async def test_the_members_are_listed_page_by_page(client, database):
    ids = await tell(database, *(invoice(n, account="solo") for n in range(1, 4)))
    known = await add_incident(database, *ids)
    first = (await client.get(f"/v1/incidents/{known}/invoices", params={"limit": 2})).json()
    MembersOut.model_validate(first)
    query = {"limit": 2, "cursor": first["next_cursor"]}
    rest = (await client.get(f"/v1/incidents/{known}/invoices", params=query)).json()
    assert [each["invoice"]["id"] for each in (*first["items"], *rest["items"])] == sorted(ids)
    other = await add_incident(database, cause="mismatch")
    assert (await client.get(f"/v1/incidents/{other}/invoices", params=query)).status_code == 400


async def test_acknowledging_says_who_until_when_and_wakes_the_alerter(client, database, clock, row):
    known = await add_incident(database)
    answer = await client.post(f"/v1/incidents/{known}/acknowledge", json={})
    shown = {"by": "ann", "at": instant(NOON), "until": instant(NOON + timedelta(hours=4)), "text": None}
    assert (answer.status_code, answer.json()["acknowledged"]) == (200, shown)
    assert (await row(known))["wake_at"] == NOON
    clock.pass_(hours=1)
    again = await client.post(f"/v1/incidents/{known}/acknowledge", json={"for": "2d", "text": "已联系税局"})
    assert again.json()["acknowledged"]["until"] == instant(NOON + timedelta(days=2, hours=1))
    kept = await row(known)
    assert (kept["acknowledged_text"], kept["wake_at"]) == ("已联系税局", clock.now())


async def test_an_acknowledgement_can_be_taken_back_any_number_of_times(client, database, row):
    known = await add_incident(database)
    await client.post(f"/v1/incidents/{known}/acknowledge", json={"text": "me"})
    for _ in range(2):
        answer = await client.post(f"/v1/incidents/{known}/unacknowledge")
        assert (answer.status_code, answer.json()["acknowledged"]) == (200, None)
    assert (await row(known))["acknowledged_text"] is None


@pytest.mark.parametrize("act", ["acknowledge", "unacknowledge"])
async def test_an_incident_that_is_over_takes_nothing(client, database, row, act):
    known = await add_incident(database, state="resolved")
    answer = await client.post(f"/v1/incidents/{known}/{act}", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "incident_resolved")
    assert (await row(known))["acknowledged_by"] is None


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"for": "8d"}, "/for", "lasts_too_long"),
        ({"until": "2026-11-28T12:00:01+08:00"}, "/until", "lasts_too_long"),
        ({"until": "2026-11-20T11:00:00+08:00"}, "/until", "in_the_past"),
        ({"for": "soon"}, "/for", "duration_malformed"),
        ({"colour": 1}, "/colour", "unknown_field"),
    ],
)
async def test_what_is_wrong_with_an_acknowledgement_is_said_with_its_place(client, database, body, pointer, code):
    answer = await client.post(f"/v1/incidents/{await add_incident(database)}/acknowledge", json=body)
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]


CALLS = [
    ("GET", "/v1/incidents/{}"), ("GET", "/v1/incidents/{}/invoices"), ("POST", "/v1/incidents/{}/acknowledge"),
    ("POST", "/v1/incidents/{}/unacknowledge"), ("GET", "/v1/silences/{}"), ("DELETE", "/v1/silences/{}"),
    ("GET", "/v1/maintenance/{}"), ("DELETE", "/v1/maintenance/{}"),
]  # fmt: skip


@pytest.mark.parametrize("name", ["019aa000-0000-7000-8000-000000000001", "1", "%00", "x" * 500])
@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_what_is_not_there_is_404(client, method, path, name):
    answer = await client.request(method, path.format(name), json={} if method == "POST" else None)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_another_tenant_sees_and_changes_nothing(doors, client, database, row):
    known = await add_incident(database)
    silence = (await client.post("/v1/silences", json=SILENCE)).json()["id"]
    window = (await client.post("/v1/maintenance", json=WINDOW)).json()["id"]
    stranger = security.mint().text
    await doors.add_key("admin", text=stranger, tenant="other")
    async with doors.client(stranger) as other:
        for method, path in CALLS:
            asked = {"incidents": known, "silences": silence, "maintenance": window}[path.split("/")[2]]
            answer = await other.request(method, path.format(asked), json={} if method == "POST" else None)
            assert answer.status_code == 404, path
        for path in ("incidents", "silences", "maintenance"):
            assert (await other.get(f"/v1/{path}")).json()["items"] == []
    assert (await row(known))["acknowledged_by"] is None


@pytest.mark.parametrize(
    ("method", "path"),
    [call for call in CALLS if call[0] != "GET"] + [("POST", "/v1/silences"), ("POST", "/v1/maintenance")],
)
async def test_who_may_only_read_changes_nothing(doors, method, path):
    reader = security.mint().text
    await doors.add_key("invoices:read", text=reader)
    async with doors.client(reader) as talking:
        answer = await talking.request(method, path.format(new_id(NOON)), json={})
    assert (answer.status_code, answer.json()["scope"]) == (403, "invoices:act")


async def test_a_silence_tells_what_it_hides_and_the_same_again_is_the_same(client, database, row):
    hidden = await add_incident(database)
    await add_incident(database, cause="rejected", state="resolved")
    other = await add_incident(database, account="channel")
    answer = await client.post("/v1/silences", json=SILENCE)
    made = answer.json()
    SilenceOut.model_validate(made)
    assert (answer.status_code, made["hides"], made["state"], made["author"]) == (201, 1, "active", "ann")
    assert [(await row(each))["wake_at"] for each in (hidden, other)] == [NOON, None]
    again = await client.post("/v1/silences", json=SILENCE)
    assert (again.status_code, again.json()) == (200, made)
    assert (await client.get("/v1/silences")).json()["items"] == [made]


@pytest.mark.parametrize(
    ("matchers", "hides"),
    [
        ({"cause": ["deadline"]}, 2),
        ({"cause": ["deadline", "outage"]}, 3),
        ({"cause": ["deadline"], "seller": [SELLER]}, 1),
        ({"region": ["beijing", "shanghai"]}, 1),
        ({"endpoint": ["erp"]}, 0),
    ],
)
async def test_all_matchers_must_fit_each_by_any_of_its_values(client, database, matchers, hides):
    await add_incident(database)
    await add_incident(database, account="channel", seller=SELLER)
    await add_incident(database, cause="outage", region="beijing")
    answer = await client.post("/v1/silences", json=SILENCE | {"matchers": matchers})
    assert answer.json()["hides"] == hides


async def test_ending_a_silence_wakes_what_it_hid_and_keeps_it(client, database, clock, row):
    known = await add_incident(database)
    made = (await client.post("/v1/silences", json=SILENCE)).json()
    now = clock.pass_(hours=1)
    ended = (await client.delete(f"/v1/silences/{made['id']}")).json()
    assert (ended["state"], ended["ends_at"], (await row(known))["wake_at"]) == ("ended", instant(now), now)
    clock.pass_(hours=1)
    assert (await client.delete(f"/v1/silences/{made['id']}")).json() == ended
    assert (await client.get("/v1/silences?state=active")).json()["items"] == []
    assert (await client.get("/v1/silences?state=ended")).json()["items"] == [ended]
    assert (await client.post("/v1/silences", json=SILENCE)).status_code == 201


@pytest.mark.parametrize(
    ("path", "change", "pointer", "code"),
    [
        ("silences", {"matchers": {}}, "/matchers", "nothing_matched"),
        ("silences", {"matchers": {"cause": ["late"]}}, "/matchers/cause/0", "unknown_value"),
        ("silences", {"matchers": {"account": []}}, "/matchers/account", "too_short"),
        ("silences", {"matchers": {"acount": ["a"]}}, "/matchers/acount", "unknown_field"),
        ("silences", {"ends_at": "2026-12-20T12:00:01+08:00"}, "/ends_at", "lasts_too_long"),
        ("silences", {"ends_at": "2026-11-20T11:00:00+08:00"}, "/ends_at", "in_the_past"),
        ("silences", {"reason": ""}, "/reason", "empty"),
        ("maintenance", {"accounts": ["sole"]}, "/accounts/0", "unknown_account"),
        ("maintenance", {"starts_at": "2026-11-19T11:00:00+08:00"}, "/starts_at", "too_long_ago"),
        ("maintenance", {"ends_at": "2026-11-20T22:00:00+08:00"}, "", "ends_before_start"),
        ("maintenance", {"ends_at": "2027-11-20T22:00:00+08:00"}, "", "lasts_too_long"),
    ],
)
async def test_what_is_wrong_is_said_with_its_place(client, path, change, pointer, code):
    said = (SILENCE if path == "silences" else WINDOW) | change
    answer = await client.post(f"/v1/{path}", json=said)
    assert answer.status_code == 422, answer.text
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]
    assert (await client.get(f"/v1/{path}")).json()["items"] == []


async def test_a_window_is_planned_active_and_ended(client, clock):
    answer = await client.post("/v1/maintenance", json=WINDOW)
    made = answer.json()
    WindowOut.model_validate(made)
    assert (answer.status_code, made["state"]) == (201, "planned")
    assert (await client.post("/v1/maintenance", json=WINDOW)).status_code == 200
    overlapping = await client.post("/v1/maintenance", json=WINDOW | {"reason": "another"})
    assert (overlapping.status_code, overlapping.json()["code"]) == (409, "window_overlaps")
    now = clock.pass_(hours=11)
    assert (await client.get(f"/v1/maintenance/{made['id']}")).json()["state"] == "active"
    ended = (await client.delete(f"/v1/maintenance/{made['id']}")).json()
    assert (ended["state"], ended["ends_at"]) == ("ended", instant(now))
    assert (await client.delete(f"/v1/maintenance/{made['id']}")).json() == ended


async def test_openapi_describes_every_call(doors):
    paths = doors.app.openapi()["paths"]
    assert {path.split("/")[2] for path in paths if path.startswith("/v1/")} >= {
        "incidents",
        "silences",
        "maintenance",
    }
