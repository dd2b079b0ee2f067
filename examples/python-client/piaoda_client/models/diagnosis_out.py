from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.diagnosis import Diagnosis

if TYPE_CHECKING:
    from ..models.text_out import TextOut


T = TypeVar("T", bound="DiagnosisOut")


@_attrs_define
class DiagnosisOut:
    """Why the invoice is not there yet, and what a person can do about it.

    Attributes:
        code (Diagnosis): Why an unsynced invoice is not there, in one word; `domain/diagnosis.py` has the sentences.
        text (TextOut):
        next_step (TextOut):
    """

    code: Diagnosis
    text: TextOut
    next_step: TextOut
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code = self.code.value

        text = self.text.to_dict()

        next_step = self.next_step.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "text": text,
                "next_step": next_step,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.text_out import TextOut

        d = dict(src_dict)
        code = Diagnosis(d.pop("code"))

        text = TextOut.from_dict(d.pop("text"))

        next_step = TextOut.from_dict(d.pop("next_step"))

        diagnosis_out = cls(
            code=code,
            text=text,
            next_step=next_step,
        )

        diagnosis_out.additional_properties = d
        return diagnosis_out

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
