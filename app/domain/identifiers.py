"""Identifiers that leave the house: UUIDv7 (RFC 9562), ordered by time, never from a sequence."""

import uuid
from datetime import datetime


def uuid7(now: datetime, chance: int) -> uuid.UUID:
    """A UUIDv7 of `now`, millisecond precision; `chance`: at least 74 random bits from the caller."""
    milliseconds = int(now.timestamp() * 1000)
    value = (
        (milliseconds & (1 << 48) - 1) << 80
        | 7 << 76
        | (chance >> 62 & 0xFFF) << 64
        | 2 << 62
        | (chance & (1 << 62) - 1)
    )
    return uuid.UUID(int=value)
