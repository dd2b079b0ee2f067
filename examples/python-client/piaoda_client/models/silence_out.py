from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.silence_out_state import SilenceOutState

if TYPE_CHECKING:
    from ..models.silence_out_matchers import SilenceOutMatchers


T = TypeVar("T", bound="SilenceOut")


@_attrs_define
class SilenceOut:
    """`hides`: open incidents that it covers now, or would cover.

    Attributes:
        id (UUID):
        state (SilenceOutState):
        matchers (SilenceOutMatchers):
        starts_at (datetime.datetime):
        ends_at (datetime.datetime):
        reason (str):
        author (str):
        created_at (datetime.datetime):
        hides (int):
    """

    id: UUID
    state: SilenceOutState
    matchers: SilenceOutMatchers
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    reason: str
    author: str
    created_at: datetime.datetime
    hides: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        state = self.state.value

        matchers = self.matchers.to_dict()

        starts_at = self.starts_at.isoformat()

        ends_at = self.ends_at.isoformat()

        reason = self.reason

        author = self.author

        created_at = self.created_at.isoformat()

        hides = self.hides

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "state": state,
                "matchers": matchers,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "reason": reason,
                "author": author,
                "created_at": created_at,
                "hides": hides,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.silence_out_matchers import SilenceOutMatchers

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        state = SilenceOutState(d.pop("state"))

        matchers = SilenceOutMatchers.from_dict(d.pop("matchers"))

        starts_at = datetime.datetime.fromisoformat(d.pop("starts_at"))

        ends_at = datetime.datetime.fromisoformat(d.pop("ends_at"))

        reason = d.pop("reason")

        author = d.pop("author")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        hides = d.pop("hides")

        silence_out = cls(
            id=id,
            state=state,
            matchers=matchers,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=reason,
            author=author,
            created_at=created_at,
            hides=hides,
        )

        silence_out.additional_properties = d
        return silence_out

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
