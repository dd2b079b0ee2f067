from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="AmountOut")


@_attrs_define
class AmountOut:
    """
    Attributes:
        without_tax (None | str):
        tax (None | str):
        with_tax (None | str):
        currency (str):
    """

    without_tax: None | str
    tax: None | str
    with_tax: None | str
    currency: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        without_tax: None | str
        without_tax = self.without_tax

        tax: None | str
        tax = self.tax

        with_tax: None | str
        with_tax = self.with_tax

        currency = self.currency

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "without_tax": without_tax,
                "tax": tax,
                "with_tax": with_tax,
                "currency": currency,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_without_tax(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        without_tax = _parse_without_tax(d.pop("without_tax"))

        def _parse_tax(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        tax = _parse_tax(d.pop("tax"))

        def _parse_with_tax(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        with_tax = _parse_with_tax(d.pop("with_tax"))

        currency = d.pop("currency")

        amount_out = cls(
            without_tax=without_tax,
            tax=tax,
            with_tax=with_tax,
            currency=currency,
        )

        amount_out.additional_properties = d
        return amount_out

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
