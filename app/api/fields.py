"""How one field of an incoming body is read. One rule: taken exactly, or refused with the way to write it.

Nothing is trimmed or rounded silently; text becomes NFC, tax ids half-width upper case, instants UTC.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import (
    CoreSchema,
    enum_schema,
    no_info_after_validator_function,
    str_schema,
    union_schema,
)

from app.api.validation import AT_ONCE, CLOSELY, suggestion
from app.domain.identity import Kind, normalise_tax_id

LARGEST_AMOUNT = Decimal("99999999999.99")
"""Eleven digits before the point: what the authority's own form takes."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)

_PLAIN = r"[ -~\u4e00-\u9fff（）]"  # printable, and the same in every normal form
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MONEY_AS_A_RULE = r"(?:0|-?[1-9][0-9]{0,10})\.[0-9]{2}"
_INSTANT_AS_A_RULE = (
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3}|\.[0-9]{6})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_MONEY = re.compile(r"-?[0-9]+(\.[0-9]{1,2})?")
_MONEY_TOO_FINE = re.compile(r"-?[0-9]+\.[0-9]{3,}")
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?(?P<offset>[Zz]|[+-]\d\d:\d\d)?", re.ASCII
)  # RFC 3339
_CURRENCY = re.compile(r"[A-Z]{3}")
_TAX_ID = re.compile(r"[0-9A-Z-]{4,32}")
_CHECK_CODE = re.compile(r"[0-9A-Za-z]{5,20}")
_LABEL_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,62}")


def fault(code: str, sentence: str, **figures: Any) -> PydanticCustomError:
    """The error of one field: our code, and how to write it instead."""
    # pydantic fills `{…}` from its context; what came in must not be taken for a template.
    return PydanticCustomError(code, "{sentence}", {"sentence": sentence.format(**figures)})


