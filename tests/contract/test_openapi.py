"""The description of the API: complete, true and stable. One rule: what holds for one operation holds for all."""

import json
import re

import pytest
import yaml

from app.api import openapi
from app.api.problems import PROBLEMS
from app.api.security import SCOPES
from app.cli.samples import samples
from app.domain.endpoint import EVENTS
from app.domain.invoice import Cause
from app.domain.message import payload
from app.domain.transition import move
from tests.contract.description import Description, ours
from tests.generate import ROOT
from tests.unit.api.standin import House, envelope

DESCRIPTION = ours()
OPERATIONS = [(f"{method.upper()} {path}", operation) for method, path, operation in DESCRIPTION.operations()]
KEYED = [(name, each) for name, each in OPERATIONS if each["security"]]


def every(operations=OPERATIONS):
    return pytest.mark.parametrize("operation", [each for _, each in operations], ids=[name for name, _ in operations])


def answers(operation):
    return {status: DESCRIPTION.resolved(each) for status, each in operation["responses"].items()}


def contents(parts):
    return [content for part in parts for content in part.get("content", {}).values()]


def values(content):
    return [DESCRIPTION.resolved(each)["value"] for each in content["examples"].values()]


def parts(value):
    """Every object in the document."""
    if isinstance(value, dict):
        yield value
        for name, each in value.items():
            yield from parts(each) if name not in ("example", "examples") else ()
    elif isinstance(value, list):
        for each in value:
            yield from parts(each)


def named(value, key):
    return [part[key] for part in parts(value) if isinstance(part.get(key), str)]


# --- complete ------------------------------------------------------------------------------------------------------


def test_it_says_what_it_is_whose_it_is_and_where():
    document = DESCRIPTION.document
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["license"]["identifier"] == "Apache-2.0"
    assert [each["url"] for each in document["servers"]] == ["/"]
    assert all(each["description"] for each in document["tags"])
    assert "contact" not in document["info"]


def test_operations_have_names_that_people_would_give_them():
    names = [operation["operationId"] for _, operation in OPERATIONS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) and "v1" not in name for name in names)
    assert {"send_event", "get_invoice", "create_webhook", "read_feed", "acknowledge_incident"} <= set(names)


@every()
def test_an_operation_has_a_tag_a_summary_and_a_description(operation):
    assert set(operation["tags"]) <= set(openapi.TAGS)
    assert 4 < len(operation["summary"]) <= 60
    assert not operation["summary"].endswith(".")
    assert len(operation["description"]) > 10


@every()
def test_every_parameter_is_described_and_typed(operation):
    for each in operation.get("parameters", ()):
        assert each["schema"], each["name"]
        assert each["description"], each["name"]
        assert {"type": "null"} not in each["schema"].get("anyOf", ()), "a query has no null"


@every(KEYED)
def test_an_operation_behind_a_key_names_its_scope_and_the_refusals_of_keys(operation):
    assert {scope for each in operation["security"] for scope in each["apiKey"]} <= set(SCOPES)
    assert {"401", "403", "405", "500", "503"} <= set(operation["responses"])


@every()
def test_what_an_operation_refuses_follows_from_what_it_takes(operation):
    told = set(operation["responses"])
    assert ({"400", "408", "413", "415", "422"} <= told) == ("requestBody" in operation)
    assert any(each["in"] == "path" for each in operation.get("parameters", ())) <= ("404" in told)
    assert any(each["in"] == "query" for each in operation.get("parameters", ())) <= ("400" in told)


@every()
def test_every_answer_has_a_schema_and_the_headers_that_a_client_needs(operation):
    for status, answer in answers(operation).items():
        assert answer["description"]
        assert status == "204" or contents([answer]), status
        assert all(content["schema"] for content in contents([answer]))
        needed = {"401": "WWW-Authenticate", "405": "Allow", "415": "Accept-Post", "429": "Retry-After"}
        assert needed.get(status) in (None, *answer.get("headers", {})), status
        if int(status) >= 400:
            assert set(answer["content"]) == {"application/problem+json"}


@every()
def test_every_body_and_answer_has_examples_that_fit(operation):
    for content in contents([operation.get("requestBody", {}), *answers(operation).values()]):
        assert values(content)
        for value in values(content):
            assert DESCRIPTION.unlike(content["schema"], value) == []


@every()
def test_the_examples_of_a_problem_have_its_status(operation):
    for status, answer in answers(operation).items():
        problems = [value for content in contents([answer]) for value in values(content) if int(status) >= 400]
        assert {value["status"] for value in problems} <= {int(status)}


def test_no_schema_says_nothing():
    bodies = DESCRIPTION.document["components"]["schemas"]
    assert all(schema.get("description") or "enum" in schema or "properties" in schema for schema in bodies.values())
    untyped = [part for part in parts(bodies) if part.get("type") == "object" and "properties" not in part]
    assert all(part.get("additionalProperties") or part.get("description") for part in untyped)


