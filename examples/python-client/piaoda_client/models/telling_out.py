from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.reason import Reason

if TYPE_CHECKING:
    from ..models.next_level_out import NextLevelOut


T = TypeVar("T", bound="TellingOut")


@_attrs_define
class TellingOut:
    """Why the incident is told now, for the how-manieth time, and who hears of it next if nobody acts.

    Attributes:
        sequence (int):
        reason (Reason): Why a notice is sent.
        level (int):
        mention (bool):
        grown_by (int):
        told_before_at (datetime.datetime | None):
        next_level (NextLevelOut | None):
    """

    sequence: int
    reason: Reason
    level: int
    mention: bool
    grown_by: int
    told_before_at: datetime.datetime | None
    next_level: NextLevelOut | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.next_level_out import NextLevelOut

        sequence = self.sequence

        reason = self.reason.value

        level = self.level

        mention = self.mention

        grown_by = self.grown_by

        told_before_at: None | str
        if isinstance(self.told_before_at, datetime.datetime):
            told_before_at = self.told_before_at.isoformat()
        else:
            told_before_at = self.told_before_at

        next_level: dict[str, Any] | None
        if isinstance(self.next_level, NextLevelOut):
            next_level = self.next_level.to_dict()
        else:
            next_level = self.next_level

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "sequence": sequence,
                "reason": reason,
                "level": level,
                "mention": mention,
                "grown_by": grown_by,
                "told_before_at": told_before_at,
                "next_level": next_level,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.next_level_out import NextLevelOut

        d = dict(src_dict)
        sequence = d.pop("sequence")

        reason = Reason(d.pop("reason"))

        level = d.pop("level")

        mention = d.pop("mention")

        grown_by = d.pop("grown_by")

        def _parse_told_before_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                told_before_at_type_0 = datetime.datetime.fromisoformat(data)

                return told_before_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        told_before_at = _parse_told_before_at(d.pop("told_before_at"))

        def _parse_next_level(data: object) -> NextLevelOut | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                next_level_type_0 = NextLevelOut.from_dict(data)

                return next_level_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(NextLevelOut | None, data)

        next_level = _parse_next_level(d.pop("next_level"))

        telling_out = cls(
            sequence=sequence,
            reason=reason,
            level=level,
            mention=mention,
            grown_by=grown_by,
            told_before_at=told_before_at,
            next_level=next_level,
        )

        telling_out.additional_properties = d
        return telling_out

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
