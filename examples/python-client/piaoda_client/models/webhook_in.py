from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.webhook_in_events_type_0_item import WebhookInEventsType0Item
from ..models.webhook_in_form_type_0 import WebhookInFormType0
from ..models.webhook_in_kinds_type_0_item import WebhookInKindsType0Item
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.webhook_in_headers_type_0 import WebhookInHeadersType0
    from ..models.webhook_in_labels_type_0 import WebhookInLabelsType0


T = TypeVar("T", bound="WebhookIn")


@_attrs_define
class WebhookIn:
    """A webhook to be made. `asymmetric`: signed with Ed25519 too, so that a receiver may hold a public key only.

    Attributes:
        url (str):
        description (None | str | Unset):
        events (list[WebhookInEventsType0Item] | None | Unset):
        accounts (list[str] | None | Unset):
        sellers (list[str] | None | Unset):
        kinds (list[WebhookInKindsType0Item] | None | Unset):
        labels (None | Unset | WebhookInLabelsType0):
        minimum_amount (None | str | Unset):
        fields (list[str] | None | Unset):
        form (None | Unset | WebhookInFormType0):
        ordered (bool | None | Unset):
        latest_only (bool | None | Unset):
        rate (float | None | Unset):
        concurrency (int | None | Unset):
        headers (None | Unset | WebhookInHeadersType0):
        timeout (float | None | Unset):
        name (None | str | Unset):
        asymmetric (bool | None | Unset):
    """

    url: str
    description: None | str | Unset = UNSET
    events: list[WebhookInEventsType0Item] | None | Unset = UNSET
    accounts: list[str] | None | Unset = UNSET
    sellers: list[str] | None | Unset = UNSET
    kinds: list[WebhookInKindsType0Item] | None | Unset = UNSET
    labels: None | Unset | WebhookInLabelsType0 = UNSET
    minimum_amount: None | str | Unset = UNSET
    fields: list[str] | None | Unset = UNSET
    form: None | Unset | WebhookInFormType0 = UNSET
    ordered: bool | None | Unset = UNSET
    latest_only: bool | None | Unset = UNSET
    rate: float | None | Unset = UNSET
    concurrency: int | None | Unset = UNSET
    headers: None | Unset | WebhookInHeadersType0 = UNSET
    timeout: float | None | Unset = UNSET
    name: None | str | Unset = UNSET
    asymmetric: bool | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.webhook_in_headers_type_0 import WebhookInHeadersType0
        from ..models.webhook_in_labels_type_0 import WebhookInLabelsType0

        url = self.url

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        events: list[str] | None | Unset
        if isinstance(self.events, Unset):
            events = UNSET
        elif isinstance(self.events, list):
            events = []
            for events_type_0_item_data in self.events:
                events_type_0_item = events_type_0_item_data.value
                events.append(events_type_0_item)

        else:
            events = self.events

        accounts: list[str] | None | Unset
        if isinstance(self.accounts, Unset):
            accounts = UNSET
        elif isinstance(self.accounts, list):
            accounts = self.accounts

        else:
            accounts = self.accounts

        sellers: list[str] | None | Unset
        if isinstance(self.sellers, Unset):
            sellers = UNSET
        elif isinstance(self.sellers, list):
            sellers = self.sellers

        else:
            sellers = self.sellers

        kinds: list[str] | None | Unset
        if isinstance(self.kinds, Unset):
            kinds = UNSET
        elif isinstance(self.kinds, list):
            kinds = []
            for kinds_type_0_item_data in self.kinds:
                kinds_type_0_item = kinds_type_0_item_data.value
                kinds.append(kinds_type_0_item)

        else:
            kinds = self.kinds

        labels: dict[str, Any] | None | Unset
        if isinstance(self.labels, Unset):
            labels = UNSET
        elif isinstance(self.labels, WebhookInLabelsType0):
            labels = self.labels.to_dict()
        else:
            labels = self.labels

        minimum_amount: None | str | Unset
        if isinstance(self.minimum_amount, Unset):
            minimum_amount = UNSET
        else:
            minimum_amount = self.minimum_amount

        fields: list[str] | None | Unset
        if isinstance(self.fields, Unset):
            fields = UNSET
        elif isinstance(self.fields, list):
            fields = self.fields

        else:
            fields = self.fields

        form: None | str | Unset
        if isinstance(self.form, Unset):
            form = UNSET
        elif isinstance(self.form, WebhookInFormType0):
            form = self.form.value
        else:
            form = self.form

        ordered: bool | None | Unset
        if isinstance(self.ordered, Unset):
            ordered = UNSET
        else:
            ordered = self.ordered

        latest_only: bool | None | Unset
        if isinstance(self.latest_only, Unset):
            latest_only = UNSET
        else:
            latest_only = self.latest_only

        rate: float | None | Unset
        if isinstance(self.rate, Unset):
            rate = UNSET
        else:
            rate = self.rate

        concurrency: int | None | Unset
        if isinstance(self.concurrency, Unset):
            concurrency = UNSET
        else:
            concurrency = self.concurrency

        headers: dict[str, Any] | None | Unset
        if isinstance(self.headers, Unset):
            headers = UNSET
        elif isinstance(self.headers, WebhookInHeadersType0):
            headers = self.headers.to_dict()
        else:
            headers = self.headers

        timeout: float | None | Unset
        if isinstance(self.timeout, Unset):
            timeout = UNSET
        else:
            timeout = self.timeout

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        asymmetric: bool | None | Unset
        if isinstance(self.asymmetric, Unset):
            asymmetric = UNSET
        else:
            asymmetric = self.asymmetric

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "url": url,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if events is not UNSET:
            field_dict["events"] = events
        if accounts is not UNSET:
            field_dict["accounts"] = accounts
        if sellers is not UNSET:
            field_dict["sellers"] = sellers
        if kinds is not UNSET:
            field_dict["kinds"] = kinds
        if labels is not UNSET:
            field_dict["labels"] = labels
        if minimum_amount is not UNSET:
            field_dict["minimum_amount"] = minimum_amount
        if fields is not UNSET:
            field_dict["fields"] = fields
        if form is not UNSET:
            field_dict["form"] = form
        if ordered is not UNSET:
            field_dict["ordered"] = ordered
        if latest_only is not UNSET:
            field_dict["latest_only"] = latest_only
        if rate is not UNSET:
            field_dict["rate"] = rate
        if concurrency is not UNSET:
            field_dict["concurrency"] = concurrency
        if headers is not UNSET:
            field_dict["headers"] = headers
        if timeout is not UNSET:
            field_dict["timeout"] = timeout
        if name is not UNSET:
            field_dict["name"] = name
        if asymmetric is not UNSET:
            field_dict["asymmetric"] = asymmetric

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.webhook_in_headers_type_0 import WebhookInHeadersType0
        from ..models.webhook_in_labels_type_0 import WebhookInLabelsType0

        d = dict(src_dict)
        url = d.pop("url")

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_events(
            data: object,
        ) -> list[WebhookInEventsType0Item] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                events_type_0 = []
                _events_type_0 = data
                for events_type_0_item_data in _events_type_0:
                    events_type_0_item = WebhookInEventsType0Item(
                        events_type_0_item_data
                    )

                    events_type_0.append(events_type_0_item)

                return events_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[WebhookInEventsType0Item] | None | Unset, data)

        events = _parse_events(d.pop("events", UNSET))

        def _parse_accounts(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                accounts_type_0 = cast(list[str], data)

                return accounts_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        accounts = _parse_accounts(d.pop("accounts", UNSET))

        def _parse_sellers(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                sellers_type_0 = cast(list[str], data)

                return sellers_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        sellers = _parse_sellers(d.pop("sellers", UNSET))

        def _parse_kinds(data: object) -> list[WebhookInKindsType0Item] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                kinds_type_0 = []
                _kinds_type_0 = data
                for kinds_type_0_item_data in _kinds_type_0:
                    kinds_type_0_item = WebhookInKindsType0Item(kinds_type_0_item_data)

                    kinds_type_0.append(kinds_type_0_item)

                return kinds_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[WebhookInKindsType0Item] | None | Unset, data)

        kinds = _parse_kinds(d.pop("kinds", UNSET))

        def _parse_labels(data: object) -> None | Unset | WebhookInLabelsType0:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                labels_type_0 = WebhookInLabelsType0.from_dict(data)

                return labels_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | WebhookInLabelsType0, data)

        labels = _parse_labels(d.pop("labels", UNSET))

        def _parse_minimum_amount(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        minimum_amount = _parse_minimum_amount(d.pop("minimum_amount", UNSET))

        def _parse_fields(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                fields_type_0 = cast(list[str], data)

                return fields_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        fields = _parse_fields(d.pop("fields", UNSET))

        def _parse_form(data: object) -> None | Unset | WebhookInFormType0:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                form_type_0 = WebhookInFormType0(data)

                return form_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | WebhookInFormType0, data)

        form = _parse_form(d.pop("form", UNSET))

        def _parse_ordered(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        ordered = _parse_ordered(d.pop("ordered", UNSET))

        def _parse_latest_only(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        latest_only = _parse_latest_only(d.pop("latest_only", UNSET))

        def _parse_rate(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        rate = _parse_rate(d.pop("rate", UNSET))

        def _parse_concurrency(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        concurrency = _parse_concurrency(d.pop("concurrency", UNSET))

        def _parse_headers(data: object) -> None | Unset | WebhookInHeadersType0:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                headers_type_0 = WebhookInHeadersType0.from_dict(data)

                return headers_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | WebhookInHeadersType0, data)

        headers = _parse_headers(d.pop("headers", UNSET))

        def _parse_timeout(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        timeout = _parse_timeout(d.pop("timeout", UNSET))

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        def _parse_asymmetric(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        asymmetric = _parse_asymmetric(d.pop("asymmetric", UNSET))

        webhook_in = cls(
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
            headers=headers,
            timeout=timeout,
            name=name,
            asymmetric=asymmetric,
        )

        return webhook_in