def _line(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return _characters(text, _CONTROL)


def _lines(text: str) -> str:
    return _characters(text, _CONTROL_BUT_LINES)


def _characters(text: str, refused: re.Pattern[str]) -> str:
    if found := refused.search(text):
        raise fault("control_character", "Character {at} is U+{point:04X}, which cannot be printed.",
                    at=found.start() + 1, point=ord(found[0]))  # fmt: skip
    return unicodedata.normalize("NFC", text)


def _money(value: object) -> Decimal:
    if not isinstance(value, str):
        raise fault("money_is_a_string", 'Write money as text with at most two decimals, such as "106.00".')
    if _MONEY_TOO_FINE.fullmatch(value):
        raise fault("too_many_decimals", 'Two decimals at most, such as "106.00"; we do not round for you.')
    if not _MONEY.fullmatch(value):
        raise fault("money_malformed", 'Digits, a point and two decimals, such as "106.00" or "-106.00"; no commas.')
    return _in_range(value)


def _in_range(value: str) -> Decimal:
    digits = len(value.lstrip("-0").partition(".")[0])
    if digits > len(str(int(LARGEST_AMOUNT))):
        raise fault("money_too_large", "The largest amount is {most}.", most=LARGEST_AMOUNT)
    return Decimal(value).quantize(Decimal("0.01")) + 0  # + 0 makes -0.00 a plain zero


def instant(value: object) -> datetime:
    """An RFC 3339 instant with its offset, as UTC."""
    example = "such as 2026-11-22T09:30:00+08:00"
    if not isinstance(value, str) or not (found := _INSTANT.fullmatch(value)):
        raise fault("instant_malformed", "Write date, time and offset, {example}.", example=example)
    if not found["offset"]:
        raise fault("offset_missing", "The offset from UTC is missing: {value}+08:00 is Beijing time.", value=value)
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise fault("impossible_instant", "No calendar has this moment; write one {e}.", e=example) from None


def _issued_at(value: datetime, info: ValidationInfo) -> datetime:
    at = value.astimezone(UTC)
    if at < EARLIEST:
        raise fault("too_long_ago", "Invoices before the year 2000 are not watched.")
    now = info.context and info.context["now"]
    if now and at > now and at > now + timedelta(days=1):
        raise fault("in_the_future", "This lies more than a day ahead of our clock ({now}).",
                    now=now.isoformat(timespec="seconds"))  # fmt: skip
    return at


def _ahead(value: object, info: ValidationInfo) -> datetime:
    at, now = instant(value), (info.context or {}).get("now")
    if now and at <= now:
        raise fault("in_the_past", "This lies in the past.")
    return at


def _tax_id(text: str) -> str:
    if _TAX_ID.fullmatch(text):
        return text
    written = normalise_tax_id(_line(text))
    if not _TAX_ID.fullmatch(written):
        raise fault("tax_id_malformed", "A tax id has digits and Latin letters, mostly 18; none of them masked.")
    return written


def _kind(value: object) -> Kind:
    try:
        return Kind(value)  # type: ignore[arg-type]
    except ValueError:
        hint = suggestion(str(value), Kind) if isinstance(value, str) else ""
        raise fault("unknown_kind", "There is no such kind.{hint} One of {kinds}.",
                    hint=hint, kinds=", ".join(Kind)) from None  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _AtOnce:
    """What fits `schema` is taken as it stands; only the rest is looked at by the functions here.

    The value is the same either way. Most values are as they should be, and pydantic's own matching takes a tenth of
    the time of a call into Python.
    """

    schema: CoreSchema

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return union_schema([(self.schema, AT_ONCE), (handler(source), CLOSELY)], mode="left_to_right")

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        _, (closely, _) = schema["choices"]
        return handler(closely)


def _at_once(pattern: str, made: Callable[[str], Any] | None = None) -> _AtOnce:
    """Text of `pattern` as it stands, or what `made` makes of it."""
    text = str_schema(pattern=f"^(?:{pattern})$")
    return _AtOnce(no_info_after_validator_function(made, text) if made else text)


def _shape(pattern: re.Pattern[str], code: str, sentence: str) -> AfterValidator:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise fault(code, sentence)
        return text

    return AfterValidator(check)


def _schema(kind: str, example: str, **more: Any) -> WithJsonSchema:
    schema: Mapping[str, Any] = {"type": kind, "examples": [example], **more}
    return WithJsonSchema(dict(schema))


_Line = AfterValidator(_line)

Number = Annotated[str, Field(min_length=1, max_length=100), _Line, _at_once(_PLAIN + "{1,100}")]
Code = Annotated[str, Field(min_length=1, max_length=100), _Line, _at_once(_PLAIN + "{1,100}")]
Name = Annotated[str, Field(min_length=1, max_length=300), _Line, _at_once(_PLAIN + "{1,300}")]
Word = Annotated[str, Field(min_length=1, max_length=100), _Line, _at_once(_PLAIN + "{1,100}")]
Reference = Annotated[str, Field(min_length=1, max_length=200), _Line, _at_once(_PLAIN + "{1,200}")]
Attribute = Annotated[str, Field(min_length=1, max_length=1000), _Line]
"""Of a CloudEvent: `source` is a URI reference and may be long."""
Text = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_lines)]
"""What people write: several lines."""
TaxId = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_tax_id), _at_once(_TAX_ID.pattern)]
CheckCode = Annotated[
    str,
    _shape(_CHECK_CODE, "check_code_malformed", "The check code (校验码) has 20 digits; the last 6 are enough."),
]
Currency = Annotated[
    str,
    _shape(_CURRENCY, "currency_malformed", 'Three capital letters of ISO 4217, such as "CNY".'),
    _at_once(_CURRENCY.pattern),
]
LabelKey = Annotated[
    str,
    _shape(_LABEL_KEY, "label_key_malformed", "At most 63 Latin letters, digits and _ . / - in a label's name."),
    _at_once(_LABEL_KEY.pattern),
]
LabelValue = Annotated[str, Field(max_length=200), _Line, _at_once(_PLAIN + "{0,200}")]
Money = Annotated[
    Decimal,
    PlainValidator(_money),
    _at_once(_MONEY_AS_A_RULE, Decimal),
    _schema("string", "106.00", pattern=r"^-?[0-9]{1,11}(\.[0-9]{1,2})?$"),
]
Ahead = Annotated[datetime, PlainValidator(_ahead), _schema("string", "2026-11-22T09:30:00+08:00", format="date-time")]
IssuedAt = Annotated[
    datetime,
    PlainValidator(instant),
    _at_once(_INSTANT_AS_A_RULE, datetime.fromisoformat),
    AfterValidator(_issued_at),
    _schema("string", "2026-11-22T09:30:00+08:00", format="date-time"),
]
KindField = Annotated[
    Kind,
    PlainValidator(_kind),
    _AtOnce(enum_schema(Kind, list(Kind), sub_type="str", missing=None)),
    _schema("string", "digital_ordinary", enum=list(Kind)),
]
