"""What is wrong with a setting, in words. One rule: each fault has a place, a key, a sentence and a hint.

Pydantic judges; this file turns its verdicts into faults, so that an operator never reads a library's jargon.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands. `file` may be `environment`; lines and columns count from 1, 0 is none."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """`key` is a path such as `accounts.nuonuo-main.limits.rate`; empty for the file as a whole."""

    place: Place
    key: str
    what: str
    hint: str

    def __str__(self) -> str:
        return f"{self.place}: {f'{self.key}: ' if self.key else ''}{self.what} (hint: {self.hint})"


def report(faults: Iterable[Fault]) -> str:
    """All faults, one a line, in the order of the file."""
    lines = [str(fault) for fault in sorted(set(faults))]
    count = f"{len(lines)} settings are" if len(lines) > 1 else "a setting is"
    return "\n".join([f"{count} wrong:", *lines])


def dotted(path: Path) -> str:
    """`("destinations", "erp", "secrets", 0)` as `destinations.erp.secrets[0]`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def suggest(word: object, words: Iterable[str], prefix: str = "") -> str:
    """`did you mean …` when one of `words` is close, all of them otherwise; a common `prefix` makes nothing close."""
    known = sorted(words)
    close = get_close_matches(str(word).removeprefix(prefix), [other.removeprefix(prefix) for other in known], n=1)
    return f"did you mean {prefix}{close[0]}?" if close else f"one of: {', '.join(known) or 'none are defined'}"


def refusal(what: str, hint: str, *at: str | int) -> PydanticCustomError:
    """What a validator raises. `at` leads from the judged value down to a key inside it that is at fault."""
    return PydanticCustomError("refused", "{what}", {"what": what, "hint": hint, "at": at})


def faults_of(error: ValidationError, model: type[BaseModel], place: Callable[[Path], Place]) -> list[Fault]:
    """Pydantic's verdicts as faults; `place` tells where a path stands in the source."""
    return [_fault(details, model, place) for details in error.errors(include_url=False)]


def _fault(details: ErrorDetails, model: type[BaseModel], place: Callable[[Path], Place]) -> Fault:
    context = details.get("ctx", {})
    path = tuple(step for step in details["loc"] if not _is_mark(step)) + tuple(context.get("at", ()))
    what, hint = _words(details, model, path)
    return Fault(place(path), dotted(path), context.get("what", what), context.get("hint", hint))


def _is_mark(step: str | int) -> bool:
    """Pydantic's own `[key]`, or the name of a choice between two forms: no key that anybody wrote."""
    return isinstance(step, str) and step.startswith("[")


_PLAIN: Mapping[str, tuple[str, str]] = {
    "int_type": ("must be a whole number", "write it without quotes"),
    "int_parsing": ("must be a whole number", "digits only"),
    "int_from_float": ("must be a whole number", "without a decimal point"),
    "float_type": ("must be a number", "write it without quotes"),
    "float_parsing": ("must be a number", "digits and a decimal point only"),
    "bool_type": ("must be true or false", "without quotes"),
    "string_type": ("must be text", "put it in quotes"),
    "model_type": ("must be a section", "write `key: value` lines below it, indented"),
    "mapping_type": ("must be a section", "write `key: value` lines below it, indented"),
    "tuple_type": ("must be a list", "write [a, b], or lines that begin with a dash"),
    "timezone_aware": ("must carry its offset", "such as 2026-11-22T09:00:00+08:00"),
}


def _words(details: ErrorDetails, model: type[BaseModel], path: Path) -> tuple[str, str]:
    """Sentence and hint for a verdict of pydantic's own. No value is repeated: it may be a secret."""
    if details["type"] == "extra_forbidden":
        return "is not a known key", suggest(path[-1], _fields(model, path[:-1]))
    if details["type"] in {"literal_error", "enum"}:
        choices = re.findall(r"'([^']+)'", details["ctx"]["expected"])
        return "is not one of the allowed values", suggest(details["input"], choices)
    if details["type"] == "missing":
        return "is missing", f"for example {path[-1]}: {_example(model, path)}"
    usual = (re.sub(r"^\w+ should", "must", details["msg"]), f"for example {_example(model, path)}")
    return _PLAIN.get(details["type"], usual)


def _example(model: type[BaseModel], path: Path) -> object:
    """What the field says to write, or its default."""
    field = _fields(model, path[:-1]).get(str(path[-1])) if path else None
    if field is None:
        return "examples/piaoda.yaml"
    return field.examples[0] if field.examples else field.get_default(call_default_factory=False)


def _fields(model: type[BaseModel], path: Path) -> Mapping[str, FieldInfo]:
    """The fields of the section at `path`, as they are written; none where no section stands."""
    kind: Any = model
    for step in path:
        kind = _below(kind, step)
    if not _is_section(kind):
        return {}
    return {field.alias or name: field for name, field in kind.model_fields.items()}


def _below(kind: Any, step: str | int) -> Any:
    if _is_section(kind):
        field = kind.model_fields.get(step)
        return _bare(field.annotation) if field else None
    values = [argument for argument in get_args(kind) if argument is not Ellipsis]
    return _bare(values[-1]) if values else None


def _bare(kind: Any) -> Any:
    """Without `Annotated` and `| None` around it."""
    while get_origin(kind) is Annotated or NoneType in get_args(kind):
        kind = get_args(kind)[0]
    return kind


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
