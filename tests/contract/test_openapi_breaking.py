"""Nothing that a client of the last release relies on is gone; and the comparison finds it when it is."""

import copy

import pytest
import yaml

from tests.contract.breaking import breaking
from tests.contract.description import ours
from tests.generate import ROOT

RELEASED = yaml.safe_load((ROOT / "openapi" / "released.yaml").read_text("utf-8"))
EVENTS, INVOICES, STATS = "/v1/events", "/v1/invoices", "/v1/stats"


def test_no_client_of_the_last_release_is_broken():
    assert breaking(RELEASED, ours().document) == []


def change(work):
    after = copy.deepcopy(RELEASED)
    work(after)
    return breaking(RELEASED, after)


def schemas(document):
    return document["components"]["schemas"]


def require(document):
    schemas(document)["InvoiceIn"]["required"].append("reference")


def require_parameter(document):
    document["paths"][INVOICES]["get"]["parameters"][0]["required"] = True


BROKEN = {
    "an operation is gone": lambda d: d["paths"].pop(STATS),
    "a success is gone": lambda d: d["paths"][EVENTS]["post"]["responses"].pop("202"),
    "a content type is gone": lambda d: d["paths"][EVENTS]["post"]["requestBody"]["content"].pop("text/xml"),
    "a parameter is gone": lambda d: d["paths"][INVOICES]["get"]["parameters"].pop(0),
    "a parameter is newly required": require_parameter,
    "another scope is needed": lambda d: d["paths"][STATS]["get"].update(security=[{"apiKey": ["admin"]}]),
    "a name of an operation is another": lambda d: d["paths"][STATS]["get"].update(operationId="stats"),
    "a property of an answer is gone": lambda d: schemas(d)["InvoiceOut"]["properties"].pop("number"),
    "a property of an answer may be missing": lambda d: schemas(d)["InvoiceOut"]["required"].remove("number"),
    "a property of an answer is of another type": lambda d: schemas(d)["InvoiceOut"]["properties"]["number"].update(
        type="integer"
    ),
    "a property of a request is gone": lambda d: schemas(d)["InvoiceIn"]["properties"].pop("reference"),
    "a property of a request is newly required": require,
    "a request takes fewer values": lambda d: schemas(d)["InvoiceIn"]["properties"]["kind"]["anyOf"][0]["enum"].pop(),
    "a request takes shorter text": lambda d: schemas(d)["InvoiceIn"]["properties"]["number"].update(maxLength=20),
    "a request's pattern is another": lambda d: schemas(d)["AmountIn"]["properties"]["tax"]["anyOf"][0].update(
        pattern="^[0-9]+$"
    ),
    "an event is gone": lambda d: d["webhooks"].pop("invoice.synced"),
}
HARMLESS = {
    "an operation more": lambda d: d["paths"].update({"/v1/more": copy.deepcopy(d["paths"][STATS])}),
    "a property more in an answer": lambda d: schemas(d)["InvoiceOut"]["properties"].update(more={"type": "string"}),
    "an optional property more in a request": lambda d: schemas(d)["InvoiceIn"]["properties"].update(
        more={"type": "string"}
    ),
    "a value more in an answer": lambda d: schemas(d)["State"]["enum"].append("lost"),
    "a problem more": lambda d: schemas(d)["ProblemOut"]["properties"]["code"]["enum"].append("more"),
    "a longer text in a request": lambda d: schemas(d)["InvoiceIn"]["properties"]["number"].update(maxLength=1000),
    "an event more": lambda d: d["webhooks"].update(more=d["webhooks"]["invoice.synced"]),
}


@pytest.mark.parametrize("work", BROKEN.values(), ids=BROKEN)
def test_what_breaks_a_client_is_found(work):
    assert len(change(work)) >= 1


@pytest.mark.parametrize("work", HARMLESS.values(), ids=HARMLESS)
def test_what_a_client_ignores_is_allowed(work):
    assert change(work) == []
