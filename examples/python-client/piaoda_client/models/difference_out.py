from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="DifferenceOut")


@_attrs_define
class DifferenceOut:
    """A field told differently: `expected` by the billing system, `got` from the tax system; `hard` means it counts.

    Attributes:
        field (str):
        expected (str):
        got (str):
        hard (bool):
    """

    field: str
    expected: str
    got: str
    hard: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        field = self.field

        expected = self.expected

        got = self.got

        hard = self.hard

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "field": field,
                "expected": expected,
                "got": got,
                "hard": hard,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        field = d.pop("field")

        expected = d.pop("expected")

        got = d.pop("got")

        hard = d.pop("hard")

        difference_out = cls(
            field=field,
            expected=expected,
            got=got,
            hard=hard,
        )

        difference_out.additional_properties = d
        return difference_out

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
