from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.said_out import SaidOut


T = TypeVar("T", bound="AttemptOut")


@_attrs_define
class AttemptOut:
    """One attempt. `status` 0: no reply. Secrets are masked; a request without `body` had the message's own.

    Attributes:
        number (int):
        at (datetime.datetime):
        seconds (float):
        result (str):
        failure (None | str):
        status (int):
        code (str):
        detail (str):
        request (None | SaidOut):
        reply (None | SaidOut):
    """

    number: int
    at: datetime.datetime
    seconds: float
    result: str
    failure: None | str
    status: int
    code: str
    detail: str
    request: None | SaidOut
    reply: None | SaidOut
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.said_out import SaidOut

        number = self.number

        at = self.at.isoformat()

        seconds = self.seconds

        result = self.result

        failure: None | str
        failure = self.failure

        status = self.status

        code = self.code

        detail = self.detail

        request: dict[str, Any] | None
        if isinstance(self.request, SaidOut):
            request = self.request.to_dict()
        else:
            request = self.request

        reply: dict[str, Any] | None
        if isinstance(self.reply, SaidOut):
            reply = self.reply.to_dict()
        else:
            reply = self.reply

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "number": number,
                "at": at,
                "seconds": seconds,
                "result": result,
                "failure": failure,
                "status": status,
                "code": code,
                "detail": detail,
                "request": request,
                "reply": reply,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.said_out import SaidOut

        d = dict(src_dict)
        number = d.pop("number")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        seconds = d.pop("seconds")

        result = d.pop("result")

        def _parse_failure(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        failure = _parse_failure(d.pop("failure"))

        status = d.pop("status")

        code = d.pop("code")

        detail = d.pop("detail")

        def _parse_request(data: object) -> None | SaidOut:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                request_type_0 = SaidOut.from_dict(data)

                return request_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SaidOut, data)

        request = _parse_request(d.pop("request"))

        def _parse_reply(data: object) -> None | SaidOut:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                reply_type_0 = SaidOut.from_dict(data)

                return reply_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | SaidOut, data)

        reply = _parse_reply(d.pop("reply"))

        attempt_out = cls(
            number=number,
            at=at,
            seconds=seconds,
            result=result,
            failure=failure,
            status=status,
            code=code,
            detail=detail,
            request=request,
            reply=reply,
        )

        attempt_out.additional_properties = d
        return attempt_out

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
