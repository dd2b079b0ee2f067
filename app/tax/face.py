"""What a tax system must be told before it can look an invoice up: the facts on its face, or its handle.

One rule: what would be refused for lack of an input is not asked. The person reads which field is missing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from app.domain.identity import Kind
from app.domain.invoice import Answer, Invoice, Outcome
from app.domain.plan import tax_day
from app.tax.tables import AskedBy


@dataclass(frozen=True, slots=True)
class Input:
    """One fact: what a person calls it, and where our invoice has it."""

    zh: str
    en: str
    of: Callable[[Invoice], str | None]


def yuan(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _last(check_code: str | None, length: int) -> str | None:
    compact = "".join((check_code or "").split())
    return compact[-length:] if len(compact) >= length else None


INPUTS: Mapping[str, Input] = MappingProxyType({
    "code": Input("发票代码", "invoice code", lambda it: it.code),
    "amount_without_tax": Input("不含税金额", "amount without tax", lambda it: yuan(it.amount.without_tax)),
    "amount_with_tax": Input("价税合计", "total with tax", lambda it: yuan(it.amount.with_tax)),
    "check_code": Input("校验码", "check code", lambda it: _last(it.check_code, 6)),
    "short_check_code": Input("校验码", "check code", lambda it: _last(it.check_code, 5)),
    "paper_code": Input("纸质发票代码（paper.code）", "code of the paper form", lambda it: it.paper.code),
    "paper_number": Input("纸质发票号码（paper.number）", "number of the paper form", lambda it: it.paper.number),
    "seller_tax_id": Input("销售方税号", "seller's tax id", lambda it: it.seller.tax_id),
    "buyer_tax_id": Input("购买方税号", "buyer's tax id", lambda it: it.buyer.tax_id),
    "serial_no": Input("开票流水号（handle.serial_no）", "serial number", lambda it: it.handle.serial_no),
    "order_no": Input("订单号（handle.order_no）", "order number", lambda it: it.handle.order_no),
})  # fmt: skip
"""The check code as its last six characters (blockchain: five); amounts with two decimals."""


@dataclass(frozen=True, slots=True)
class Face:
    """A question that can be asked. `type` is the provider's name of the kind; `issued_on` the Beijing day; `values`
    what was needed, by the names of INPUTS.
    """

    type: str
    number: str
    issued_on: date
    values: Mapping[str, str]

    def get(self, *names: str) -> str:
        """The first of these that was needed, else nothing: providers have one field for several facts."""
        return next((self.values[name] for name in names if name in self.values), "")


def face_of(invoice: Invoice, kinds: Mapping[Kind, AskedBy], provider: str) -> Face | Answer:
    """The question as `kinds` has it, or why it cannot be asked. `provider`: its Chinese name, for the person."""
    if invoice.kind is None:
        return lacking("kind", "发票种类")
    asked = kinds.get(invoice.kind)
    if asked is None:
        return Answer(
            Outcome.BAD_REQUEST, code="unsupported_kind", message=f"{provider}不查验此类发票（kind：{invoice.kind}）"
        )
    values = needed(invoice, asked.needs)
    if isinstance(values, Answer):
        return values
    return Face(asked.type, invoice.number, tax_day(invoice.issued_at), values)


def needed(invoice: Invoice, names: Sequence[str]) -> dict[str, str] | Answer:
    """The facts of these names, or which one is missing."""
    values = {name: INPUTS[name].of(invoice) for name in names}
    missing = next((name for name, value in values.items() if not value), None)
    if missing:
        return lacking(missing, INPUTS[missing].zh)
    return {name: value for name, value in values.items() if value}


def lacking(name: str, zh: str) -> Answer:
    return Answer(Outcome.BAD_REQUEST, code=f"missing_{name}", message=f"缺少{zh}（{name}），无法查询")
