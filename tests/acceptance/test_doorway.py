"""The one doorway for billing systems: five ways of saying it, and each ends the same."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.acceptance.story import ERP, Document, Story
from tests.processes import until

SOURCE = "/billing/acceptance"


def event(invoice: Document, kind: str = "invoice.issued") -> Document:
    return {
        "specversion": "1.0", "type": f"com.example.{kind}", "source": SOURCE, "id": f"{kind}-{invoice['number']}",
        "datacontenttype": "application/json", "data": invoice,
    }  # fmt: skip


def plain(invoice: Document) -> Document:
    return {"json": invoice}


def binary(invoice: Document, kind: str = "invoice.issued") -> Document:
    attributes = {key: value for key, value in event(invoice, kind).items() if key not in {"data", "datacontenttype"}}
    return {"json": invoice, "headers": {f"ce-{name}": value for name, value in attributes.items()}}


def structured(invoice: Document) -> Document:
    return _content("application/cloudevents+json", json.dumps(event(invoice)))


def batch(invoice: Document) -> Document:
    return _content("application/cloudevents-batch+json", json.dumps([event(invoice)]))


def lines(invoice: Document) -> Document:
    return _content("application/x-ndjson", json.dumps(invoice) + "\n")


def _content(kind: str, text: str) -> Document:
    return {"content": text.encode(), "headers": {"content-type": kind}}


@pytest.mark.parametrize("say", [plain, binary, structured, batch, lines])
def test_however_it_is_said_the_invoice_is_there_once_and_is_confirmed(story: Story, say: Callable[..., Any]):
    invoice = story.invoice(account="solo")
    story.town.simulator.register(invoice, upload_after=0, visible_after=0)

    first, again = (story.service.call("POST", "/v1/events", **say(invoice)) for _ in range(2))

    assert first.status_code in {200, 202}, first.text
    assert again.status_code == 200
    assert again.json().get("duplicate", True)
    [held] = story.service.get("/v1/invoices", number=invoice["number"])["items"]
    story.becomes(held["id"], "synced")
    assert [message["type"] for message in story.webhooks(invoice, 1)] == ["invoice.synced"]


def test_a_void_before_the_invoice_ends_as_a_void_after_it(story: Story):
    early, late = story.invoice(account="solo"), story.invoice(account="solo")
    void = {
        each["number"]: binary({"number": each["number"], "reason": "开票有误"}, "invoice.voided")
        for each in (early, late)
    }

    parked = story.service.call("POST", "/v1/events", **void[early["number"]])
    assert parked.status_code == 202, parked.text
    ids = [story.issue(each, upload="never") for each in (early, late)]
    assert ids[0] == parked.json()["id"], "the void has named the invoice it waits for"
    assert story.service.call("POST", "/v1/events", **void[late["number"]]).status_code == 202

    for id_ in ids:
        story.becomes(id_, "voided")
        assert story.moves(id_) == [(1, None, "pending", "issued"), (2, "pending", "voided", "voided")]
    for invoice in (early, late):
        [message] = story.webhooks(invoice, 1)
        assert message["type"] == "invoice.voided"
        assert message["data"]["transition"]["reason"] == "开票有误"


def test_every_page_together_is_exactly_what_was_told(story: Story):
    told = {story.issue(story.invoice(account="solo", labels={"batch": "pages"}), upload="stuck") for _ in range(7)}

    seen: list[str] = []
    page = story.service.get("/v1/invoices", label="batch:pages", limit=3)
    while True:
        seen += [item["id"] for item in page["items"]]
        if not page["next_cursor"]:
            break
        page = story.service.get("/v1/invoices", label="batch:pages", limit=3, cursor=page["next_cursor"])

    assert len(seen) == len(told)
    assert set(seen) == told


def test_a_receiver_that_was_down_gets_every_message_with_the_same_id_and_body(story: Story):
    invoice = story.invoice(account="solo")
    story.town.receiver.replies["erp"] = (503, b"down")
    try:
        story.issue(invoice, upload="fail", upload_after=0)
        story.webhooks(invoice, 2)
    finally:
        story.town.receiver.replies["erp"] = (204, b"")

    def hits() -> list[Any]:
        return [hit for hit in story.town.receiver.hits(ERP) if invoice["number"].encode() in hit.body]

    until(lambda: hits()[-1].status == 204, "the message arrives")
    assert len({(hit.id, hit.body) for hit in hits()}) == 1
    assert all(hit.signed for hit in hits())
