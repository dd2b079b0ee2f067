"""Requests counted: which surface, which class of status, and what of those that no answer came to."""

import asyncio

import httpx2
import pytest

from app.api.counting import Counting, status_class, surface
from app.observability.catalogue import STATUS, SURFACE


class Counted:
    """`statuses`: what the application behind it answers, one a request; an exception is raised."""

    def __init__(self, *statuses):
        self.statuses, self.heard = list(statuses), []
        self.app = Counting(self.answer, lambda *told: self.heard.append(told))

    async def answer(self, scope, receive, send):
        outcome = self.statuses.pop(0)
        if isinstance(outcome, BaseException):
            raise outcome
        if outcome:
            await send({"type": "http.response.start", "status": outcome, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    async def call(self, path="/v1/invoices"):
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(self.app), base_url="http://piaoda") as client:
            return await client.get(path)


@pytest.mark.parametrize(
    ("path", "of"),
    [
        ("/v1/events", "events"),
        ("/v1/events/", "api"),
        ("/v1/invoices/1", "api"),
        ("/docs", "api"),
        ("/openapi.json", "api"),
        ("/callbacks/slack/room", "callbacks"),
        ("/livez", "health"),
        ("/readyz", "health"),
        ("/metrics", "health"),
        ("/", "console"),
        ("/invoices", "console"),
        ("/act/abc", "console"),
        ("/wp-admin/v1/events", "console"),
        ("", "console"),
        ("//v1/events", "console"),
        ("/发票", "console"),
    ],
)
def test_every_address_belongs_to_one_surface_of_the_closed_list(path, of):
    assert surface(path) == of
    assert of in SURFACE.values


@pytest.mark.parametrize("status", range(200, 600))
def test_every_status_belongs_to_one_class_of_the_closed_list(status):
    apart = {429: "429", 503: "503"}
    assert status_class(status) == apart.get(status, f"{str(status)[0]}xx")
    assert status_class(status) in STATUS.values


async def test_an_answer_is_counted_once_it_is_sent():
    counted = Counted(202)
    reply = await counted.call("/v1/events")
    ((of, status, seconds),) = counted.heard

    assert (reply.status_code, of, status) == (202, "events", "2xx")
    assert 0 <= seconds < 60


async def test_what_was_not_foreseen_counts_as_ours_to_blame_and_goes_on_its_way():
    counted = Counted(RuntimeError("boom"))
    with pytest.raises(RuntimeError):
        await counted.call()
    assert [told[:2] for told in counted.heard] == [("api", "5xx")]


async def test_a_client_that_left_before_an_answer_is_not_counted():
    counted = Counted(asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await counted.app({"type": "http", "path": "/v1/events"}, None, None)
    assert counted.heard == []


async def test_what_is_no_request_is_let_through():
    counted = Counted(None)
    await counted.app({"type": "lifespan"}, None, None)
    assert (counted.heard, counted.statuses) == ([], [])
