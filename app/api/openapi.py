"""What OpenAPI says beyond what the routes say of themselves. One rule: made of the tables and models of the code.

Examples stand by the name of their model in `examples.yaml` and go wherever that model is taken or answered.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from fastapi import FastAPI
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from app.api import (
    account_bodies,
    alerting_bodies,
    answers,
    retelling_bodies,
    schemas,
    timeline_bodies,
    webhook_answers,
    webhook_bodies,
)
from app.api.event_bodies import CLOUDEVENT
from app.api.operations import Schema, example, refusal
from app.api.problems import PROBLEMS, TYPE_PREFIX
from app.api.receiving import TOLD_CLOUDEVENT, webhooks

_REQUEST: Final = (
    schemas.InvoiceIn,
    schemas.VoidedIn,
    schemas.ResolveIn,
    schemas.VoidIn,
    schemas.NoteIn,
    schemas.AcknowledgeIn,
    *alerting_bodies.REQUEST,
    *webhook_bodies.REQUEST,
    *retelling_bodies.REQUEST,
)
_RESPONSE: Final = (
    answers.AcceptedOut,
    answers.BatchOut,
    answers.ProblemOut,
    answers.HealthOut,
    answers.InvoicesOut,
    answers.CheckOut,
    *timeline_bodies.RESPONSE,
    *account_bodies.RESPONSE,
    *alerting_bodies.RESPONSE,
    *webhook_answers.RESPONSE,
    *retelling_bodies.RESPONSE,
)
TAGS: Final[Mapping[str, str]] = {
    "events": "The one doorway for billing systems: invoices that were issued, voided or reversed.",
    "invoices": "Find invoices, see where they stand and why, act on them.",
    "accounts": "How tax systems answer, and what may still be asked of them today.",
    "incidents": "What is wrong now, with all its invoices told once; and that somebody has it in hand.",
    "silences": "Nobody is told of what they name, for a while.",
    "maintenance": "Announced windows, in which outages are no news and deadlines may wait.",
    "webhooks": "Who is told over HTTP, by Standard Webhooks 1.0; and what they are sent.",
    "deliveries": "What became of messages, and sending them again.",
    "feed": "The same messages to pull, in the order of commits.",
    "health": "For orchestrators and Prometheus; no key is needed.",
}
_GIVES: Final[Mapping[str, tuple[str, str]]] = {
    "send_event": ("invoice_id", "/id"),
    "list_invoices": ("invoice_id", "/items/0/id"),
    "list_accounts": ("account", "/items/0/name"),
    "list_incidents": ("incident_id", "/items/0/id"),
    "create_silence": ("silence_id", "/id"),
    "announce_maintenance": ("window_id", "/id"),
    "create_webhook": ("name", "/name"),
    "list_webhooks": ("name", "/items/0/name"),
    "list_deliveries": ("message_id", "/items/0/id"),
    "redeliver": ("job_id", "/id"),
}
"""Operations that answer an id: the path parameter that it is for others, and where it stands in the answer."""

_LICENCE: Final = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
_SERVER: Final = {"url": "/", "description": "The service that serves this description."}
_WRONG: Final[Mapping[str, Schema]] = {
    "malformed_query": {"errors": [{"parameter": "limit", "code": "out_of_range", "detail": "limit: At most 500."}]},
    "malformed_header": {
        "errors": [{"header": "Idempotency-Key", "code": "idempotency_key_malformed", "detail": "1 to 255 characters."}]
    },
    "invalid_fields": {
        "errors": [{
            "pointer": "/amount/with_tax", "code": "money_is_a_string",
            "detail": 'Write money as text with at most two decimals, such as "106.00".',
        }]
    },
    "conflict": {
        "errors": [{
            "pointer": "/amount/with_tax", "code": "differs",
            "detail": "This differs from what was told before.",
        }],
        "id": "0193a1b2-0000-7000-8000-000000000001",
        "links": {"self": "/v1/invoices/0193a1b2-0000-7000-8000-000000000001"},
    },
    "forbidden": {"scope": "invoices:act"},
    "unsupported_media_type": {"accepted": ["application/json"]},
    "not_ready": {"problems": ["The database cannot be reached."]},
}  # fmt: skip
"""What problems say beside code, title and detail."""


_SAID_BESIDE: Final = {"title", "description"}  # of a parameter: its name and description
_SHOWN: Final = re.compile(r"#/components/examples/([\w.]+)")
_PARAMETER: Final = re.compile(r"{(\w+)}")


def install(app: FastAPI) -> None:
    """Finishes what the routes say of themselves; see the module's rule."""
    generated = app.openapi

    def openapi() -> Schema:
        if app.openapi_schema is None:
            _finish(generated())
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


@cache
def examples() -> Mapping[str, Mapping[str, Any]]:
    """Every model's examples by their names."""
    read: Mapping[str, Mapping[str, Any]] = yaml.safe_load(Path(__file__).with_name("examples.yaml").read_text("utf-8"))
    return {model: named for model, named in read.items() if not model.startswith(".")}


