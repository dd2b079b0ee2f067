from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.missed_out import MissedOut
    from ..models.webhook_out import WebhookOut


T = TypeVar("T", bound="WebhookEnabledOut")


@_attrs_define
class WebhookEnabledOut:
    """`missed` is null where there was no trouble.

    Attributes:
        webhook (WebhookOut): `url` without its query; `headers` by their last four characters. `pending` and `dead`
            count up to 10,000.
        missed (MissedOut | None):
    """

    webhook: WebhookOut
    missed: MissedOut | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.missed_out import MissedOut

        webhook = self.webhook.to_dict()

        missed: dict[str, Any] | None
        if isinstance(self.missed, MissedOut):
            missed = self.missed.to_dict()
        else:
            missed = self.missed

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "webhook": webhook,
                "missed": missed,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.missed_out import MissedOut
        from ..models.webhook_out import WebhookOut

        d = dict(src_dict)
        webhook = WebhookOut.from_dict(d.pop("webhook"))

        def _parse_missed(data: object) -> MissedOut | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                missed_type_0 = MissedOut.from_dict(data)

                return missed_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MissedOut | None, data)

        missed = _parse_missed(d.pop("missed"))

        webhook_enabled_out = cls(
            webhook=webhook,
            missed=missed,
        )

        webhook_enabled_out.additional_properties = d
        return webhook_enabled_out

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
