from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.counts_out import CountsOut
    from ..models.stats_out_accounts import StatsOutAccounts


T = TypeVar("T", bound="StatsOut")


@_attrs_define
class StatsOut:
    """The figures of all invoices, and of each account by its name.

    Attributes:
        at (datetime.datetime):
        invoices (CountsOut): How many invoices are in each state.
        accounts (StatsOutAccounts):
    """

    at: datetime.datetime
    invoices: CountsOut
    accounts: StatsOutAccounts
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at = self.at.isoformat()

        invoices = self.invoices.to_dict()

        accounts = self.accounts.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at": at,
                "invoices": invoices,
                "accounts": accounts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.counts_out import CountsOut
        from ..models.stats_out_accounts import StatsOutAccounts

        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))

        invoices = CountsOut.from_dict(d.pop("invoices"))

        accounts = StatsOutAccounts.from_dict(d.pop("accounts"))

        stats_out = cls(
            at=at,
            invoices=invoices,
            accounts=accounts,
        )

        stats_out.additional_properties = d
        return stats_out

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
