"""A webhook endpoint: what it wants to hear and how, what it signs with, how it goes with it.

One rule: a secret in use ends at a time that was said before, never because a newer one came.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

Origin = Literal["configuration", "api"]
Form = Literal["standard", "cloudevents"]

INVOICE_EVENTS = ("invoice.synced", "invoice.overdue", "invoice.escalated", "invoice.changed", "invoice.voided")
EVENTS = (*INVOICE_EVENTS, "incident.opened", "incident.updated", "incident.resolved", "webhook.disabled")
"""What an endpoint can ask for; a test comes unasked."""

SYMMETRIC, PRIVATE = "whsec_", "whsk_"
"""How secrets begin: shared with the receiver, or ours alone."""

LIVE_SECRETS = 5
OVERLAP = timedelta(hours=24)
"""How long the older secrets go on signing after a rotation."""


@dataclass(frozen=True, slots=True)
class SigningSecret:
    """`whsec_` or `whsk_`; it signs until `until`, for good where that is None."""

    text: str = field(repr=False)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants an endpoint to be. Empty filters let everything through; `minimum_amount` in the invoice's
    currency, without sign; `rate` in messages a second; `timeout` in seconds.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    description: str = ""
    events: tuple[str, ...] = INVOICE_EVENTS
    accounts: tuple[str, ...] = ()
    sellers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    minimum_amount: Decimal | None = None
    fields: tuple[str, ...] = ()
    form: Form = "standard"
    ordered: bool = False
    latest_only: bool = False
    rate: float | None = None
    concurrency: int = 8
    timeout: float = 15.0


@dataclass(frozen=True, slots=True)
class Health:
    """How it goes. `failing_since`, `failures`: unbroken failure; `open_until`: left alone until then."""

    enabled: bool = True
    disabled_reason: str | None = None
    disabled_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    open_until: datetime | None = None
    last_success_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`readable`: False where URL and secrets were sealed under another secret than this process has."""

    name: str
    origin: Origin
    wanted: Wanted
    secrets: tuple[SigningSecret, ...] = ()
    health: Health = Health()
    readable: bool = True
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Deliveries that wait, and those given up; each counted up to `MOST_COUNTED`."""

    pending: int = 0
    dead: int = 0


MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Missed:
    """What an endpoint was not told since an instant, counted up to `MOST_COUNTED`."""

    since: datetime | None
    messages: int = 0


def live(secrets: Sequence[SigningSecret], now: datetime) -> tuple[SigningSecret, ...]:
    """The secrets that sign now, the newest first."""
    return tuple(secret for secret in secrets if secret.until is None or secret.until > now)


def rotated(
    secrets: Sequence[SigningSecret], fresh: Sequence[str], now: datetime, overlap: timedelta
) -> tuple[SigningSecret, ...] | None:
    """`fresh` secrets first; those of before sign on for `overlap`, or less where their end was said already.

    None where more than five would be live: ending one of them early would fail a receiver that still relies on it.
    """
    end = now + overlap
    ending = [SigningSecret(each.text, min(each.until or end, end)) for each in live(secrets, now)]
    kept = (*(SigningSecret(text) for text in fresh), *live(ending, now))
    return kept if len(kept) <= LIVE_SECRETS else None
