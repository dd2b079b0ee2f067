from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="MaintenanceIn")


@_attrs_define
class MaintenanceIn:
    """An announced window in which accounts (none named: all) may be down: alerts about them wait until it is over.

    `pause_deadlines`: nothing becomes late meanwhile, and deadlines are moved by what the window took from them.

        Attributes:
            starts_at (datetime.datetime):
            ends_at (datetime.datetime):
            reason (str):
            accounts (list[str] | Unset):
            pause_deadlines (bool | Unset):  Default: False.
    """

    starts_at: datetime.datetime
    ends_at: datetime.datetime
    reason: str
    accounts: list[str] | Unset = UNSET
    pause_deadlines: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        starts_at = self.starts_at.isoformat()

        ends_at = self.ends_at.isoformat()

        reason = self.reason

        accounts: list[str] | Unset = UNSET
        if not isinstance(self.accounts, Unset):
            accounts = self.accounts

        pause_deadlines = self.pause_deadlines

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "starts_at": starts_at,
                "ends_at": ends_at,
                "reason": reason,
            }
        )
        if accounts is not UNSET:
            field_dict["accounts"] = accounts
        if pause_deadlines is not UNSET:
            field_dict["pause_deadlines"] = pause_deadlines

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        starts_at = datetime.datetime.fromisoformat(d.pop("starts_at"))

        ends_at = datetime.datetime.fromisoformat(d.pop("ends_at"))

        reason = d.pop("reason")

        accounts = cast(list[str], d.pop("accounts", UNSET))

        pause_deadlines = d.pop("pause_deadlines", UNSET)

        maintenance_in = cls(
            starts_at=starts_at,
            ends_at=ends_at,
            reason=reason,
            accounts=accounts,
            pause_deadlines=pause_deadlines,
        )

        return maintenance_in
