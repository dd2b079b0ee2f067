from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="DisabledWebhookOut")


@_attrs_define
class DisabledWebhookOut:
    """
    Attributes:
        id (str):
        name (str):
        reason (str):
        failing_since (datetime.datetime):
        disabled_at (datetime.datetime):
    """

    id: str
    name: str
    reason: str
    failing_since: datetime.datetime
    disabled_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        reason = self.reason

        failing_since = self.failing_since.isoformat()

        disabled_at = self.disabled_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "reason": reason,
                "failing_since": failing_since,
                "disabled_at": disabled_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        reason = d.pop("reason")

        failing_since = datetime.datetime.fromisoformat(d.pop("failing_since"))

        disabled_at = datetime.datetime.fromisoformat(d.pop("disabled_at"))

        disabled_webhook_out = cls(
            id=id,
            name=name,
            reason=reason,
            failing_since=failing_since,
            disabled_at=disabled_at,
        )

        disabled_webhook_out.additional_properties = d
        return disabled_webhook_out

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
