"""The application as a whole: its errors, its health, its own description, and one run over a real socket."""

import asyncio
import json
import threading

import httpx2
import pytest
import uvicorn
from fastapi import HTTPException

from app.api.problems import PROBLEMS
from app.api.schemas import InvoiceIn
from tests.unit.api.standin import INVOICE, KEY, House

PROBLEM = "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/events/", "/v1/invoice", "/v1/invoices/"])
async def test_an_address_with_nothing_is_a_404_problem(client, path):
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
    assert answer.json()["type"] == "urn:piaoda:problem:not_found"


async def test_allow_lists_the_methods_of_all_routes_of_a_path(house, client):
    async def nothing():
        return {}

    house.app.add_api_route("/twice", nothing, methods=["GET"])
    house.app.add_api_route("/twice", nothing, methods=["PUT"])
    answer = await client.delete("/twice")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PUT")
    assert answer.headers["content-type"] == PROBLEM


async def test_what_nobody_planned_is_a_500_problem_without_details(house, client):
    async def broken():
        raise RuntimeError("secret")

    house.app.add_api_route("/broken", broken)
    answer = await client.get("/broken")
    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM)
    assert "secret" not in answer.text


async def test_errors_of_the_framework_are_problems_too(house, client):
    async def typed(number: int, x: int = 1):
        return number

    async def teapot():
        raise HTTPException(418, "short and stout")

    house.app.add_api_route("/typed/{number}", typed)
    house.app.add_api_route("/teapot", teapot)
    for path, status in {"/typed/a": 422, "/typed/1?x=y": 400, "/teapot": 418}.items():
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["status"]) == (status, status)
        assert answer.headers["content-type"] == PROBLEM


async def test_living_asks_nobody_and_ready_says_what_is_missing(house, client):
    house.probe.missing = ["The database does not answer."]
    assert (await client.get("/livez")).status_code == 200
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["problems"]) == (503, house.probe.missing)
    house.probe.missing = []
    assert (await client.get("/readyz")).status_code == 200


async def test_openapi_describes_the_events_completely(client):
    operation = (await client.get("/openapi.json")).json()["paths"]["/v1/events"]["post"]
    assert set(operation["requestBody"]["content"]) == {
        "application/json",
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
        "application/x-ndjson",
        "application/xml",
        "text/xml",
    }
    assert all(content["examples"] for content in operation["requestBody"]["content"].values())
    statuses = {"200", "202", "400", "401", "403", "405", "408", "409", "413", "415", "422", "429", "500", "503"}
    assert set(operation["responses"]) == statuses
    named = {header["name"] for header in operation["parameters"]}
    assert named == {"Idempotency-Key", "ce-specversion", "ce-type", "ce-source", "ce-id"}


async def test_each_example_of_openapi_is_accepted(client):
    document = (await client.get("/openapi.json")).json()
    for kind, described in document["paths"]["/v1/events"]["post"]["requestBody"]["content"].items():
        for name, example in described["examples"].items():
            shared = document["components"]["examples"].get(example.get("$ref", "").rpartition("/")[2], example)
            voided = {"ce-specversion": "1.0", "ce-type": "invoice.voided", "ce-source": "/b", "ce-id": "1"}
            binary = kind == "application/json" and name == "voided"
            headers = {"Content-Type": kind} | (voided if binary else {})
            sent = shared["value"] if isinstance(shared["value"], str) else json.dumps(shared["value"])
            answer = await client.post("/v1/events", content=sent, headers=headers)
            assert answer.status_code in {200, 202}, (kind, name, answer.text)
            assert answer.json().get("invalid", 0) == 0


async def test_every_field_of_the_invoice_is_described(client):
    schemas = (await client.get("/openapi.json")).json()["components"]["schemas"]
    assert set(schemas["InvoiceIn"]["properties"]) == set(InvoiceIn.model_fields)
    assert schemas["AmountIn"]["properties"]["with_tax"]["anyOf"][0]["type"] == "string"


def test_every_problem_has_a_4xx_or_5xx_status_and_a_title():
    assert all(400 <= status < 600 and title for status, title in PROBLEMS.values())


@pytest.fixture
def address():
    """A real server on a free port of 127.0.0.1."""
    server = uvicorn.Server(uvicorn.Config(House().app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


async def test_over_a_real_socket_it_answers_the_same(address):
    async with httpx2.AsyncClient(base_url=address, headers={"Authorization": f"Bearer {KEY}"}) as client:
        posts = [client.post("/v1/events", json=INVOICE | {"number": f"261120000000000000{n}"}) for n in range(10, 30)]
        assert {each.status_code for each in await asyncio.gather(*posts)} == {202}
        lines = b"".join(json.dumps(INVOICE | {"number": f"26112{n:015}"}).encode() + b"\n" for n in range(3_000))
        kind = {"Content-Type": "application/x-ndjson"}
        assert (await client.post("/v1/events", content=lines, headers=kind)).json()["accepted"] >= 2_980
        large = await client.post("/v1/events", content=b" " * 10_000_000, headers={"Content-Type": "application/json"})
        assert large.status_code == 413
        assert (await client.get("/v1/invoices", params={"limit": 500})).status_code == 200
