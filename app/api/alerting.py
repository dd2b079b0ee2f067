"""What the calls about incidents, silences and maintenance need from behind them, as Protocols; see `ports.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.domain.acting import Deed, Effect
from app.domain.alerting_policy import AlertPolicy
from app.domain.quiet import IncidentListing, Listed, Listing, Silence, Window


class Incidents(Protocol):
    """None: this tenant has no such incident."""

    async def all(self, tenant: str, listing: IncidentListing) -> Listed[dict[str, Any]]: ...

    async def get(self, tenant: str, incident_id: str) -> dict[str, Any] | None:
        """The document, with `notices`."""
        ...

    async def members(
        self, tenant: str, incident_id: str, after: str | None, limit: int
    ) -> Listed[dict[str, Any]] | None: ...

    async def do(self, tenant: str, deed: Deed, now: datetime) -> Effect: ...

    async def unacknowledge(self, tenant: str, incident_id: str, now: datetime) -> Effect: ...


class Silences(Protocol):
    async def create(
        self, tenant: str, matchers: Mapping[str, Sequence[str]], starts_at: datetime, ends_at: datetime, *,
        reason: str, author: str, now: datetime,
    ) -> tuple[Silence, bool]:  # fmt: skip
        """The silence, and whether it is new."""
        ...

    async def get(self, tenant: str, silence_id: str) -> Silence | None: ...

    async def all(self, tenant: str, listing: Listing, now: datetime) -> Listed[Silence]: ...

    async def end(self, tenant: str, silence_id: str, now: datetime) -> Silence | None: ...


class Maintenance(Protocol):
    async def create(
        self, tenant: str, accounts: Sequence[str], starts_at: datetime, ends_at: datetime, *,
        pause_deadlines: bool, reason: str, author: str, now: datetime,
    ) -> tuple[Window, bool] | None:  # fmt: skip
        """The window, and whether it is new; None where it would pause what another one pauses."""
        ...

    async def get(self, tenant: str, window_id: str) -> Window | None: ...

    async def all(self, tenant: str, listing: Listing, now: datetime) -> Listed[Window]: ...

    async def end(self, tenant: str, window_id: str, now: datetime) -> Window | None: ...


@dataclass(frozen=True, slots=True)
class Alerting:
    """`accounts`: those that are configured; a window cannot name another."""

    incidents: Incidents
    silences: Silences
    maintenance: Maintenance
    accounts: tuple[str, ...] = ()
    policy: AlertPolicy = AlertPolicy()
