from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="HandleOut")


@_attrs_define
class HandleOut:
    """
    Attributes:
        serial_no (None | str):
        order_no (None | str):
    """

    serial_no: None | str
    order_no: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        serial_no: None | str
        serial_no = self.serial_no

        order_no: None | str
        order_no = self.order_no

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "serial_no": serial_no,
                "order_no": order_no,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_serial_no(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        serial_no = _parse_serial_no(d.pop("serial_no"))

        def _parse_order_no(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        order_no = _parse_order_no(d.pop("order_no"))

        handle_out = cls(
            serial_no=serial_no,
            order_no=order_no,
        )

        handle_out.additional_properties = d
        return handle_out

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
