from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.incident_state import IncidentState
from ..models.trouble import Trouble

if TYPE_CHECKING:
    from ..models.acknowledged_out import AcknowledgedOut
    from ..models.diagnosis_out import DiagnosisOut
    from ..models.money_out import MoneyOut
    from ..models.scope_out import ScopeOut


T = TypeVar("T", bound="IncidentOut")


@_attrs_define
class IncidentOut:
    """One cause in one scope, told once. Empty scope fields mean all; `amounts` are of the remaining invoices.

    Attributes:
        id (UUID):
        cause (Trouble): The cause of an incident: the cause of its members' transitions, or what holds no invoice by
            itself.
        state (IncidentState):
        account (str):
        seller (str):
        region (str):
        endpoint (str):
        since (datetime.datetime):
        opened_at (datetime.datetime):
        draining_at (datetime.datetime | None):
        resolved_at (datetime.datetime | None):
        members (int):
        remaining (int):
        amounts (list[MoneyOut]):
        oldest_issued_at (datetime.datetime | None):
        oldest_overdue_at (datetime.datetime | None):
        level (int):
        acknowledged (AcknowledgedOut | None):
        diagnosis (DiagnosisOut | None):
        code (str):
        scope (ScopeOut): Where it is. `all`: nothing there is answered; `sellers`: five of `sellers_total`, with most
            invoices.
    """

    id: UUID
    cause: Trouble
    state: IncidentState
    account: str
    seller: str
    region: str
    endpoint: str
    since: datetime.datetime
    opened_at: datetime.datetime
    draining_at: datetime.datetime | None
    resolved_at: datetime.datetime | None
    members: int
    remaining: int
    amounts: list[MoneyOut]
    oldest_issued_at: datetime.datetime | None
    oldest_overdue_at: datetime.datetime | None
    level: int
    acknowledged: AcknowledgedOut | None
    diagnosis: DiagnosisOut | None
    code: str
    scope: ScopeOut
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.acknowledged_out import AcknowledgedOut
        from ..models.diagnosis_out import DiagnosisOut

        id = str(self.id)

        cause = self.cause.value

        state = self.state.value

        account = self.account

        seller = self.seller

        region = self.region

        endpoint = self.endpoint

        since = self.since.isoformat()

        opened_at = self.opened_at.isoformat()

        draining_at: None | str
        if isinstance(self.draining_at, datetime.datetime):
            draining_at = self.draining_at.isoformat()
        else:
            draining_at = self.draining_at

        resolved_at: None | str
        if isinstance(self.resolved_at, datetime.datetime):
            resolved_at = self.resolved_at.isoformat()
        else:
            resolved_at = self.resolved_at

        members = self.members

        remaining = self.remaining

        amounts = []
        for amounts_item_data in self.amounts:
            amounts_item = amounts_item_data.to_dict()
            amounts.append(amounts_item)

        oldest_issued_at: None | str
        if isinstance(self.oldest_issued_at, datetime.datetime):
            oldest_issued_at = self.oldest_issued_at.isoformat()
        else:
            oldest_issued_at = self.oldest_issued_at

        oldest_overdue_at: None | str
        if isinstance(self.oldest_overdue_at, datetime.datetime):
            oldest_overdue_at = self.oldest_overdue_at.isoformat()
        else:
            oldest_overdue_at = self.oldest_overdue_at

        level = self.level

        acknowledged: dict[str, Any] | None
        if isinstance(self.acknowledged, AcknowledgedOut):
            acknowledged = self.acknowledged.to_dict()
        else:
            acknowledged = self.acknowledged

        diagnosis: dict[str, Any] | None
        if isinstance(self.diagnosis, DiagnosisOut):
            diagnosis = self.diagnosis.to_dict()
        else:
            diagnosis = self.diagnosis

        code = self.code

        scope = self.scope.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "cause": cause,
                "state": state,
                "account": account,
                "seller": seller,
                "region": region,
                "endpoint": endpoint,
                "since": since,
                "opened_at": opened_at,
                "draining_at": draining_at,
                "resolved_at": resolved_at,
                "members": members,
                "remaining": remaining,
                "amounts": amounts,
                "oldest_issued_at": oldest_issued_at,
                "oldest_overdue_at": oldest_overdue_at,
                "level": level,
                "acknowledged": acknowledged,
                "diagnosis": diagnosis,
                "code": code,
                "scope": scope,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.acknowledged_out import AcknowledgedOut
        from ..models.diagnosis_out import DiagnosisOut
        from ..models.money_out import MoneyOut
        from ..models.scope_out import ScopeOut

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        cause = Trouble(d.pop("cause"))

        state = IncidentState(d.pop("state"))

        account = d.pop("account")

        seller = d.pop("seller")

        region = d.pop("region")

        endpoint = d.pop("endpoint")

        since = datetime.datetime.fromisoformat(d.pop("since"))

        opened_at = datetime.datetime.fromisoformat(d.pop("opened_at"))

        def _parse_draining_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                draining_at_type_0 = datetime.datetime.fromisoformat(data)

                return draining_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        draining_at = _parse_draining_at(d.pop("draining_at"))

        def _parse_resolved_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                resolved_at_type_0 = datetime.datetime.fromisoformat(data)

                return resolved_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        resolved_at = _parse_resolved_at(d.pop("resolved_at"))

        members = d.pop("members")

        remaining = d.pop("remaining")

        amounts = []
        _amounts = d.pop("amounts")
        for amounts_item_data in _amounts:
            amounts_item = MoneyOut.from_dict(amounts_item_data)

            amounts.append(amounts_item)

        def _parse_oldest_issued_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                oldest_issued_at_type_0 = datetime.datetime.fromisoformat(data)

                return oldest_issued_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        oldest_issued_at = _parse_oldest_issued_at(d.pop("oldest_issued_at"))

        def _parse_oldest_overdue_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                oldest_overdue_at_type_0 = datetime.datetime.fromisoformat(data)

                return oldest_overdue_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        oldest_overdue_at = _parse_oldest_overdue_at(d.pop("oldest_overdue_at"))

        level = d.pop("level")

        def _parse_acknowledged(data: object) -> AcknowledgedOut | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                acknowledged_type_0 = AcknowledgedOut.from_dict(data)

                return acknowledged_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AcknowledgedOut | None, data)

        acknowledged = _parse_acknowledged(d.pop("acknowledged"))

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

        code = d.pop("code")

        scope = ScopeOut.from_dict(d.pop("scope"))

        incident_out = cls(
            id=id,
            cause=cause,
            state=state,
            account=account,
            seller=seller,
            region=region,
            endpoint=endpoint,
            since=since,
            opened_at=opened_at,
            draining_at=draining_at,
            resolved_at=resolved_at,
            members=members,
            remaining=remaining,
            amounts=amounts,
            oldest_issued_at=oldest_issued_at,
            oldest_overdue_at=oldest_overdue_at,
            level=level,
            acknowledged=acknowledged,
            diagnosis=diagnosis,
            code=code,
            scope=scope,
        )

        incident_out.additional_properties = d
        return incident_out

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
