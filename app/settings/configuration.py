"""piaoda.yaml as a whole. One rule: everything is optional, and unknown keys are refused."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from app.domain.address import Target
from app.settings.accounts import AccountSettings
from app.settings.alerts import AlertSettings
from app.settings.destinations import DestinationSettings
from app.settings.fault import refusal
from app.settings.people import PersonSettings, one_person_each
from app.settings.policies import (
    BreakerSettings,
    BudgetSettings,
    DeadlinesSettings,
    DeliverySettings,
    RecheckSettings,
)
from app.settings.ranges import lasting, sized, within
from app.settings.scalars import AccountName, Count, Duration, Money, Opening, Size, Table, WebAddress
from app.settings.section import Section
from app.settings.windows import MaintenanceSettings, SilenceSettings


class EgressSettings(Section):
    """Private addresses that may be called; public ones always may. `proxy`: through which public ones are called."""

    allow: tuple[Opening, ...] = ()
    proxy: WebAddress | None = Field(None, examples=["http://proxy.example.com:3128"])

    @field_validator("proxy")
    @classmethod
    def _proxy_is_an_origin(cls, proxy: str | None) -> str | None:
        """What goes through it is encrypted from end to end; a proxy that is itself spoken to by TLS adds nothing."""
        target = Target.parse(proxy) if proxy else None
        if target and (target.scheme != "http" or target.path != "/"):
            raise refusal("is not http://host:port", "such as http://proxy.example.com:3128")
        return proxy


class LoopSettings(Section):
    """How long each worker rests when there is nothing to do; `batch` is the most it takes on in one step."""

    poll_every: Annotated[Duration, lasting("0.05s", "10m")] = timedelta(seconds=1)
    watch_every: Annotated[Duration, lasting("0.05s", "10m")] = timedelta(seconds=5)
    notify_every: Annotated[Duration, lasting("0.05s", "10m")] = timedelta(seconds=1)
    batch: Annotated[Count, within(1, 10_000)] = 500


class RetentionSettings(Section):
    """How long the answers of the tax system, and the attempts to tell others, are kept; whole months go at once.
    Invoices and their moves stay.
    """

    checks: Annotated[Duration, lasting("31d", "36500d")] = timedelta(days=3653)
    attempts: Annotated[Duration, lasting("31d", "36500d")] = timedelta(days=92)


class RequestSettings(Section):
    """What one request to our own API may hold, and how many are at work at the same moment; sizes in bytes."""

    body_bytes: Annotated[Size, sized("1KB", "64MB")] = Field(1024**2, examples=["1MB"])
    bulk_line_bytes: Annotated[Size, sized("1KB", "1MB")] = Field(64 * 1024, examples=["64KB"])
    batch_items: Annotated[Count, within(1, 10_000)] = 1000
    requests: Annotated[Count, within(1, 10_000)] = 512
    uploads: Annotated[Count, within(1, 1000)] = 16


class Configuration(Section):
    """`default_account` is the first account unless named; None without accounts."""

    accounts: Table[AccountSettings] = Field(default_factory=dict, validate_default=True)
    default_account: AccountName | None = Field(None, validate_default=True)
    budget: BudgetSettings = Field(default_factory=BudgetSettings)
    deadlines: DeadlinesSettings = Field(default_factory=DeadlinesSettings)
    rechecks: RecheckSettings = Field(default_factory=RecheckSettings)
    amount_tolerance: Annotated[Money, within(Decimal("0.00"), Decimal("1000.00"))] = Decimal("0.00")
    breaker: BreakerSettings = Field(default_factory=BreakerSettings)
    destinations: Table[DestinationSettings] = Field(default_factory=dict, validate_default=True)
    alerts: AlertSettings = Field(default_factory=dict, validate_default=True)
    people: Annotated[Table[PersonSettings], AfterValidator(one_person_each)] = Field(
        default_factory=dict, validate_default=True
    )
    silences: Annotated[tuple[SilenceSettings, ...], Field(max_length=1000)] = ()
    maintenance: Annotated[tuple[MaintenanceSettings, ...], Field(max_length=1000)] = ()
    delivery: DeliverySettings = Field(default_factory=DeliverySettings)
    egress: EgressSettings = Field(default_factory=EgressSettings)
    loops: LoopSettings = Field(default_factory=LoopSettings)
    limits: RequestSettings = Field(default_factory=RequestSettings)
    retention: RetentionSettings = Field(default_factory=RetentionSettings)

    @field_validator("default_account")
    @classmethod
    def _the_first_account_unless_named(cls, named: str | None, info: ValidationInfo) -> str | None:
        return named or next(iter(info.data.get("accounts", ())), None)
