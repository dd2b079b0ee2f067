from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    Self,
    TypeVar,
    cast,
)
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.failure import Failure
from ..types import UNSET, Unset

T = TypeVar("T", bound="WantedOut")


@_attrs_define
class WantedOut:
    """The order in the words of the request; what was not said is left out.

    Attributes:
        messages (list[UUID] | Unset):
        state (Literal['dead'] | Unset):
        failure (Failure | Unset): Why an attempt failed, in one closed word.
        types (list[str] | Unset):
        since (datetime.datetime | Unset):
        until (datetime.datetime | Unset):
    """

    messages: list[UUID] | Unset = UNSET
    state: Literal["dead"] | Unset = UNSET
    failure: Failure | Unset = UNSET
    types: list[str] | Unset = UNSET
    since: datetime.datetime | Unset = UNSET
    until: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        messages: list[str] | Unset = UNSET
        if not isinstance(self.messages, Unset):
            messages = []
            for messages_item_data in self.messages:
                messages_item = str(messages_item_data)
                messages.append(messages_item)

        state = self.state

        failure: str | Unset = UNSET
        if not isinstance(self.failure, Unset):
            failure = self.failure.value

        types: list[str] | Unset = UNSET
        if not isinstance(self.types, Unset):
            types = self.types

        since: str | Unset = UNSET
        if not isinstance(self.since, Unset):
            since = self.since.isoformat()

        until: str | Unset = UNSET
        if not isinstance(self.until, Unset):
            until = self.until.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if messages is not UNSET:
            field_dict["messages"] = messages
        if state is not UNSET:
            field_dict["state"] = state
        if failure is not UNSET:
            field_dict["failure"] = failure
        if types is not UNSET:
            field_dict["types"] = types
        if since is not UNSET:
            field_dict["since"] = since
        if until is not UNSET:
            field_dict["until"] = until

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        _messages = d.pop("messages", UNSET)
        messages: list[UUID] | Unset = UNSET
        if _messages is not UNSET:
            messages = []
            for messages_item_data in _messages:
                messages_item = UUID(messages_item_data)

                messages.append(messages_item)

        state = cast(Literal["dead"] | Unset, d.pop("state", UNSET))
        if state != "dead" and not isinstance(state, Unset):
            raise ValueError(f"state must match const 'dead', got '{state}'")

        _failure = d.pop("failure", UNSET)
        failure: Failure | Unset
        if isinstance(_failure, Unset):
            failure = UNSET
        else:
            failure = Failure(_failure)

        types = cast(list[str], d.pop("types", UNSET))

        _since = d.pop("since", UNSET)
        since: datetime.datetime | Unset
        if isinstance(_since, Unset):
            since = UNSET
        else:
            since = datetime.datetime.fromisoformat(_since)

        _until = d.pop("until", UNSET)
        until: datetime.datetime | Unset
        if isinstance(_until, Unset):
            until = UNSET
        else:
            until = datetime.datetime.fromisoformat(_until)

        wanted_out = cls(
            messages=messages,
            state=state,
            failure=failure,
            types=types,
            since=since,
            until=until,
        )

        wanted_out.additional_properties = d
        return wanted_out

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
