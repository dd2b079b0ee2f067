"""From a pydantic error to words a billing developer understands: all wrong fields at once, one `Fault` each.

The one rule: codes are ours and stay; a new version of pydantic changes none of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request

from app.api import reading
from app.api.problems import SHOWN, invalid_fields, pointer
from app.domain.identity import Fault

Model = TypeVar("Model", bound=BaseModel)

# The two ways to one value (`fields.py`). A name in a body is printable, so these are nobody's.
AT_ONCE, CLOSELY = "\0at once", "\0closely"
_NO_STEP = {"[key]", CLOSELY}

# pydantic's error type -> our code and sentence; `{}` takes pydantic's own figures.
SENTENCES: Mapping[str, tuple[str, str]] = {
    "missing": ("required", "This field is required."),
    "extra_forbidden": ("unknown_field", "There is no such field."),
    "string_type": ("not_a_string", "Write text in quotes, or null."),
    "string_too_short": ("empty", "This is empty; leave the field out, or write null."),
    "string_too_long": ("too_long", "At most {max_length} characters."),
    "string_unicode": ("lone_surrogate", "This text contains half a character (a lone surrogate)."),
    "too_long": ("too_many", "At most {max_length} entries."),
    "model_type": ("not_an_object", "Write an object in braces."),
    "model_attributes_type": ("not_an_object", "Write an object in braces."),
    "dict_type": ("not_an_object", "Write an object in braces."),
    "list_type": ("not_a_list", "Write a list in brackets."),
    "enum": ("unknown_value", "One of {expected}."),
    "literal_error": ("unknown_value", "One of {expected}."),
    "int_parsing": ("not_a_number", "Write a whole number."),
    "int_type": ("not_a_number", "Write a whole number."),
    "int_parsing_size": ("out_of_range", "This number is too large."),
    "greater_than_equal": ("out_of_range", "At least {ge}."),
    "less_than_equal": ("out_of_range", "At most {le}."),
}


def check(
    model: type[Model], data: Any, *, now: datetime | None = None, root: str = ""
) -> tuple[Model | None, list[Fault]]:
    """`data` as `model`, or every fault in it. `root`: the JSON pointer to `data` in the body."""
    try:
        return model.__pydantic_validator__.validate_python(data, context={"now": now}), []
    except ValidationError as error:
        return None, list(_faults(error, model, root))


async def read(request: Request, model: type[Model], *, limit: int, now: datetime) -> Model:
    """The request's JSON body as `model`; every way in which it can be wrong is a Problem."""
    reading.media_type(request, ["application/json"])
    found, faults = check(model, reading.parse(await reading.body(request, limit)), now=now)
    if found is None:
        raise invalid_fields(faults)
    return found


def suggestion(word: str, known: Iterable[str]) -> str:
    """' Did you mean "…"?' for a word that nearly is one of `known`, else nothing."""
    close = get_close_matches(word[:64], list(known), n=1, cutoff=0.6)
    return f' Did you mean "{close[0]}"?' if close else ""


def field_names(model: type[BaseModel]) -> list[str]:
    """The names by which `model` is written on the wire."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _faults(error: ValidationError, model: type[BaseModel], root: str) -> Iterable[Fault]:
    told = error.errors(include_url=False, include_input=False)
    details = [each for each in told if AT_ONCE not in each["loc"]]
    for each in details[:SHOWN]:
        path = [step for step in each["loc"] if step not in _NO_STEP]
        code, sentence = _words(each)
        if code == "unknown_field":
            sentence += suggestion(str(path[-1]), _siblings(model, path))
        yield Fault(root + pointer(path), code, sentence)
    yield from (Fault(root + pointer(each["loc"]), *_words(each)) for each in details[SHOWN:])


def _words(each: ErrorDetails) -> tuple[str, str]:
    if each["type"] not in SENTENCES:
        return each["type"], each["msg"]
    code, sentence = SENTENCES[each["type"]]
    return code, sentence.format(**each.get("ctx", {}))


def _siblings(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The names that are known where `path` ends."""
    inner: type[BaseModel] | None = model
    for step in path[:-1]:
        field = inner.model_fields.get(str(step)) if inner else None
        inner = _model_in(field.annotation) if field else None
    return field_names(inner) if inner else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    candidates = (annotation, *get_args(annotation))
    return next((each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)), None)
