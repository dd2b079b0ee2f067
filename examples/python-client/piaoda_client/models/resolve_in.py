from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ResolveIn")


@_attrs_define
class ResolveIn:
    """A person says that the invoice is in the tax system after all, and how one can see it.

    Attributes:
        reason (str):
        evidence (str):
    """

    reason: str
    evidence: str

    def to_dict(self) -> dict[str, Any]:
        reason = self.reason

        evidence = self.evidence

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "reason": reason,
                "evidence": evidence,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        reason = d.pop("reason")

        evidence = d.pop("evidence")

        resolve_in = cls(
            reason=reason,
            evidence=evidence,
        )

        return resolve_in
