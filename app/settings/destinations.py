"""The sections under `destinations`: who hears of what. One rule: an empty filter lets everything through."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from app.channels.channel import Destination, Language
from app.channels.registry import CHANNELS
from app.channels.webhook import sign
from app.domain.address import Target
from app.settings.fault import refusal
from app.settings.ranges import lasting, within
from app.settings.scalars import (
    AccountName,
    ChannelName,
    Duration,
    Flag,
    Money,
    Secret,
    Table,
    TaxId,
    literal_address,
    target_of,
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


HTTPS = 443


class DestinationSettings(Section):
    """`recovery_only`: of the confirmations, those of late invoices. `gather`: how long to wait for more."""

    kind: ChannelName = Field(examples=["webhook"])
    url: Secret = Field(examples=["{env: ERP_WEBHOOK_URL}"])
    secrets: Annotated[tuple[Secret, ...], Field(max_length=5)] = Field((), validate_default=True)
    headers: Table[Secret] = Field(default_factory=dict, validate_default=True)
    language: Language = "zh"
    mentions: tuple[str, ...] = ()
    timeout: Annotated[Duration, lasting("0.1s", "2m")] = timedelta(seconds=15)
    events: tuple[EventName, ...] = ()
    accounts: tuple[AccountName, ...] = ()
    sellers: tuple[TaxId, ...] = ()
    minimum_amount: Annotated[Money, within(Decimal("0.00"), Decimal("999999999999.99"))] | None = None
    recovery_only: Flag = False
    gather: Annotated[Duration, lasting("0s", "1d")] = timedelta(0)

    @field_validator("url")
    @classmethod
    def _url_leads_to_its_channel(cls, url: SecretStr, info: ValidationInfo) -> SecretStr:
        # A chat address is its own password, so it must not be posted to a host that merely looks right.
        target, kind = target_of(url.get_secret_value()), CHANNELS.get(info.data.get("kind", ""))
        official = kind.hosts if kind else ()
        if official and not (_leads_to(target, official) or _is_opened(target, surroundings(info))):
            hint = f"https://{official[0]}/…, or a literal address that egress.allow opens (a relay, a simulator)"
            raise refusal("leads to a foreign host", hint)
        return url

    @field_validator("secrets")
    @classmethod
    def _webhooks_are_signed(cls, secrets: tuple[SecretStr, ...], info: ValidationInfo) -> tuple[SecretStr, ...]:
        if info.data.get("kind") == "webhook" and not secrets:
            raise refusal("is empty: a webhook is always signed", "such as [{env: ERP_WEBHOOK_SECRET}]")
        if info.data.get("kind") == "webhook":
            _sign_with(secrets)
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


def _sign_with(secrets: Sequence[SecretStr]) -> None:
    """The signer itself says whether a secret will do; better now than at the first alert."""
    for secret in secrets:
        try:
            sign(secret.get_secret_value(), "trial", 0, "")
        except ValueError:
            raise refusal("holds no usable secret", "whsec_ and the base64 of 24 to 64 random bytes") from None


def _leads_to(target: Target, hosts: Sequence[str]) -> bool:
    return (
        target.scheme == "https"
        and target.port == HTTPS
        and any(target.host == host or (host.startswith("*.") and target.host.endswith(host[1:])) for host in hosts)
    )


def _is_opened(target: Target, around: Surroundings) -> bool:
    address = literal_address(target.host)
    return address is not None and any(rule.opens(address, target.port) for rule in around.allowed)
