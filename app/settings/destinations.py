"""The sections under `destinations`: who hears of what. One rule: an empty filter lets everything through.

What a kind needs (an address, credentials, receivers) is what the kind itself declares in `app/channels`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator, model_validator

from app.channels import channel
from app.channels.channel import Destination, Form, Language
from app.channels.webhook import sign
from app.clock import DatabaseClock
from app.domain.address import Target
from app.domain.identity import Kind
from app.egress import Egress
from app.settings.credentials import fit_names
from app.settings.fault import refusal
from app.settings.ranges import lasting, within
from app.settings.scalars import (
    AccountName,
    ChannelName,
    Count,
    Duration,
    FieldPath,
    Flag,
    Label,
    Money,
    Number,
    PersonName,
    Secret,
    Table,
    TaxId,
    frozen_table,
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
    """`recovery_only`: of the confirmations, those of late invoices. `gather`: how long to wait for more. `ordered`:
    one invoice's messages one after the other. `latest_only`: of an invoice's messages that wait, the newest. `rate`:
    sends a second; None: the kind's own.
    """

    kind: ChannelName = Field(examples=["webhook"])
    url: Secret | None = Field(None, validate_default=True, examples=["{env: ERP_WEBHOOK_URL}"])
    secrets: Annotated[tuple[Secret, ...], Field(max_length=5)] = Field((), validate_default=True)
    headers: Table[Secret] = Field(default_factory=dict, validate_default=True)
    credentials: Table[Secret] = Field(default_factory=dict, validate_default=True)
    to: Annotated[tuple[str, ...], Field(max_length=100)] = Field((), validate_default=True)
    options: Table[str] = Field(default_factory=dict, validate_default=True)
    language: Language = "zh"
    mentions: tuple[str, ...] = ()
    person: PersonName | None = None
    fields: Annotated[tuple[FieldPath, ...], Field(max_length=100)] = ()
    form: Form = "standard"
    timeout: Annotated[Duration, lasting("0.1s", "2m")] = timedelta(seconds=15)
    events: tuple[EventName, ...] = ()
    accounts: tuple[AccountName, ...] = ()
    sellers: tuple[TaxId, ...] = ()
    kinds: tuple[Kind, ...] = ()
    labels: Annotated[Mapping[Label, str], Field(max_length=20), AfterValidator(frozen_table)] = Field(
        default_factory=dict, validate_default=True
    )
    minimum_amount: Annotated[Money, within(Decimal("0.00"), Decimal("999999999999.99"))] | None = None
    recovery_only: Flag = False
    gather: Annotated[Duration, lasting("0s", "1d")] = timedelta(0)
    ordered: Flag = False
    latest_only: Flag = False
    rate: Annotated[Number, within(0.001, 1000)] | None = Field(None, examples=[5])
    concurrency: Annotated[Count, within(1, 100)] = 8

    @field_validator("url")
    @classmethod
    def _url_leads_to_its_channel(cls, url: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if declared := _declared(info):
            _fit_url(url, declared, surroundings(info))
        elif url:
            target_of(url.get_secret_value())
        return url

    @field_validator("secrets")
    @classmethod
    def _webhooks_are_signed(cls, secrets: tuple[SecretStr, ...], info: ValidationInfo) -> tuple[SecretStr, ...]:
        if info.data.get("kind") == "webhook" and not secrets:
            raise refusal("is empty: a webhook is always signed", "such as [{env: ERP_WEBHOOK_SECRET}]")
        if info.data.get("kind") == "webhook":
            _sign_with(secrets)
        return secrets

    @field_validator("credentials")
    @classmethod
    def _credentials_are_the_kinds(
        cls, given: Mapping[str, SecretStr], info: ValidationInfo
    ) -> Mapping[str, SecretStr]:
        if declared := _declared(info):
            known = (*declared.credentials, *declared.optional)
            fit_names(given, declared.credentials, known, f"credential of {info.data['kind']}")
        return given

    @field_validator("to")
    @classmethod
    def _somebody_is_told(cls, to: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        declared = _declared(info)
        if declared and declared.to and not any(to):
            raise refusal("is missing: who shall be told", declared.to)
        if declared and to and not declared.to:
            raise refusal(f"is not used by {info.data['kind']}", "its url says who is told; take the key away")
        return to

    @field_validator("options")
    @classmethod
    def _options_are_the_kinds(cls, given: Mapping[str, str], info: ValidationInfo) -> Mapping[str, str]:
        if declared := _declared(info):
            fit_names(given, (), tuple(declared.options), f"option of {info.data['kind']}")
        return given

    @field_validator("form")
    @classmethod
    def _only_webhooks_are_dressed(cls, form: Form, info: ValidationInfo) -> Form:
        if form != "standard" and info.data.get("kind", "webhook") != "webhook":
            raise refusal("is for webhooks alone", "take the key away: a chat shows sentences")
        return form

    @model_validator(mode="after")
    def _its_channel_can_be_made(self, info: ValidationInfo) -> Self:
        """What only the channel itself knows (an option it cannot do without, a header it keeps for itself)."""
        if (declared := surroundings(info).channels.get(self.kind)) is None:
            return self
        try:
            declared.make(self.destination(self.kind), _toolbox())
        except ValueError as error:
            raise refusal(str(error).removeprefix(f"{self.kind}: "), _all_of(declared)) from None
        return self

    def destination(self, name: str) -> Destination:
        """What the channel is given; the secrets leave their masks here."""
        return Destination(
            name=name,
            kind=self.kind,
            url=self.url.get_secret_value() if self.url else "",
            secrets=tuple(secret.get_secret_value() for secret in self.secrets),
            language=self.language,
            timeout=self.timeout.total_seconds(),
            headers=_revealed(self.headers),
            mentions=self.mentions,
            credentials=_revealed(self.credentials),
            to=self.to,
            fields=self.fields,
            form=self.form,
            options=self.options,
            person=self.person or "",
        )


def _revealed(secrets: Mapping[str, SecretStr]) -> Mapping[str, str]:
    return {name: secret.get_secret_value() for name, secret in secrets.items()}


def _declared(info: ValidationInfo) -> channel.Kind | None:
    """What the kind says of itself; None where the kind is at fault."""
    return surroundings(info).channels.get(info.data.get("kind", ""))


@cache
def _toolbox() -> channel.Toolbox:
    """For a trial: nothing is sent."""
    return channel.Toolbox(Egress(), DatabaseClock())


def _all_of(declared: channel.Kind) -> str:
    """What an operator can write for this kind, and what it means."""
    tables = {
        "credentials": {**declared.credentials, **declared.optional},
        "options": declared.options,
        "to": {"": declared.to} if declared.to else {},
    }
    return (
        "; ".join(
            f"{table}{name and '.'}{name}: {meaning}"
            for table, names in tables.items()
            for name, meaning in names.items()
        )
        or "see examples/piaoda.yaml"
    )


def _fit_url(url: SecretStr | None, declared: channel.Kind, around: Surroundings) -> None:
    """A chat address is its own password, so it must not be posted to a host that merely looks right."""
    if url is None:
        if declared.url == "required":
            raise refusal("is missing", f"such as {_example(declared)}, or {{env: NAME}}")
        return
    if declared.url == "none":
        raise refusal("is not used by this kind", "take the key away")
    target = target_of(url.get_secret_value())
    if declared.hosts and not (_leads_to(target, declared.hosts) or _is_opened(target, around)):
        hint = f"{_example(declared)}, or a literal address that egress.allow opens (a relay, a simulator)"
        raise refusal("leads to a foreign host", hint)


def _example(declared: channel.Kind) -> str:
    host = next(iter(declared.hosts), "erp.example.com").replace("*", "your-own", 1)
    return f"https://{host}/…"


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
