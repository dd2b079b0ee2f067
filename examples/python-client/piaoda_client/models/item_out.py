from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.problem_out import ProblemOut


T = TypeVar("T", bound="ItemOut")


@_attrs_define
class ItemOut:
    """An event that was not accepted. `index` counts from 0; of an NDJSON upload, lines, blank ones too.

    Attributes:
        index (int):
        status (int):
        problem (ProblemOut): RFC 9457. Programs branch on `code`; `title` and `detail` are for people and may change.

            Some codes say more: `errors` which places are wrong, `scope` which one the key lacks, `accepted` which content
            types are read, `id` and `links` which invoice is there already, `problems` what is missing; an upload that
            broke
            off tells by `lines_done` and counts how far it came.
    """

    index: int
    status: int
    problem: ProblemOut
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        index = self.index

        status = self.status

        problem = self.problem.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "index": index,
                "status": status,
                "problem": problem,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.problem_out import ProblemOut

        d = dict(src_dict)
        index = d.pop("index")

        status = d.pop("status")

        problem = ProblemOut.from_dict(d.pop("problem"))

        item_out = cls(
            index=index,
            status=status,
            problem=problem,
        )

        item_out.additional_properties = d
        return item_out

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
