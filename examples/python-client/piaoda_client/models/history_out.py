from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.check_entry_out import CheckEntryOut
    from ..models.delivery_entry_out import DeliveryEntryOut
    from ..models.note_entry_out import NoteEntryOut
    from ..models.quarantine_entry_out import QuarantineEntryOut
    from ..models.transition_entry_out import TransitionEntryOut


T = TypeVar("T", bound="HistoryOut")


@_attrs_define
class HistoryOut:
    """Transitions, checks, deliveries and notes, oldest first; and why it is set aside, if it is.

    Attributes:
        items (list[CheckEntryOut | DeliveryEntryOut | NoteEntryOut | QuarantineEntryOut | TransitionEntryOut]):
    """

    items: list[
        CheckEntryOut
        | DeliveryEntryOut
        | NoteEntryOut
        | QuarantineEntryOut
        | TransitionEntryOut
    ]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.check_entry_out import CheckEntryOut
        from ..models.delivery_entry_out import DeliveryEntryOut
        from ..models.note_entry_out import NoteEntryOut
        from ..models.transition_entry_out import TransitionEntryOut

        items = []
        for items_item_data in self.items:
            items_item: dict[str, Any]
            if (
                isinstance(items_item_data, TransitionEntryOut)
                or isinstance(items_item_data, CheckEntryOut)
                or isinstance(items_item_data, DeliveryEntryOut)
                or isinstance(items_item_data, NoteEntryOut)
            ):
                items_item = items_item_data.to_dict()
            else:
                items_item = items_item_data.to_dict()

            items.append(items_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "items": items,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.check_entry_out import CheckEntryOut
        from ..models.delivery_entry_out import DeliveryEntryOut
        from ..models.note_entry_out import NoteEntryOut
        from ..models.quarantine_entry_out import QuarantineEntryOut
        from ..models.transition_entry_out import TransitionEntryOut

        d = dict(src_dict)
        items = []
        _items = d.pop("items")
        for items_item_data in _items:

            def _parse_items_item(
                data: object,
            ) -> (
                CheckEntryOut
                | DeliveryEntryOut
                | NoteEntryOut
                | QuarantineEntryOut
                | TransitionEntryOut
            ):
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_0 = TransitionEntryOut.from_dict(data)

                    return items_item_type_0
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_1 = CheckEntryOut.from_dict(data)

                    return items_item_type_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_2 = DeliveryEntryOut.from_dict(data)

                    return items_item_type_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_3 = NoteEntryOut.from_dict(data)

                    return items_item_type_3
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                if not isinstance(data, dict):
                    raise TypeError()
                items_item_type_4 = QuarantineEntryOut.from_dict(data)

                return items_item_type_4

            items_item = _parse_items_item(items_item_data)

            items.append(items_item)

        history_out = cls(
            items=items,
        )

        history_out.additional_properties = d
        return history_out

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
