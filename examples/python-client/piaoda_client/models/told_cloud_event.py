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

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.told_cloud_event_data import ToldCloudEventData


T = TypeVar("T", bound="ToldCloudEvent")


@_attrs_define
class ToldCloudEvent:
    """The same message as a CloudEvent 1.0, for webhooks of the form `cloudevents`.

    Attributes:
        specversion (Literal['1.0']):
        id (UUID): The webhook-id.
        source (str):
        type_ (str): The type of the event, with the operator's prefix if there is one.
        time (datetime.datetime):
        datacontenttype (Literal['application/json']):
        data (ToldCloudEventData): As in the form `standard`.
        subject (str | Unset): The invoice's number, or the incident's id.
        sequence (str | Unset):
    """

    specversion: Literal["1.0"]
    id: UUID
    source: str
    type_: str
    time: datetime.datetime
    datacontenttype: Literal["application/json"]
    data: ToldCloudEventData
    subject: str | Unset = UNSET
    sequence: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        specversion = self.specversion

        id = str(self.id)

        source = self.source

        type_ = self.type_

        time = self.time.isoformat()

        datacontenttype = self.datacontenttype

        data = self.data.to_dict()

        subject = self.subject

        sequence = self.sequence

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "specversion": specversion,
                "id": id,
                "source": source,
                "type": type_,
                "time": time,
                "datacontenttype": datacontenttype,
                "data": data,
            }
        )
        if subject is not UNSET:
            field_dict["subject"] = subject
        if sequence is not UNSET:
            field_dict["sequence"] = sequence

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.told_cloud_event_data import ToldCloudEventData

        d = dict(src_dict)
        specversion = cast(Literal["1.0"], d.pop("specversion"))
        if specversion != "1.0":
            raise ValueError(f"specversion must match const '1.0', got '{specversion}'")

        id = UUID(d.pop("id"))

        source = d.pop("source")

        type_ = d.pop("type")

        time = datetime.datetime.fromisoformat(d.pop("time"))

        datacontenttype = cast(Literal["application/json"], d.pop("datacontenttype"))
        if datacontenttype != "application/json":
            raise ValueError(
                f"datacontenttype must match const 'application/json', got '{datacontenttype}'"
            )

        data = ToldCloudEventData.from_dict(d.pop("data"))

        subject = d.pop("subject", UNSET)

        sequence = d.pop("sequence", UNSET)

        told_cloud_event = cls(
            specversion=specversion,
            id=id,
            source=source,
            type_=type_,
            time=time,
            datacontenttype=datacontenttype,
            data=data,
            subject=subject,
            sequence=sequence,
        )

        told_cloud_event.additional_properties = d
        return told_cloud_event

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
