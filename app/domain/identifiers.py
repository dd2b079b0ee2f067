"""Identifiers that leave the house: UUIDv7 (RFC 9562), ordered by time, never from a sequence."""

from datetime import datetime


def uuid7(now: datetime, chance: int) -> str:
    """A UUIDv7 of `now`, millisecond precision; `chance`: at least 74 random bits from the caller."""
    milliseconds = int(now.timestamp() * 1000) & (1 << 48) - 1
    high, low = 7 << 12 | (chance >> 62 & 0xFFF), 2 << 62 | (chance & (1 << 62) - 1)
    digits = f"{milliseconds:012x}{high:04x}{low:016x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
