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

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.invoice_in import InvoiceIn
    from ..models.voided_in import VoidedIn


T = TypeVar("T", bound="CloudEvent")


@_attrs_define
class CloudEvent:
    """CloudEvents 1.0 in structured mode; extension attributes are allowed and not kept.

    Attributes:
        specversion (Literal['1.0']):
        type_ (str):
        source (str):
        id (str):
        data (InvoiceIn | VoidedIn):
        datacontenttype (str | Unset):
    """

    specversion: Literal["1.0"]
    type_: str
    source: str
    id: str
    data: InvoiceIn | VoidedIn
    datacontenttype: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.invoice_in import InvoiceIn

        specversion = self.specversion

        type_ = self.type_

        source = self.source

        id = self.id

        data: dict[str, Any]
        if isinstance(self.data, InvoiceIn):
            data = self.data.to_dict()
        else:
            data = self.data.to_dict()

        datacontenttype = self.datacontenttype

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "specversion": specversion,
                "type": type_,
                "source": source,
                "id": id,
                "data": data,
            }
        )
        if datacontenttype is not UNSET:
            field_dict["datacontenttype"] = datacontenttype

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.invoice_in import InvoiceIn
        from ..models.voided_in import VoidedIn

        d = dict(src_dict)
        specversion = cast(Literal["1.0"], d.pop("specversion"))
        if specversion != "1.0":
            raise ValueError(f"specversion must match const '1.0', got '{specversion}'")

        type_ = d.pop("type")

        source = d.pop("source")

        id = d.pop("id")

        def _parse_data(data: object) -> InvoiceIn | VoidedIn:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                data_type_0 = InvoiceIn.from_dict(data)

                return data_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            data_type_1 = VoidedIn.from_dict(data)

            return data_type_1

        data = _parse_data(d.pop("data"))

        datacontenttype = d.pop("datacontenttype", UNSET)

        cloud_event = cls(
            specversion=specversion,
            type_=type_,
            source=source,
            id=id,
            data=data,
            datacontenttype=datacontenttype,
        )

        cloud_event.additional_properties = d
        return cloud_event

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
