"""The sections under `destinations`: who hears of what. One rule: an empty filter lets everything through."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from app.channels.channel import Destination, Language
from app.settings.fault import refusal
from app.settings.scalars import (
    AccountName,
    ChannelName,
    Duration,
    Flag,
    Money,
    Period,
    Secret,
    Table,
    TaxId,
    host_of,
    literal_address,
)
from app.settings.section import Section
from app.settings.surroundings import Surroundings, surroundings

EventName = Literal[
    "invoice.synced",
    "invoice.overdue",
    "invoice.escalated",
    "invoice.voided",
    "invoice.changed",
    "incident.opened",
    "incident.updated",
    "incident.resolved",
    "webhook.disabled",
    "test.ping",
]

# A chat address is its own password, so it must not be posted to a host that merely looks right.
OFFICIAL_HOSTS: Final[Mapping[str, str]] = MappingProxyType(
    {"slack": "hooks.slack.com", "wecom": "qyapi.weixin.qq.com"}
)


class DestinationSettings(Section):
    """`recovery_only`: of the confirmations, those of late invoices. `gather`: how long to wait for more."""

    kind: ChannelName = Field(examples=["webhook"])
    url: Secret = Field(examples=["{env: ERP_WEBHOOK_URL}"])
    secrets: Annotated[tuple[Secret, ...], Field(max_length=5)] = Field((), validate_default=True)
    headers: Table[Secret] = Field(default_factory=dict, validate_default=True)
    language: Language = "zh"
    mentions: tuple[str, ...] = ()
    timeout: Period = timedelta(seconds=15)
    events: tuple[EventName, ...] = ()
    accounts: tuple[AccountName, ...] = ()
    sellers: tuple[TaxId, ...] = ()
    minimum_amount: Money | None = None
    recovery_only: Flag = False
    gather: Duration = timedelta(0)

    @field_validator("url")
    @classmethod
    def _url_leads_to_its_channel(cls, url: SecretStr, info: ValidationInfo) -> SecretStr:
        text, official = url.get_secret_value(), OFFICIAL_HOSTS.get(info.data.get("kind", ""))
        if official and not _is_opened(host_of(text), surroundings(info)):
            _must_be(official, text)
        host_of(text)
        return url

    @field_validator("secrets")
    @classmethod
    def _webhooks_are_signed(
        cls, secrets: tuple[SecretStr, ...], info: ValidationInfo
    ) -> tuple[SecretStr, ...]:
        if info.data.get("kind") == "webhook" and not secrets:
            raise refusal("is empty: a webhook is always signed", "such as [{env: ERP_WEBHOOK_SECRET}]")
        return secrets

    def destination(self, name: str) -> Destination:
        """What the channel is given; the secrets leave their masks here."""
        return Destination(
            name=name,
            kind=self.kind,
            url=self.url.get_secret_value(),
            secrets=tuple(secret.get_secret_value() for secret in self.secrets),
            language=self.language,
            timeout=self.timeout.total_seconds(),
            headers={key: secret.get_secret_value() for key, secret in self.headers.items()},
            mentions=self.mentions,
        )


def _must_be(official: str, url: str) -> None:
    if host_of(url) != official or urlsplit(url).scheme != "https":
        raise refusal(
            "leads to a foreign host",
            f"https://{official}/…, or a literal address that egress.allow opens (a relay, a simulator)",
        )


def _is_opened(host: str, around: Surroundings) -> bool:
    address = literal_address(host)
    return address is not None and any(address in allowed.network for allowed in around.allowed)
