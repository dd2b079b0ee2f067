"""The tables of the Hungarian dialect, and how a question is read, an answer and a face are written in its XML.

Source: nav-gov-hu/Online-Invoice, interface 3.0 (schemas and samples); the messages are ours, and the HTTP statuses
are those that public clients report.
"""

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.domain.invoice import Invoice
from app.simulator.proof import text, with_tax
from app.simulator.xmltext import Xml, document, element, elements, read, text_of

HUNGARY = ZoneInfo("Europe/Budapest")
API = {"xmlns": "http://schemas.nav.gov.hu/OSA/3.0/api", "xmlns:common": "http://schemas.nav.gov.hu/NTCA/1.0/common"}
DATA = {"xmlns": "http://schemas.nav.gov.hu/OSA/3.0/data", "xmlns:base": "http://schemas.nav.gov.hu/OSA/3.0/base"}

ERRORS = {
    "INVALID_REQUEST": (400, "Helytelen kérés!"),
    "INVALID_SECURITY_USER": (401, "Helytelen authentikációs adatok!"),
    "INVALID_REQUEST_SIGNATURE": (400, "Helytelen kérés aláírás!"),
    "REQUEST_ID_NOT_UNIQUE": (400, "A kérés azonosítója nem egyedi!"),
    "INVALID_TIMESTAMP": (400, "A kérés időpontja nem fogadható el!"),
    "NOT_REGISTERED_CUSTOMER": (500, "Az adózó nincs regisztrálva!"),
    "FORBIDDEN": (500, "Az adott művelet végrehajtására nincs jogosultsága!"),
    "OPERATION_FAILED": (500, "A művelet végrehajtása sikertelen!"),
    "SERVICE_UNAVAILABLE": (503, "A szolgáltatás karbantartás miatt nem érhető el!"),
}
"""HTTP status and message of each refusal of a question."""

REASONS = {
    "SCHEMA_VIOLATION": "A számlaadat nem felel meg a sémának.",
    "INVOICE_NUMBER_NOT_UNIQUE": "A számla sorszáma nem egyedi.",
}
"""Why an invoice is ABORTED."""

SUBJECTS = {"QueryTransactionStatus": "transactionId", "QueryInvoiceData": "invoiceNumber"}
"""What each operation asks about."""
_ASKED = ("requestId", "timestamp", "login", "passwordHash", "taxNumber", "requestSignature")
_ASKED_IF_YOU_LIKE = ("returnOriginalRequest", "softwareId")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as it came. `tax_number`: the first eight digits; `subject`: what it asks about."""

    request_id: str
    timestamp: str
    login: str
    password_hash: str
    tax_number: str
    signature: str
    subject: str
    original: str
    software_id: str

    @classmethod
    def read(cls, body: bytes, operation: str) -> "Asked | None":
        """None for what the schema refuses."""
        root = read(body)
        if root is None or root.tag.rpartition("}")[2] != f"{operation}Request":
            return None
        required = (*_ASKED, SUBJECTS[operation])
        asked = cls(*(text_of(root, name) for name in (*required, *_ASKED_IF_YOU_LIKE)))
        complete = all(text_of(root, name) for name in required) and masked(asked.timestamp)
        return asked if complete and re.fullmatch(r"\d{8}", asked.tax_number) else None

    @property
    def with_original(self) -> bool:
        return self.original in {"true", "1"}


def masked(timestamp: str) -> str:
    """The timestamp as it is signed, YYYYMMDDhhmmss; empty for what is none."""
    try:
        return f"{datetime.fromisoformat(timestamp):%Y%m%d%H%M%S}"
    except ValueError:
        return ""


def error(code: str, now: datetime) -> bytes:
    result = {"common:funcCode": "ERROR", "common:errorCode": code, "common:message": ERRORS[code][1]}
    return document(element("GeneralErrorResponse", _head("", result, now), attributes=API))


def status(asked: Asked, results: Xml, now: datetime) -> bytes:
    """The answer about a transaction; no `results` for one that is not there, or not the asker's."""
    told = element("processingResults", results, elements({"originalRequestVersion": "3.0"})) if results else Xml()
    return _answer("QueryTransactionStatus", asked, told, now)


