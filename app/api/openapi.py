"""What OpenAPI says beyond what FastAPI sees itself. One rule: made of the tables and models of the code.

Bodies are read from bytes (`reading.py`), so FastAPI does not know them; here they are described.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api import alerting_bodies, answers, retelling_bodies, schemas, webhook_answers, webhook_bodies
from app.api.problems import MEDIA_TYPE, PROBLEMS, TYPE_PREFIX
from app.documents import specimen

Schema = dict[str, Any]

INVOICE: Schema = {
    "number": "25112000000000000001",
    "kind": "digital_ordinary",
    "issued_at": "2026-11-22T09:30:00+08:00",
    "seller": {"tax_id": "911101081000000166", "name": "示例科技（北京）有限公司"},
    "buyer": {"tax_id": None, "name": "个人"},
    "amount": {"without_tax": "100.00", "tax": "6.00", "with_tax": "106.00", "currency": "CNY"},
    "account": "nuonuo-main",
    "handle": {"serial_no": "S20261122000001"},
    "reference": "billing-8841",
    "labels": {"region": "beijing"},
}
RED: Schema = INVOICE | {
    "number": "25112000000000000002",
    "amount": {"without_tax": "-100.00", "tax": "-6.00", "with_tax": "-106.00"},
    "original": {"number": "25112000000000000001"},
}
VOIDED: Schema = {"number": "25112000000000000001", "reason": "开票有误，已作废"}

_REQUEST = (
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
_RESPONSE = (
    answers.AcceptedOut,
    answers.BatchOut,
    answers.ProblemOut,
    answers.InvoicesOut,
    answers.HistoryOut,
    answers.CheckOut,
    *alerting_bodies.RESPONSE,
    *webhook_answers.RESPONSE,
    *retelling_bodies.RESPONSE,
)
_HEADERS: Mapping[int, tuple[str, str]] = {
    401: ("WWW-Authenticate", "Bearer"),
    429: ("Retry-After", "Seconds to wait."),
    503: ("Retry-After", "Seconds to wait; repeating the same request is safe."),
}


def ref(model: type[BaseModel] | str) -> Schema:
    name = model if isinstance(model, str) else model.__name__
    return {"$ref": f"#/components/schemas/{name}"}


def problem_responses(*statuses: int) -> dict[int | str, Schema]:
    """The problems a call behind a key can answer: 401, 403, 503 and `statuses`, an example for each code."""
    return {status: _problem_response(status) for status in sorted({401, 403, 503, *statuses})}


def body_of(model: type[BaseModel]) -> Schema:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": ref(model)}}}}


def answer(model: type[BaseModel] | Schema, description: str) -> Schema:
    schema = model if isinstance(model, dict) else ref(model)
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def events_operation() -> Schema:
    """POST /v1/events: six ways to send, and every answer."""
    return {
        "description": _EVENTS,
        "parameters": [
            _header(
                "Idempotency-Key", "A name under which one event may be repeated; batches and uploads do not use it."
            ),
            *_ce_headers(),
        ],
        "requestBody": {"required": True, "content": _contents()},
    }


def events_responses() -> dict[int | str, Schema]:
    one, many = ref(answers.AcceptedOut), ref(answers.BatchOut)
    same = answer({"oneOf": [one, many]}, "The same event again; or, for many events, what became of each.")
    place = {"Location": {"description": "The invoice.", "schema": {"type": "string"}}}
    new = answer(answers.AcceptedOut, "Committed: from now on it is not lost.") | {"headers": place}
    return {200: same, 202: new, **problem_responses(400, 408, 409, 413, 415, 422, 429)}


def install(app: FastAPI) -> None:
    """Adds the components that the descriptions above point to."""
    generated = app.openapi

    def openapi() -> Schema:
        document = generated()
        document.setdefault("components", {}).setdefault("schemas", {}).update(_components())
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _components() -> Schema:
    wanted: list[Any] = [(model, "validation") for model in _REQUEST]
    wanted += [(model, "serialization") for model in _RESPONSE]
    _, definitions = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    return {**definitions["$defs"], "CloudEvent": _CLOUDEVENT}


def _problem_response(status: int) -> Schema:
    codes = {code: title for code, (at, title) in PROBLEMS.items() if at == status}
    examples = {code: {"summary": title, "value": _example(code, status, title)} for code, title in codes.items()}
    content = {MEDIA_TYPE: {"schema": ref(answers.ProblemOut), "examples": examples}}
    response: Schema = {"description": "; ".join(codes.values()), "content": content}
    if status in _HEADERS:
        name, meaning = _HEADERS[status]
        response["headers"] = {name: {"description": meaning, "schema": {"type": "string"}}}
    return response


def _example(code: str, status: int, title: str) -> Schema:
    example: Schema = {
        "type": TYPE_PREFIX + code,
        "code": code,
        "title": title,
        "status": status,
        "detail": f"{title}.",
    }
    if code == "invalid_fields":
        wrong = {"pointer": "/amount/with_tax", "code": "money_is_a_string"}
        example["errors"] = [wrong | {"detail": 'Write money as text with at most two decimals, such as "106.00".'}]
    return example


def _contents() -> Schema:
    lines = '{"number": "25112000000000000001", …}\n{"specversion": "1.0", "type": "invoice.voided", …}\n'
    return {
        "application/json": {
            "schema": _PLAIN,
            "examples": _named(invoice=INVOICE, red_letter=RED, binary_voided=VOIDED),
        },
        "application/cloudevents+json": {"schema": ref("CloudEvent"), "examples": _envelopes()},
        "application/cloudevents-batch+json": {
            "schema": {"type": "array", "items": ref("CloudEvent")},
            "examples": _named(batch=[each["value"] for each in _envelopes().values()]),
        },
        "application/x-ndjson": {"schema": {"type": "string"}, "examples": _named(lines=lines)},
        **dict.fromkeys(("application/xml", "text/xml"), _DELIVERED),
    }


def _named(**examples: Any) -> Schema:
    return {name: {"value": value} for name, value in examples.items()}


def _envelopes() -> Schema:
    data = {"issued": INVOICE, "voided": VOIDED, "reversed": RED}
    return _named(**{word: _envelope(word, said) for word, said in data.items()})


def _envelope(word: str, data: Schema) -> Schema:
    envelope = {"specversion": "1.0", "type": f"com.example.invoice.{word}", "source": "/billing/main"}
    return envelope | {"id": f"{word}-8841", "datacontenttype": "application/json", "data": data}


def _ce_headers() -> list[Schema]:
    words = {
        "specversion": '"1.0".',
        "type": "invoice.issued, invoice.voided or invoice.reversed, with any prefix.",
    }
    words |= {
        "source": "Where the event comes from.",
        "id": "Unique for its source; together they are the event's key.",
    }
    return [_header(f"ce-{name}", f"CloudEvents binary mode: {meaning}") for name, meaning in words.items()]


def _header(name: str, description: str) -> Schema:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": "string"},
    }


_PLAIN: Schema = {
    "description": "The invoice; in CloudEvents binary mode the data (of invoice.voided: identity, reason).",
    "anyOf": [ref("InvoiceIn"), ref("VoidedIn")],
}
_DELIVERED: Schema = {
    # A schema that is a string: the tree has dozens of elements that are not read, and none of them is refused.
    "schema": {"type": "string", "description": "The delivery file of a fully digital invoice, root EInvoice."},
    "examples": _named(delivered=specimen.EINVOICE),
}
_CLOUDEVENT: Schema = {
    "title": "CloudEvent",
    "description": "CloudEvents 1.0 in structured mode; extension attributes are allowed and not kept.",
    "type": "object",
    "required": ["specversion", "type", "source", "id", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "type": {"type": "string", "pattern": r"^([A-Za-z0-9_-]+\.)*invoice\.(issued|voided|reversed)$"},
        "source": {"type": "string", "minLength": 1, "maxLength": 1000},
        "id": {"type": "string", "minLength": 1, "maxLength": 1000},
        "datacontenttype": {"type": "string"},
        "data": {"anyOf": [ref("InvoiceIn"), ref("VoidedIn")]},
    },
    "additionalProperties": True,
}
_EVENTS = """The one doorway for billing systems. Six ways to send:

- `application/json`: one invoice object;
- `application/json` with `ce-…` headers: CloudEvents binary mode, the body is the event's data;
- `application/cloudevents+json`: one CloudEvent in structured mode;
- `application/cloudevents-batch+json`: a list of them;
- `application/x-ndjson`: one invoice object or CloudEvent a line, streamed, of any length;
- `application/xml` or `text/xml`: the XML of a fully digital invoice (数电票) as it was delivered.

A 2xx means committed. Everything may be repeated: an invoice is known by code and number, a CloudEvent by
source and id, any single event by `Idempotency-Key`. Of many events each is judged alone; those not accepted
are listed with index and problem."""
