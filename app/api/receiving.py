"""What a receiver of webhooks is sent, for OpenAPI's `webhooks`. One rule: one entry an event type, by its model."""

from typing import Any, Final, get_args

from pydantic import BaseModel

from app.api.message_bodies import SENT
from app.api.operations import Schema, ref

TOLD_CLOUDEVENT: Final[Schema] = {
    "title": "ToldCloudEvent",
    "description": "The same message as a CloudEvent 1.0, for webhooks of the form `cloudevents`.",
    "type": "object",
    "required": ["specversion", "id", "source", "type", "time", "datacontenttype", "data"],
    "properties": {
        "specversion": {"type": "string", "const": "1.0"},
        "id": {"type": "string", "format": "uuid", "description": "The webhook-id."},
        "source": {"type": "string"},
        "type": {"type": "string", "description": "The type of the event, with the operator's prefix if there is one."},
        "time": {"type": "string", "format": "date-time"},
        "subject": {"type": "string", "description": "The invoice's number, or the incident's id."},
        "sequence": {"type": "string", "pattern": "^[0-9]{10}$"},
        "datacontenttype": {"type": "string", "const": "application/json"},
        "data": {"type": "object", "description": "As in the form `standard`."},
    },
}
_WORDS: Final = {
    "invoice.synced": "The tax system has the invoice",
    "invoice.overdue": "The deadline passed without confirmation",
    "invoice.escalated": "A person must act",
    "invoice.changed": "An invoice that was synced is another now",
    "invoice.voided": "The issuer withdrew the invoice",
    "incident.opened": "Something is wrong",
    "incident.updated": "An incident has something new",
    "incident.resolved": "An incident is over",
    "webhook.disabled": "Another webhook was stopped",
    "test.ping": "Somebody tries the webhook",
}
_SIGNED: Final = {
    "webhook-id": ("Id of the message; the same at every attempt. Keep it to recognise what came before.", "uuid"),
    "webhook-timestamp": ("When this attempt was sent, in seconds since 1970. Refuse it after five minutes.", ""),
    "webhook-signature": ("One or more signatures, separated by blanks: `v1,…` HMAC-SHA256, `v1a,…` Ed25519.", ""),
}
_DESCRIPTION: Final = """\
Signed by Standard Webhooks 1.0. A message may come more than once, and later than its successors: keep its id, and sort
by the sequence in it. Where the webhook has `fields`, what is not allowed is absent. Answer within the webhook's
`timeout`; anything but 2xx is tried again."""
_ANSWERS: Final = {
    "2XX": {"description": "Received: it is not sent again."},
    "410": {"description": "The receiver wants no more: the webhook is disabled."},
    "4XX": {"description": "Sent again later; 429 may say when, with Retry-After."},
    "5XX": {"description": "Sent again later; 503 may say when, with Retry-After."},
}


def webhooks() -> Schema:
    """The `webhooks` of the document, without examples: by event type."""
    return {name: {"post": _operation(name, model)} for model in SENT for name in types_of(model)}


def types_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The event types that `model` tells of."""
    return get_args(model.model_fields["type"].annotation)


def _operation(name: str, model: type[BaseModel]) -> dict[str, Any]:
    only = {"properties": {"type": {"const": name}}}
    return {
        "operationId": f"receive_{name.replace('.', '_')}",
        "tags": ["webhooks"],
        "summary": _WORDS[name],
        "description": _DESCRIPTION,
        "security": [],
        "parameters": [_header(each, *told) for each, told in _SIGNED.items()],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"allOf": [ref(model), only]}},
                "application/cloudevents+json": {"schema": ref("ToldCloudEvent")},
            },
        },
        "responses": _ANSWERS,
    }


def _header(name: str, description: str, format_: str) -> Schema:
    schema = {"type": "string"} | ({"format": format_} if format_ else {})
    return {"name": name, "in": "header", "required": True, "description": description, "schema": schema}
