"""What is said of webhooks over the API. One rule: in a change, unlike anywhere else, `null` says something: back to
the default.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema

from app.api.answers import InvoiceOut
from app.api.fields import KindField, LabelKey, LabelValue, Money, Name, TaxId, Word, fault
from app.api.schemas import Body
from app.api.validation import suggestion
from app.channels.webhook import unusable_header
from app.domain.endpoint import EVENTS, OVERLAP, Form, Wanted
from app.domain.identity import Kind

LONGEST_OVERLAP = timedelta(days=7)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_OVERLAP = re.compile(r"([0-9]{1,3})([mhd])")
_UNITS: Mapping[str, str] = {"m": "minutes", "h": "hours", "d": "days"}
_PATH = re.compile(r"[a-z_]+(\.[A-Za-z0-9_./-]+)?")
_ROOTS = ("invoice", "transition", "diagnosis", "incident", "notice", "invoices", "webhook")
_INVOICES = ("invoice", "invoices")


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise fault("name_malformed", "At most 63 Latin letters, digits, dots, dashes and underscores.")
    return text


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise fault("not_a_boolean", "Write true or false, without quotes.")
    return value


def _number(least: float, most: float, *, whole: bool = False) -> Callable[[object], float]:
    def check(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise fault("not_a_number", "Write a {what}, without quotes.", what="whole number" if whole else "number")
        if not least <= value <= most:
            raise fault("out_of_range", "At least {least:g} and at most {most:g}.", least=least, most=most)
        return value

    return check


def _path(text: str) -> str:
    root, _, rest = text.partition(".")
    if not _PATH.fullmatch(text) or root not in _ROOTS:
        hint = suggestion(root, _ROOTS)
        raise fault("unknown_path", "A dotted path below data, such as invoice.number.{hint}", hint=hint)
    if root in _INVOICES and rest and (word := rest.partition(".")[0]) not in InvoiceOut.model_fields:
        hint = suggestion(word, InvoiceOut.model_fields)
        raise fault("unknown_path", "An invoice has no such field.{hint}", hint=hint)
    return text


def _headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if refusal := unusable_header(name, value):
            raise fault("header_unusable", "{refusal}.", refusal=refusal[0].upper() + refusal[1:])
    return headers


def _not_negative(money: Decimal) -> Decimal:
    if money < 0:
        raise fault("out_of_range", "An amount counts without its sign: write 0.00 or more.")
    return money


def _given(url: str | None) -> str:
    if url is None:
        raise fault("required", "A webhook always has a URL.")
    return url


def _overlap(value: object) -> timedelta:
    found = _OVERLAP.fullmatch(value) if isinstance(value, str) else None
    if not found or (span := timedelta(**{_UNITS[found[2]]: int(found[1])})) > LONGEST_OVERLAP:
        raise fault("duration_malformed", 'A number and m, h or d, at most seven days, such as "24h" or "0m".')
    return span


def _numeric(least: float, most: float, *, whole: bool = False) -> tuple[PlainValidator, WithJsonSchema]:
    schema = {"type": "integer" if whole else "number", "minimum": least, "maximum": most}
    return PlainValidator(_number(least, most, whole=whole)), WithJsonSchema(schema)


Url = Annotated[str, Field(min_length=1, max_length=2048, examples=["https://erp.example.com/hooks/invoices"])]
Flag = Annotated[bool, PlainValidator(_flag), WithJsonSchema({"type": "boolean"})]
EventName = Literal[EVENTS]  # type: ignore[valid-type]
FieldPath = Annotated[str, Field(max_length=200, examples=["invoice.number"]), AfterValidator(_path)]
Headers = Annotated[dict[str, Annotated[str, Field(max_length=4096)]], Field(max_length=20), AfterValidator(_headers)]
Rate = Annotated[float, *_numeric(0.01, 1000)]
Concurrency = Annotated[int, *_numeric(1, 64, whole=True)]
Timeout = Annotated[float, *_numeric(1, 60)]


class WebhooksIn(BaseModel):
    """Which page of webhooks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(50, ge=1, le=100, description="How many at most.")
    cursor: Annotated[str, Field(max_length=500)] | None = Field(None, description="next_cursor of the page before.")


class WebhookSettingsIn(Body):
    """An empty filter lets everything through. `fields`: what of `data` this receiver may see; empty: all of it."""

    description: Name | None = None
    events: Annotated[list[EventName], Field(max_length=20)] | None = None
    accounts: Annotated[list[Word], Field(max_length=100)] | None = None
    sellers: Annotated[list[TaxId], Field(max_length=1000)] | None = None
    kinds: Annotated[list[KindField], Field(max_length=30)] | None = None
    labels: Annotated[dict[LabelKey, LabelValue], Field(max_length=20)] | None = None
    minimum_amount: Annotated[Money, AfterValidator(_not_negative)] | None = None
    fields_: Annotated[list[FieldPath], Field(max_length=100)] | None = Field(None, alias="fields")
    form: Form | None = None
    ordered: Flag | None = None
    latest_only: Flag | None = None
    rate: Rate | None = None
    concurrency: Concurrency | None = None
    headers: Headers | None = None
    timeout: Timeout | None = None

    def applied(self, before: Wanted) -> Wanted:
        """`before` with what was said; what was said to be null is as by default."""
        said = {name.rstrip("_"): getattr(self, name) for name in self.model_fields_set - _OF_CREATION}
        default = Wanted(before.url)
        told = {name: getattr(default, name) if not value and value != 0 else value for name, value in said.items()}
        return replace(before, **{name: _plain(value) for name, value in told.items()})


_OF_CREATION = {"name", "asymmetric"}


class WebhookIn(WebhookSettingsIn):
    """A webhook to be made. `asymmetric`: signed with Ed25519 too, so that a receiver may hold a public key only."""

    url: Url
    name: Annotated[str, AfterValidator(_name)] | None = None
    asymmetric: Flag | None = None


class WebhookChangeIn(WebhookSettingsIn):
    """What is left out stays, null is the default; lists and objects are replaced whole."""

    url: Annotated[Url | None, AfterValidator(_given)] = None


class RotateIn(Body):
    """`overlap`: how long the older secrets sign too; `0m` ends them at once."""

    overlap: Annotated[timedelta, PlainValidator(_overlap), WithJsonSchema({"type": "string", "examples": ["24h"]})] = (
        OVERLAP
    )


REQUEST = (WebhookIn, WebhookChangeIn, RotateIn)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(dict.fromkeys(each.value if isinstance(each, Kind) else each for each in value))
    return value
