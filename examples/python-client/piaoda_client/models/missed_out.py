from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.redeliver_out import RedeliverOut


T = TypeVar("T", bound="MissedOut")


@_attrs_define
class MissedOut:
    """What it was not told since the trouble began, counted up to 10,000; and the call that sends it.

    Attributes:
        since (datetime.datetime):
        messages (int):
        redeliver (RedeliverOut): The call that sends it: make it as it stands here.
    """

    since: datetime.datetime
    messages: int
    redeliver: RedeliverOut
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        since = self.since.isoformat()

        messages = self.messages

        redeliver = self.redeliver.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "since": since,
                "messages": messages,
                "redeliver": redeliver,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.redeliver_out import RedeliverOut

        d = dict(src_dict)
        since = datetime.datetime.fromisoformat(d.pop("since"))

        messages = d.pop("messages")

        redeliver = RedeliverOut.from_dict(d.pop("redeliver"))

        missed_out = cls(
            since=since,
            messages=messages,
            redeliver=redeliver,
        )

        missed_out.additional_properties = d
        return missed_out

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
