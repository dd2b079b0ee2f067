from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="VoidedIn")


@_attrs_define
class VoidedIn:
    """An invoice that its issuer withdrew.

    Attributes:
        number (str):
        reason (str):
        code (None | str | Unset):
    """

    number: str
    reason: str
    code: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        number = self.number

        reason = self.reason

        code: None | str | Unset
        if isinstance(self.code, Unset):
            code = UNSET
        else:
            code = self.code

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "number": number,
                "reason": reason,
            }
        )
        if code is not UNSET:
            field_dict["code"] = code

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        number = d.pop("number")

        reason = d.pop("reason")

        def _parse_code(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        code = _parse_code(d.pop("code", UNSET))

        voided_in = cls(
            number=number,
            reason=reason,
            code=code,
        )

        return voided_in
