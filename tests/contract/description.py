"""What the description promises, to hold answers against it. One rule: an answer may say no more than is described.

`Description` reads an OpenAPI document; `unlike` names what is wrong with a body. Objects whose members are listed are
read as closed, so that a member that nobody described is found as well.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import httpx2
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.generate import document

Schema = dict[str, Any]
FORMATS = FormatChecker([])
METHODS = ("get", "put", "post", "patch", "delete")


@FORMATS.checks("date-time", ValueError)
def _instant(text: object) -> bool:
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


@FORMATS.checks("uuid", ValueError)
def _uuid(text: object) -> bool:
    return not isinstance(text, str) or str(UUID(text)) == text


class Description:
    """One document. `closed`: members that are not described are faults."""

    def __init__(self, described: Mapping[str, Any], *, closed: bool = True) -> None:
        self.document = described
        schemas = copy.deepcopy(described["components"]["schemas"])
        self._definitions = {"components": {"schemas": {n: _shut(s) if closed else s for n, s in schemas.items()}}}
        self._closed = closed
        self._paths = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$"), path) for path in described["paths"]]
        self._paths.sort(key=lambda each: each[1].count("{"))
        self._validators: dict[str, Draft202012Validator] = {}

    def operations(self) -> Iterator[tuple[str, str, Schema]]:
        """Every operation as method, path and what it says of itself."""
        for path, calls in self.document["paths"].items():
            yield from ((method, path, calls[method]) for method in METHODS if method in calls)

    def resolved(self, part: Schema) -> Schema:
        """What `part` refers to, where it does."""
        while "$ref" in part:
            found: Any = self.document
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            part = found
        return part

    def operation(self, method: str, path: str) -> Schema | None:
        """The operation that answers at an address; None where nothing is described."""
        found = next((name for shape, name in self._paths if shape.match(path)), None)
        return self.document["paths"][found].get(method.lower()) if found else None

    def unlike(self, schema: Schema, value: Any) -> list[str]:
        """How `value` is other than `schema` says, in sentences; empty where it fits."""
        key = repr(schema)
        if key not in self._validators:
            given = copy.deepcopy(schema)
            whole = (_shut(given) if self._closed else given) | self._definitions
            self._validators[key] = Draft202012Validator(whole, format_checker=FORMATS)
        return [f"{each.json_path}: {each.message[:300]}" for each in self._validators[key].iter_errors(value)]

    def wrong_answer(self, method: str, path: str, status: int, content_type: str, read: Any) -> list[str]:
        """How an answer is other than described; empty where it fits, or where nothing is described at `path`.

        `read` gives the body as JSON.
        """
        operation = self.operation(method, path)
        if operation is None:
            return []
        if str(status) not in operation["responses"]:
            return [f"{operation['operationId']} says nothing of {status}"]
        contents = self.resolved(operation["responses"][str(status)]).get("content", {})
        kind = content_type.partition(";")[0]
        if not contents:
            return []
        if kind not in contents:
            return [f"{operation['operationId']} {status}: not described as {kind or 'nothing'}"]
        return self.unlike(contents[kind]["schema"], read()) if kind.endswith("json") else []


@cache
def ours() -> Description:
    """The description of this very code."""
    return Description(document())


def _shut(schema: Any) -> Any:
    """Every object with listed members closed, in place."""
    if isinstance(schema, list):
        for each in schema:
            _shut(each)
    elif isinstance(schema, dict):
        if "properties" in schema and schema.get("type") == "object":
            schema.setdefault("additionalProperties", False)
        for name, each in schema.items():
            if name not in ("const", "enum", "examples", "default"):
                _shut(each)
    return schema


def hold_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on every answer that a client of this process gets is held against the description."""
    sends, asynchronous = httpx2.Client.send, httpx2.AsyncClient.send

    def sent(client: httpx2.Client, request: httpx2.Request, **options: Any) -> httpx2.Response:
        response = sends(client, request, **options)
        _judge(request, response, options)
        return response

    async def sent_later(client: httpx2.AsyncClient, request: httpx2.Request, **options: Any) -> httpx2.Response:
        response = await asynchronous(client, request, **options)
        _judge(request, response, options)
        return response

    monkeypatch.setattr(httpx2.Client, "send", sent)
    monkeypatch.setattr(httpx2.AsyncClient, "send", sent_later)


def _judge(request: httpx2.Request, response: httpx2.Response, options: Mapping[str, Any]) -> None:
    if options.get("stream"):
        return
    kind = response.headers.get("content-type", "")
    wrong = ours().wrong_answer(request.method, request.url.path, response.status_code, kind, response.json)
    assert not wrong, f"{request.method} {request.url.path} answered what is not described: {wrong[:5]}"
