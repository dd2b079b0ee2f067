from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.item_out import ItemOut


T = TypeVar("T", bound="BatchOut")


@_attrs_define
class BatchOut:
    """What became of many events. `items_truncated`: more were refused than are listed.

    Attributes:
        accepted (int):
        duplicates (int):
        conflicts (int):
        invalid (int):
        items (list[ItemOut]):
        items_truncated (bool | Unset):
    """

    accepted: int
    duplicates: int
    conflicts: int
    invalid: int
    items: list[ItemOut]
    items_truncated: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        accepted = self.accepted

        duplicates = self.duplicates

        conflicts = self.conflicts

        invalid = self.invalid

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        items_truncated = self.items_truncated

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "accepted": accepted,
                "duplicates": duplicates,
                "conflicts": conflicts,
                "invalid": invalid,
                "items": items,
            }
        )
        if items_truncated is not UNSET:
            field_dict["items_truncated"] = items_truncated

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.item_out import ItemOut

        d = dict(src_dict)
        accepted = d.pop("accepted")

        duplicates = d.pop("duplicates")

        conflicts = d.pop("conflicts")

        invalid = d.pop("invalid")

        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = ItemOut.from_dict(items_item_data)

            items.append(items_item)

        items_truncated = d.pop("items_truncated", UNSET)

        batch_out = cls(
            accepted=accepted,
            duplicates=duplicates,
            conflicts=conflicts,
            invalid=invalid,
            items=items,
            items_truncated=items_truncated,
        )

        batch_out.additional_properties = d
        return batch_out

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