def test_every_problem_is_in_the_closed_list_and_has_an_example():
    components = DESCRIPTION.document["components"]
    assert set(components["schemas"]["ProblemOut"]["properties"]["code"]["enum"]) == set(PROBLEMS)
    untold = {"bad_request"}  # what a framework may answer some day, and no call of ours does
    assert {f"problem.{code}" for code in PROBLEMS} - set(components["examples"]) == {f"problem.{c}" for c in untold}


def test_money_is_text_by_a_pattern_and_instants_are_marked():
    schemas = DESCRIPTION.document["components"]["schemas"]
    for amount in ("AmountIn", "AmountOut"):
        for name in ("without_tax", "tax", "with_tax"):
            money = schemas[amount]["properties"][name]["anyOf"][0]
            assert (money["type"], bool(money["pattern"])) == ("string", True)
    assert DESCRIPTION.unlike(schemas["AmountIn"], {"with_tax": ""})
    assert DESCRIPTION.unlike(schemas["AmountOut"]["properties"]["tax"], "6.0")
    for schema in schemas.values():
        for name, told in schema.get("properties", {}).items():
            if name.endswith("_at"):
                assert "date-time" in str(told), name


def test_it_points_nowhere_outside_itself():
    assert all(DESCRIPTION.resolved({"$ref": ref}) for ref in named(DESCRIPTION.document, "$ref"))


# --- links ---------------------------------------------------------------------------------------------------------


def test_links_lead_from_an_id_to_the_calls_that_take_it():
    operations = {operation["operationId"]: operation for _, operation in OPERATIONS}
    linked = {
        name: {link for answer in answers(each).values() for link in answer.get("links", ())}
        for name, each in operations.items()
    }
    assert linked["send_event"] >= {"get_invoice", "get_invoice_history", "check_invoice", "void_invoice"}
    assert linked["create_webhook"] >= {"get_webhook", "test_webhook", "list_deliveries", "delete_webhook"}
    assert linked["redeliver"] == {"get_redelivery", "cancel_redelivery"}
    for _, operation in OPERATIONS:
        for answer in answers(operation).values():
            for link in answer.get("links", {}).values():
                needed = {p["name"] for p in operations[link["operationId"]]["parameters"] if p["in"] == "path"}
                assert set(link["parameters"]) == needed


# --- webhooks ------------------------------------------------------------------------------------------------------


def told(type_):
    call = DESCRIPTION.document["webhooks"][type_]["post"]
    return call["requestBody"]["content"]["application/json"]


def test_every_event_that_a_receiver_can_be_sent_is_described_with_an_example():
    webhooks = DESCRIPTION.document["webhooks"]
    assert set(webhooks) == {*EVENTS, "test.ping"}
    for type_, each in webhooks.items():
        assert {header["name"] for header in each["post"]["parameters"]} >= {"webhook-id", "webhook-signature"}
        assert values(told(type_))
        for value in values(told(type_)):
            assert value["type"] == type_
            assert DESCRIPTION.unlike(told(type_)["schema"], value) == []


INCIDENTS = [each for each in samples() if each.name not in {"test", "lapsed"}]  # of these two samples show less


@pytest.mark.parametrize("sample", INCIDENTS, ids=lambda each: each.name)
def test_a_message_of_an_incident_is_as_described(sample):
    lenient = Description(DESCRIPTION.document, closed=False)  # samples show invoices whole, messages their gist
    assert lenient.unlike(told(sample.payload["type"])["schema"], json.loads(json.dumps(sample.payload))) == []


@pytest.mark.parametrize("cause", [Cause.DEADLINE, Cause.CONFIRMED, Cause.VOIDED, Cause.REJECTED])
async def test_a_message_of_an_invoice_is_as_described(cause):
    house = House()
    async with house.client() as client:
        await client.post("/v1/events", json=envelope()["data"])
    [record] = house.memory.records.values()
    moved = move(record, cause, house.clock.now(), evidence="check:1")
    said = json.loads(json.dumps(payload(moved.record, moved.transition)))
    assert DESCRIPTION.unlike(told(said["type"])["schema"], said) == []


# --- examples ------------------------------------------------------------------------------------------------------


def test_every_example_belongs_to_a_model_and_fits_it():
    schemas = DESCRIPTION.document["components"]["schemas"]
    for model, named_examples in openapi.examples().items():
        for name, value in named_examples.items():
            assert DESCRIPTION.unlike(schemas[model], value) == [], (model, name)


# --- the file ------------------------------------------------------------------------------------------------------


def test_the_running_service_answers_what_stands_in_the_file():
    written = yaml.safe_load((ROOT / "openapi" / "openapi.yaml").read_text("utf-8"))
    assert written == DESCRIPTION.document
