from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    Self,
    TypeVar,
    cast,
)
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.outcome import Outcome

if TYPE_CHECKING:
    from ..models.difference_out import DifferenceOut


T = TypeVar("T", bound="CheckEntryOut")


@_attrs_define
class CheckEntryOut:
    """A question to a tax system and what it answered; `code` and `message` are the provider's own. `answer` is its
    text, masked; null where nothing came back, or again what had come before.

        Attributes:
            at (datetime.datetime):
            entry (Literal['check']):
            id (UUID):
            account (str):
            outcome (Outcome): What one question to a tax system brought; providers' codes are mapped to this list by their
                adapters.
            code (str):
            message (str):
            seconds (float):
            billed (bool):
            request_id (str):
            differences (list[DifferenceOut] | None):
            answer (None | str):
    """

    at: datetime.datetime
    entry: Literal["check"]
    id: UUID
    account: str
    outcome: Outcome
    code: str
    message: str
    seconds: float
    billed: bool
    request_id: str
    differences: list[DifferenceOut] | None
    answer: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at = self.at.isoformat()

        entry = self.entry

        id = str(self.id)

        account = self.account

        outcome = self.outcome.value

        code = self.code

        message = self.message

        seconds = self.seconds

        billed = self.billed

        request_id = self.request_id

        differences: list[dict[str, Any]] | None
        if isinstance(self.differences, list):
            differences = []
            for differences_type_0_item_data in self.differences:
                differences_type_0_item = differences_type_0_item_data.to_dict()
                differences.append(differences_type_0_item)

        else:
            differences = self.differences

        answer: None | str
        answer = self.answer

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at": at,
                "entry": entry,
                "id": id,
                "account": account,
                "outcome": outcome,
                "code": code,
                "message": message,
                "seconds": seconds,
                "billed": billed,
                "request_id": request_id,
                "differences": differences,
                "answer": answer,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.difference_out import DifferenceOut

        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))

        entry = cast(Literal["check"], d.pop("entry"))
        if entry != "check":
            raise ValueError(f"entry must match const 'check', got '{entry}'")

        id = UUID(d.pop("id"))

        account = d.pop("account")

        outcome = Outcome(d.pop("outcome"))

        code = d.pop("code")

        message = d.pop("message")

        seconds = d.pop("seconds")

        billed = d.pop("billed")

        request_id = d.pop("request_id")

        def _parse_differences(data: object) -> list[DifferenceOut] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                differences_type_0 = []
                _differences_type_0 = data
                for differences_type_0_item_data in _differences_type_0:
                    differences_type_0_item = DifferenceOut.from_dict(
                        differences_type_0_item_data
                    )

                    differences_type_0.append(differences_type_0_item)

                return differences_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[DifferenceOut] | None, data)

        differences = _parse_differences(d.pop("differences"))

        def _parse_answer(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        answer = _parse_answer(d.pop("answer"))

        check_entry_out = cls(
            at=at,
            entry=entry,
            id=id,
            account=account,
            outcome=outcome,
            code=code,
            message=message,
            seconds=seconds,
            billed=billed,
            request_id=request_id,
            differences=differences,
            answer=answer,
        )

        check_entry_out.additional_properties = d
        return check_entry_out

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
