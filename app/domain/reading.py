"""What the database counted at one moment, for whoever shows it.

One rule: counts and instants only, never an invoice, a seller or a buyer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.invoice import State


@dataclass(frozen=True, slots=True)
class Reading:
    """Keys are names of accounts or channels; what is missing was counted as none. Instants are aware UTC.

    An account is missing from `accounts_up` while nobody knows whether it works, and from
    `credentials_expire_at` when its credentials have no known end.
    """

    invoices: Mapping[tuple[State, str], int] = field(default_factory=dict)
    oldest_unsynced_issued_at: Mapping[str, datetime] = field(default_factory=dict)
    checks_due: Mapping[str, int] = field(default_factory=dict)
    accounts_up: Mapping[str, bool] = field(default_factory=dict)
    breakers_open: Mapping[str, bool] = field(default_factory=dict)
    credentials_expire_at: Mapping[str, datetime] = field(default_factory=dict)
    incidents_open: Mapping[str, int] = field(default_factory=dict)
    deliveries_pending: Mapping[str, int] = field(default_factory=dict)
    oldest_delivery_due_at: Mapping[str, datetime] = field(default_factory=dict)
