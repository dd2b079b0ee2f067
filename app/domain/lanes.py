"""Lanes: who goes first when more is due than may be asked.

One rule: each lane gets its turn, so one seller's flood delays only itself. A seller's invoices share a lane; lane 0
is for what cannot wait.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zlib import crc32

URGENT = 0
SELLERS = 31  # lanes of sellers: two busy sellers share one with a chance of 1 : 31, an idle claim makes 32 look-ups
LANES = tuple(range(SELLERS + 1))
NEAR = timedelta(hours=1)  # before its deadline an invoice is urgent

SLACK = timedelta(seconds=2)  # longer than it takes to commit a row that is due at once
SWEEP = timedelta(seconds=10)
_HALF = Fraction(1, 2)
_LEAST = Fraction(1, SELLERS)
_EVER = datetime.min.replace(tzinfo=UTC)


def lane_of(seller: str | None) -> int:
    """The lane of a seller's invoices: the same in every process and version, because it is stored."""
    return 1 + crc32((seller or "").encode()) % SELLERS


def lane_at(seller: str | None, due_at: datetime, late_at: datetime | None) -> int:
    """The lane of a question due at `due_at`, given the invoice's next deadline."""
    urgent = late_at is not None and late_at - NEAR <= due_at < late_at
    return URGENT if urgent else lane_of(seller)


@dataclass(frozen=True, slots=True)
class Visit:
    """One lane in one claim: give at most `quota` rows that are due from `floor` on."""

    lane: int
    quota: int
    floor: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """One claim: at most `limit` rows, lane by lane, no further than the limit."""

    limit: int
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class Rota:
    """How the next claim visits the lanes: in which order, how many rows each may give, and from where to look.

    Order and share: round robin, beginning after the lane that gave last. Where several lanes are busy the share
    halves while claims end before every lane was visited, and is set to what is fair as soon as they end short. The
    urgent lane comes first every other time and may take half: even urgency starves nobody.

    Floors: a claimed row leaves a dead index entry at the very place where the next claim begins, and while somebody
    holds a snapshot nothing can clear those away. So a claim begins where the one before ended. What comes due below
    that (a lease that ended, a late commit) is found by a sweep from the beginning, every few seconds.
    """

    start: int = 1
    share: Fraction = Fraction(1)
    """What part of a claim one lane of a seller may give."""
    urgent_first: bool = True
    floors: Mapping[int, datetime] = field(default_factory=dict)
    swept_at: Mapping[int, datetime] = field(default_factory=dict)
    wants_more: bool = False
    """Whether some lane has more to give right now."""

    def round(self, limit: int, now: datetime) -> Round:
        """The next claim: every lane once."""
        visits = (Visit(lane, self._quota(lane, limit), self._floor(lane, now)) for lane in self._order())
        return Round(limit, tuple(visits))

    def wants_sweep(self, now: datetime) -> bool:
        """Whether some lane has to be looked at from the beginning."""
        return any(self._floor(lane, now) == _EVER for lane in LANES)

    def after(self, given: Sequence[tuple[int, datetime]], limit: int, now: datetime) -> "Rota":
        """The rota after a claim of `limit` at `now` that brought rows of `given` (lane, due instant), as they came."""
        last = dict(given)  # of each lane, in the order of the visits: the latest instant
        rows = Counter(lane for lane, _ in given)
        exhausted = len(given) >= limit
        seen = self._seen(last, exhausted=exhausted)
        ends = {lane: self._end(lane, rows[lane], last.get(lane, now), limit, now) for lane in seen}
        if exhausted:
            ends |= {lane: at for lane, at in last.items() if lane == seen[-1]}
        swept = {lane: now for lane in seen if self._floor(lane, now) == _EVER}
        sellers = [lane for lane in last if lane != URGENT]
        return Rota(
            start=sellers[-1] % SELLERS + 1 if sellers else self.start,
            share=self._next_share(rows, limit, sellers[-1] if sellers else None, exhausted=exhausted),
            urgent_first=not self.urgent_first,
            floors={**self.floors, **{lane: min(at, now - SLACK) for lane, at in ends.items()}},
            swept_at={**self.swept_at, **swept},
            wants_more=exhausted or any(n >= self._quota(lane, limit) for lane, n in rows.items()),
        )

    def _order(self) -> list[int]:
        others = [1 + (self.start - 1 + step) % SELLERS for step in range(SELLERS)]
        return [URGENT, *others] if self.urgent_first else [*others, URGENT]

    def _quota(self, lane: int, limit: int) -> int:
        return max(1, int(limit * (_HALF if lane == URGENT else self.share)))

    def _floor(self, lane: int, now: datetime) -> datetime:
        fresh = timedelta(0) <= now - self.swept_at.get(lane, _EVER) < SWEEP
        return self.floors.get(lane, _EVER) if fresh else _EVER

    def _seen(self, last: Mapping[int, datetime], *, exhausted: bool) -> list[int]:
        """The lanes that were visited: all, or those up to the one that filled the claim."""
        order = self._order()
        return order[: order.index(list(last)[-1]) + 1] if exhausted else order

    def _end(self, lane: int, rows: int, last: datetime, limit: int, now: datetime) -> datetime:
        """Until when everything due in the lane is taken."""
        return last if rows >= self._quota(lane, limit) else now

    def _next_share(self, rows: Mapping[int, int], limit: int, last: int | None, *, exhausted: bool) -> Fraction:
        """`last`: the lane of a seller that gave last; in an exhausted claim it may have been cut short."""
        if exhausted and last != (self.start - 2) % SELLERS + 1:
            return max(_LEAST, self.share * _HALF)
        sellers = {lane: n for lane, n in rows.items() if lane != URGENT}
        full = [lane for lane, n in sellers.items() if n >= self._quota(lane, limit) or (exhausted and lane == last)]
        rest = limit - sum(n for lane, n in rows.items() if lane not in full)
        return max(_LEAST, Fraction(rest // len(full), limit)) if full else Fraction(1)
