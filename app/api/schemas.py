"""Request bodies. One rule: names and shapes here are the contract; unknown fields are refused.

`null` always means the same as leaving the field out.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.api.fields import (
    Ahead,
    CheckCode,
    Code,
    Currency,
    IssuedAt,
    KindField,
    LabelKey,
    LabelValue,
    Money,
    Name,
    Number,
    Reference,
    TaxId,
    Text,
    Word,
    fault,
)

LONGEST_COUNT = 4
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SellerIn(Body):
    tax_id: TaxId
    name: Name | None = None


class BuyerIn(Body):
    """A private buyer has no tax id."""

    tax_id: TaxId | None = None
    name: Name | None = None


class AmountIn(Body):
    """Totals as text with at most two decimals, at least one of them; negative on a red-letter invoice."""

    without_tax: Money | None = None
    tax: Money | None = None
    with_tax: Money | None = None
    currency: Currency | None = None

    @property
    def figures(self) -> list[Decimal]:
        return [each for each in (self.without_tax, self.tax, self.with_tax) if each is not None]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        without_tax, tax, with_tax = self.without_tax, self.tax, self.with_tax
        if without_tax is not None and tax is not None and with_tax is not None:
            self._compare(without_tax + tax, with_tax)
        elif without_tax is tax is with_tax:
            raise fault("amount_missing", "Give at least one of without_tax, tax and with_tax.")
        return self

    def _compare(self, total: Decimal, with_tax: Decimal) -> None:
        if total != with_tax:
            sentence = "without_tax and tax make {total}, but with_tax says {with_tax}."
            raise fault("amounts_contradict", sentence, total=total, with_tax=with_tax)


class PaperIn(Body):
    """Code and number on the paper form of a fully digital invoice (数电纸质发票)."""

    code: Code | None = None
    number: Number | None = None


class OriginalIn(Body):
    """The blue invoice that this red-letter invoice (红字发票) reverses."""

    code: Code | None = None
    number: Number | None = None


class HandleIn(Body):
    """What the issuing channel knows the invoice by."""

    serial_no: Word | None = None
    order_no: Word | None = None


class InvoiceIn(Body):
    """One invoice as it was issued. `kind` is inferred where number or code tells it."""

    number: Number
    code: Code | None = None
    kind: KindField | None = None
    issued_at: IssuedAt
    seller: SellerIn
    buyer: BuyerIn | None = None
    amount: AmountIn
    check_code: CheckCode | None = None
    paper: PaperIn | None = None
    original: OriginalIn | None = None
    account: Word | None = None
    handle: HandleIn | None = None
    reference: Reference | None = None
    labels: Annotated[dict[LabelKey, LabelValue], Field(max_length=20)] | None = None


class VoidedIn(Body):
    """An invoice that its issuer withdrew."""

    number: Number
    code: Code | None = None
    reason: Text


class ResolveIn(Body):
    """A person says that the invoice is in the tax system after all, and how one can see it."""

    reason: Text
    evidence: Text


class VoidIn(Body):
    reason: Text


class NoteIn(Body):
    text: Text


def _duration(value: Any) -> Any:
    """`90m`, `4h`, `2d` as a timedelta."""
    digits, unit = (value[:-1], value[-1:]) if isinstance(value, str) else ("", "")
    if unit not in _UNITS or not digits.isascii() or not digits.isdigit() or not 0 < len(digits) <= LONGEST_COUNT:
        raise fault("duration_malformed", 'A number and m, h or d, such as "90m", "4h" or "2d".')
    return timedelta(**{_UNITS[unit]: int(digits)})


class AcknowledgeIn(Body):
    """Somebody has seen the alert. Without `until` and `for` it stays quiet as long as the state stays."""

    until: Ahead | None = None
    duration: Annotated[timedelta, BeforeValidator(_duration, json_schema_input_type=str)] | None = Field(
        None, alias="for"
    )
    text: Text | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.until and self.duration:
            raise fault("two_ends", "Give either until or for.")
        return self

    def ends_at(self, now: datetime) -> datetime | None:
        return now + self.duration if self.duration else self.until
