from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="NextLevelOut")


@_attrs_define
class NextLevelOut:
    """
    Attributes:
        level (int):
        at (datetime.datetime):
        destinations (list[str]):
    """

    level: int
    at: datetime.datetime
    destinations: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        level = self.level

        at = self.at.isoformat()

        destinations = self.destinations

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "level": level,
                "at": at,
                "destinations": destinations,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        level = d.pop("level")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        destinations = cast(list[str], d.pop("destinations"))

        next_level_out = cls(
            level=level,
            at=at,
            destinations=destinations,
        )

        next_level_out.additional_properties = d
        return next_level_out

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
