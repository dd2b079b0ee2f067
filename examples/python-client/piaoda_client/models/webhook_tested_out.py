from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.failure import Failure
from ..models.result import Result

if TYPE_CHECKING:
    from ..models.said_out import SaidOut


T = TypeVar("T", bound="WebhookTestedOut")


@_attrs_define
class WebhookTestedOut:
    """What the receiver said, masked. `status` is 0 where no answer came; `took` in seconds.

    Attributes:
        message_id (UUID):
        result (Result): What became of a parcel. `UNKNOWN` is tried again a few times, then given up.
        failure (Failure | None):
        status (int):
        code (str):
        detail (str):
        took (float):
        request (SaidOut):
        reply (SaidOut):
    """

    message_id: UUID
    result: Result
    failure: Failure | None
    status: int
    code: str
    detail: str
    took: float
    request: SaidOut
    reply: SaidOut
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        message_id = str(self.message_id)

        result = self.result.value

        failure: None | str
        if isinstance(self.failure, Failure):
            failure = self.failure.value
        else:
            failure = self.failure

        status = self.status

        code = self.code

        detail = self.detail

        took = self.took

        request = self.request.to_dict()

        reply = self.reply.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "message_id": message_id,
                "result": result,
                "failure": failure,
                "status": status,
                "code": code,
                "detail": detail,
                "took": took,
                "request": request,
                "reply": reply,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.said_out import SaidOut

        d = dict(src_dict)
        message_id = UUID(d.pop("message_id"))

        result = Result(d.pop("result"))

        def _parse_failure(data: object) -> Failure | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                failure_type_0 = Failure(data)

                return failure_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Failure | None, data)

        failure = _parse_failure(d.pop("failure"))

        status = d.pop("status")

        code = d.pop("code")

        detail = d.pop("detail")

        took = d.pop("took")

        request = SaidOut.from_dict(d.pop("request"))

        reply = SaidOut.from_dict(d.pop("reply"))

        webhook_tested_out = cls(
            message_id=message_id,
            result=result,
            failure=failure,
            status=status,
            code=code,
            detail=detail,
            took=took,
            request=request,
            reply=reply,
        )

        webhook_tested_out.additional_properties = d
        return webhook_tested_out

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
