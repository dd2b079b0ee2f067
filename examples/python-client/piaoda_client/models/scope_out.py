from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.affected_seller_out import AffectedSellerOut


T = TypeVar("T", bound="ScopeOut")


@_attrs_define
class ScopeOut:
    """Where it is. `all`: nothing there is answered; `sellers`: five of `sellers_total`, with most invoices.

    Attributes:
        all_ (bool):
        accounts (list[str]):
        sellers (list[AffectedSellerOut]):
        sellers_total (int):
        kinds (list[str]):
        regions (list[str]):
    """

    all_: bool
    accounts: list[str]
    sellers: list[AffectedSellerOut]
    sellers_total: int
    kinds: list[str]
    regions: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        all_ = self.all_

        accounts = self.accounts

        sellers = []
        for sellers_item_data in self.sellers:
            sellers_item = sellers_item_data.to_dict()
            sellers.append(sellers_item)

        sellers_total = self.sellers_total

        kinds = self.kinds

        regions = self.regions

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "all": all_,
                "accounts": accounts,
                "sellers": sellers,
                "sellers_total": sellers_total,
                "kinds": kinds,
                "regions": regions,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.affected_seller_out import AffectedSellerOut

        d = dict(src_dict)
        all_ = d.pop("all")

        accounts = cast(list[str], d.pop("accounts"))

        sellers = []
        _sellers = d.pop("sellers")
        for sellers_item_data in _sellers:
            sellers_item = AffectedSellerOut.from_dict(sellers_item_data)

            sellers.append(sellers_item)

        sellers_total = d.pop("sellers_total")

        kinds = cast(list[str], d.pop("kinds"))

        regions = cast(list[str], d.pop("regions"))

        scope_out = cls(
            all_=all_,
            accounts=accounts,
            sellers=sellers,
            sellers_total=sellers_total,
            kinds=kinds,
            regions=regions,
        )

        scope_out.additional_properties = d
        return scope_out

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
