from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="AmountIn")


@_attrs_define
class AmountIn:
    """Totals as text with at most two decimals, at least one of them; negative on a red-letter invoice.

    Attributes:
        without_tax (None | str | Unset):
        tax (None | str | Unset):
        with_tax (None | str | Unset):
        currency (None | str | Unset):
    """

    without_tax: None | str | Unset = UNSET
    tax: None | str | Unset = UNSET
    with_tax: None | str | Unset = UNSET
    currency: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        without_tax: None | str | Unset
        if isinstance(self.without_tax, Unset):
            without_tax = UNSET
        else:
            without_tax = self.without_tax

        tax: None | str | Unset
        if isinstance(self.tax, Unset):
            tax = UNSET
        else:
            tax = self.tax

        with_tax: None | str | Unset
        if isinstance(self.with_tax, Unset):
            with_tax = UNSET
        else:
            with_tax = self.with_tax

        currency: None | str | Unset
        if isinstance(self.currency, Unset):
            currency = UNSET
        else:
            currency = self.currency

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if without_tax is not UNSET:
            field_dict["without_tax"] = without_tax
        if tax is not UNSET:
            field_dict["tax"] = tax
        if with_tax is not UNSET:
            field_dict["with_tax"] = with_tax
        if currency is not UNSET:
            field_dict["currency"] = currency

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_without_tax(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        without_tax = _parse_without_tax(d.pop("without_tax", UNSET))

        def _parse_tax(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        tax = _parse_tax(d.pop("tax", UNSET))

        def _parse_with_tax(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        with_tax = _parse_with_tax(d.pop("with_tax", UNSET))

        def _parse_currency(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        currency = _parse_currency(d.pop("currency", UNSET))

        amount_in = cls(
            without_tax=without_tax,
            tax=tax,
            with_tax=with_tax,
            currency=currency,
        )

        return amount_in
