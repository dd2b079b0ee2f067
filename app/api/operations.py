"""How a route is added: one call, and OpenAPI knows all of it. One rule: the words stand at the function.

The first paragraph of an endpoint's docstring is its summary, the rest its description. What it takes and answers are
models; what it refuses are codes of `problems.py`. `openapi.py` puts examples and links to them.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from app.api import queries
from app.api.problems import MEDIA_TYPE, PROBLEMS

Schema = dict[str, Any]
Good = Mapping[int, tuple[type[BaseModel] | Schema | None, str]]
"""The successes of a call, the usual one first: status to model (None: no body) and what it means."""

BODY = (
    "empty_body", "not_utf8", "malformed_json", "duplicate_key", "too_deep", "number_out_of_range", "request_timeout",
    "too_large", "unsupported_media_type", "invalid_fields",
)  # fmt: skip
"""How a body of JSON can be refused."""

EVERYWHERE = ("method_not_allowed", "internal_error")
KEYED = ("unauthorized", "forbidden", "database_unavailable")
"""What every call behind a key can answer."""

HEADERS: Mapping[int, Mapping[str, Schema]] = {
    401: {"WWW-Authenticate": {"description": "Bearer.", "schema": {"type": "string"}}},
    405: {"Allow": {"description": "The methods of this address.", "schema": {"type": "string"}}},
    415: {"Accept-Post": {"description": "The content types that are read.", "schema": {"type": "string"}}},
    429: {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}},
    503: {"Retry-After": {"description": "Seconds to wait; repeating is safe.", "schema": {"type": "integer"}}},
}


def add(
    routes: APIRouter,
    call: str,
    endpoint: Callable[..., Any],
    name: str,
    good: Good,
    *codes: str,
    takes: type[BaseModel] | None = None,
    asks: type[BaseModel] | None = None,
    optional: bool = False,
    place: str = "",
    public: bool = False,
    **more: Any,
) -> None:
    """Adds the route of `call`, a method and a path, under the operation id `name`.

    `takes`: the body, which may be left out where `optional`; `asks`: the query; `codes`: the problems that are its
    own; `place`: what the Location of its first success names; `public`: no key is needed; `more` goes into the
    operation.
    """
    method, path = call.split(" ")
    summary, _, description = inspect.cleandoc(endpoint.__doc__ or "").partition("\n\n")
    refusals = (*codes, *EVERYWHERE, *(() if public else KEYED), *(BODY if takes else ()))
    responses = {status: _success(*each) for status, each in good.items()} | _refusals(refusals)
    if place:
        location = {"description": place, "schema": {"type": "string", "format": "uri-reference"}}
        responses[next(iter(good))]["headers"] = {"Location": location}
    extra: Schema = {"security": []} if public else {}
    if asks:
        extra["parameters"] = queries.described(asks)
    if takes:
        extra["requestBody"] = {"required": not optional, "content": {"application/json": {"schema": ref(takes)}}}
    routes.add_api_route(
        path, endpoint, methods=[method], operation_id=name, response_class=Response, responses=responses,
        status_code=next(iter(good)), openapi_extra=extra | more,
        summary=" ".join(summary.split()).removesuffix("."), description=description,
    )  # fmt: skip


def ref(model: type[BaseModel] | str) -> Schema:
    name = model if isinstance(model, str) else model.__name__
    return {"$ref": f"#/components/schemas/{name}"}


def example(name: str) -> Schema:
    return {"$ref": f"#/components/examples/{name}"}


def header(name: str, description: str) -> Schema:
    """A request header as a parameter."""
    return {"name": name, "in": "header", "required": False, "description": description, "schema": {"type": "string"}}


def _success(model: type[BaseModel] | Schema | None, meaning: str) -> Schema:
    if model is None:
        return {"description": meaning}
    content = model if isinstance(model, dict) else {"application/json": {"schema": ref(model)}}
    return {"description": meaning, "content": content}


def _refusals(codes: tuple[str, ...]) -> dict[int | str, Schema]:
    by_status: dict[int, list[str]] = {}
    for code in (code for code in PROBLEMS if code in codes):
        by_status.setdefault(PROBLEMS[code][0], []).append(code)
    return {status: _refusal(status, by_status[status]) for status in sorted(by_status)}


def _refusal(status: int, codes: list[str]) -> Schema:
    if len(codes) == 1:
        return {"$ref": f"#/components/responses/{codes[0]}"}
    return refusal(status, codes)


def refusal(status: int, codes: list[str]) -> Schema:
    """The response of problems of one status, an example for each code."""
    response = {
        "description": "; ".join(PROBLEMS[code][1] for code in codes) + ".",
        "content": {
            MEDIA_TYPE: {"schema": ref("ProblemOut"), "examples": {code: example(f"problem.{code}") for code in codes}}
        },
    }
    return response | ({"headers": dict(HEADERS[status])} if status in HEADERS else {})
