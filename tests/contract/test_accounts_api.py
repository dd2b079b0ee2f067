"""/v1/accounts, with the whole application and a real database behind it."""

import asyncio
from datetime import date, timedelta

import httpx2
import pytest

from app import main, settings
from app.api import security
from app.domain.breaker import Breaker
from app.domain.invoice import Outcome
from app.store import accounts, calls
from app.store.events import accept
from app.store.keys import ApiKeys
from tests.conftest import NOON, TENANT, HandClock
from tests.integration.store.conftest import admission, invoice, issued

SECRET = "a-secret-of-an-account"
CONFIGURATION = f"""
accounts:
  channel:
    adapter: nuonuo
    url: http://127.0.0.1:9/door
    credentials: {{app_key: k, app_secret: {SECRET}, expires_at: 2027-11-30}}
    proof: proof
    limits: {{daily: 100}}
  proof: {{adapter: baidu, credentials: {{api_key: k, secret_key: {SECRET}}}}}
"""
TODAY = date(2026, 11, 20)


@pytest.fixture
async def opened(database, database_url, tmp_path):
    """Gives a client whose key has these scopes."""
    (tmp_path / "piaoda.yaml").write_text(CONFIGURATION)
    service = main.build(settings.load({"PIAODA_DATABASE_URL": database_url}, tmp_path), database_url)
    service.clock = HandClock()
    app, clients = main.application(service), []

    async def open_(*scopes):
        key = security.mint()
        await ApiKeys(database).add(TENANT, "ann", security.digest(key.text), list(scopes), NOON)
        headers = {"authorization": f"Bearer {key.text}"}
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        clients.append(httpx2.AsyncClient(transport=transport, base_url="http://piaoda", headers=headers))
        return clients[-1]

    yield open_
    closing = [client.aclose() for client in clients]
    await asyncio.gather(*closing, service.database.close(), service.work.close(), service.egress.close())


@pytest.fixture
async def client(opened):
    return await opened("invoices:read")


async def one(client, name):
    answer = await client.get(f"/v1/accounts/{name}")
    assert answer.status_code == 200
    return answer.json()


async def test_an_account_that_nobody_has_asked_yet_is_neither_up_nor_down(client):
    assert await one(client, "channel") == {
        "name": "channel",
        "configured": True,
        "adapter": "nuonuo",
        "proof": "proof",
        "up": None,
        "breaker": {"open": False, "open_until": None},
        "last_success_at": None,
        "last_failure_at": None,
        "calls": {"day": "2026-11-20", "used": 0, "limit": 100, "left": 100},
        "checks_due": 0,
        "credentials_expire_at": "2027-11-29T16:00:00Z",
    }


async def test_an_account_without_a_limit_has_no_number_left(client, database):
    await calls.tell(database, TENANT, "a", {"proof": {TODAY: 7}})
    shown = await one(client, "proof")
    assert shown["calls"] == {"day": "2026-11-20", "used": 7, "limit": None, "left": None}
    assert (shown["proof"], shown["credentials_expire_at"]) == (None, None)


async def test_calls_are_those_of_all_replicas_on_this_day(client, database):
    await calls.tell(database, TENANT, "a", {"channel": {TODAY: 60, TODAY - timedelta(days=1): 5}})
    await calls.tell(database, TENANT, "b", {"channel": {TODAY: 30}})
    some = (await one(client, "channel"))["calls"]
    await calls.tell(database, TENANT, "b", {"channel": {TODAY: 45}})
    over = (await one(client, "channel"))["calls"]
    assert (some["used"], some["left"]) == (90, 10)
    assert (over["used"], over["left"]) == (105, 0)


async def test_a_breaker_that_opened_is_told_with_its_end_and_one_that_closed_with_the_last_success(client, database):
    until = NOON + timedelta(minutes=5)
    await accounts.keep_breaker(database, TENANT, "proof", Breaker(5, 1, until, Outcome.AUTHORITY_DOWN), NOON)
    down = await one(client, "proof")
    await accounts.keep_breaker(database, TENANT, "proof", Breaker(), NOON)
    well = await one(client, "proof")
    assert (down["up"], down["last_failure_at"]) == (False, "2026-11-20T04:00:00Z")
    assert down["breaker"] == {"open": True, "open_until": "2026-11-20T04:05:00Z"}
    assert (well["up"], well["last_success_at"]) == (True, "2026-11-20T04:00:00Z")
    assert well["breaker"] == {"open": False, "open_until": None}


async def test_what_is_due_is_counted(client, database):
    born = NOON - timedelta(days=1)
    told = [issued(invoice(n, issued_at=born, account="proof")) for n in range(3)]
    await accept(database, TENANT, told, born, admission)
    assert (await one(client, "proof"))["checks_due"] == 3


async def test_the_list_has_the_configured_ones_and_those_that_only_the_past_knows(client, database):
    await accounts.keep_breaker(database, TENANT, "bygone", Breaker(), NOON)
    await accept(database, TENANT, [issued(invoice(1, account="elsewhere"))], NOON, admission)
    await accounts.keep_breaker(database, "another", "not-ours", Breaker(), NOON)
    items = (await client.get("/v1/accounts")).json()["items"]
    known = {"bygone": False, "channel": True, "elsewhere": False, "proof": True}
    assert {each["name"]: each["configured"] for each in items} == known
    assert [each["name"] for each in items] == sorted(known)
    assert items == [await one(client, each["name"]) for each in items]
    assert [each["adapter"] for each in items] == [None, "nuonuo", None, "baidu"]


@pytest.mark.parametrize("name", ["nobody", "not-ours", "%00", "PROOF"])
async def test_a_name_that_nobody_knows_is_not_found(client, database, name):
    await accounts.keep_breaker(database, "another", "not-ours", Breaker(), NOON)
    answer = await client.get(f"/v1/accounts/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["detail"] == "There is no such account."


async def test_reading_needs_the_scope_of_readers(opened):
    client = await opened("events:write")
    for path in ("/v1/accounts", "/v1/accounts/proof"):
        assert (await client.get(path)).status_code == 403


async def test_no_secret_and_no_address_is_shown(client):
    answer = await client.get("/v1/accounts")
    assert SECRET not in answer.text
    assert "://" not in answer.text
