from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.webhook_made_out_form import WebhookMadeOutForm
from ..models.webhook_made_out_origin import WebhookMadeOutOrigin

if TYPE_CHECKING:
    from ..models.links_out import LinksOut
    from ..models.secret_out import SecretOut
    from ..models.webhook_made_out_headers import WebhookMadeOutHeaders
    from ..models.webhook_made_out_labels import WebhookMadeOutLabels


T = TypeVar("T", bound="WebhookMadeOut")


@_attrs_define
class WebhookMadeOut:
    """With its new secret, which is shown this once.

    Attributes:
        name (str):
        origin (WebhookMadeOutOrigin):
        url (None | str):
        description (str):
        events (list[str]):
        accounts (list[str]):
        sellers (list[str]):
        kinds (list[str]):
        labels (WebhookMadeOutLabels):
        minimum_amount (None | str):
        fields (list[str]):
        form (WebhookMadeOutForm):
        ordered (bool):
        latest_only (bool):
        rate (float | None):
        concurrency (int):
        timeout (float):
        headers (WebhookMadeOutHeaders):
        secrets (list[SecretOut]):
        public_keys (list[str]):
        enabled (bool):
        disabled_reason (None | str):
        disabled_at (datetime.datetime | None):
        failing_since (datetime.datetime | None):
        failures (int):
        open_until (datetime.datetime | None):
        last_success_at (datetime.datetime | None):
        pending (int):
        dead (int):
        created_at (datetime.datetime | None):
        updated_at (datetime.datetime | None):
        links (LinksOut):
        secret (str):
    """

    name: str
    origin: WebhookMadeOutOrigin
    url: None | str
    description: str
    events: list[str]
    accounts: list[str]
    sellers: list[str]
    kinds: list[str]
    labels: WebhookMadeOutLabels
    minimum_amount: None | str
    fields: list[str]
    form: WebhookMadeOutForm
    ordered: bool
    latest_only: bool
    rate: float | None
    concurrency: int
    timeout: float
    headers: WebhookMadeOutHeaders
    secrets: list[SecretOut]
    public_keys: list[str]
    enabled: bool
    disabled_reason: None | str
    disabled_at: datetime.datetime | None
    failing_since: datetime.datetime | None
    failures: int
    open_until: datetime.datetime | None
    last_success_at: datetime.datetime | None
    pending: int
    dead: int
    created_at: datetime.datetime | None
    updated_at: datetime.datetime | None
    links: LinksOut
    secret: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        origin = self.origin.value

        url: None | str
        url = self.url

        description = self.description

        events = self.events

        accounts = self.accounts

        sellers = self.sellers

        kinds = self.kinds

        labels = self.labels.to_dict()

        minimum_amount: None | str
        minimum_amount = self.minimum_amount

        fields = self.fields

        form = self.form.value

        ordered = self.ordered

        latest_only = self.latest_only

        rate: float | None
        rate = self.rate

        concurrency = self.concurrency

        timeout = self.timeout

        headers = self.headers.to_dict()

        secrets = []
        for secrets_item_data in self.secrets:
            secrets_item = secrets_item_data.to_dict()
            secrets.append(secrets_item)

        public_keys = self.public_keys

        enabled = self.enabled

        disabled_reason: None | str
        disabled_reason = self.disabled_reason

        disabled_at: None | str
        if isinstance(self.disabled_at, datetime.datetime):
            disabled_at = self.disabled_at.isoformat()
        else:
            disabled_at = self.disabled_at

        failing_since: None | str
        if isinstance(self.failing_since, datetime.datetime):
            failing_since = self.failing_since.isoformat()
        else:
            failing_since = self.failing_since

        failures = self.failures

        open_until: None | str
        if isinstance(self.open_until, datetime.datetime):
            open_until = self.open_until.isoformat()
        else:
            open_until = self.open_until

        last_success_at: None | str
        if isinstance(self.last_success_at, datetime.datetime):
            last_success_at = self.last_success_at.isoformat()
        else:
            last_success_at = self.last_success_at

        pending = self.pending

        dead = self.dead

        created_at: None | str
        if isinstance(self.created_at, datetime.datetime):
            created_at = self.created_at.isoformat()
        else:
            created_at = self.created_at

        updated_at: None | str
        if isinstance(self.updated_at, datetime.datetime):
            updated_at = self.updated_at.isoformat()
        else:
            updated_at = self.updated_at

        links = self.links.to_dict()

        secret = self.secret

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "origin": origin,
                "url": url,
                "description": description,
                "events": events,
                "accounts": accounts,
                "sellers": sellers,
                "kinds": kinds,
                "labels": labels,
                "minimum_amount": minimum_amount,
                "fields": fields,
                "form": form,
                "ordered": ordered,
                "latest_only": latest_only,
                "rate": rate,
                "concurrency": concurrency,
                "timeout": timeout,
                "headers": headers,
                "secrets": secrets,
                "public_keys": public_keys,
                "enabled": enabled,
                "disabled_reason": disabled_reason,
                "disabled_at": disabled_at,
                "failing_since": failing_since,
                "failures": failures,
                "open_until": open_until,
                "last_success_at": last_success_at,
                "pending": pending,
                "dead": dead,
                "created_at": created_at,
                "updated_at": updated_at,
                "links": links,
                "secret": secret,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.links_out import LinksOut
        from ..models.secret_out import SecretOut
        from ..models.webhook_made_out_headers import WebhookMadeOutHeaders
        from ..models.webhook_made_out_labels import WebhookMadeOutLabels

        d = dict(src_dict)
        name = d.pop("name")

        origin = WebhookMadeOutOrigin(d.pop("origin"))

        def _parse_url(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        url = _parse_url(d.pop("url"))

        description = d.pop("description")

        events = cast(list[str], d.pop("events"))

        accounts = cast(list[str], d.pop("accounts"))

        sellers = cast(list[str], d.pop("sellers"))

        kinds = cast(list[str], d.pop("kinds"))

        labels = WebhookMadeOutLabels.from_dict(d.pop("labels"))

        def _parse_minimum_amount(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        minimum_amount = _parse_minimum_amount(d.pop("minimum_amount"))

        fields = cast(list[str], d.pop("fields"))

        form = WebhookMadeOutForm(d.pop("form"))

        ordered = d.pop("ordered")

        latest_only = d.pop("latest_only")

        def _parse_rate(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        rate = _parse_rate(d.pop("rate"))

        concurrency = d.pop("concurrency")

        timeout = d.pop("timeout")

        headers = WebhookMadeOutHeaders.from_dict(d.pop("headers"))

        secrets = []
        _secrets = d.pop("secrets")
        for secrets_item_data in _secrets:
            secrets_item = SecretOut.from_dict(secrets_item_data)

            secrets.append(secrets_item)

        public_keys = cast(list[str], d.pop("public_keys"))

        enabled = d.pop("enabled")

        def _parse_disabled_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        disabled_reason = _parse_disabled_reason(d.pop("disabled_reason"))

        def _parse_disabled_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                disabled_at_type_0 = datetime.datetime.fromisoformat(data)

                return disabled_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        disabled_at = _parse_disabled_at(d.pop("disabled_at"))

        def _parse_failing_since(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                failing_since_type_0 = datetime.datetime.fromisoformat(data)

                return failing_since_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        failing_since = _parse_failing_since(d.pop("failing_since"))

        failures = d.pop("failures")

        def _parse_open_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                open_until_type_0 = datetime.datetime.fromisoformat(data)

                return open_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        open_until = _parse_open_until(d.pop("open_until"))

        def _parse_last_success_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_success_at_type_0 = datetime.datetime.fromisoformat(data)

                return last_success_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        last_success_at = _parse_last_success_at(d.pop("last_success_at"))

        pending = d.pop("pending")

        dead = d.pop("dead")

        def _parse_created_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                created_at_type_0 = datetime.datetime.fromisoformat(data)

                return created_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        created_at = _parse_created_at(d.pop("created_at"))

        def _parse_updated_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                updated_at_type_0 = datetime.datetime.fromisoformat(data)

                return updated_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        updated_at = _parse_updated_at(d.pop("updated_at"))

        links = LinksOut.from_dict(d.pop("links"))

        secret = d.pop("secret")

        webhook_made_out = cls(
            name=name,
            origin=origin,
            url=url,
            description=description,
            events=events,
            accounts=accounts,
            sellers=sellers,
            kinds=kinds,
            labels=labels,
            minimum_amount=minimum_amount,
            fields=fields,
            form=form,
            ordered=ordered,
            latest_only=latest_only,
            rate=rate,
            concurrency=concurrency,
            timeout=timeout,
            headers=headers,
            secrets=secrets,
            public_keys=public_keys,
            enabled=enabled,
            disabled_reason=disabled_reason,
            disabled_at=disabled_at,
            failing_since=failing_since,
            failures=failures,
            open_until=open_until,
            last_success_at=last_success_at,
            pending=pending,
            dead=dead,
            created_at=created_at,
            updated_at=updated_at,
            links=links,
            secret=secret,
        )

        webhook_made_out.additional_properties = d
        return webhook_made_out

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
