from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="SellerIn")


@_attrs_define
class SellerIn:
    """
    Attributes:
        tax_id (str):
        name (None | str | Unset):
    """

    tax_id: str
    name: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        tax_id = self.tax_id

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "tax_id": tax_id,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        tax_id = d.pop("tax_id")

        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))

        seller_in = cls(
            tax_id=tax_id,
            name=name,
        )

        return seller_in
