"""What /admin takes: an invoice as billing systems describe it, and what shall become of it. One rule:
unknown fields are refused.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from app.domain.identity import Kind
from app.domain.invoice import Amount, Handle, Invoice, Original, Paper, Party
from app.simulator.behaviour import merge
from app.simulator.taxbook import Status, Upload, Wishes

Seconds = Annotated[float, Field(ge=0, le=10 * 365 * 86_400)]


_CHINESE_NUMBER = re.compile(r"\d{8}|\d{20}")


class Fate(BaseModel):
    """What shall become of an invoice; what is not given is drawn. `…_after`: seconds of our clock."""

    model_config = ConfigDict(extra="forbid")

    upload: Upload | None = None
    upload_after: Seconds | None = None
    visible_after: Seconds | Literal["never"] | None = None
    face_differs: dict[str, Any] | None = None
    """A merge patch on the invoice: what the tax administration believes instead."""

    def wishes(self) -> Wishes:
        return Wishes(self.upload, self.upload_after, self.visible_after)


class Change(Fate):
    """What PATCH takes. `visible` true: provable as of now; false: it disappears from the proof."""

    visible: bool | None = None
    status: Status | None = None


class Registration(Fate):
    """The invoice object of POST /v1/events, field for field, with its fate beside it."""

    number: Annotated[str, Field(min_length=1, max_length=100)]
    issued_at: AwareDatetime
    seller: Party
    amount: Amount
    code: str | None = None
    kind: Kind | None = None
    buyer: Party = Party()
    check_code: str | None = None
    paper: Paper = Paper()
    original: Original | None = None
    account: str | None = None
    handle: Handle = Handle()
    reference: str | None = None
    labels: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:
        json.dumps(value, ensure_ascii=False, default=str).encode()  # a lone surrogate is a ValueError
        return {k: v for k, v in value.items() if v is not None} if isinstance(value, Mapping) else value

    @model_validator(mode="after")
    def _number_fits_the_kind(self) -> Self:
        if self.kind is not Kind.FOREIGN and not _CHINESE_NUMBER.fullmatch(self.number):
            raise ValueError("a number has 8 or 20 digits, save that of a foreign invoice")
        return self

    def invoice(self) -> Invoice:
        return Invoice(**{each.name: getattr(self, each.name) for each in fields(Invoice)})


_INVOICE = TypeAdapter(Invoice)


def words_of(invoice: Invoice) -> dict[str, Any]:
    """The invoice as JSON, amounts as strings."""
    words: dict[str, Any] = _INVOICE.dump_python(invoice, mode="json")
    return words


def face_of(invoice: Invoice, patch: Mapping[str, Any]) -> Invoice:
    """The invoice with a merge patch applied; raises pydantic's ValidationError."""
    return Registration.model_validate(merge(words_of(invoice), patch)).invoice()
