"""Query strings as typed models. One rule: a parameter that we do not understand is refused, never ignored.

A filter that is silently dropped shows what nobody asked for.
"""

from collections.abc import Mapping
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel
from starlette.datastructures import QueryParams

from app.api.problems import Problem, malformed_query
from app.api.validation import check
from app.domain.identity import Fault

Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], parameters: QueryParams) -> Model:
    """The query string as `model`; Problem 400 with every parameter that is wrong. Lists may be given several times."""
    many = {name for name, field in model.model_fields.items() if get_origin(field.annotation) is list}
    values = {name: parameters.getlist(name) for name in parameters}
    found, faults = check(model, {name: each if name in many else each[0] for name, each in values.items()})
    wrong = _repeated(values, set(model.model_fields) - many) + [_parameter_fault(each) for each in faults]
    if found is None or wrong:
        raise malformed_query(wrong)
    return found


def described(model: type[BaseModel]) -> list[dict[str, Any]]:
    """The parameters of `model` as OpenAPI describes them."""
    properties: Mapping[str, dict[str, Any]] = model.model_json_schema(ref_template="#/components/schemas/{model}")[
        "properties"
    ]
    return [
        {"name": name, "in": "query", "required": False, **_told(_given(schema))} for name, schema in properties.items()
    ]


def _given(schema: Mapping[str, Any]) -> dict[str, Any]:
    """`schema` without its null: a parameter that is not meant is left out."""
    given: Mapping[str, Any] = next((each for each in schema.get("anyOf", ()) if each != {"type": "null"}), {})
    return {**given, **{name: value for name, value in schema.items() if name not in {"anyOf", "title"} and value}}


def _told(schema: dict[str, Any]) -> dict[str, Any]:
    description = schema.pop("description", "")
    return ({"description": description} if description else {}) | {"schema": schema}


def cursor_invalid(name: str) -> Problem:
    """The 400 of a cursor that is not one of ours."""
    detail = f"{name}: not one of ours, or from another list; start again without it."
    return malformed_query([Fault(name, "cursor_invalid", detail)])


def _repeated(values: Mapping[str, list[str]], once: set[str]) -> list[Fault]:
    return [
        Fault(name, "repeated", f"{name}: give this once.") for name in values if name in once and len(values[name]) > 1
    ]


def _parameter_fault(found: Fault) -> Fault:
    name = found.pointer.split("/")[1]
    if found.code == "unknown_field":
        return Fault(name, "unknown_parameter", f"{name}: {found.detail.replace('field', 'parameter')}")
    return Fault(name, found.code, f"{name}: {found.detail}")
