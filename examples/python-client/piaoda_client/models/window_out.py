from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.window_out_state import WindowOutState

T = TypeVar("T", bound="WindowOut")


@_attrs_define
class WindowOut:
    """`credited`: the deadlines that it paused have been moved.

    Attributes:
        id (UUID):
        state (WindowOutState):
        accounts (list[str]):
        starts_at (datetime.datetime):
        ends_at (datetime.datetime):
        pause_deadlines (bool):
        reason (str):
        author (str):
        created_at (datetime.datetime):
        credited (bool):
    """

    id: UUID
    state: WindowOutState
    accounts: list[str]
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    pause_deadlines: bool
    reason: str
    author: str
    created_at: datetime.datetime
    credited: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        state = self.state.value

        accounts = self.accounts

        starts_at = self.starts_at.isoformat()

        ends_at = self.ends_at.isoformat()

        pause_deadlines = self.pause_deadlines

        reason = self.reason

        author = self.author

        created_at = self.created_at.isoformat()

        credited = self.credited

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "state": state,
                "accounts": accounts,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "pause_deadlines": pause_deadlines,
                "reason": reason,
                "author": author,
                "created_at": created_at,
                "credited": credited,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        state = WindowOutState(d.pop("state"))

        accounts = cast(list[str], d.pop("accounts"))

        starts_at = datetime.datetime.fromisoformat(d.pop("starts_at"))

        ends_at = datetime.datetime.fromisoformat(d.pop("ends_at"))

        pause_deadlines = d.pop("pause_deadlines")

        reason = d.pop("reason")

        author = d.pop("author")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        credited = d.pop("credited")

        window_out = cls(
            id=id,
            state=state,
            accounts=accounts,
            starts_at=starts_at,
            ends_at=ends_at,
            pause_deadlines=pause_deadlines,
            reason=reason,
            author=author,
            created_at=created_at,
            credited=credited,
        )

        window_out.additional_properties = d
        return window_out

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
