"""The description as a page for people, at /docs. One rule: no script, nothing from elsewhere, under a strict policy.

It shows what /openapi.json says: operations by tag, what receivers are sent, and every schema.
"""

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from app.api.operations import Schema

_HERE: Final = Path(__file__).parent
_CODE: Final = re.compile(r"`([^`]+)`")
_STYLE: Final = (_HERE / "reference.css").read_text("utf-8")
_STYLE_HASH: Final = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"
_LIMITS: Final = (
    "format", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "default",
)  # fmt: skip


def install(app: FastAPI) -> None:
    """Adds /docs; the page is made when somebody first wants it."""
    made: list[str] = []

    async def docs() -> Response:
        if not made:
            made.append(page(app.openapi()))
        return HTMLResponse(made[0], headers={"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"})

    app.add_api_route("/docs", docs, methods=["GET", "HEAD"], include_in_schema=False)


def page(document: Schema) -> str:
    """The whole document as one page of HTML."""
    drawn = Environment(loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    drawn.filters |= {"words": _words, "kind": _kind, "json": _json, "limits": _limits}
    resolve = _Resolve(document)
    template = drawn.get_template("reference.html")
    return template.render(document=document, resolve=resolve, calls=list(_calls(document)), style=Markup(_STYLE))  # noqa: S704 - ours


class _Resolve:
    """What a reference refers to."""

    def __init__(self, document: Schema) -> None:
        self._document = document

    def __call__(self, part: Any) -> Any:
        if "$ref" not in part:
            return part
        found: Any = self._document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found


def _calls(document: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Method, address and what the operation says; what receivers are sent comes with the event as its address."""
    for path, calls in document["paths"].items():
        yield from ((method.upper(), path, operation) for method, operation in calls.items())
    for name, calls in document["webhooks"].items():
        yield "SENT", name, calls["post"]


def _words(text: str) -> Markup:
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def _kind(schema: Schema) -> Markup:
    """The type in a few words; a schema with a name is a link to it."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#schema-{0}">{0}</a>').format(name)
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return escape(" & " if word == "allOf" else " | ").join(map(_kind, schema[word]))
    if "items" in schema:
        return Markup("list of {}").format(_kind(schema["items"]))
    if isinstance(schema.get("additionalProperties"), dict):
        return Markup("map of {}").format(_kind(schema["additionalProperties"]))
    told = [schema["const"]] if "const" in schema else schema.get("enum", ())
    if told:
        return Markup(" | ").join(Markup("<code>{}</code>").format(each) for each in told)
    return escape(schema.get("type", "object"))


def _limits(schema: Schema) -> str:
    """What a value must keep to."""
    inner = schema.get("anyOf", [{}])[0]
    told = {name: part[name] for name in _LIMITS for part in (inner, schema) if part.get(name) is not None}
    return ", ".join(f"{name} {value}" for name, value in told.items())
