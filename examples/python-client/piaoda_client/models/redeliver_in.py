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

from ..models.failure import Failure
from ..models.redeliver_in_type_type_0 import RedeliverInTypeType0
from ..models.redeliver_in_types_type_0_item import RedeliverInTypesType0Item
from ..types import UNSET, Unset

T = TypeVar("T", bound="RedeliverIn")


@_attrs_define
class RedeliverIn:
    """Exactly one of: `message`; `messages`; `state` dead, with `failure`, `type`, `since` and `until` where wanted;
    or `since` alone, with `until` and `types` where wanted.

    `since` alone is everything that the webhook's filters let through, also what it was never told.

        Attributes:
            message (None | Unset | UUID):
            messages (list[UUID] | None | Unset):
            state (Literal['dead'] | None | Unset):
            failure (Failure | None | Unset):
            type_ (None | RedeliverInTypeType0 | Unset):
            types (list[RedeliverInTypesType0Item] | None | Unset):
            since (datetime.datetime | None | Unset): Inclusive.
            until (datetime.datetime | None | Unset): Exclusive.
    """

    message: None | Unset | UUID = UNSET
    messages: list[UUID] | None | Unset = UNSET
    state: Literal["dead"] | None | Unset = UNSET
    failure: Failure | None | Unset = UNSET
    type_: None | RedeliverInTypeType0 | Unset = UNSET
    types: list[RedeliverInTypesType0Item] | None | Unset = UNSET
    since: datetime.datetime | None | Unset = UNSET
    until: datetime.datetime | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        message: None | str | Unset
        if isinstance(self.message, Unset):
            message = UNSET
        elif isinstance(self.message, UUID):
            message = str(self.message)
        else:
            message = self.message

        messages: list[str] | None | Unset
        if isinstance(self.messages, Unset):
            messages = UNSET
        elif isinstance(self.messages, list):
            messages = []
            for messages_type_0_item_data in self.messages:
                messages_type_0_item = str(messages_type_0_item_data)
                messages.append(messages_type_0_item)

        else:
            messages = self.messages

        state: Literal["dead"] | None | Unset
        if isinstance(self.state, Unset):
            state = UNSET
        else:
            state = self.state

        failure: None | str | Unset
        if isinstance(self.failure, Unset):
            failure = UNSET
        elif isinstance(self.failure, Failure):
            failure = self.failure.value
        else:
            failure = self.failure

        type_: None | str | Unset
        if isinstance(self.type_, Unset):
            type_ = UNSET
        elif isinstance(self.type_, RedeliverInTypeType0):
            type_ = self.type_.value
        else:
            type_ = self.type_

        types: list[str] | None | Unset
        if isinstance(self.types, Unset):
            types = UNSET
        elif isinstance(self.types, list):
            types = []
            for types_type_0_item_data in self.types:
                types_type_0_item = types_type_0_item_data.value
                types.append(types_type_0_item)

        else:
            types = self.types

        since: None | str | Unset
        if isinstance(self.since, Unset):
            since = UNSET
        elif isinstance(self.since, datetime.datetime):
            since = self.since.isoformat()
        else:
            since = self.since

        until: None | str | Unset
        if isinstance(self.until, Unset):
            until = UNSET
        elif isinstance(self.until, datetime.datetime):
            until = self.until.isoformat()
        else:
            until = self.until

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if message is not UNSET:
            field_dict["message"] = message
        if messages is not UNSET:
            field_dict["messages"] = messages
        if state is not UNSET:
            field_dict["state"] = state
        if failure is not UNSET:
            field_dict["failure"] = failure
        if type_ is not UNSET:
            field_dict["type"] = type_
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

        def _parse_message(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                message_type_0 = UUID(data)

                return message_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        message = _parse_message(d.pop("message", UNSET))

        def _parse_messages(data: object) -> list[UUID] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                messages_type_0 = []
                _messages_type_0 = data
                for messages_type_0_item_data in _messages_type_0:
                    messages_type_0_item = UUID(messages_type_0_item_data)

                    messages_type_0.append(messages_type_0_item)

                return messages_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[UUID] | None | Unset, data)

        messages = _parse_messages(d.pop("messages", UNSET))

        def _parse_state(data: object) -> Literal["dead"] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            state_type_0 = cast(Literal["dead"], data)
            if state_type_0 != "dead":
                raise ValueError(
                    f"state_type_0 must match const 'dead', got '{state_type_0}'"
                )
            return state_type_0
            return cast(Literal["dead"] | None | Unset, data)

        state = _parse_state(d.pop("state", UNSET))

        def _parse_failure(data: object) -> Failure | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                failure_type_0 = Failure(data)

                return failure_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Failure | None | Unset, data)

        failure = _parse_failure(d.pop("failure", UNSET))

        def _parse_type_(data: object) -> None | RedeliverInTypeType0 | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                type_type_0 = RedeliverInTypeType0(data)

                return type_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RedeliverInTypeType0 | Unset, data)

        type_ = _parse_type_(d.pop("type", UNSET))

        def _parse_types(
            data: object,
        ) -> list[RedeliverInTypesType0Item] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                types_type_0 = []
                _types_type_0 = data
                for types_type_0_item_data in _types_type_0:
                    types_type_0_item = RedeliverInTypesType0Item(
                        types_type_0_item_data
                    )

                    types_type_0.append(types_type_0_item)

                return types_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[RedeliverInTypesType0Item] | None | Unset, data)

        types = _parse_types(d.pop("types", UNSET))

        def _parse_since(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                since_type_0 = datetime.datetime.fromisoformat(data)

                return since_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        since = _parse_since(d.pop("since", UNSET))

        def _parse_until(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                until_type_0 = datetime.datetime.fromisoformat(data)

                return until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        until = _parse_until(d.pop("until", UNSET))

        redeliver_in = cls(
            message=message,
            messages=messages,
            state=state,
            failure=failure,
            type_=type_,
            types=types,
            since=since,
            until=until,
        )

        return redeliver_in
