from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.incident_message_out import IncidentMessageOut
    from ..models.invoice_message_out import InvoiceMessageOut
    from ..models.webhook_disabled_message_out import WebhookDisabledMessageOut


T = TypeVar("T", bound="FeedOut")


@_attrs_define
class FeedOut:
    """One page; `next_cursor` is always there. `more`: the next page can be had at once, else ask again later.

    Attributes:
        items (list[IncidentMessageOut | InvoiceMessageOut | WebhookDisabledMessageOut]):
        next_cursor (str):
        more (bool):
    """

    items: list[IncidentMessageOut | InvoiceMessageOut | WebhookDisabledMessageOut]
    next_cursor: str
    more: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.incident_message_out import IncidentMessageOut
        from ..models.invoice_message_out import InvoiceMessageOut

        items = []
        for items_item_data in self.items:
            items_item: dict[str, Any]
            if isinstance(items_item_data, InvoiceMessageOut) or isinstance(
                items_item_data, IncidentMessageOut
            ):
                items_item = items_item_data.to_dict()
            else:
                items_item = items_item_data.to_dict()

            items.append(items_item)

        next_cursor = self.next_cursor

        more = self.more

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "items": items,
                "next_cursor": next_cursor,
                "more": more,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.incident_message_out import IncidentMessageOut
        from ..models.invoice_message_out import InvoiceMessageOut
        from ..models.webhook_disabled_message_out import WebhookDisabledMessageOut

        d = dict(src_dict)
        items = []
        _items = d.pop("items")
        for items_item_data in _items:

            def _parse_items_item(
                data: object,
            ) -> IncidentMessageOut | InvoiceMessageOut | WebhookDisabledMessageOut:
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_0 = InvoiceMessageOut.from_dict(data)

                    return items_item_type_0
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_1 = IncidentMessageOut.from_dict(data)

                    return items_item_type_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                if not isinstance(data, dict):
                    raise TypeError()
                items_item_type_2 = WebhookDisabledMessageOut.from_dict(data)

                return items_item_type_2

            items_item = _parse_items_item(items_item_data)

            items.append(items_item)

        next_cursor = d.pop("next_cursor")

        more = d.pop("more")

        feed_out = cls(
            items=items,
            next_cursor=next_cursor,
            more=more,
        )

        feed_out.additional_properties = d
        return feed_out

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
