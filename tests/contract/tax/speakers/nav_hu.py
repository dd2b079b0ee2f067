"""NAV's words. One rule: written from the schema and the samples that NAV publishes, not from the adapter."""

import base64
from dataclasses import replace
from datetime import UTC, datetime

from app.domain.identity import Kind
from app.domain.invoice import Handle, Outcome, Party
from tests.contract.tax.speakers.speaker import PLAIN, PRIVATE

HUNGARIAN = replace(
    PLAIN,
    amount=replace(PLAIN.amount, currency="HUF"),
    issued_at=datetime(2025, 2, 28, 23, 30, tzinfo=UTC),  # half past midnight on 1 March in Budapest
    seller=Party("99999999-2-41"),
    buyer=Party("99887764"),
    kind=Kind.FOREIGN,
    handle=Handle(serial_no="4BP9PKL71AK1JSGN"),
)

_NAMESPACES = (
    'xmlns="http://schemas.nav.gov.hu/NTCA/1.0/common" xmlns:ns2="http://schemas.nav.gov.hu/OSA/3.0/api"'
    ' xmlns:ns3="http://schemas.nav.gov.hu/OSA/3.0/base"'
)


def data(invoice, operation=""):
    company, address, _, bank, _ = PRIVATE
    return (
        '<?xml version="1.0" encoding="UTF-8"?><InvoiceData xmlns="http://schemas.nav.gov.hu/OSA/3.0/data"'
        ' xmlns:base="http://schemas.nav.gov.hu/OSA/3.0/base">'
        f"<invoiceNumber>{invoice.number}</invoiceNumber><invoiceIssueDate>2025-03-01</invoiceIssueDate>"
        f"<completenessIndicator>false</completenessIndicator><invoiceMain><invoice>{operation}<invoiceHead>"
        "<supplierInfo><supplierTaxNumber><base:taxpayerId>99999999</base:taxpayerId><base:vatCode>2</base:vatCode>"
        f"<base:countyCode>41</base:countyCode></supplierTaxNumber><supplierName>{company}</supplierName>"
        f"<supplierAddress>{address}</supplierAddress>"
        f"<supplierBankAccountNumber>{bank}</supplierBankAccountNumber></supplierInfo><customerInfo>"
        "<customerVatStatus>DOMESTIC</customerVatStatus><customerVatData><customerTaxNumber>"
        "<base:taxpayerId>99887764</base:taxpayerId></customerTaxNumber></customerVatData></customerInfo>"
        "<invoiceDetail><currencyCode>HUF</currencyCode></invoiceDetail></invoiceHead><invoiceSummary>"
        "<summaryNormal><invoiceNetAmount>100.00</invoiceNetAmount><invoiceNetAmountHUF>100</invoiceNetAmountHUF>"
        "<invoiceVatAmount>6.00</invoiceVatAmount></summaryNormal><summaryGrossData>"
        "<invoiceGrossAmount>106.00</invoiceGrossAmount></summaryGrossData></invoiceSummary></invoice></invoiceMain>"
        "</InvoiceData>"
    )


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def reply(content, root="QueryTransactionStatusResponse", result="<funcCode>OK</funcCode>"):
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><ns2:{root} {_NAMESPACES}>'
        "<header><requestId>PD0</requestId><timestamp>2025-03-02T04:00:00Z</timestamp></header>"
        f"<result>{result}</result>{content}</ns2:{root}>"
    )


def item(status, original="", messages="", index=1, packed="false"):
    request = f"<ns2:originalRequest>{original}</ns2:originalRequest>" if original else ""
    return (
        f"<ns2:processingResult><ns2:index>{index}</ns2:index><ns2:invoiceStatus>{status}</ns2:invoiceStatus>"
        f"{messages}<ns2:compressedContentIndicator>{packed}</ns2:compressedContentIndicator>{request}"
        "</ns2:processingResult>"
    )


