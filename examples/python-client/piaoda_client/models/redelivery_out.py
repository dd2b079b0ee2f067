from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.redelivery_out_state import RedeliveryOutState

if TYPE_CHECKING:
    from ..models.wanted_out import WantedOut


T = TypeVar("T", bound="RedeliveryOut")


@_attrs_define
class RedeliveryOut:
    """A job. `seen`: messages looked at; `sent`: deliveries made due; `reached`: how far, in the messages' time;
    `share`: of the whole, null where that cannot be told.

        Attributes:
            id (UUID):
            destination (str):
            wanted (WantedOut): The order in the words of the request; what was not said is left out.
            state (RedeliveryOutState):
            actor (str):
            created_at (datetime.datetime):
            finished_at (datetime.datetime | None):
            seen (int):
            sent (int):
            reached (datetime.datetime | None):
            share (float | None):
    """

    id: UUID
    destination: str
    wanted: WantedOut
    state: RedeliveryOutState
    actor: str
    created_at: datetime.datetime
    finished_at: datetime.datetime | None
    seen: int
    sent: int
    reached: datetime.datetime | None
    share: float | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        destination = self.destination

        wanted = self.wanted.to_dict()

        state = self.state.value

        actor = self.actor

        created_at = self.created_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        seen = self.seen

        sent = self.sent

        reached: None | str
        if isinstance(self.reached, datetime.datetime):
            reached = self.reached.isoformat()
        else:
            reached = self.reached

        share: float | None
        share = self.share

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "destination": destination,
                "wanted": wanted,
                "state": state,
                "actor": actor,
                "created_at": created_at,
                "finished_at": finished_at,
                "seen": seen,
                "sent": sent,
                "reached": reached,
                "share": share,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.wanted_out import WantedOut

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        destination = d.pop("destination")

        wanted = WantedOut.from_dict(d.pop("wanted"))

        state = RedeliveryOutState(d.pop("state"))

        actor = d.pop("actor")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        seen = d.pop("seen")

        sent = d.pop("sent")

        def _parse_reached(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                reached_type_0 = datetime.datetime.fromisoformat(data)

                return reached_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        reached = _parse_reached(d.pop("reached"))

        def _parse_share(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        share = _parse_share(d.pop("share"))

        redelivery_out = cls(
            id=id,
            destination=destination,
            wanted=wanted,
            state=state,
            actor=actor,
            created_at=created_at,
            finished_at=finished_at,
            seen=seen,
            sent=sent,
            reached=reached,
            share=share,
        )

        redelivery_out.additional_properties = d
        return redelivery_out

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
