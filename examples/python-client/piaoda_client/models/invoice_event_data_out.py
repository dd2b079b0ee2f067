from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.diagnosis_out import DiagnosisOut
    from ..models.invoice_out import InvoiceOut
    from ..models.transition_out import TransitionOut


T = TypeVar("T", bound="InvoiceEventDataOut")


@_attrs_define
class InvoiceEventDataOut:
    """
    Attributes:
        invoice (InvoiceOut): The facts as they were told, then where the invoice stands. A key without a value is null.
        transition (TransitionOut): The move that is told. Sort by `sequence`: a message may come late, or twice.
        diagnosis (DiagnosisOut | None):
    """

    invoice: InvoiceOut
    transition: TransitionOut
    diagnosis: DiagnosisOut | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.diagnosis_out import DiagnosisOut

        invoice = self.invoice.to_dict()

        transition = self.transition.to_dict()

        diagnosis: dict[str, Any] | None
        if isinstance(self.diagnosis, DiagnosisOut):
            diagnosis = self.diagnosis.to_dict()
        else:
            diagnosis = self.diagnosis

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "invoice": invoice,
                "transition": transition,
                "diagnosis": diagnosis,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.diagnosis_out import DiagnosisOut
        from ..models.invoice_out import InvoiceOut
        from ..models.transition_out import TransitionOut

        d = dict(src_dict)
        invoice = InvoiceOut.from_dict(d.pop("invoice"))

        transition = TransitionOut.from_dict(d.pop("transition"))

        def _parse_diagnosis(data: object) -> DiagnosisOut | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                diagnosis_type_0 = DiagnosisOut.from_dict(data)

                return diagnosis_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DiagnosisOut | None, data)

        diagnosis = _parse_diagnosis(d.pop("diagnosis"))

        invoice_event_data_out = cls(
            invoice=invoice,
            transition=transition,
            diagnosis=diagnosis,
        )

        invoice_event_data_out.additional_properties = d
        return invoice_event_data_out

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
