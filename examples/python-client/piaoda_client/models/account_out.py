from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.breaker_out import BreakerOut
    from ..models.calls_out import CallsOut


T = TypeVar("T", bound="AccountOut")


@_attrs_define
class AccountOut:
    """An account, and how it fares.

    `configured`: it stands in piaoda.yaml; of others only their past is known. `up` is null until it was asked.

        Attributes:
            name (str):
            configured (bool):
            adapter (None | str):
            proof (None | str): The account that verifies what this one says.
            up (bool | None):
            breaker (BreakerOut): `open`: nothing is asked until `open_until`. An instant that has passed: the next question
                is a trial.
            last_success_at (datetime.datetime | None):
            last_failure_at (datetime.datetime | None):
            calls (CallsOut): Calls to the provider on its present `day`, all replicas together, some seconds old.

                `limit` and `left` are null where nothing limits them; with none left nothing is asked until the next day.
            checks_due (int): Questions that are due; 10000 means that many or more.
            credentials_expire_at (datetime.datetime | None):
    """

    name: str
    configured: bool
    adapter: None | str
    proof: None | str
    up: bool | None
    breaker: BreakerOut
    last_success_at: datetime.datetime | None
    last_failure_at: datetime.datetime | None
    calls: CallsOut
    checks_due: int
    credentials_expire_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        configured = self.configured

        adapter: None | str
        adapter = self.adapter

        proof: None | str
        proof = self.proof

        up: bool | None
        up = self.up

        breaker = self.breaker.to_dict()

        last_success_at: None | str
        if isinstance(self.last_success_at, datetime.datetime):
            last_success_at = self.last_success_at.isoformat()
        else:
            last_success_at = self.last_success_at

        last_failure_at: None | str
        if isinstance(self.last_failure_at, datetime.datetime):
            last_failure_at = self.last_failure_at.isoformat()
        else:
            last_failure_at = self.last_failure_at

        calls = self.calls.to_dict()

        checks_due = self.checks_due

        credentials_expire_at: None | str
        if isinstance(self.credentials_expire_at, datetime.datetime):
            credentials_expire_at = self.credentials_expire_at.isoformat()
        else:
            credentials_expire_at = self.credentials_expire_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "configured": configured,
                "adapter": adapter,
                "proof": proof,
                "up": up,
                "breaker": breaker,
                "last_success_at": last_success_at,
                "last_failure_at": last_failure_at,
                "calls": calls,
                "checks_due": checks_due,
                "credentials_expire_at": credentials_expire_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.breaker_out import BreakerOut
        from ..models.calls_out import CallsOut

        d = dict(src_dict)
        name = d.pop("name")

        configured = d.pop("configured")

        def _parse_adapter(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        adapter = _parse_adapter(d.pop("adapter"))

        def _parse_proof(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        proof = _parse_proof(d.pop("proof"))

        def _parse_up(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        up = _parse_up(d.pop("up"))

        breaker = BreakerOut.from_dict(d.pop("breaker"))

        def _parse_last_success_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_success_at_type_0 = datetime.datetime.fromisoformat(data)

                return last_success_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        last_success_at = _parse_last_success_at(d.pop("last_success_at"))

        def _parse_last_failure_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_failure_at_type_0 = datetime.datetime.fromisoformat(data)

                return last_failure_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        last_failure_at = _parse_last_failure_at(d.pop("last_failure_at"))

        calls = CallsOut.from_dict(d.pop("calls"))

        checks_due = d.pop("checks_due")

        def _parse_credentials_expire_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                credentials_expire_at_type_0 = datetime.datetime.fromisoformat(data)

                return credentials_expire_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        credentials_expire_at = _parse_credentials_expire_at(
            d.pop("credentials_expire_at")
        )

        account_out = cls(
            name=name,
            configured=configured,
            adapter=adapter,
            proof=proof,
            up=up,
            breaker=breaker,
            last_success_at=last_success_at,
            last_failure_at=last_failure_at,
            calls=calls,
            checks_due=checks_due,
            credentials_expire_at=credentials_expire_at,
        )

        account_out.additional_properties = d
        return account_out

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
