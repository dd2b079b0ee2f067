from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="HandleIn")


@_attrs_define
class HandleIn:
    """What the issuing channel knows the invoice by.

    Attributes:
        serial_no (None | str | Unset):
        order_no (None | str | Unset):
    """

    serial_no: None | str | Unset = UNSET
    order_no: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        serial_no: None | str | Unset
        if isinstance(self.serial_no, Unset):
            serial_no = UNSET
        else:
            serial_no = self.serial_no

        order_no: None | str | Unset
        if isinstance(self.order_no, Unset):
            order_no = UNSET
        else:
            order_no = self.order_no

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if serial_no is not UNSET:
            field_dict["serial_no"] = serial_no
        if order_no is not UNSET:
            field_dict["order_no"] = order_no

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_serial_no(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        serial_no = _parse_serial_no(d.pop("serial_no", UNSET))

        def _parse_order_no(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        order_no = _parse_order_no(d.pop("order_no", UNSET))

        handle_in = cls(
            serial_no=serial_no,
            order_no=order_no,
        )

        return handle_in
