from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.cause import Cause
from ..models.kind import Kind
from ..models.outcome import Outcome
from ..models.state import State

if TYPE_CHECKING:
    from ..models.amount_out import AmountOut
    from ..models.diagnosis_out import DiagnosisOut
    from ..models.party_out import PartyOut


T = TypeVar("T", bound="GravestInvoiceOut")


@_attrs_define
class GravestInvoiceOut:
    """The part of an invoice that an alert tells.

    Attributes:
        id (UUID):
        number (str):
        code (None | str):
        state (State): Where an invoice stands, in our eyes.
        cause (Cause): Why a transition happened.
        kind (Kind | None):
        issued_at (datetime.datetime):
        overdue_at (datetime.datetime):
        synced_at (datetime.datetime | None):
        seller (PartyOut):
        buyer (PartyOut):
        amount (AmountOut):
        account (None | str):
        reference (None | str):
        outcome (None | Outcome):
        diagnosis (DiagnosisOut | None):
    """

    id: UUID
    number: str
    code: None | str
    state: State
    cause: Cause
    kind: Kind | None
    issued_at: datetime.datetime
    overdue_at: datetime.datetime
    synced_at: datetime.datetime | None
    seller: PartyOut
    buyer: PartyOut
    amount: AmountOut
    account: None | str
    reference: None | str
    outcome: None | Outcome
    diagnosis: DiagnosisOut | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.diagnosis_out import DiagnosisOut

        id = str(self.id)

        number = self.number

        code: None | str
        code = self.code

        state = self.state.value

        cause = self.cause.value

        kind: None | str
        if isinstance(self.kind, Kind):
            kind = self.kind.value
        else:
            kind = self.kind

        issued_at = self.issued_at.isoformat()

        overdue_at = self.overdue_at.isoformat()

        synced_at: None | str
        if isinstance(self.synced_at, datetime.datetime):
            synced_at = self.synced_at.isoformat()
        else:
            synced_at = self.synced_at

        seller = self.seller.to_dict()

        buyer = self.buyer.to_dict()

        amount = self.amount.to_dict()

        account: None | str
        account = self.account

        reference: None | str
        reference = self.reference

        outcome: None | str
        if isinstance(self.outcome, Outcome):
            outcome = self.outcome.value
        else:
            outcome = self.outcome

        diagnosis: dict[str, Any] | None
        if isinstance(self.diagnosis, DiagnosisOut):
            diagnosis = self.diagnosis.to_dict()
        else:
            diagnosis = self.diagnosis

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "number": number,
                "code": code,
                "state": state,
                "cause": cause,
                "kind": kind,
                "issued_at": issued_at,
                "overdue_at": overdue_at,
                "synced_at": synced_at,
                "seller": seller,
                "buyer": buyer,
                "amount": amount,
                "account": account,
                "reference": reference,
                "outcome": outcome,
                "diagnosis": diagnosis,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.amount_out import AmountOut
        from ..models.diagnosis_out import DiagnosisOut
        from ..models.party_out import PartyOut

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        number = d.pop("number")

        def _parse_code(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        code = _parse_code(d.pop("code"))

        state = State(d.pop("state"))

        cause = Cause(d.pop("cause"))

        def _parse_kind(data: object) -> Kind | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                kind_type_0 = Kind(data)

                return kind_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Kind | None, data)

        kind = _parse_kind(d.pop("kind"))

        issued_at = datetime.datetime.fromisoformat(d.pop("issued_at"))

        overdue_at = datetime.datetime.fromisoformat(d.pop("overdue_at"))

        def _parse_synced_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                synced_at_type_0 = datetime.datetime.fromisoformat(data)

                return synced_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        synced_at = _parse_synced_at(d.pop("synced_at"))

        seller = PartyOut.from_dict(d.pop("seller"))

        buyer = PartyOut.from_dict(d.pop("buyer"))

        amount = AmountOut.from_dict(d.pop("amount"))

        def _parse_account(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        account = _parse_account(d.pop("account"))

        def _parse_reference(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reference = _parse_reference(d.pop("reference"))

        def _parse_outcome(data: object) -> None | Outcome:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                outcome_type_0 = Outcome(data)

                return outcome_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Outcome, data)

        outcome = _parse_outcome(d.pop("outcome"))

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

        gravest_invoice_out = cls(
            id=id,
            number=number,
            code=code,
            state=state,
            cause=cause,
            kind=kind,
            issued_at=issued_at,
            overdue_at=overdue_at,
            synced_at=synced_at,
            seller=seller,
            buyer=buyer,
            amount=amount,
            account=account,
            reference=reference,
            outcome=outcome,
            diagnosis=diagnosis,
        )

        gravest_invoice_out.additional_properties = d
        return gravest_invoice_out

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
