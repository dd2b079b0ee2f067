"""The sections under `accounts`: whom to ask, with what credentials, how hard and when.

Its one rule: what is left out comes from the adapter's capabilities or from its family's plan.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Annotated, Final, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from app.domain.invoice import Family
from app.domain.meter import Daily
from app.domain.plan import CHANNEL_LADDER, PROOF_DAILY_AT, PROOF_LADDER, Plan
from app.settings.connector import ConnectorSettings
from app.settings.credentials import CredentialSettings, Generations, fit, generations
from app.settings.fault import refusal
from app.settings.ranges import lasting, within
from app.settings.scalars import (
    AccountName,
    AdapterName,
    Count,
    Duration,
    Number,
    TimeOfDay,
    WebAddress,
)
from app.settings.section import Section, ascending, not_empty
from app.settings.surroundings import surroundings
from app.tax.adapter import Account, Capabilities

CONNECTOR: Final = "connector"
"""The adapter that lives by a description."""


class LimitSettings(Section):
    """None: the adapter's own. `rate` is calls a second, `batch` invoices a call, `daily` calls a day (None: any)."""

    rate: Annotated[Number, within(0.001, 1000)] | None = Field(None, examples=[10])
    concurrency: Annotated[Count, within(1, 100)] | None = Field(None, examples=[4])
    timeout: Annotated[Duration, lasting("0.1s", "5m")] = timedelta(seconds=15)
    batch: Annotated[Count, within(1, 1000)] | None = Field(None, examples=[50])
    daily: Annotated[Count, within(1, 1_000_000_000)] | None = Field(None, examples=[20_000])


