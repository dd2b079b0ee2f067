"""What POST /v1/events takes and answers, for OpenAPI. One rule: its bodies are read from bytes, so we describe them.

Six ways to send one or many; their examples are in `examples.yaml`, and a test sends each of them.
"""

from typing import Final

from app.api.answers import AcceptedOut, BatchOut
from app.api.operations import BODY, Good, Schema, header, ref
from app.documents import specimen

_EVENT: Final = {"anyOf": [ref("InvoiceIn"), ref("VoidedIn")]}
_ATTRIBUTE: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 1000}
CLOUDEVENT: Final[Schema] = {
    "title": "CloudEvent",
    "description": "CloudEvents 1.0 in structured mode; extension attributes are allowed and not kept.",
    "type": "object",
    "required": ["specversion", "type", "source", "id", "data"],
    "properties": {
        "specversion": {"type": "string", "const": "1.0"},
        "type": {"type": "string", "pattern": r"^([A-Za-z0-9_-]+\.)*invoice\.(issued|voided|reversed)$"},
        "source": _ATTRIBUTE,
        "id": _ATTRIBUTE,
        "datacontenttype": {"type": "string", "pattern": r"^application/(json|[a-z0-9.+-]+\+json)$"},
        "data": _EVENT,
    },
    "additionalProperties": True,
}
_DELIVERED: Final[Schema] = {
    # A schema that is a string: the tree has dozens of elements that are not read, and none of them is refused.
    "schema": {"type": "string", "description": "The delivery file of a fully digital invoice, root EInvoice."},
    "examples": {"delivered": {"value": specimen.EINVOICE}},
}
_LINES: Final = """\
{"number": "26112000000000008841", "issued_at": "2026-11-22T09:30:00+08:00",\
 "seller": {"tax_id": "911101081000000166"}, "amount": {"with_tax": "106.00"}}
{"number": "26112000000000008842", "issued_at": "2026-11-22T09:31:00+08:00",\
 "seller": {"tax_id": "911101081000000166"}, "amount": {"with_tax": "212.00"}}
"""

TAKEN: Final[Schema] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "description": "The invoice; in CloudEvents binary mode the data, of invoice.voided too.",
                **_EVENT,
            },
        },
        "application/cloudevents+json": {"schema": ref("CloudEvent")},
        "application/cloudevents-batch+json": {"schema": {"type": "array", "items": ref("CloudEvent")}},
        "application/x-ndjson": {"schema": {"type": "string"}, "examples": {"lines": {"value": _LINES}}},
        **dict.fromkeys(("application/xml", "text/xml"), _DELIVERED),
    },
}
HEADERS: Final = (
    header("Idempotency-Key", "A name under which one event may be repeated; batches and uploads do not use it."),
    header("ce-specversion", 'CloudEvents binary mode: "1.0".'),
    header("ce-type", "CloudEvents binary mode: invoice.issued, invoice.voided or invoice.reversed, with any prefix."),
    header("ce-source", "CloudEvents binary mode: where the event comes from."),
    header("ce-id", "CloudEvents binary mode: unique for its source; together they are the event's key."),
)
ANSWERED: Final[Good] = {
    202: (AcceptedOut, "Committed: from now on it is not lost."),
    200: (
        {"application/json": {"schema": {"oneOf": [ref(AcceptedOut), ref(BatchOut)]}}},
        "The same event again; or, for many events, what became of each.",
    ),
}
REFUSED: Final = (
    *BODY, "malformed_xml", "malformed_header", "client_disconnected", "conflict", "idempotency_key_reused",
    "too_many_events", "busy",
)  # fmt: skip
