from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.trouble import Trouble
from ..types import UNSET, Unset

T = TypeVar("T", bound="MatchersIn")


@_attrs_define
class MatchersIn:
    """The incidents meant: all fields that are given must fit, each by any of its values.

    Attributes:
        cause (list[Trouble] | None | Unset):
        account (list[str] | None | Unset):
        seller (list[str] | None | Unset):
        region (list[str] | None | Unset):
        endpoint (list[str] | None | Unset):
    """

    cause: list[Trouble] | None | Unset = UNSET
    account: list[str] | None | Unset = UNSET
    seller: list[str] | None | Unset = UNSET
    region: list[str] | None | Unset = UNSET
    endpoint: list[str] | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        cause: list[str] | None | Unset
        if isinstance(self.cause, Unset):
            cause = UNSET
        elif isinstance(self.cause, list):
            cause = []
            for cause_type_0_item_data in self.cause:
                cause_type_0_item = cause_type_0_item_data.value
                cause.append(cause_type_0_item)

        else:
            cause = self.cause

        account: list[str] | None | Unset
        if isinstance(self.account, Unset):
            account = UNSET
        elif isinstance(self.account, list):
            account = self.account

        else:
            account = self.account

        seller: list[str] | None | Unset
        if isinstance(self.seller, Unset):
            seller = UNSET
        elif isinstance(self.seller, list):
            seller = self.seller

        else:
            seller = self.seller

        region: list[str] | None | Unset
        if isinstance(self.region, Unset):
            region = UNSET
        elif isinstance(self.region, list):
            region = self.region

        else:
            region = self.region

        endpoint: list[str] | None | Unset
        if isinstance(self.endpoint, Unset):
            endpoint = UNSET
        elif isinstance(self.endpoint, list):
            endpoint = self.endpoint

        else:
            endpoint = self.endpoint

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if cause is not UNSET:
            field_dict["cause"] = cause
        if account is not UNSET:
            field_dict["account"] = account
        if seller is not UNSET:
            field_dict["seller"] = seller
        if region is not UNSET:
            field_dict["region"] = region
        if endpoint is not UNSET:
            field_dict["endpoint"] = endpoint

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_cause(data: object) -> list[Trouble] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                cause_type_0 = []
                _cause_type_0 = data
                for cause_type_0_item_data in _cause_type_0:
                    cause_type_0_item = Trouble(cause_type_0_item_data)

                    cause_type_0.append(cause_type_0_item)

                return cause_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Trouble] | None | Unset, data)

        cause = _parse_cause(d.pop("cause", UNSET))

        def _parse_account(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                account_type_0 = cast(list[str], data)

                return account_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        account = _parse_account(d.pop("account", UNSET))

        def _parse_seller(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                seller_type_0 = cast(list[str], data)

                return seller_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        seller = _parse_seller(d.pop("seller", UNSET))

        def _parse_region(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                region_type_0 = cast(list[str], data)

                return region_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        region = _parse_region(d.pop("region", UNSET))

        def _parse_endpoint(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                endpoint_type_0 = cast(list[str], data)

                return endpoint_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        endpoint = _parse_endpoint(d.pop("endpoint", UNSET))

        matchers_in = cls(
            cause=cause,
            account=account,
            seller=seller,
            region=region,
            endpoint=endpoint,
        )

        return matchers_in
