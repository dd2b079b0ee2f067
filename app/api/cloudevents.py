"""CloudEvents 1.0 over HTTP, structured and binary. One rule: the envelope is checked like every other field.

`source` and `id` together are the event's key. Extension attributes are allowed and not kept, save `traceparent`.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import unquote_to_bytes

from pydantic import BaseModel, ConfigDict, PlainValidator

from app.api.fields import Attribute, fault
from app.api.problems import invalid_fields
from app.api.translation import read_event
from app.api.validation import check
from app.domain.event import Event, EventType
from app.domain.identity import Fault
from app.domain.trace import Trace
from app.domain.trace import read as read_trace

_TYPE = re.compile(r"(?:[A-Za-z0-9_-]+\.)*(invoice\.(?:issued|voided|reversed))")
_JSON = re.compile(r"application/(?:json|[a-z0-9.+-]+\+json)(?:\s*;.*)?", re.IGNORECASE)


def _version(value: object) -> str:
    if value != "1.0":
        raise fault("unknown_specversion", 'CloudEvents "1.0" is read here; write exactly that.')
    return "1.0"


def _type(value: object) -> EventType:
    if not isinstance(value, str) or not (found := _TYPE.fullmatch(value)):
        raise fault(
            "unknown_type",
            "One of {types}; a prefix such as com.example. is fine.",
            types=", ".join(EventType),
        )
    return EventType(found[1])


def _json_only(value: object) -> str | None:
    if value is not None and not (isinstance(value, str) and _JSON.fullmatch(value)):
        raise fault("not_json", "The data must be JSON: application/json.")
    return value


def _no_bytes(_value: object) -> None:
    raise fault("binary_data", "Write the invoice as JSON in data; data_base64 is not read.")


class EnvelopeIn(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    specversion: Annotated[str, PlainValidator(_version)]
    type: Annotated[EventType, PlainValidator(_type)]
    source: Attribute
    id: Attribute
    datacontenttype: Annotated[str | None, PlainValidator(_json_only)] = None
    data: Any
    data_base64: Annotated[None, PlainValidator(_no_bytes)] = None


def structured(item: Any, now: datetime, keys: tuple[str, ...] = ()) -> Event:
    """The event of one structured CloudEvent; raises Problem with every fault of envelope and data.

    `keys`: further names of it, beside its own.
    """
    event, faults = _read(item, now, "/data", keys)
    if event is None:
        raise invalid_fields(faults)
    return event


def binary(headers: Iterable[tuple[bytes, bytes]], data: Any, now: datetime, keys: tuple[str, ...] = ()) -> Event:
    """The event whose attributes stand in `ce-…` headers and whose data is the body."""
    attributes = {
        name[3:].decode("latin-1"): _decoded(name, value) for name, value in headers if name.startswith(b"ce-")
    }
    attributes = {name: value for name, value in attributes.items() if name not in ("data", "data_base64")}
    event, faults = _read(attributes | {"data": data}, now, "", keys)
    if event is None:
        raise invalid_fields(faults, place="header")
    return event


def is_binary(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name.startswith(b"ce-") for name, _ in headers)


def is_structured(item: Any) -> bool:
    return isinstance(item, dict) and "specversion" in item


def _read(item: Any, now: datetime, root: str, keys: tuple[str, ...]) -> tuple[Event | None, list[Fault]]:
    envelope, faults = check(EnvelopeIn, item)
    if not root:
        faults = [replace(each, pointer="ce-" + each.pointer.lstrip("/")) for each in faults]
    if envelope is not None:
        keys = (f"ce:{envelope.source} {envelope.id}", *keys)
    kind = envelope.type if envelope else _known_type(item)
    event, more = read_event(kind, item.get("data"), now, root=root, keys=keys) if kind else (None, [])
    faults += more
    if event and (trace := _trace(item)):
        event = replace(event, trace=trace)
    return (None, faults) if faults else (event, [])


def _trace(item: Any) -> Trace | None:
    """The extension for distributed tracing; it is no part of what is checked."""
    return read_trace(item.get("traceparent")) if isinstance(item, dict) else None


def _known_type(item: Any) -> EventType | None:
    """The type, where it can be read: data is checked even when the rest of the envelope is wrong."""
    written = item.get("type") if isinstance(item, dict) and "data" in item else None
    found = _TYPE.fullmatch(written) if isinstance(written, str) else None
    return EventType(found[1]) if found else None


def _decoded(name: bytes, value: bytes) -> str:
    """A header's value: percent-encoded UTF-8, by the HTTP binding."""
    try:
        return unquote_to_bytes(value.strip(b'"')).decode()
    except UnicodeDecodeError:
        wrong = Fault(name.decode("latin-1"), "not_utf8", "Write this header as percent-encoded UTF-8.")
        raise invalid_fields([wrong], place="header") from None