class PlanSettings(Section):
    """Ages since issue (`ladder`), then one rhythm: `every`, or Beijing times of day (`daily_at`)."""

    ladder: tuple[Annotated[Duration, lasting("0s", "365d")], ...] = Field(
        max_length=100, examples=["[30s, 90s, 8m30s]"]
    )
    minimum_age: Annotated[Duration, lasting("0s", "30d")] = timedelta(0)
    every: Annotated[Duration, lasting("1s", "31d")] | None = None
    daily_at: tuple[TimeOfDay, ...] = Field((), max_length=96, validate_default=True)
    give_up_after: Annotated[Duration, lasting("1m", "1825d")] = timedelta(days=60)

    @field_validator("ladder")
    @classmethod
    def _ladder_ascends(cls, ladder: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        not_empty(ladder)
        ascending(ladder)
        return ladder

    @field_validator("daily_at")
    @classmethod
    def _one_rhythm(cls, daily_at: tuple[time, ...], info: ValidationInfo) -> tuple[time, ...]:
        """In order of the day, because the plan takes the first that is later than now."""
        hint = 'after the ladder, either every: 1h or daily_at: ["09:00", "21:00"]'
        if daily_at and info.data.get("every"):
            raise refusal("cannot stand beside every", hint)
        if not daily_at and "every" in info.data and info.data["every"] is None:
            raise refusal("is missing, and so is every", hint)
        return tuple(sorted(daily_at))


FAMILY_PLANS: Final[Mapping[Family, PlanSettings]] = MappingProxyType(
    {
        Family.CHANNEL: PlanSettings(ladder=CHANNEL_LADDER, every=timedelta(hours=1)),
        Family.PROOF: PlanSettings(ladder=PROOF_LADDER, daily_at=PROOF_DAILY_AT),
    }
)


class AccountSettings(Section):
    adapter: AdapterName = Field(examples=["nuonuo"])
    url: WebAddress | None = Field(None, validate_default=True)
    token_url: WebAddress | None = Field(None, validate_default=True)
    credentials: Generations = Field(default_factory=CredentialSettings, validate_default=True)
    connector: ConnectorSettings | None = Field(None, validate_default=True)
    proof: AccountName | None = None
    limits: LimitSettings = Field(default_factory=LimitSettings)
    plan: PlanSettings | None = None

    @field_validator("url", "token_url")
    @classmethod
    def _the_providers_own_unless_given(cls, url: str | None, info: ValidationInfo) -> str | None:
        adapter = surroundings(info).adapter(info.data.get("adapter"))
        usual = getattr(adapter, str(info.field_name)) if adapter else None
        if adapter and info.field_name == "url" and not (url or usual):
            raise refusal("is missing: only you know it", "such as url: https://gateway.example.com/invoices")
        return url or usual

    @field_validator("credentials")
    @classmethod
    def _credentials_are_the_adapters(cls, given: Generations, info: ValidationInfo) -> Generations:
        if adapter := surroundings(info).adapter(info.data.get("adapter")):
            fit(given, adapter)
        return given

    @field_validator("connector")
    @classmethod
    def _only_the_connector_is_described(
        cls, connector: ConnectorSettings | None, info: ValidationInfo
    ) -> ConnectorSettings | None:
        adapter = info.data.get("adapter")
        if adapter == CONNECTOR and connector is None:
            raise refusal("is missing", "how the gateway is asked: see docs/how-to/connect-a-gateway.md")
        if adapter not in {CONNECTOR, None} and connector:
            raise refusal(f"describes a gateway, and {adapter} needs no description", f"adapter: {CONNECTOR}, or none")
        if connector and "credentials" in info.data:
            for each in generations(info.data["credentials"]):
                connector.fits(each.revealed())
        return connector

    @field_validator("proof")
    @classmethod
    def _proof_can_prove(cls, proof: str | None, info: ValidationInfo) -> str | None:
        if proof and surroundings(info).family(proof) not in {Family.PROOF, None}:
            raise refusal("names an account that is asked by handle", "name one that verifies by face (查验)")
        return proof

    @model_validator(mode="after")
    def _somebody_can_confirm(self) -> Self:
        """A gateway that tells too little is a signal; without a proof beside it nothing would ever be synced."""
        lacking = self.connector.evidence_lacking if self.connector and self.proof is None else ()
        if lacking:
            hint = f"tell where {' and '.join(lacking)} stand in connector.answer.found, or name a proof account"
            raise refusal("can never confirm an invoice: its answers are no evidence", hint)
        return self

    @field_validator("limits")
    @classmethod
    def _batch_fits_the_adapter(cls, limits: LimitSettings, info: ValidationInfo) -> LimitSettings:
        adapter, connector = surroundings(info).adapter(info.data.get("adapter")), info.data.get("connector")
        most = connector.batch if connector else adapter.capabilities.batch if adapter else None
        if most and limits.batch and limits.batch > most:
            raise refusal("is more than the adapter takes in one call", f"at most {most}", "batch")
        return limits

    @property
    def expires_at(self) -> datetime | None:
        """When the newest credentials end, as far as anybody told us."""
        return generations(self.credentials)[0].end

    def generations(self, name: str) -> Iterator[tuple[Account, datetime | None]]:
        """What the adapter of each generation of credentials is given, and their end; the newest first."""
        newest = self.account(name)
        for each in generations(self.credentials):
            yield replace(newest, credentials=each.revealed()), each.end

    def account(self, name: str) -> Account:
        """What the adapter is given, with the newest credentials; the secrets leave their masks here."""
        return Account(
            name=name,
            url=self.url or "",
            token_url=self.token_url or "",
            credentials=generations(self.credentials)[0].revealed(),
            timeout=self.limits.timeout.total_seconds(),
            options=self.connector and self.connector.dialect(),
        )

    def told(self, adapter: Capabilities) -> Capabilities:
        """What can be asked of this account: as its description says, else as its adapter does."""
        return self.connector.capabilities if self.connector else adapter

    def capabilities(self, adapter: Capabilities) -> Capabilities:
        """What can be asked of this account, under its limits."""
        adapter = self.told(adapter)
        return replace(
            adapter,
            rate=self.limits.rate or adapter.rate,
            concurrency=self.limits.concurrency or adapter.concurrency,
            batch=self.limits.batch or adapter.batch,
        )

    def daily(self, adapter: Capabilities) -> Daily:
        """How often it may be asked on a day, and where that day begins."""
        return Daily(self.limits.daily, self.told(adapter).zone)

    def schedule(self, name: str, adapter: Capabilities) -> Plan:
        """When this account is asked; the family's plan where none is written."""
        adapter = self.told(adapter)
        plan = self.plan or FAMILY_PLANS[adapter.family]
        return Plan(
            account=name,
            family=adapter.family,
            ladder=plan.ladder,
            every=plan.every,
            daily_at=plan.daily_at,
            minimum_age=max(plan.minimum_age, adapter.minimum_age),
            same_day=adapter.same_day,
            free=adapter.daily_limit is None,
            retention=adapter.retention,
            proof=self.proof,
            give_up_after=min(plan.give_up_after, adapter.maximum_age or plan.give_up_after),
        )
