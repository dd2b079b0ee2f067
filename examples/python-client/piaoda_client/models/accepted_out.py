from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.state import State

if TYPE_CHECKING:
    from ..models.links_out import LinksOut


T = TypeVar("T", bound="AcceptedOut")


@_attrs_define
class AcceptedOut:
    """The invoice that the event made, or already had made (`duplicate`).

    Attributes:
        id (UUID):
        state (State): Where an invoice stands, in our eyes.
        number (str):
        duplicate (bool):
        links (LinksOut):
    """

    id: UUID
    state: State
    number: str
    duplicate: bool
    links: LinksOut
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        state = self.state.value

        number = self.number

        duplicate = self.duplicate

        links = self.links.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "state": state,
                "number": number,
                "duplicate": duplicate,
                "links": links,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.links_out import LinksOut

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        state = State(d.pop("state"))

        number = d.pop("number")

        duplicate = d.pop("duplicate")

        links = LinksOut.from_dict(d.pop("links"))

        accepted_out = cls(
            id=id,
            state=state,
            number=number,
            duplicate=duplicate,
            links=links,
        )

        accepted_out.additional_properties = d
        return accepted_out

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
