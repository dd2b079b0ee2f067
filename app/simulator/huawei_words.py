"""The tables of Huawei's dialect: codes, and how a face is written in its fields.

Source: the page on RecognizeInvoiceVerification (2025-12) and OCR's table of errors (2025-04). Of the result codes
1000, 1002, 1003, 1004 and 1010 are public; 1005 (the day's five checks) and 1006 (issued today) are our choice, as
are the names for an empty account. Every answer with HTTP 200 is billed.
"""

from collections.abc import Mapping
from datetime import datetime

from app.domain.identity import Kind
from app.domain.invoice import Invoice
from app.simulator.gate import Objection
from app.simulator.inspection import CENTS, Flaw, Form, Words
from app.simulator.proof import Finding, issued_on, text, with_tax
from app.simulator.taxbook import Entry, Status

FORM = Form("number", "code", "issue_date", "subtotal_amount", "check_code", day_format="%Y-%m-%d", amounts=CENTS)
FOUND = "1000"

MESSAGES: Mapping[str, str] = {
    FOUND: "The invoice verification is successful.",
    "1002": "The invoice verification information cannot be found in the tax authority's information.",
    "1003": "The invoice verification information is inconsistent with the tax authority's information.",
    "1004": "Only invoices issued within the last five years can be verified.",
    "1005": "The invoice has been verified five times today.",
    "1006": "An invoice issued today can be verified tomorrow.",
    "1010": "Parameter error.",
}

GATEWAY: Mapping[str, tuple[int, str]] = {
    "AIS.0101": (400, "The input parameter is invalid."),
    "AIS.0118": (400, "Service request error or the tax authority's interface was malfunctioning."),
    "APIG.0301": (401, "Incorrect IAM authentication information: verify aksk signature fail."),
    "APIG.0307": (401, "The token must be updated."),
    "APIG.0308": (429, "The throttling threshold has been reached: policy user over ratelimit,limit:20,time:1 second."),
    "ModelArts.4203": (403, "The account is in arrears."),
    "ModelArts.4204": (403, "Request api error! The API is not subscribed."),
}

WORDS = Words(
    refusals={
        Objection.REFUSED: "APIG.0301",
        Objection.EXPIRED: "APIG.0307",
        Objection.TOO_FAST: "APIG.0308",
        Objection.EXHAUSTED: "ModelArts.4203",
        Objection.FORBIDDEN: "ModelArts.4204",
    },
    flaws=dict.fromkeys(Flaw, "1010"),
    findings={
        Finding.CONSISTENT: FOUND,
        Finding.USED_UP: "1005",
        Finding.MISMATCH: "1003",
        Finding.ABSENT: "1002",
        Finding.TODAY: "1006",
        Finding.FUTURE: "1010",
        Finding.TOO_OLD: "1004",
        Finding.WRONG_KIND: "1003",
        Finding.MAINTENANCE: "AIS.0118",
    },
    billed=frozenset(MESSAGES),
)

_TYPES: Mapping[Kind, str] = {
    Kind.VAT_SPECIAL: "vat_special",
    Kind.VAT_ORDINARY: "vat_normal",
    Kind.VAT_ROLL: "vat_normal_roll",
    Kind.VAT_SPECIAL_ELECTRONIC: "vat_special_electronic",
    Kind.VAT_ORDINARY_ELECTRONIC: "vat_normal_electronic",
    Kind.TOLL_ELECTRONIC: "vat_normal_electronic_toll",
    Kind.BLOCKCHAIN: "blockchain_electronic",
    Kind.DIGITAL_SPECIAL: "fully_digitalized_special_electronic",
    Kind.DIGITAL_ORDINARY: "fully_digitalized_normal_electronic",
    Kind.MOTOR_VEHICLE: "motor_vehicle_sales",
    Kind.USED_VEHICLE: "used_vehicle_sales",
}
_STATUSES: Mapping[Status, str] = {
    Status.VOID: "invalidated",
    Status.RED_PARTIAL: "reversed",
    Status.RED_FULL: "reversed",
}


def invoice_words(entry: Entry, face: Invoice, now: datetime) -> dict[str, str]:
    """The face inside `result`. `status` knows no partial red-flush and no abnormal (异常) invoice."""
    amount = face.amount
    return {
        "type": _TYPES.get(face.kind, "") if face.kind else "",
        "code": face.code or "",
        "number": face.number,
        "issue_date": f"{issued_on(face):%Y%m%d}",
        "machine_number": "",
        "check_code": face.check_code or "",
        "status": _STATUSES.get(entry.standing(now), "valid"),
        "subtotal_amount": text(amount.without_tax),
        "subtotal_tax": text(amount.tax),
        "total": text(with_tax(amount)),
        "buyer_name": face.buyer.name or "",
        "buyer_id": face.buyer.tax_id or "",
        "seller_name": face.seller.name or "",
        "seller_id": face.seller.tax_id or "",
    }
