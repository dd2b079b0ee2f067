from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.incident_event_out_type import IncidentEventOutType

if TYPE_CHECKING:
    from ..models.incident_event_data_out import IncidentEventDataOut


T = TypeVar("T", bound="IncidentEventOut")


@_attrs_define
class IncidentEventOut:
    """An incident was opened, has something new, or is over.

    Attributes:
        type_ (IncidentEventOutType):
        timestamp (datetime.datetime):
        data (IncidentEventDataOut):
    """

    type_: IncidentEventOutType
    timestamp: datetime.datetime
    data: IncidentEventDataOut
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_.value

        timestamp = self.timestamp.isoformat()

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "type": type_,
                "timestamp": timestamp,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.incident_event_data_out import IncidentEventDataOut

        d = dict(src_dict)
        type_ = IncidentEventOutType(d.pop("type"))

        timestamp = datetime.datetime.fromisoformat(d.pop("timestamp"))

        data = IncidentEventDataOut.from_dict(d.pop("data"))

        incident_event_out = cls(
            type_=type_,
            timestamp=timestamp,
            data=data,
        )

        incident_event_out.additional_properties = d
        return incident_event_out

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
