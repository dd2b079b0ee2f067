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
    from ..models.handle_out import HandleOut
    from ..models.invoice_out_labels import InvoiceOutLabels
    from ..models.paper_out import PaperOut
    from ..models.party_out import PartyOut


T = TypeVar("T", bound="InvoiceOut")


@_attrs_define
class InvoiceOut:
    """The facts as they were told, then where the invoice stands. A key without a value is null.

    Attributes:
        id (UUID):
        number (str):
        code (None | str):
        kind (Kind | None):
        issued_at (datetime.datetime):
        seller (PartyOut):
        buyer (PartyOut):
        amount (AmountOut):
        check_code (None | str):
        paper (PaperOut):
        original (None | PaperOut):
        account (None | str):
        handle (HandleOut):
        reference (None | str):
        labels (InvoiceOutLabels):
        state (State): Where an invoice stands, in our eyes.
        cause (Cause): Why a transition happened.
        sequence (int):
        state_at (datetime.datetime):
        received_at (datetime.datetime):
        overdue_at (datetime.datetime):
        escalate_at (datetime.datetime):
        synced_at (datetime.datetime | None):
        diagnosis (DiagnosisOut | None):
        outcome (None | Outcome):
        warnings (list[str]):
    """

    id: UUID
    number: str
    code: None | str
    kind: Kind | None
    issued_at: datetime.datetime
    seller: PartyOut
    buyer: PartyOut
    amount: AmountOut
    check_code: None | str
    paper: PaperOut
    original: None | PaperOut
    account: None | str
    handle: HandleOut
    reference: None | str
    labels: InvoiceOutLabels
    state: State
    cause: Cause
    sequence: int
    state_at: datetime.datetime
    received_at: datetime.datetime
    overdue_at: datetime.datetime
    escalate_at: datetime.datetime
    synced_at: datetime.datetime | None
    diagnosis: DiagnosisOut | None
    outcome: None | Outcome
    warnings: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.diagnosis_out import DiagnosisOut
        from ..models.paper_out import PaperOut

        id = str(self.id)

        number = self.number

        code: None | str
        code = self.code

        kind: None | str
        if isinstance(self.kind, Kind):
            kind = self.kind.value
        else:
            kind = self.kind

        issued_at = self.issued_at.isoformat()

        seller = self.seller.to_dict()

        buyer = self.buyer.to_dict()

        amount = self.amount.to_dict()

        check_code: None | str
        check_code = self.check_code

        paper = self.paper.to_dict()

        original: dict[str, Any] | None
        if isinstance(self.original, PaperOut):
            original = self.original.to_dict()
        else:
            original = self.original

        account: None | str
        account = self.account

        handle = self.handle.to_dict()

        reference: None | str
        reference = self.reference

        labels = self.labels.to_dict()

        state = self.state.value

        cause = self.cause.value

        sequence = self.sequence

        state_at = self.state_at.isoformat()

        received_at = self.received_at.isoformat()

        overdue_at = self.overdue_at.isoformat()

        escalate_at = self.escalate_at.isoformat()

        synced_at: None | str
        if isinstance(self.synced_at, datetime.datetime):
            synced_at = self.synced_at.isoformat()
        else:
            synced_at = self.synced_at

        diagnosis: dict[str, Any] | None
        if isinstance(self.diagnosis, DiagnosisOut):
            diagnosis = self.diagnosis.to_dict()
        else:
            diagnosis = self.diagnosis

        outcome: None | str
        if isinstance(self.outcome, Outcome):
            outcome = self.outcome.value
        else:
            outcome = self.outcome

        warnings = self.warnings

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "number": number,
                "code": code,
                "kind": kind,
                "issued_at": issued_at,
                "seller": seller,
                "buyer": buyer,
                "amount": amount,
                "check_code": check_code,
                "paper": paper,
                "original": original,
                "account": account,
                "handle": handle,
                "reference": reference,
                "labels": labels,
                "state": state,
                "cause": cause,
                "sequence": sequence,
                "state_at": state_at,
                "received_at": received_at,
                "overdue_at": overdue_at,
                "escalate_at": escalate_at,
                "synced_at": synced_at,
                "diagnosis": diagnosis,
                "outcome": outcome,
                "warnings": warnings,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.amount_out import AmountOut
        from ..models.diagnosis_out import DiagnosisOut
        from ..models.handle_out import HandleOut
        from ..models.invoice_out_labels import InvoiceOutLabels
        from ..models.paper_out import PaperOut
        from ..models.party_out import PartyOut

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        number = d.pop("number")

        def _parse_code(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        code = _parse_code(d.pop("code"))

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

        seller = PartyOut.from_dict(d.pop("seller"))

        buyer = PartyOut.from_dict(d.pop("buyer"))

        amount = AmountOut.from_dict(d.pop("amount"))

        def _parse_check_code(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        check_code = _parse_check_code(d.pop("check_code"))

        paper = PaperOut.from_dict(d.pop("paper"))

        def _parse_original(data: object) -> None | PaperOut:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                original_type_0 = PaperOut.from_dict(data)

                return original_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PaperOut, data)

        original = _parse_original(d.pop("original"))

        def _parse_account(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        account = _parse_account(d.pop("account"))

        handle = HandleOut.from_dict(d.pop("handle"))

        def _parse_reference(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reference = _parse_reference(d.pop("reference"))

        labels = InvoiceOutLabels.from_dict(d.pop("labels"))

        state = State(d.pop("state"))

        cause = Cause(d.pop("cause"))

        sequence = d.pop("sequence")

        state_at = datetime.datetime.fromisoformat(d.pop("state_at"))

        received_at = datetime.datetime.fromisoformat(d.pop("received_at"))

        overdue_at = datetime.datetime.fromisoformat(d.pop("overdue_at"))

        escalate_at = datetime.datetime.fromisoformat(d.pop("escalate_at"))

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

        warnings = cast(list[str], d.pop("warnings"))

        invoice_out = cls(
            id=id,
            number=number,
            code=code,
            kind=kind,
            issued_at=issued_at,
            seller=seller,
            buyer=buyer,
            amount=amount,
            check_code=check_code,
            paper=paper,
            original=original,
            account=account,
            handle=handle,
            reference=reference,
            labels=labels,
            state=state,
            cause=cause,
            sequence=sequence,
            state_at=state_at,
            received_at=received_at,
            overdue_at=overdue_at,
            escalate_at=escalate_at,
            synced_at=synced_at,
            diagnosis=diagnosis,
            outcome=outcome,
            warnings=warnings,
        )

        invoice_out.additional_properties = d
        return invoice_out

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
