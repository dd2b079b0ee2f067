from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..models.invoice_in_kind_type_0 import InvoiceInKindType0
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.amount_in import AmountIn
    from ..models.buyer_in import BuyerIn
    from ..models.handle_in import HandleIn
    from ..models.invoice_in_labels_type_0 import InvoiceInLabelsType0
    from ..models.original_in import OriginalIn
    from ..models.paper_in import PaperIn
    from ..models.seller_in import SellerIn


T = TypeVar("T", bound="InvoiceIn")


@_attrs_define
class InvoiceIn:
    """One invoice as it was issued. `kind` is inferred where number or code tells it.

    Attributes:
        number (str):
        issued_at (datetime.datetime):
        seller (SellerIn):
        amount (AmountIn): Totals as text with at most two decimals, at least one of them; negative on a red-letter
            invoice.
        code (None | str | Unset):
        kind (InvoiceInKindType0 | None | Unset):
        buyer (BuyerIn | None | Unset):
        check_code (None | str | Unset):
        paper (None | PaperIn | Unset):
        original (None | OriginalIn | Unset):
        account (None | str | Unset):
        handle (HandleIn | None | Unset):
        reference (None | str | Unset):
        labels (InvoiceInLabelsType0 | None | Unset):
    """

    number: str
    issued_at: datetime.datetime
    seller: SellerIn
    amount: AmountIn
    code: None | str | Unset = UNSET
    kind: InvoiceInKindType0 | None | Unset = UNSET
    buyer: BuyerIn | None | Unset = UNSET
    check_code: None | str | Unset = UNSET
    paper: None | PaperIn | Unset = UNSET
    original: None | OriginalIn | Unset = UNSET
    account: None | str | Unset = UNSET
    handle: HandleIn | None | Unset = UNSET
    reference: None | str | Unset = UNSET
    labels: InvoiceInLabelsType0 | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.buyer_in import BuyerIn
        from ..models.handle_in import HandleIn
        from ..models.invoice_in_labels_type_0 import InvoiceInLabelsType0
        from ..models.original_in import OriginalIn
        from ..models.paper_in import PaperIn

        number = self.number

        issued_at = self.issued_at.isoformat()

        seller = self.seller.to_dict()

        amount = self.amount.to_dict()

        code: None | str | Unset
        if isinstance(self.code, Unset):
            code = UNSET
        else:
            code = self.code

        kind: None | str | Unset
        if isinstance(self.kind, Unset):
            kind = UNSET
        elif isinstance(self.kind, InvoiceInKindType0):
            kind = self.kind.value
        else:
            kind = self.kind

        buyer: dict[str, Any] | None | Unset
        if isinstance(self.buyer, Unset):
            buyer = UNSET
        elif isinstance(self.buyer, BuyerIn):
            buyer = self.buyer.to_dict()
        else:
            buyer = self.buyer

        check_code: None | str | Unset
        if isinstance(self.check_code, Unset):
            check_code = UNSET
        else:
            check_code = self.check_code

        paper: dict[str, Any] | None | Unset
        if isinstance(self.paper, Unset):
            paper = UNSET
        elif isinstance(self.paper, PaperIn):
            paper = self.paper.to_dict()
        else:
            paper = self.paper

        original: dict[str, Any] | None | Unset
        if isinstance(self.original, Unset):
            original = UNSET
        elif isinstance(self.original, OriginalIn):
            original = self.original.to_dict()
        else:
            original = self.original

        account: None | str | Unset
        if isinstance(self.account, Unset):
            account = UNSET
        else:
            account = self.account

        handle: dict[str, Any] | None | Unset
        if isinstance(self.handle, Unset):
            handle = UNSET
        elif isinstance(self.handle, HandleIn):
            handle = self.handle.to_dict()
        else:
            handle = self.handle

        reference: None | str | Unset
        if isinstance(self.reference, Unset):
            reference = UNSET
        else:
            reference = self.reference

        labels: dict[str, Any] | None | Unset
        if isinstance(self.labels, Unset):
            labels = UNSET
        elif isinstance(self.labels, InvoiceInLabelsType0):
            labels = self.labels.to_dict()
        else:
            labels = self.labels

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "number": number,
                "issued_at": issued_at,
                "seller": seller,
                "amount": amount,
            }
        )
        if code is not UNSET:
            field_dict["code"] = code
        if kind is not UNSET:
            field_dict["kind"] = kind
        if buyer is not UNSET:
            field_dict["buyer"] = buyer
        if check_code is not UNSET:
            field_dict["check_code"] = check_code
        if paper is not UNSET:
            field_dict["paper"] = paper
        if original is not UNSET:
            field_dict["original"] = original
        if account is not UNSET:
            field_dict["account"] = account
        if handle is not UNSET:
            field_dict["handle"] = handle
        if reference is not UNSET:
            field_dict["reference"] = reference
        if labels is not UNSET:
            field_dict["labels"] = labels

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.amount_in import AmountIn
        from ..models.buyer_in import BuyerIn
        from ..models.handle_in import HandleIn
        from ..models.invoice_in_labels_type_0 import InvoiceInLabelsType0
        from ..models.original_in import OriginalIn
        from ..models.paper_in import PaperIn
        from ..models.seller_in import SellerIn

        d = dict(src_dict)
        number = d.pop("number")

        issued_at = datetime.datetime.fromisoformat(d.pop("issued_at"))

        seller = SellerIn.from_dict(d.pop("seller"))

        amount = AmountIn.from_dict(d.pop("amount"))

        def _parse_code(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        code = _parse_code(d.pop("code", UNSET))

        def _parse_kind(data: object) -> InvoiceInKindType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                kind_type_0 = InvoiceInKindType0(data)

                return kind_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(InvoiceInKindType0 | None | Unset, data)

        kind = _parse_kind(d.pop("kind", UNSET))

        def _parse_buyer(data: object) -> BuyerIn | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                buyer_type_0 = BuyerIn.from_dict(data)

                return buyer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(BuyerIn | None | Unset, data)

        buyer = _parse_buyer(d.pop("buyer", UNSET))

        def _parse_check_code(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        check_code = _parse_check_code(d.pop("check_code", UNSET))

        def _parse_paper(data: object) -> None | PaperIn | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                paper_type_0 = PaperIn.from_dict(data)

                return paper_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PaperIn | Unset, data)

        paper = _parse_paper(d.pop("paper", UNSET))

        def _parse_original(data: object) -> None | OriginalIn | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                original_type_0 = OriginalIn.from_dict(data)

                return original_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OriginalIn | Unset, data)

        original = _parse_original(d.pop("original", UNSET))

        def _parse_account(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        account = _parse_account(d.pop("account", UNSET))

        def _parse_handle(data: object) -> HandleIn | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                handle_type_0 = HandleIn.from_dict(data)

                return handle_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(HandleIn | None | Unset, data)

        handle = _parse_handle(d.pop("handle", UNSET))

        def _parse_reference(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        reference = _parse_reference(d.pop("reference", UNSET))

        def _parse_labels(data: object) -> InvoiceInLabelsType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                labels_type_0 = InvoiceInLabelsType0.from_dict(data)

                return labels_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(InvoiceInLabelsType0 | None | Unset, data)

        labels = _parse_labels(d.pop("labels", UNSET))

        invoice_in = cls(
            number=number,
            issued_at=issued_at,
            seller=seller,
            amount=amount,
            code=code,
            kind=kind,
            buyer=buyer,
            check_code=check_code,
            paper=paper,
            original=original,
            account=account,
            handle=handle,
            reference=reference,
            labels=labels,
        )

        return invoice_in
