from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.counts_out import CountsOut


T = TypeVar("T", bound="AccountStatsOut")


@_attrs_define
class AccountStatsOut:
    """One account: its invoices, and the questions that are due.

    Attributes:
        invoices (CountsOut): How many invoices are in each state.
        oldest_unsynced_issued_at (datetime.datetime | None):
        checks_due (int):
        breaker_open (bool):
    """

    invoices: CountsOut
    oldest_unsynced_issued_at: datetime.datetime | None
    checks_due: int
    breaker_open: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        invoices = self.invoices.to_dict()

        oldest_unsynced_issued_at: None | str
        if isinstance(self.oldest_unsynced_issued_at, datetime.datetime):
            oldest_unsynced_issued_at = self.oldest_unsynced_issued_at.isoformat()
        else:
            oldest_unsynced_issued_at = self.oldest_unsynced_issued_at

        checks_due = self.checks_due

        breaker_open = self.breaker_open

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "invoices": invoices,
                "oldest_unsynced_issued_at": oldest_unsynced_issued_at,
                "checks_due": checks_due,
                "breaker_open": breaker_open,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.counts_out import CountsOut

        d = dict(src_dict)
        invoices = CountsOut.from_dict(d.pop("invoices"))

        def _parse_oldest_unsynced_issued_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                oldest_unsynced_issued_at_type_0 = datetime.datetime.fromisoformat(data)

                return oldest_unsynced_issued_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        oldest_unsynced_issued_at = _parse_oldest_unsynced_issued_at(
            d.pop("oldest_unsynced_issued_at")
        )

        checks_due = d.pop("checks_due")

        breaker_open = d.pop("breaker_open")

        account_stats_out = cls(
            invoices=invoices,
            oldest_unsynced_issued_at=oldest_unsynced_issued_at,
            checks_due=checks_due,
            breaker_open=breaker_open,
        )

        account_stats_out.additional_properties = d
        return account_stats_out

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
