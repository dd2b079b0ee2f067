"""Questions and failures, counted where they happen and added up by the minute in the database.

One rule: it is bounded, and it costs the happy path one look-up: a scope is counted only while something failed in it
lately.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.invoice import Answer, Invoice
from app.domain.outage import OUTAGE_CLASS

MOST_SCOPES = 2_000
MOST_COUNTS = 20_000  # while the database is away nothing drains
WATCHED_FOR = timedelta(minutes=15)


@dataclass(slots=True)
class Count:
    """`outcome` and `code`: of the last failure."""

    asked: int = 0
    failed: int = 0
    outcome: str = ""
    code: str = ""


Place = tuple[str, str, str]
"""Account, seller, region; empty seller and region: the whole account."""


@dataclass(slots=True)
class Tally:
    """One replica's counts since the last `drain`."""

    region_label: str = "region"
    _counts: dict[tuple[datetime, Place], Count] = field(default_factory=dict)
    _watched: dict[Place, datetime] = field(default_factory=dict)

    def note(self, account: str, invoice: Invoice, answer: Answer, now: datetime) -> None:
        failed = answer.outcome in OUTAGE_CLASS
        if not failed and not self._watched:
            return
        seller, region = invoice.seller.tax_id or "", invoice.labels.get(self.region_label, "")
        places = {(account, "", ""), (account, seller, ""), (account, "", region)}
        for place in places:
            if failed and (place in self._watched or len(self._watched) < MOST_SCOPES):
                self._watched[place] = now
            if place in self._watched:
                self._count(place, answer, now, failed=failed)

    def drain(self, now: datetime) -> Mapping[tuple[datetime, Place], Count]:
        """The counts since the last time, by minute and place; scopes without a failure for long are forgotten."""
        counts, self._counts = self._counts, {}
        self._watched = {place: at for place, at in self._watched.items() if now - at < WATCHED_FOR}
        return counts

    def _count(self, place: Place, answer: Answer, now: datetime, *, failed: bool) -> None:
        key = (now.replace(second=0, microsecond=0), place)
        if key not in self._counts and len(self._counts) >= MOST_COUNTS:
            return
        count = self._counts.setdefault(key, Count())
        count.asked += 1
        if failed:
            count.failed += 1
            count.outcome, count.code = answer.outcome.value, answer.code
