"""Sharing one account among replicas: whose slots, and whose turn. Pure.

One rule: instants are dealt out, not negotiated. An account is asked at most once at each instant of a fixed beat, and
instant `n` belongs to slot `n mod slots`. Who holds a slot needs to know nothing of the others: over all replicas no
span of `w` seconds sees more than `1 + rate * w` calls begin.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # any instant will do that is the same in every process and version


def gap(rate: float) -> float:
    """Seconds between two calls of an account asked `rate` times a second: whole microseconds, rounded up."""
    return math.ceil(1e6 / rate) / 1e6


@dataclass(frozen=True, slots=True)
class Beat:
    """The instants at which an account may be asked: one every `gap`, numbered since EPOCH, dealt to slots in turn."""

    slots: int
    gap: timedelta

    @property
    def cycle(self) -> timedelta:
        """The time in which every slot has one turn."""
        return self.gap * self.slots

    def first(self, at: datetime) -> int:
        """The number of the first instant that is not before `at`."""
        return -((EPOCH - at) // self.gap)

    def instant(self, number: int) -> datetime:
        return EPOCH + number * self.gap

    def slot(self, number: int) -> int:
        return number % self.slots

    def next(self, after: int, held: Sequence[int]) -> int:
        """The number of the next instant behind number `after` that belongs to one of the slots `held` (sorted)."""
        cycle, slot = divmod(after + 1, self.slots)
        place = bisect_left(held, slot)
        return (cycle + place // len(held)) * self.slots + held[place % len(held)]


def fair_share(account: str, slots: int, living: int, rank: int) -> int:
    """How many of an account's slots a replica should hold, when it is number `rank` (from 0) of those `living`.

    The parts add up to `slots`. Who gets the larger parts differs from account to account, so that many accounts
    with one slot each do not all fall to the same replica.
    """
    place = (rank + crc32(account.encode())) % living
    return slots // living + (place < slots % living)


def surplus(held: AbstractSet[int], promised: AbstractSet[int], in_use: int, fair: int) -> frozenset[int]:
    """The slots to give back: what is above `fair`, but neither one whose next instant is `promised` to a call, nor so
    many that the calls in flight (`in_use`) would outnumber the rest.
    """
    idle = sorted(held - promised)
    above = max(0, len(held) - max(fair, in_use))
    return frozenset(idle[max(0, len(idle) - above) :])
