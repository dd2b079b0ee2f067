"""The short way to the door: whatever happens there is answered as on the long way, and logged by the server."""

import json

import pytest

from app.domain.errors import DatabaseUnavailable
from tests.unit.api.standin import INVOICE, KEY

PROBLEM = "application/problem+json"


class Broken:
    def __init__(self, error):
        self._error = error

    async def accept(self, tenant, events, now):
        raise self._error


@pytest.fixture
def broken(house):
    """Lets whatever is told fail with an error."""

    def fail(error):
        door = house.app.straight._door
        door._intake = Broken(error)
        return error

    return fail


async def test_what_nobody_planned_is_a_500_problem_without_details(client, broken):
    broken(RuntimeError("secret"))
    answer = await client.post("/v1/events", json=INVOICE)

    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM)
    assert "secret" not in answer.text


async def test_what_nobody_planned_goes_on_to_the_server_which_logs_it(house, broken):
    error, sent = broken(RuntimeError("secret")), []
    headers = [(b"authorization", f"Bearer {KEY}".encode()), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/v1/events", "headers": headers, "query_string": b""}

    async def receive():
        return {"type": "http.request", "body": json.dumps(INVOICE).encode(), "more_body": False}

    async def send(message):
        sent.append(message)

    with pytest.raises(RuntimeError) as raised:
        await house.app(scope, receive, send)

    assert raised.value is error
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]


async def test_an_error_that_was_answered_holds_on_to_no_frame(client, broken):
    """Its frames hold a whole group of events, and those hold the error: only the collector would ever free them."""
    error = broken(DatabaseUnavailable("gone"))
    answer = await client.post("/v1/events", json=INVOICE)

    assert answer.status_code == 503
    assert error.__traceback__ is None


async def test_a_layer_that_is_added_stands_before_the_short_way_too(house, client):
    met = []

    class Layer:
        def __init__(self, app):
            self._app = app

        async def __call__(self, scope, receive, send):
            met.append(scope.get("path"))
            await self._app(scope, receive, send)

    house.app.add_middleware(Layer)
    await client.post("/v1/events", json=INVOICE)
    await client.get("/livez")

    assert met == ["/v1/events", "/livez"]
