from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CountsOut")


@_attrs_define
class CountsOut:
    """How many invoices are in each state.

    Attributes:
        pending (int):
        synced (int):
        overdue (int):
        escalated (int):
        voided (int):
    """

    pending: int
    synced: int
    overdue: int
    escalated: int
    voided: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        pending = self.pending

        synced = self.synced

        overdue = self.overdue

        escalated = self.escalated

        voided = self.voided

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "pending": pending,
                "synced": synced,
                "overdue": overdue,
                "escalated": escalated,
                "voided": voided,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        pending = d.pop("pending")

        synced = d.pop("synced")

        overdue = d.pop("overdue")

        escalated = d.pop("escalated")

        voided = d.pop("voided")

        counts_out = cls(
            pending=pending,
            synced=synced,
            overdue=overdue,
            escalated=escalated,
            voided=voided,
        )

        counts_out.additional_properties = d
        return counts_out

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
