from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    Self,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.links_out import LinksOut


T = TypeVar("T", bound="CheckOut")


@_attrs_define
class CheckOut:
    """The question is in the queue; its answer will stand in the invoice's history.

    Attributes:
        result (Literal['asked']):
        links (LinksOut):
    """

    result: Literal["asked"]
    links: LinksOut
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        result = self.result

        links = self.links.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "result": result,
                "links": links,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.links_out import LinksOut

        d = dict(src_dict)
        result = cast(Literal["asked"], d.pop("result"))
        if result != "asked":
            raise ValueError(f"result must match const 'asked', got '{result}'")

        links = LinksOut.from_dict(d.pop("links"))

        check_out = cls(
            result=result,
            links=links,
        )

        check_out.additional_properties = d
        return check_out

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
