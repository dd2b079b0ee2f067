from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    Self,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="QuarantineEntryOut")


@_attrs_define
class QuarantineEntryOut:
    """It made processing raise: nobody asks about it until a person does (`check`).

    Attributes:
        at (datetime.datetime):
        entry (Literal['quarantine']):
        stage (str):
        reason (str):
    """

    at: datetime.datetime
    entry: Literal["quarantine"]
    stage: str
    reason: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at = self.at.isoformat()

        entry = self.entry

        stage = self.stage

        reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at": at,
                "entry": entry,
                "stage": stage,
                "reason": reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))

        entry = cast(Literal["quarantine"], d.pop("entry"))
        if entry != "quarantine":
            raise ValueError(f"entry must match const 'quarantine', got '{entry}'")

        stage = d.pop("stage")

        reason = d.pop("reason")

        quarantine_entry_out = cls(
            at=at,
            entry=entry,
            stage=stage,
            reason=reason,
        )

        quarantine_entry_out.additional_properties = d
        return quarantine_entry_out

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
