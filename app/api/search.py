"""The query of GET /v1/invoices. One rule: a parameter that we do not understand is refused, never ignored.

A filter that is silently dropped shows invoices that nobody asked for.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema
from starlette.datastructures import QueryParams

from app.api import queries
from app.api.fields import (
    Code,
    KindField,
    LabelKey,
    LabelValue,
    Number,
    Reference,
    TaxId,
    Word,
    fault,
    instant,
)
from app.api.problems import malformed_query
from app.domain import cursors
from app.domain.identity import Fault
from app.domain.invoice import Cause, Diagnosis, State
from app.domain.plan import BEIJING
from app.domain.search import Position, Search, Sort

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _instant_or_day(value: object, *, end: bool) -> datetime:
    """An instant, or a day in Beijing: its beginning, or (`end`) the beginning of the next."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        # In a query an unescaped + arrives as a blank.
        return instant(value.replace(" ", "+") if isinstance(value, str) else value)
    try:
        day = date.fromisoformat(value) + timedelta(days=end)
        return datetime.combine(day, time(), BEIJING).astimezone(UTC)
    except (ValueError, OverflowError):
        raise fault("impossible_instant", "The calendar has no such day.") from None


def _label(value: object) -> dict[str, str]:
    key, colon, content = str(value).partition(":")
    if not colon:
        raise fault("label_malformed", "Write a label as key:value.")
    return {"key": key, "value": content}


def _since(value: object) -> datetime:
    return _instant_or_day(value, end=False)


def _until(value: object) -> datetime:
    return _instant_or_day(value, end=True)


_INSTANT = WithJsonSchema({"type": "string", "examples": ["2026-11-01", "2026-11-01T00:00:00+08:00"]})
_LABEL = WithJsonSchema({"type": "string", "examples": ["region:beijing"]})


class LabelIn(BaseModel):
    key: LabelKey
    value: LabelValue


class SearchIn(BaseModel):
    """Filters are joined by AND; one given several times means any of its values (labels: all of them)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: list[State] = Field([], description="Any of these states.")
    cause: list[Cause] = Field([], description="Any of these causes of the last move.")
    diagnosis: list[Diagnosis] = Field([], description="Any of these diagnoses.")
    account: list[Word] = Field([], description="Of any of these accounts.")
    seller: TaxId | None = Field(None, description="Tax id of the seller.")
    buyer: TaxId | None = Field(None, description="Tax id of the buyer.")
    kind: list[KindField] = Field([], description="Any of these kinds.")
    number: Number | None = Field(None, description="The whole number.")
    code: Code | None = Field(None, description="The whole code.")
    label: list[Annotated[LabelIn, BeforeValidator(_label), _LABEL]] = Field(
        [], description="All of these labels, as key:value."
    )
    issued_from: Annotated[datetime, PlainValidator(_since), _INSTANT] | None = Field(
        None, description="Inclusive; an instant, or a day in Beijing."
    )
    issued_to: Annotated[datetime, PlainValidator(_until), _INSTANT] | None = Field(
        None, description="Exclusive instant, or a day in Beijing (inclusive)."
    )
    q: Reference | None = Field(None, description="Fuzzy over number, names and billing reference.")
    sort: Sort = Field("-issued_at", description="By which instant; with a minus the latest first.")
    limit: int = Field(50, ge=1, le=500, description="How many at most.")
    cursor: Annotated[str, Field(max_length=500)] | None = Field(None, description="next_cursor of the page before.")


def search_of(parameters: QueryParams) -> Search:
    """The search that a query string asks for; Problem 400 with every parameter that is wrong."""
    read = queries.read(SearchIn, parameters)
    said = {name: getattr(read, name) for name in SearchIn.model_fields}
    said |= {name: tuple(each) for name, each in said.items() if isinstance(each, list)}
    said["label"] = tuple((each.key, each.value) for each in read.label)
    return Search(**said | {"cursor": _position(read)})


def _position(read: SearchIn) -> Position | None:
    if read.cursor is None:
        return None
    if position := cursors.decode(read.cursor, read.sort):
        return position
    detail = "cursor: not one of ours, or from another sort order; start again without it."
    raise malformed_query([Fault("cursor", "cursor_invalid", detail)])
