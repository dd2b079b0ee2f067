"""The tables of Aliyun's dialect: codes, and how a face is written in its fields.

Source: alibabacloud_ocr_api20210707 3.1.3 and the page on VerifyVATInvoice; the inner codes, which of them are billed
and the fields of `Data` from CozeBoy/n8n-nodes-aliyuninvoiceverifier (formatter.ts, defb9a6), which took them from it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain.identity import Kind
from app.domain.invoice import Invoice
from app.simulator.gate import Objection
from app.simulator.inspection import Flaw, Form, Words
from app.simulator.proof import Finding, issued_on, text, with_tax
from app.simulator.taxbook import Entry, Status

FORM = Form("InvoiceNo", "InvoiceCode", "InvoiceDate", "InvoiceSum", "VerifyCode")
FOUND = "001"

WORDS = Words(
    refusals={
        Objection.REFUSED: "InvalidAccessKeyId.NotFound",
        Objection.EXPIRED: "InvalidSecurityToken.Expired",
        Objection.TOO_FAST: "Throttling.User",
        Objection.EXHAUSTED: "104",
        Objection.FORBIDDEN: "Forbidden.RAM",
    },
    flaws={Flaw.NUMBER: "113", Flaw.CODE: "110", Flaw.DAY: "1010", Flaw.FACT: "111"},
    findings={
        Finding.CONSISTENT: FOUND,
        Finding.USED_UP: "002",
        Finding.MISMATCH: "006",
        Finding.ABSENT: "009",
        Finding.TODAY: "10014",
        Finding.FUTURE: "1005",
        Finding.TOO_OLD: "10017",
        Finding.WRONG_KIND: "1005",
        Finding.MAINTENANCE: "1021",
    },
    billed=frozenset({FOUND, "006", "009", "1005"}),
)

MESSAGES: Mapping[str, str] = {
    FOUND: "成功",
    "002": "超过该张票当天查验次数",
    "006": "发票信息不一致",
    "009": "所查发票不存在",
    "104": "已超过最大查验量",
    "110": "发票代码格式错误",
    "111": "发票金额或校验码格式错误",
    "113": "发票号码格式错误",
    "1005": "请核对四要素是否符合发票规范",
    "1010": "日期格式不正确",
    "1021": "网络超时，税局升级维护",
    "10014": "日期当天不能查验",
    "10017": "超过五年的不能查验",
}

GATEWAY: Mapping[str, tuple[int, str]] = {
    "Forbidden.RAM": (
        403,
        "User not authorized to operate on the specified resource, or this API doesn't support RAM.",
    ),
    "InternalError": (500, "The request processing has failed due to some unknown error, exception or failure."),
    "InvalidAccessKeyId.NotFound": (404, "Specified access key is not found."),
    "InvalidAction.NotFound": (404, "Specified api is not found, please check your url and method."),
    "InvalidSecurityToken.Expired": (400, "Specified SecurityToken is expired."),
    "InvalidTimeStamp.Expired": (400, "Specified time stamp or date value is expired."),
    "ServiceUnavailable": (503, "The request has failed due to a temporary failure of the server."),
    "SignatureDoesNotMatch": (400, "Specified signature is not matched with our calculation."),
    "Throttling.User": (400, "Request was denied due to user flow control."),
}
"""What the gateway refuses: its HTTP status and message."""

_TYPES: Mapping[Kind, str] = {
    Kind.VAT_SPECIAL: "01",
    Kind.MOTOR_VEHICLE: "03",
    Kind.VAT_ORDINARY: "04",
    Kind.VAT_SPECIAL_ELECTRONIC: "08",
    Kind.VAT_ORDINARY_ELECTRONIC: "10",
    Kind.VAT_ROLL: "11",
    Kind.TOLL_ELECTRONIC: "14",
    Kind.USED_VEHICLE: "15",
    Kind.DIGITAL_SPECIAL: "31",
    Kind.DIGITAL_ORDINARY: "32",
    Kind.RAILWAY_TICKET: "51",
    Kind.AIR_ITINERARY: "61",
    Kind.DIGITAL_MOTOR_VEHICLE: "83",
    Kind.DIGITAL_USED_VEHICLE: "84",
    Kind.DIGITAL_PAPER_SPECIAL: "85",
    Kind.DIGITAL_PAPER_ORDINARY: "86",
}
_INVALID_MARKS: Mapping[Status, str] = {Status.VOID: "Y", Status.RED_PARTIAL: "7", Status.RED_FULL: "8"}


def invoice_words(entry: Entry, face: Invoice, now: datetime, checks: int) -> dict[str, Any]:
    """`data` inside `Data`. `invalidMark`: N, Y void, 7 partly and 8 fully red-flushed, which tax-control kinds call H;
    an abnormal (异常) invoice looks normal here.
    """
    amount, status = face.amount, entry.standing(now)
    mark = "H" if status is Status.RED_FULL and face.code else _INVALID_MARKS.get(status, "N")
    return {
        "invoiceType": _TYPES.get(face.kind, "") if face.kind else "",
        "invoiceCode": face.code or "",
        "invoiceNumber": face.number,
        "invoiceDate": f"{issued_on(face):%Y%m%d}",
        "checkCode": face.check_code or "",
        "cyjgxx": MESSAGES[FOUND],
        "inspectionAmount": str(checks),
        "invalidMark": mark,
        "invoiceMoney": text(amount.without_tax),
        "allTax": text(amount.tax),
        "allValoremTax": text(with_tax(amount)),
        "purchaserName": face.buyer.name or "",
        "purchaserTaxpayerNumber": face.buyer.tax_id or "",
        "salerName": face.seller.name or "",
        "salerTaxpayerNumber": face.seller.tax_id or "",
        "machineCode": "",
        "note": "",
        "detailList": [],
    }
