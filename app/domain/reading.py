"""What can be counted at one moment, for whoever shows it: in the database, and in this replica.

One rule: counts and instants only, never an invoice, a seller or a buyer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.invoice import State


@dataclass(frozen=True, slots=True)
class Reading:
    """What the database counted at `at`: the same, whichever replica asks. Keys are names of accounts or channels; what
    is missing was counted as none. Instants are aware UTC.

    An account is missing from `accounts_up` while nobody knows whether it works, from `last_success_at` before its
    first answer, from `calls_used` and `calls_limit` when nothing limits its calls of a day, and from
    `credentials_expire_at` when its credentials have no known end.
    """

    at: datetime | None = None
    invoices: Mapping[tuple[State, str], int] = field(default_factory=dict)
    oldest_unsynced_issued_at: Mapping[str, datetime] = field(default_factory=dict)
    checks_due: Mapping[str, int] = field(default_factory=dict)
    accounts_up: Mapping[str, bool] = field(default_factory=dict)
    last_success_at: Mapping[str, datetime] = field(default_factory=dict)
    breakers_open: Mapping[str, bool] = field(default_factory=dict)
    calls_used: Mapping[str, int] = field(default_factory=dict)
    calls_limit: Mapping[str, int] = field(default_factory=dict)
    credentials_expire_at: Mapping[str, datetime] = field(default_factory=dict)
    incidents_open: Mapping[str, int] = field(default_factory=dict)
    deliveries_pending: Mapping[str, int] = field(default_factory=dict)
    oldest_delivery_due_at: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connections:
    """A pool of connections to the database: those at work and those at rest, the most it may open, and the callers
    that wait for one.
    """

    busy: int
    idle: int
    limit: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Present:
    """What this replica has under way: its own, like no other's. `calls` by account, `pools` by name.

    `clock_offset`: this machine's clock minus the database's; None before the first look at the latter.
    """

    calls: Mapping[str, int] = field(default_factory=dict)
    pools: Mapping[str, Connections] = field(default_factory=dict)
    events_waiting: int = 0
    sends: int = 0
    clock_offset: timedelta | None = None