def _finish(document: Schema) -> None:
    document["webhooks"] = webhooks()
    document["servers"], document["info"]["license"] = [_SERVER], _LICENCE
    document["tags"] = [{"name": name, "description": description} for name, description in TAGS.items()]
    document["components"] |= {"schemas": _schemas(), "responses": {}}
    operations = {
        operation["operationId"]: (path, operation)
        for path, calls in document["paths"].items()
        for operation in calls.values()
    }
    for name, (_, operation) in operations.items():
        told = operation["responses"].items()
        operation["responses"] = {status: _alone(response) for status, response in told if _meant(response)}
        document["components"]["responses"] |= _shared(operation["responses"])
        for each in operation.get("parameters", ()):
            each["schema"] = {word: told for word, told in each["schema"].items() if word not in _SAID_BESIDE}
        for content in _contents(operation):
            content.setdefault("examples", _examples_of(content["schema"]))
        if name in _GIVES:
            _link(operation, operations, *_GIVES[name])
    for name, calls in document["webhooks"].items():
        for content in _contents(calls["post"]):
            content["examples"] = _examples_of(content["schema"], name)
    shown = set(_SHOWN.findall(str(document)))
    document["components"]["examples"] = {name: each for name, each in _examples().items() if name in shown}


def _schemas() -> Schema:
    wanted: list[Any] = [(model, "validation") for model in _REQUEST]
    wanted += [(model, "serialization") for model in _RESPONSE]
    template = "#/components/schemas/{model}"
    _, made = models_json_schema(wanted, ref_template=template, schema_generator=_Untitled)
    return {**made["$defs"], "CloudEvent": CLOUDEVENT, "ToldCloudEvent": TOLD_CLOUDEVENT}


class _Untitled(GenerateJsonSchema):
    """Without a title for each field, which says its name again."""

    def field_title_should_be_set(self, _schema: Any) -> bool:
        return False


def _shared(responses: Schema) -> Schema:
    """The problems that stand alone at their status, each once for all operations."""
    codes = [each["$ref"].rpartition("/")[2] for each in responses.values() if "$ref" in each]
    return {code: refusal(PROBLEMS[code][0], [code]) for code in codes}


def _examples() -> Schema:
    problems = {f"problem.{code}": {"summary": PROBLEMS[code][1], "value": _problem(code)} for code in PROBLEMS}
    return problems | {
        f"{model}.{name}": {"value": value} for model, named in examples().items() for name, value in named.items()
    }


def _problem(code: str) -> Schema:
    status, title = PROBLEMS[code]
    said = {"type": TYPE_PREFIX + code, "code": code, "title": title, "status": status, "detail": f"{title}."}
    return {**said, **_WRONG.get(code, {})}


def _meant(response: Schema) -> bool:
    """Not the 422 that FastAPI adds of its own: we answer no such thing."""
    return "HTTPValidationError" not in str(response)


def _alone(response: Schema) -> Schema:
    """A reference without what FastAPI writes beside it."""
    return {"$ref": response["$ref"]} if "$ref" in response else response


def _contents(operation: Schema) -> Iterator[Schema]:
    """The body and the answers of an operation, all but problems: those have their examples."""
    for each in (operation.get("requestBody", {}), *operation["responses"].values()):
        for content in each.get("content", {}).values():
            if "examples" not in content:
                yield content


def _examples_of(schema: Schema, type_: str = "") -> Schema:
    """The examples of the models that `schema` refers to; of a list, one list of them. `type_`: of this event alone."""
    if "items" in schema:
        return {"several": {"value": [value for _, _, value in _named(schema["items"])]}}
    found = [(f"{model}.{name}", name) for model, name, value in _named(schema) if not type_ or type_ in value["type"]]
    return {name: example(place) for place, name in found}


def _named(schema: Schema) -> Iterator[tuple[str, str, Any]]:
    choices: Sequence[Schema] = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf") or [schema]
    for model in (each["$ref"].rpartition("/")[2] for each in choices if "$ref" in each):
        yield from ((model, name, value) for name, value in examples()[model].items())


def _link(operation: Schema, operations: Mapping[str, tuple[str, Schema]], parameter: str, pointer: str) -> None:
    """From an answer that holds an id to the operations that take it."""
    for response in operation["responses"].values():
        if "$ref" in response.get("content", {}).get("application/json", {}).get("schema", {}):
            response["links"] = {
                name: {"operationId": name, "parameters": _given(path, parameter, pointer)}
                for name, (path, _) in operations.items()
                if f"{{{parameter}}}" in path and _known(path, parameter, operations, operation)
            }


def _given(path: str, parameter: str, pointer: str) -> Schema:
    around = {name: f"$request.path.{name}" for name in _PARAMETER.findall(path) if name != parameter}
    return {parameter: f"$response.body#{pointer}", **around}


def _known(path: str, parameter: str, operations: Mapping[str, tuple[str, Schema]], operation: Schema) -> bool:
    """Whether what else `path` needs was in the request of `operation`."""
    own = operations[operation["operationId"]][0]
    return set(_PARAMETER.findall(path)) - {parameter} <= set(_PARAMETER.findall(own))
