from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.gravest_invoice_out import GravestInvoiceOut
    from ..models.incident_out import IncidentOut
    from ..models.telling_out import TellingOut


T = TypeVar("T", bound="IncidentEventDataOut")


@_attrs_define
class IncidentEventDataOut:
    """
    Attributes:
        incident (IncidentOut): One cause in one scope, told once. Empty scope fields mean all; `amounts` are of the
            remaining invoices.
        notice (TellingOut): Why the incident is told now, for the how-manieth time, and who hears of it next if nobody
            acts.
        invoices (list[GravestInvoiceOut]): The gravest, five at most.
    """

    incident: IncidentOut
    notice: TellingOut
    invoices: list[GravestInvoiceOut]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        incident = self.incident.to_dict()

        notice = self.notice.to_dict()

        invoices = []
        for invoices_item_data in self.invoices:
            invoices_item = invoices_item_data.to_dict()
            invoices.append(invoices_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "incident": incident,
                "notice": notice,
                "invoices": invoices,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.gravest_invoice_out import GravestInvoiceOut
        from ..models.incident_out import IncidentOut
        from ..models.telling_out import TellingOut

        d = dict(src_dict)
        incident = IncidentOut.from_dict(d.pop("incident"))

        notice = TellingOut.from_dict(d.pop("notice"))

        invoices = []
        _invoices = d.pop("invoices")
        for invoices_item_data in _invoices:
            invoices_item = GravestInvoiceOut.from_dict(invoices_item_data)

            invoices.append(invoices_item)

        incident_event_data_out = cls(
            incident=incident,
            notice=notice,
            invoices=invoices,
        )

        incident_event_data_out.additional_properties = d
        return incident_event_data_out

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
