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

from ..models.delivery_entry_out_state import DeliveryEntryOutState

T = TypeVar("T", bound="DeliveryEntryOut")


@_attrs_define
class DeliveryEntryOut:
    """What became of a message about it at one destination.

    Attributes:
        at (datetime.datetime):
        entry (Literal['delivery']):
        id (UUID):
        destination (str):
        type_ (str):
        state (DeliveryEntryOutState):
        result (None | str):
        status (int | None):
        code (None | str):
        attempts (int):
    """

    at: datetime.datetime
    entry: Literal["delivery"]
    id: UUID
    destination: str
    type_: str
    state: DeliveryEntryOutState
    result: None | str
    status: int | None
    code: None | str
    attempts: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at = self.at.isoformat()

        entry = self.entry

        id = str(self.id)

        destination = self.destination

        type_ = self.type_

        state = self.state.value

        result: None | str
        result = self.result

        status: int | None
        status = self.status

        code: None | str
        code = self.code

        attempts = self.attempts

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at": at,
                "entry": entry,
                "id": id,
                "destination": destination,
                "type": type_,
                "state": state,
                "result": result,
                "status": status,
                "code": code,
                "attempts": attempts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))

        entry = cast(Literal["delivery"], d.pop("entry"))
        if entry != "delivery":
            raise ValueError(f"entry must match const 'delivery', got '{entry}'")

        id = UUID(d.pop("id"))

        destination = d.pop("destination")

        type_ = d.pop("type")

        state = DeliveryEntryOutState(d.pop("state"))

        def _parse_result(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        result = _parse_result(d.pop("result"))

        def _parse_status(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        status = _parse_status(d.pop("status"))

        def _parse_code(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        code = _parse_code(d.pop("code"))

        attempts = d.pop("attempts")

        delivery_entry_out = cls(
            at=at,
            entry=entry,
            id=id,
            destination=destination,
            type_=type_,
            state=state,
            result=result,
            status=status,
            code=code,
            attempts=attempts,
        )

        delivery_entry_out.additional_properties = d
        return delivery_entry_out

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
