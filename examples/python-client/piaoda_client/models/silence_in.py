from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.matchers_in import MatchersIn


T = TypeVar("T", bound="SilenceIn")


@_attrs_define
class SilenceIn:
    """Nobody is told about these incidents until then; at most 30 days. They are kept and shown as ever.

    Attributes:
        matchers (MatchersIn): The incidents meant: all fields that are given must fit, each by any of its values.
        ends_at (datetime.datetime):
        reason (str):
        starts_at (datetime.datetime | None | Unset):
    """

    matchers: MatchersIn
    ends_at: datetime.datetime
    reason: str
    starts_at: datetime.datetime | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        matchers = self.matchers.to_dict()

        ends_at = self.ends_at.isoformat()

        reason = self.reason

        starts_at: None | str | Unset
        if isinstance(self.starts_at, Unset):
            starts_at = UNSET
        elif isinstance(self.starts_at, datetime.datetime):
            starts_at = self.starts_at.isoformat()
        else:
            starts_at = self.starts_at

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "matchers": matchers,
                "ends_at": ends_at,
                "reason": reason,
            }
        )
        if starts_at is not UNSET:
            field_dict["starts_at"] = starts_at

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.matchers_in import MatchersIn

        d = dict(src_dict)
        matchers = MatchersIn.from_dict(d.pop("matchers"))

        ends_at = datetime.datetime.fromisoformat(d.pop("ends_at"))

        reason = d.pop("reason")

        def _parse_starts_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                starts_at_type_0 = datetime.datetime.fromisoformat(data)

                return starts_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        starts_at = _parse_starts_at(d.pop("starts_at", UNSET))

        silence_in = cls(
            matchers=matchers,
            ends_at=ends_at,
            reason=reason,
            starts_at=starts_at,
        )

        return silence_in
