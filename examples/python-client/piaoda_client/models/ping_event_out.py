from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    Self,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.ping_data_out import PingDataOut


T = TypeVar("T", bound="PingEventOut")


@_attrs_define
class PingEventOut:
    """Somebody tries the webhook; nothing has happened.

    Attributes:
        type_ (Literal['test.ping']):
        timestamp (datetime.datetime):
        data (PingDataOut):
    """

    type_: Literal["test.ping"]
    timestamp: datetime.datetime
    data: PingDataOut
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

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
        from ..models.ping_data_out import PingDataOut

        d = dict(src_dict)
        type_ = cast(Literal["test.ping"], d.pop("type"))
        if type_ != "test.ping":
            raise ValueError(f"type must match const 'test.ping', got '{type_}'")

        timestamp = datetime.datetime.fromisoformat(d.pop("timestamp"))

        data = PingDataOut.from_dict(d.pop("data"))

        ping_event_out = cls(
            type_=type_,
            timestamp=timestamp,
            data=data,
        )

        ping_event_out.additional_properties = d
        return ping_event_out

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