def held(asked: Asked, face: Invoice | None, now: datetime) -> bytes:
    """The answer about an invoice number, with the invoice that is held under it."""
    data = elements({"invoiceData": base64.b64encode(invoice_data(face)).decode()}) if face else Xml()
    uncompressed = elements({"compressedContentIndicator": "false"})
    told = element("invoiceDataResult", data, uncompressed) if face else Xml()
    return _answer("QueryInvoiceData", asked, told, now)


def _answer(operation: str, asked: Asked, told: Xml, now: datetime) -> bytes:
    head = _head(asked.request_id, {"common:funcCode": "OK"}, now)
    software = element("software", elements({"softwareId": asked.software_id}))
    return document(element(f"{operation}Response", head, software, told, attributes=API))


def result(index: str, invoice_status: str, face: Invoice | None) -> Xml:
    """One invoice of a transaction; `face` when the original was asked for. A code that refuses an invoice, given as
    its status, is ABORTED for that reason.
    """
    reason = invoice_status if invoice_status in REASONS else "SCHEMA_VIOLATION"
    aborted = invoice_status in {"ABORTED", *REASONS}
    return element(
        "processingResult",
        elements({"index": index, "invoiceStatus": "ABORTED" if aborted else invoice_status}),
        _validation(reason) if aborted else Xml(),
        elements({"compressedContentIndicator": "false"}),
        elements({"originalRequest": base64.b64encode(invoice_data(face)).decode()}) if face else Xml(),
    )


def _validation(reason: str) -> Xml:
    kind = "technical" if reason == "SCHEMA_VIOLATION" else "business"
    words = {"validationResultCode": "ERROR", "validationErrorCode": reason, "message": REASONS[reason]}
    return element(f"{kind}ValidationMessages", elements(words))


def invoice_data(face: Invoice) -> bytes:
    """InvoiceData: number, day, parties and totals; no lines, which no monitor reads."""
    detail = {"invoiceCategory": "NORMAL", "currencyCode": face.amount.currency}
    customer = element("customerTaxNumber", _tax_number(face.buyer.tax_id or ""))
    head = element(
        "invoiceHead",
        element(
            "supplierInfo", element("supplierTaxNumber", _tax_number(face.seller.tax_id or "")), _name(face, "supplier")
        ),
        element("customerInfo", element("customerVatData", customer), _name(face, "customer")),
        element("invoiceDetail", elements(detail)),
    )
    invoice = element("invoice", head, element("invoiceSummary", _totals(face)))
    issued = {
        "invoiceNumber": face.number,
        "invoiceIssueDate": f"{face.issued_at.astimezone(HUNGARY):%Y-%m-%d}",
        "completenessIndicator": "false",
    }
    return document(element("InvoiceData", elements(issued), element("invoiceMain", invoice), attributes=DATA))


def _head(request_id: str, result: dict[str, str], now: datetime) -> Xml:
    header = {
        "common:requestId": request_id,
        "common:timestamp": f"{now:%Y-%m-%dT%H:%M:%S.000Z}",
        "common:requestVersion": "3.0",
        "common:headerVersion": "1.0",
    }
    return Xml(element("common:header", elements(header)) + element("common:result", elements(result)))


def _tax_number(tax_id: str) -> Xml:
    """12345678-2-41: taxpayer, kind of taxation, county."""
    names = ("base:taxpayerId", "base:vatCode", "base:countyCode")
    return elements(dict(zip(names, tax_id.split("-"), strict=False)))


def _name(face: Invoice, role: str) -> Xml:
    party = face.seller if role == "supplier" else face.buyer
    return elements({f"{role}Name": party.name or ""})


def _totals(face: Invoice) -> Xml:
    net, tax, gross = face.amount.without_tax, face.amount.tax, with_tax(face.amount)
    normal = element("summaryNormal", _money("invoiceNetAmount", net), _money("invoiceVatAmount", tax))
    return Xml(normal + element("summaryGrossData", _money("invoiceGrossAmount", gross)))


def _money(name: str, amount: Decimal | None) -> Xml:
    return Xml() if amount is None else elements({name: text(amount), f"{name}HUF": text(amount)})
