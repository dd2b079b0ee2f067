from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    Self,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.cause import Cause
from ..models.state import State

T = TypeVar("T", bound="TransitionEntryOut")


@_attrs_define
class TransitionEntryOut:
    """A move of the invoice. `before` is null for the first; `evidence` names the check that showed it.

    Attributes:
        at (datetime.datetime):
        entry (Literal['transition']):
        sequence (int):
        before (None | State):
        after (State): Where an invoice stands, in our eyes.
        cause (Cause): Why a transition happened.
        actor (str):
        evidence (None | str):
        reason (None | str):
    """

    at: datetime.datetime
    entry: Literal["transition"]
    sequence: int
    before: None | State
    after: State
    cause: Cause
    actor: str
    evidence: None | str
    reason: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at = self.at.isoformat()

        entry = self.entry

        sequence = self.sequence

        before: None | str
        if isinstance(self.before, State):
            before = self.before.value
        else:
            before = self.before

        after = self.after.value

        cause = self.cause.value

        actor = self.actor

        evidence: None | str
        evidence = self.evidence

        reason: None | str
        reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at": at,
                "entry": entry,
                "sequence": sequence,
                "before": before,
                "after": after,
                "cause": cause,
                "actor": actor,
                "evidence": evidence,
                "reason": reason,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))

        entry = cast(Literal["transition"], d.pop("entry"))
        if entry != "transition":
            raise ValueError(f"entry must match const 'transition', got '{entry}'")

        sequence = d.pop("sequence")

        def _parse_before(data: object) -> None | State:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                before_type_0 = State(data)

                return before_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | State, data)

        before = _parse_before(d.pop("before"))

        after = State(d.pop("after"))

        cause = Cause(d.pop("cause"))

        actor = d.pop("actor")

        def _parse_evidence(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        evidence = _parse_evidence(d.pop("evidence"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        transition_entry_out = cls(
            at=at,
            entry=entry,
            sequence=sequence,
            before=before,
            after=after,
            cause=cause,
            actor=actor,
            evidence=evidence,
            reason=reason,
        )

        transition_entry_out.additional_properties = d
        return transition_entry_out

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
