"""What a number may be. One rule: whatever is outside stops the start, with the key, the value and the whole range.

Every number in the settings has a range (a test walks them all). The ends are generous: they refuse slips of the pen,
a zero that stops everything, and what memory or the database could not bear.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from pydantic import AfterValidator

from app.settings.fault import refusal
from app.settings.scalars import duration, size

_UNITS: Final = (("d", 86_400), ("h", 3_600), ("m", 60))


@dataclass(frozen=True, slots=True)
class Range:
    """From `least` to `most`, both allowed; `shown` spells a value as the operator writes it."""

    least: Any
    most: Any
    shown: Callable[[Any], str]

    def __call__(self, value: Any) -> Any:
        if not self.least <= value <= self.most:
            hint = f"from {self.shown(self.least)} to {self.shown(self.most)}"
            raise refusal(f"{self.shown(value)} is out of range", hint)
        return value


def within(least: float | Decimal, most: float | Decimal) -> AfterValidator:
    return AfterValidator(Range(least, most, _plain))


def lasting(least: str, most: str) -> AfterValidator:
    """The range of a duration; its ends as the operator writes them."""
    return AfterValidator(Range(duration(least), duration(most), spelled))


def sized(least: str, most: str) -> AfterValidator:
    """The range of a size; its ends as the operator writes them."""
    return AfterValidator(Range(size(least), size(most), _bytes))


def spelled(span: timedelta) -> str:
    """A duration as the operator writes it: `1d12h`, `0.5s`."""
    rest, words = abs(span.total_seconds()), ""
    for unit, length in _UNITS:
        whole, rest = divmod(rest, length)
        words += f"{whole:g}{unit}" if whole else ""
    seconds = f"{rest:g}s" if rest or not words else ""
    return ("-" if span < timedelta() else "") + words + seconds


def _plain(number: float | Decimal) -> str:
    return str(number).removesuffix(".0")


def _bytes(count: int) -> str:
    unit = next(unit for unit in "GMK_" if count % 1024 ** "_KMG".index(unit) == 0)
    return f"{count // 1024 ** '_KMG'.index(unit)}{unit.strip('_')}B" if count else "0B"
