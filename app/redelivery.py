"""Tells again what somebody wants told again, a chunk at a time.

One rule: it only makes deliveries due; the notifier sends them, after what is fresh.
"""

import logging

from app.clock import Clock
from app.store import redeliveries
from app.store.database import Database

log = logging.getLogger(__name__)


class Redelivery:
    """One tenant's; any number of replicas may run it at once, each job is carried out by one at a time."""

    def __init__(self, *, tenant: str, database: Database, clock: Clock, rest: float = 5.0, chunk: int = 500) -> None:
        self._tenant, self._database, self._clock = tenant, database, clock
        self._rest, self._chunk = rest, chunk

    async def step(self) -> float:
        """Carries out one chunk of one job; returns zero while there may be more."""
        step = await redeliveries.walk(self._database, self._tenant, self._clock.now(), self._chunk)
        if step is None:
            return self._rest
        if step.state != "running":
            log.info("redelivery ended", extra={"job": step.job, "destination": step.destination, "state": step.state})
        return 0 if step.advanced else self._rest
