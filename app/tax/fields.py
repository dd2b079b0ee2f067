"""Values out of a provider's JSON: the value, or None when it is not one. One rule: nothing here raises.

A provider may send any type in any field; what reaches the core and the database is clean text (no control
characters, no lone surrogates: PostgreSQL stores neither), finite money, real days.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from app.domain.identity import normalise_tax_id
from app.domain.plan import BEIJING, tax_day
from app.tax.strictjson import parse_json

_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_MONEY = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,6})?")
_DAY = re.compile(r"([0-9]{4})(?:([0-9]{2})([0-9]{2})|[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?)([ T].*)?")
_ZONED = re.compile(r".*T.*(?:Z|[+-][0-9]{2}:?[0-9]{2})")
_MILLISECONDS = re.compile(r"[0-9]{10,13}")
_MILLISECONDS_A_DAY, _EIGHT_HOURS = 86_400_000, 8 * 3_600_000
_SINCE_1992, _UNTIL_2286, _DAY_ZERO = 694_224_000_000, 10**13, date(1970, 1, 1).toordinal()
_WORDS = (str, int, Decimal)
_LONGEST = 200
_CENT = Decimal("0.01")


def clean(text: str) -> str:
    """`text` as PostgreSQL can store it, on one line."""
    return text.strip() if text.isprintable() else _UNSTORABLE.sub(" ", text).strip()


def text(value: object, longest: int = _LONGEST) -> str | None:
    """Text, or a number as text, cut to `longest` characters; None for blanks and for every other type."""
    if type(value) is str and len(value) <= longest and value.isprintable():
        return value.strip() or None  # nearly every value, and an answer may hold a thousand
    if isinstance(value, bool) or not isinstance(value, _WORDS):
        return None
    return clean(str(value)[:longest]) or None


def texts(document: Mapping[str, object], names: Iterable[str]) -> list[str | None]:
    """`text` of each field."""
    return [
        value.strip() or None
        if type(value := document.get(name)) is str and len(value) <= _LONGEST and value.isprintable()
        else text(value)
        for name in names
    ]


def tax_id(value: object) -> str | None:
    if type(value) is str and len(value) <= _LONGEST and value.isascii() and value.isalnum():
        return value.upper()  # as nearly all are written
    told = text(value)
    return normalise_tax_id(told) if told else None


def same_tax_id(told: Iterable[str], ours: str | None) -> str | None:
    """The one of several spellings of an id (with or without a country's prefix) that is `ours`, else the first."""
    spellings = list(told)
    return next((each for each in spellings if each == normalise_tax_id(ours or "")), next(iter(spellings), None))


def content(value: object) -> object:
    """The text of an element of XML that may have attributes."""
    return value.get("#text") if isinstance(value, dict) else value


def money(value: object) -> Decimal | None:
    """Yuan, with two decimals unless that would round."""
    told = value.strip() if type(value) is str else text(value)
    if told is None or not _MONEY.fullmatch(told):
        return None
    exact = Decimal(told)
    if told[-3:-2] == ".":
        return exact
    cents = exact.quantize(_CENT)
    return cents if cents == exact else exact


def day(value: object) -> date | None:
    """20250301, 2025-03-01, 2025/3/1, 2025年03月01日, each with or without a time of day; of an instant with its zone
    the tax day (Asia/Shanghai).
    """
    told = text(value) or ""
    match = _DAY.fullmatch(told)
    if match is None:
        return None
    try:
        if _ZONED.fullmatch(told):
            return tax_day(datetime.fromisoformat(told))
        return date(int(match[1]), int(match[2] or match[4]), int(match[3] or match[5]))
    except (ValueError, OverflowError):
        return None


def day_of_milliseconds(value: object) -> date | None:
    """The tax day (Asia/Shanghai) of milliseconds since 1970; until the year 2286."""
    if type(value) is int and _SINCE_1992 <= value < _UNTIL_2286:  # as nearly all are: no summer time is in the way
        return date.fromordinal(_DAY_ZERO + (value + _EIGHT_HOURS) // _MILLISECONDS_A_DAY)
    told = str(value) if type(value) is int else text(value) or ""
    if not _MILLISECONDS.fullmatch(told):
        return None
    return datetime.fromtimestamp(int(told) // 1000, BEIJING).date()


_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]{1,4})\]")


def at(document: object, path: str) -> Any:
    """What stands at `path` (`Response.Error.Code`, `data[0].code`), or None.

    A text on the way is read as JSON: some providers put their answer into a string.
    """
    value = document
    for name, index in _STEP.findall(path):
        value = opened(value)
        if isinstance(value, dict):
            value = value.get(name or index)
        elif isinstance(value, list) and index:
            value = value[int(index)] if int(index) < len(value) else None
        else:
            return None
    return value


def unfold(document: object, paths: Iterable[str]) -> None:
    """Puts what they are as JSON in the place of the texts that `paths` lead through: each is read once."""
    for path in paths:
        holder: Any = document
        for name, index in _STEP.findall(path)[:-1]:
            key = int(index) if isinstance(holder, list) and index else name or index
            try:
                inner = opened(holder[key])
                holder[key] = inner
            except (LookupError, TypeError):
                break
            holder = inner


def opened(value: object) -> Any:
    """What a text is as JSON (None where it is none); anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return parse_json(value)
    except (ValueError, InvalidOperation, RecursionError):
        return None
