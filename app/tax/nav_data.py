"""Hungary's InvoiceData (Online Számla 3.0) as what a find tells. One rule: a totals line that is absent tells nothing.

A tax number has eight digits, a VAT code and a county (12345678-2-41); people write it whole, by its eight digits
alone, or with HU before them. Amounts are in the invoice's own currency.
"""

from collections.abc import Iterator

from app.domain.invoice import Amount, Found, Invoice
from app.tax import fields
from app.tax.reply import Document

_INVOICE = "InvoiceData.invoiceMain.invoice."
_HEAD = f"{_INVOICE}invoiceHead."
_SUMMARY = f"{_INVOICE}invoiceSummary."
_PATHS = {
    "invoiceNumber": "InvoiceData.invoiceNumber",
    "invoiceIssueDate": "InvoiceData.invoiceIssueDate",
    "originalInvoiceNumber": f"{_INVOICE}invoiceReference.originalInvoiceNumber",
    "currencyCode": f"{_HEAD}invoiceDetail.currencyCode",
    "invoiceNetAmount": f"{_SUMMARY}summaryNormal.invoiceNetAmount",
    "invoiceVatAmount": f"{_SUMMARY}summaryNormal.invoiceVatAmount",
    "invoiceGrossAmount": f"{_SUMMARY}summaryGrossData.invoiceGrossAmount",
}
_SUPPLIER = f"{_HEAD}supplierInfo.supplierTaxNumber"
_CUSTOMER = f"{_HEAD}customerInfo.customerVatData.customerTaxNumber"


def found_in(data: Document | None, invoice: Invoice, zone: str) -> tuple[dict[str, object], Found | None]:
    """The fields as evidence, and the find; neither when `data` is no InvoiceData."""
    if data is None or "InvoiceData" not in data:
        return {}, None
    told = {name: fields.text(fields.at(data, path)) for name, path in _PATHS.items()}
    seller = fields.same_tax_id(_spellings(fields.at(data, _SUPPLIER)), invoice.seller.tax_id)
    buyer = fields.same_tax_id(_spellings(fields.at(data, _CUSTOMER)), invoice.buyer.tax_id)
    found = Found(
        number=told["invoiceNumber"],
        issued_on=fields.day(told["invoiceIssueDate"]),
        seller_tax_id=seller,
        buyer_tax_id=buyer,
        amount=Amount(
            without_tax=fields.money(told["invoiceNetAmount"]),
            tax=fields.money(told["invoiceVatAmount"]),
            with_tax=fields.money(told["invoiceGrossAmount"]),
            currency=told["currencyCode"] or invoice.amount.currency,
        ),
        original_number=told["originalInvoiceNumber"],
        zone=zone,
    )
    shown: dict[str, object] = {**told, "supplierTaxNumber": seller, "customerTaxNumber": buyer}
    return {name: value for name, value in shown.items() if value}, found


def _spellings(number: object) -> Iterator[str]:
    """Of one tax number, the one with all that NAV tells first."""
    base, vat, county = (fields.tax_id(fields.at(number, name)) for name in ("taxpayerId", "vatCode", "countyCode"))
    if base is None:
        return
    if vat and county:
        yield from (f"{base}-{vat}-{county}", f"{base}{vat}{county}")
    yield from (base, f"HU{base}")