def results(*items):
    return reply(
        f"<ns2:processingResults>{''.join(items)}"
        "<ns2:originalRequestVersion>3.0</ns2:originalRequestVersion></ns2:processingResults>"
    )


def message(code, error, words, kind="business"):
    prefix = "ns2:" if kind == "business" else ""
    fields = {"validationResultCode": code, "validationErrorCode": error, "message": words}
    inner = "".join(f"<{prefix}{name}>{value}</{prefix}{name}>" for name, value in fields.items())
    return f"<ns2:{kind}ValidationMessages>{inner}</ns2:{kind}ValidationMessages>"


def refused(code):
    told = f"<funcCode>ERROR</funcCode><errorCode>{code}</errorCode><message>hiba</message>"
    return reply("", "GeneralErrorResponse", told)


def held(invoice):
    """What queryInvoiceData answers; nothing without an invoice."""
    inner = f"<ns2:invoiceData>{encoded(data(invoice))}</ns2:invoiceData>" if invoice else ""
    told = f"<ns2:invoiceDataResult>{inner}</ns2:invoiceDataResult>" if invoice else ""
    return reply(told, "QueryInvoiceDataResponse")


NOT_UNIQUE = message("ERROR", "INVOICE_NUMBER_NOT_UNIQUE", "A számlaszám már szerepel a rendszerben.")


class OfNav:
    credentials = {"login": "technical", "password": "secret", "tax_number": "99999999", "sign_key": "ac-ac3a"}
    options = None
    invoices = [HUNGARIAN]
    form = "xml"
    tokens = False
    evidence = ("2511…0001", "9999…2-41", "106.00")
    half = ("DONE", "***")

    def aside(self, invoices):
        return {"/queryInvoiceData": held(invoices[0])}

    def found(self, invoices):
        return results(item("DONE", encoded(data(invoices[0]))))

    def absent(self):
        return reply("")

    def says(self):
        statuses = {
            "RECEIVED": Outcome.PROCESSING, "PROCESSING": Outcome.PROCESSING, "SAVED": Outcome.PROCESSING,
            "ABORTED": Outcome.REJECTED, "FINISHED": Outcome.TRANSIENT, "DONE": Outcome.TRANSIENT,
        }  # fmt: skip
        errors = {
            "FORBIDDEN": Outcome.AUTH, "INVALID_CUSTOMER": Outcome.AUTH, "INVALID_REQUEST": Outcome.BAD_REQUEST,
            "INVALID_REQUEST_SIGNATURE": Outcome.AUTH, "INVALID_SECURITY_USER": Outcome.AUTH,
            "INVALID_TIMESTAMP": Outcome.TRANSIENT, "INVALID_USER_RELATION": Outcome.AUTH,
            "MAINTENANCE_MODE": Outcome.AUTHORITY_DOWN, "NOT_REGISTERED_CUSTOMER": Outcome.AUTH,
            "OPERATION_FAILED": Outcome.TRANSIENT, "REQUEST_ID_NOT_UNIQUE": Outcome.TRANSIENT,
            "SERVICE_UNAVAILABLE": Outcome.AUTHORITY_DOWN, "SOMETHING_NEW": Outcome.TRANSIENT,
        }  # fmt: skip
        return [
            *((results(item(status)), outcome) for status, outcome in statuses.items()),
            *((refused(code), outcome) for code, outcome in errors.items()),
            *(((500, refused(code)), outcome) for code, outcome in errors.items()),
            (results(item("ABORTED", messages=NOT_UNIQUE)), Outcome.DUPLICATE_ACCEPTED),
        ]

    def missing(self):
        return [
            (replace(HUNGARIAN, kind=None), "missing_kind"),
            (replace(HUNGARIAN, kind=Kind.DIGITAL_ORDINARY), "unsupported_kind"),
            (replace(HUNGARIAN, handle=Handle(order_no="1")), "missing_serial_no"),
        ]
