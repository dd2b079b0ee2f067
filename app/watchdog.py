"""What time alone does: late invoices move, deadlines that maintenance paused are put right, early voids are applied.

One rule: it knows no tax system and waits for none, so a stuck poller cannot hide an overdue invoice.
"""

import logging

from app.clock import Clock
from app.domain.transition import Move
from app.observability.metrics import Metrics
from app.store.database import Database
from app.store.events import apply_early_voids
from app.store.lateness import move_late
from app.store.maintenance import credit

log = logging.getLogger(__name__)


class Watchdog:
    """One tenant's watchdog; any number of replicas may run it at once."""

    def __init__(
        self, *, tenant: str, database: Database, clock: Clock, metrics: Metrics, rest: float = 5.0, chunk: int = 500
    ) -> None:
        self._tenant, self._database, self._clock = tenant, database, clock
        self._metrics, self._rest, self._chunk = metrics, rest, chunk

    async def step(self) -> float:
        """Moves one chunk; returns zero while there may be more."""
        crediting = await credit(self._database, self._tenant, self._clock.now(), self._chunk)
        late = await move_late(self._database, self._tenant, self._clock.now(), self._chunk)
        voided = await apply_early_voids(self._database, self._tenant, self._clock.now(), self._chunk)
        for moved in (*late, *voided):
            self._report(moved)
        return 0 if crediting or self._chunk in (len(late), len(voided)) else self._rest

    def _report(self, moved: Move) -> None:
        record, transition = moved.record, moved.transition
        account = record.invoice.account or ""
        self._metrics.transition(transition.before, transition.after, transition.cause, account=account)
        log.info(
            "moved",
            extra={
                "invoice": record.id, "account": record.invoice.account, "before": transition.before,
                "after": transition.after, "cause": transition.cause, "diagnosis": record.diagnosis,
            },
        )  # fmt: skip
