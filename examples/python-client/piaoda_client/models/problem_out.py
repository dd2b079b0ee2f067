from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.problem_out_code import ProblemOutCode
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.error_out import ErrorOut
    from ..models.links_out import LinksOut


T = TypeVar("T", bound="ProblemOut")


@_attrs_define
class ProblemOut:
    """RFC 9457. Programs branch on `code`; `title` and `detail` are for people and may change.

    Some codes say more: `errors` which places are wrong, `scope` which one the key lacks, `accepted` which content
    types are read, `id` and `links` which invoice is there already, `problems` what is missing; an upload that broke
    off tells by `lines_done` and counts how far it came.

        Attributes:
            type_ (str):
            code (ProblemOutCode):
            title (str):
            status (int):
            detail (str):
            errors (list[ErrorOut] | Unset):
            scope (str | Unset):
            accepted (int | list[str] | Unset):
            id (UUID | Unset):
            links (LinksOut | Unset):
            problems (list[str] | Unset):
            lines_done (int | Unset):
            duplicates (int | Unset):
            conflicts (int | Unset):
            invalid (int | Unset):
    """

    type_: str
    code: ProblemOutCode
    title: str
    status: int
    detail: str
    errors: list[ErrorOut] | Unset = UNSET
    scope: str | Unset = UNSET
    accepted: int | list[str] | Unset = UNSET
    id: UUID | Unset = UNSET
    links: LinksOut | Unset = UNSET
    problems: list[str] | Unset = UNSET
    lines_done: int | Unset = UNSET
    duplicates: int | Unset = UNSET
    conflicts: int | Unset = UNSET
    invalid: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        code = self.code.value

        title = self.title

        status = self.status

        detail = self.detail

        errors: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.errors, Unset):
            errors = []
            for errors_item_data in self.errors:
                errors_item = errors_item_data.to_dict()
                errors.append(errors_item)

        scope = self.scope

        accepted: int | list[str] | Unset
        if isinstance(self.accepted, Unset):
            accepted = UNSET
        elif isinstance(self.accepted, list):
            accepted = self.accepted

        else:
            accepted = self.accepted

        id: str | Unset = UNSET
        if not isinstance(self.id, Unset):
            id = str(self.id)

        links: dict[str, Any] | Unset = UNSET
        if not isinstance(self.links, Unset):
            links = self.links.to_dict()

        problems: list[str] | Unset = UNSET
        if not isinstance(self.problems, Unset):
            problems = self.problems

        lines_done = self.lines_done

        duplicates = self.duplicates

        conflicts = self.conflicts

        invalid = self.invalid

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "type": type_,
                "code": code,
                "title": title,
                "status": status,
                "detail": detail,
            }
        )
        if errors is not UNSET:
            field_dict["errors"] = errors
        if scope is not UNSET:
            field_dict["scope"] = scope
        if accepted is not UNSET:
            field_dict["accepted"] = accepted
        if id is not UNSET:
            field_dict["id"] = id
        if links is not UNSET:
            field_dict["links"] = links
        if problems is not UNSET:
            field_dict["problems"] = problems
        if lines_done is not UNSET:
            field_dict["lines_done"] = lines_done
        if duplicates is not UNSET:
            field_dict["duplicates"] = duplicates
        if conflicts is not UNSET:
            field_dict["conflicts"] = conflicts
        if invalid is not UNSET:
            field_dict["invalid"] = invalid

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.error_out import ErrorOut
        from ..models.links_out import LinksOut

        d = dict(src_dict)
        type_ = d.pop("type")

        code = ProblemOutCode(d.pop("code"))

        title = d.pop("title")

        status = d.pop("status")

        detail = d.pop("detail")

        _errors = d.pop("errors", UNSET)
        errors: list[ErrorOut] | Unset = UNSET
        if _errors is not UNSET:
            errors = []
            for errors_item_data in _errors:
                errors_item = ErrorOut.from_dict(errors_item_data)

                errors.append(errors_item)

        scope = d.pop("scope", UNSET)

        def _parse_accepted(data: object) -> int | list[str] | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                accepted_type_0 = cast(list[str], data)

                return accepted_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(int | list[str] | Unset, data)

        accepted = _parse_accepted(d.pop("accepted", UNSET))

        _id = d.pop("id", UNSET)
        id: UUID | Unset
        if isinstance(_id, Unset):
            id = UNSET
        else:
            id = UUID(_id)

        _links = d.pop("links", UNSET)
        links: LinksOut | Unset
        if isinstance(_links, Unset):
            links = UNSET
        else:
            links = LinksOut.from_dict(_links)

        problems = cast(list[str], d.pop("problems", UNSET))

        lines_done = d.pop("lines_done", UNSET)

        duplicates = d.pop("duplicates", UNSET)

        conflicts = d.pop("conflicts", UNSET)

        invalid = d.pop("invalid", UNSET)

        problem_out = cls(
            type_=type_,
            code=code,
            title=title,
            status=status,
            detail=detail,
            errors=errors,
            scope=scope,
            accepted=accepted,
            id=id,
            links=links,
            problems=problems,
            lines_done=lines_done,
            duplicates=duplicates,
            conflicts=conflicts,
            invalid=invalid,
        )

        problem_out.additional_properties = d
        return problem_out

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
