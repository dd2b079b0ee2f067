"""The figures and invoices of the first page. One rule: what needs a person comes first, however much else there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.domain.invoice import Record, State
from app.domain.search import Search
from app.store.invoices import Invoices

TILES: Final = (State.ESCALATED, State.OVERDUE, State.PENDING, State.SYNCED, State.VOIDED)
_NEEDING: Final = 6  # rows of each state that needs a person
_LATEST: Final = 10


@dataclass(frozen=True, slots=True)
class Account:
    """A tax-system account. `oldest_at`: when its oldest unsynced invoice was issued."""

    name: str
    invoices: Mapping[str, int]
    checks_due: int
    breaker_open: bool
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Overview:
    """`next_late` is the pending invoice whose deadline comes first."""

    counts: Mapping[str, int]
    accounts: Sequence[Account]
    needing: Sequence[Record]
    next_late: Record | None
    latest: Sequence[Record]

    @property
    def needing_count(self) -> int:
        return self.counts[State.ESCALATED] + self.counts[State.OVERDUE]

    @property
    def checks_due(self) -> int:
        return sum(account.checks_due for account in self.accounts)

    @property
    def oldest_at(self) -> datetime | None:
        return min((account.oldest_at for account in self.accounts if account.oldest_at), default=None)

    @property
    def synced_share(self) -> float | None:
        """Of all invoices that count, those that are synced; None when there are none."""
        counting = sum(self.counts.values()) - self.counts[State.VOIDED]
        return self.counts[State.SYNCED] / counting if counting else None


async def take(invoices: Invoices, tenant: str, now: datetime) -> Overview:
    """One look at everything; the escalated before the overdue, each newest first."""

    async def some(limit: int, **query: Any) -> Sequence[Record]:
        return (await invoices.search(tenant, Search(limit=limit, **query))).records

    stats = await invoices.stats(tenant, now)
    escalated = await some(_NEEDING, state=(State.ESCALATED,), sort="-state_at")
    overdue = await some(_NEEDING, state=(State.OVERDUE,), sort="-state_at")
    next_late = await some(1, state=(State.PENDING,), sort="overdue_at")
    return Overview(
        counts=stats["invoices"],
        accounts=[_account(name, said) for name, said in stats["accounts"].items()],
        needing=[*escalated, *overdue],
        next_late=next_late[0] if next_late else None,
        latest=await some(_LATEST),
    )


def _account(name: str, said: Mapping[str, Any]) -> Account:
    oldest = said["oldest_unsynced_issued_at"]
    return Account(
        name=name,
        invoices=said["invoices"],
        checks_due=said["checks_due"],
        breaker_open=said["breaker_open"],
        oldest_at=datetime.fromisoformat(oldest) if oldest else None,
    )
