"""European invoices (EN 16931) as what a find tells, in either syntax: UBL or CII.

One rule: an id is the one we know it by when it is the same id. A VAT number is told with its country's prefix or
without it, and a party may tell several ids. Credit notes count what they give back as positive; ours are negative.
The tax is left to what the totals tell: a document may have two, in two currencies.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from app.domain.invoice import Amount, Found, Invoice
from app.tax import fields
from app.tax.reply import Document


@dataclass(frozen=True, slots=True)
class _Syntax:
    """Where a syntax has each field, below its root; a party's ids in the order of their weight."""

    number: str
    issued: str
    currency: str
    original: str
    without_tax: str
    with_tax: str
    seller: str
    buyer: str
    ids: tuple[str, ...]


_UBL = _Syntax(
    number="ID",
    issued="IssueDate",
    currency="DocumentCurrencyCode",
    original="BillingReference.InvoiceDocumentReference.ID",
    without_tax="LegalMonetaryTotal.TaxExclusiveAmount",
    with_tax="LegalMonetaryTotal.TaxInclusiveAmount",
    seller="AccountingSupplierParty.Party",
    buyer="AccountingCustomerParty.Party",
    ids=("PartyTaxScheme.CompanyID", "PartyLegalEntity.CompanyID"),
)
_DEAL = "SupplyChainTradeTransaction"
_SETTLEMENT = f"{_DEAL}.ApplicableHeaderTradeSettlement"
_TOTALS = f"{_SETTLEMENT}.SpecifiedTradeSettlementHeaderMonetarySummation"
_CII = _Syntax(
    number="ExchangedDocument.ID",
    issued="ExchangedDocument.IssueDateTime.DateTimeString",
    currency=f"{_SETTLEMENT}.InvoiceCurrencyCode",
    original=f"{_SETTLEMENT}.InvoiceReferencedDocument.IssuerAssignedID",
    without_tax=f"{_TOTALS}.TaxBasisTotalAmount",
    with_tax=f"{_TOTALS}.GrandTotalAmount",
    seller=f"{_DEAL}.ApplicableHeaderTradeAgreement.SellerTradeParty",
    buyer=f"{_DEAL}.ApplicableHeaderTradeAgreement.BuyerTradeParty",
    ids=("SpecifiedTaxRegistration.ID", "SpecifiedLegalOrganization.ID"),
)
_ROOTS: Mapping[str, _Syntax] = MappingProxyType({"Invoice": _UBL, "CreditNote": _UBL, "CrossIndustryInvoice": _CII})
_CREDIT_NOTES = frozenset({"381"})
"""UNTDID 1001, as CII has it; UBL has a root of its own."""


def invoices_among(documents: Iterable[Document]) -> list[Document]:
    """Those that are invoices: signatures and lists of errors travel with them."""
    return [document for document in documents if _ROOTS.keys() & document.keys()]


def found_in(document: Document, invoice: Invoice, *, prefix: str, zone: str) -> tuple[dict[str, object], Found]:
    """The fields as evidence, and the find. `prefix`: the country's, of VAT numbers."""
    root, told = next(iter(document.items()))
    syntax = _ROOTS[root]
    sign = -1 if _is_credit_note(root, told) else 1
    currency = _text(told, syntax.currency) or invoice.amount.currency
    found = Found(
        number=_text(told, syntax.number),
        issued_on=fields.day(_text(told, syntax.issued)),
        seller_tax_id=fields.same_tax_id(_ids(told, syntax.seller, syntax, prefix), invoice.seller.tax_id),
        buyer_tax_id=fields.same_tax_id(_ids(told, syntax.buyer, syntax, prefix), invoice.buyer.tax_id),
        amount=Amount(
            without_tax=_money(told, syntax.without_tax, sign),
            with_tax=_money(told, syntax.with_tax, sign),
            currency=currency,
        ),
        original_number=_text(told, syntax.original),
        zone=zone,
    )
    return _shown(found), found


def _is_credit_note(root: str, told: object) -> bool:
    return root == "CreditNote" or _text(told, "ExchangedDocument.TypeCode") in _CREDIT_NOTES


def _text(told: object, path: str) -> str | None:
    return fields.text(fields.content(fields.at(told, path)))


def _money(told: object, path: str, sign: int) -> Decimal | None:
    amount = fields.money(_text(told, path))
    return None if amount is None else sign * amount


def _ids(told: object, party: str, syntax: _Syntax, prefix: str) -> Iterator[str]:
    """Every spelling of every id of a party, as told first."""
    who = fields.at(told, party)
    for path in syntax.ids:
        scheme, name = path.split(".")
        for each in _each(fields.at(who, scheme)):
            told_id = fields.tax_id(_text(each, name))
            if told_id:
                yield from (told_id, told_id.removeprefix(prefix), f"{prefix}{told_id}")


def _each(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _shown(found: Found) -> dict[str, object]:
    shown: dict[str, object | None] = {
        "ID": found.number,
        "IssueDate": found.issued_on and found.issued_on.isoformat(),
        "SellerID": found.seller_tax_id,
        "BuyerID": found.buyer_tax_id,
        "TaxExclusiveAmount": found.amount.without_tax,
        "TaxInclusiveAmount": found.amount.with_tax,
    }
    return {name: value for name, value in shown.items() if value is not None}
