from datetime import timedelta

import pytest

from app.api import security
from tests.unit.api.standin import KEY, House

PUBLIC = ("/livez", "/readyz")
PLACEHOLDER = "018f0000-0000-7000-8000-000000000000"


def operations(app):
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


CALLS = [(method, path, operation) for method, path, operation in operations(House().app) if path not in PUBLIC]


def test_a_minted_key_is_long_random_and_checks_itself():
    one, other = security.mint(), security.mint()
    assert one.text != other.text
    assert security.parse(one.text) == one
    assert one.text.split("_")[1] == one.id
    assert len(security.digest(one.text)) == 32
    assert one.text not in repr(one)


@pytest.mark.parametrize("place", range(4, 62))
def test_a_mistyped_key_is_told_by_its_checksum(place):
    other = "0" if KEY[place] != "0" else "1"
    assert security.parse(KEY[:place] + other + KEY[place + 1 :]) is None


SHAPELESS = {
    "empty": "",
    "prefix": "pdk_",
    "cut": KEY[:-1],
    "long": KEY + "0",
    "other": "x" + KEY,
    "upper": KEY.upper(),
}


@pytest.mark.parametrize("text", SHAPELESS.values(), ids=SHAPELESS)
def test_what_has_not_the_shape_is_no_key(text):
    assert security.parse(text) is None


async def test_a_mistyped_key_costs_no_look_up(house):
    async with house.client(key=KEY[:-1]) as client:
        assert (await client.get("/v1/stats")).status_code == 401
    assert house.ring.asked == 0


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "Bearer  ", "Bearer a b", "Token abc", "Bearer \x7f"])
async def test_another_header_is_401(house, header):
    async with house.client(key=None) as client:
        answer = await client.get("/v1/stats", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_key_in_the_query_is_not_looked_at(house):
    async with house.client(key=None) as client:
        assert (await client.get("/v1/stats", params={"access_token": KEY, "key": KEY})).status_code == 401


async def test_a_key_of_another_make_is_looked_up(house):
    house.ring.add("bootstrap-key-of-the-operator", "admin")
    async with house.client(key="bootstrap-key-of-the-operator") as client:
        assert (await client.get("/v1/stats")).status_code == 200


async def test_a_found_key_is_remembered_for_five_seconds_and_no_longer(house):
    async with house.client() as client:
        for _ in range(3):
            await client.get("/v1/stats")
        assert house.ring.asked == 1
        house.ring.principals.clear()
        house.clock.at += timedelta(seconds=4.9)
        assert (await client.get("/v1/stats")).status_code == 200
        house.clock.at += timedelta(seconds=0.2)
        assert (await client.get("/v1/stats")).status_code == 401


async def test_the_keys_remembered_are_bounded(house):
    guard = security.Guard(house.ring, house.clock, remembered=2)
    for name in ("a", "b", "c", "a"):
        house.ring.add(name, "admin")
        await guard.admit(f"Bearer {name}", [])
    assert house.ring.asked == 4


@pytest.mark.parametrize(("method", "path", "operation"), CALLS, ids=[f"{m} {p}" for m, p, _ in CALLS])
async def test_each_call_declares_a_scope_and_enforces_exactly_that(house, method, path, operation):
    [declared] = operation["security"]
    [scope] = declared["apiKey"]
    assert scope in security.SCOPES
    house.ring.add("all-but-one", *(set(security.SCOPES) - {scope, "admin"}))
    house.ring.add("just-one", scope)
    address = path.replace("{invoice_id}", PLACEHOLDER)
    async with house.client(key=None) as client:
        assert (await client.request(method, address)).status_code == 401
        refused = await client.request(method, address, headers={"Authorization": "Bearer all-but-one"})
        admitted = await client.request(method, address, headers={"Authorization": "Bearer just-one"})
    assert (refused.status_code, refused.json()["scope"]) == (403, scope)
    assert admitted.status_code not in {401, 403}


@pytest.mark.parametrize("path", [*PUBLIC, "/openapi.json", "/docs"])
async def test_what_is_public_needs_no_key(house, path):
    async with house.client(key=None) as client:
        assert (await client.get(path)).status_code == 200
