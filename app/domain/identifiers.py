"""Identifiers that leave the house: UUIDv7 (RFC 9562), ordered by time, never from a sequence."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

ZERO = "00000000-0000-0000-0000-000000000000"
"""Before every identifier."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def uuid7(now: datetime, chance: int) -> str:
    """A UUIDv7 of `now`, millisecond precision; `chance`: at least 74 random bits from the caller."""
    return _head(max(0, int(now.timestamp() * 1000))) + _tail(chance)


def first_of(instant: datetime) -> str:
    """No identifier that was made at `instant` or later comes before this one; none is older than 1970."""
    return uuid7(instant, 0)


def made_at(identifier: str) -> datetime:
    """When a UUIDv7 was made; raises OverflowError where that is after the year 9999."""
    return _EPOCH + _milliseconds(identifier) * _MILLISECOND


def earlier(identifier: str, span: timedelta) -> str:
    """The first identifier of the instant that was `span` before `identifier` was made."""
    return _head(max(0, _milliseconds(identifier) - span // _MILLISECOND)) + _tail(0)


def _milliseconds(identifier: str) -> int:
    return int(identifier.replace("-", "")[:12], 16)


@lru_cache(maxsize=64)  # those of a batch are made in the same millisecond
def _head(milliseconds: int) -> str:
    digits = f"{milliseconds & (1 << 48) - 1:012x}"
    return f"{digits[:8]}-{digits[8:]}-7"


def _tail(chance: int) -> str:
    digits = f"{(chance >> 62 & 0xFFF) << 64 | 2 << 62 | chance & (1 << 62) - 1:019x}"
    return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
