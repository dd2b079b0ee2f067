"""Invoices that flow while something happens to the database; afterwards everything is held against the invariants.

One rule: billing repeats what was not acknowledged, and nobody restarts the service.
"""

import random
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from tests.acceptance.story import Story, rows
from tests.billing import Billing
from tests.chaos.test_kill import IN_FLIGHT, UNDECIDED, drawn, enter, outside, tell
from tests.evidence import read
from tests.invariants import violations
from tests.processes import until
from tests.town import Town

SEED = 20261122
TOGETHER = 8


class Flow:
    """`count` invoices with their fates, told to whichever replica of the town is alive."""

    def __init__(self, place: Town, count: int) -> None:
        self._place, self._chance = place, random.Random(SEED)
        self._flow = drawn(Story(place, place.services[0]), self._chance, count)
        self._billing = Billing(self._somewhere)
        enter(place, self._flow)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Tells them from now on; leaving the block waits until each is acknowledged."""
        with self._billing, ThreadPoolExecutor(TOGETHER) as pool:
            telling: list[Future[Any]] = [pool.submit(tell, self._billing, one) for one in self._flow]
            try:
                yield
            finally:
                for each in telling:
                    each.result()

    @property
    def acknowledged(self) -> int:
        return len(self._billing.told)

    def reaches(self, share: float) -> None:
        """Waits until this share of the flow is acknowledged."""
        wanted = share * len(self._flow)
        until(lambda: self.acknowledged >= wanted, f"{wanted:.0f} invoices are acknowledged")

    def violations(self, database_url: str, *, cuts: int = 0) -> list[str]:
        """Waits until all is decided and told; then what does not hold. `cuts`: how often senders lost the database."""
        until(lambda: rows(database_url, UNDECIDED)[0]["n"] == 0, "every invoice is decided and told", within=120)
        seen = outside(self._place, self._billing, self._flow, cuts * len(self._place.services) * IN_FLIGHT)
        return violations(read(database_url), seen)

    def _somewhere(self) -> str:
        alive = [each.url for each in self._place.services if each.alive and each.url]
        return self._chance.choice(alive) if alive else ""
