"""The tables of Tencent's dialect: codes, kinds, and how a face is written in its fields.

Source: the models and errors of tencentcloud-sdk-python-ocr 3.1.193 and the page on VatInvoiceVerifyNew (2025-12);
the wording of the messages is ours.
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

FORM = Form("InvoiceNo", "InvoiceCode", "InvoiceDate", "Amount", "CheckCode", day_format="%Y-%m-%d")
FOUND = "OK"
"""Stands for success, which has no code of its own."""

WORDS = Words(
    refusals={
        Objection.REFUSED: "AuthFailure.UnauthorizedOperation",
        Objection.EXPIRED: "AuthFailure.TokenFailure",
        Objection.TOO_FAST: "RequestLimitExceeded",
        Objection.EXHAUSTED: "ResourceUnavailable.ResourcePackageRunOut",
        Objection.FORBIDDEN: "FailedOperation.UnOpenError",
    },
    flaws={
        Flaw.NUMBER: "InvalidParameterValue.TicketSnParameterValueLimit",
        Flaw.CODE: "InvalidParameterValue.TicketCodeParameterValueLimit",
        Flaw.DAY: "InvalidParameterValue.TicketDateParameterValueLimit",
        Flaw.FACT: "InvalidParameterValue.PriceOrVerificationParameterValueLimit",
    },
    findings={
        Finding.CONSISTENT: FOUND,
        Finding.USED_UP: "FailedOperation.CountLimitError",
        Finding.MISMATCH: "FailedOperation.InvoiceMismatch",
        Finding.ABSENT: "ResourceNotFound.NoInvoice",
        Finding.TODAY: "ResourceNotFound.NotSupportCurrentInvoiceQuery",
        Finding.FUTURE: "InvalidParameterValue.TicketDateParameterValueLimit",
        Finding.TOO_OLD: "InvalidParameterValue.TicketDateParameterValueLimit",
        Finding.WRONG_KIND: "InvalidParameterValue.InvalidParameterValueLimit",
        Finding.MAINTENANCE: "ResourceUnavailable.TaxNetworkError",
    },
    billed=frozenset({FOUND, "FailedOperation.InvoiceMismatch", "ResourceNotFound.NoInvoice"}),
)

MESSAGES: Mapping[str, str] = {
    "AuthFailure.SecretIdNotFound": "密钥不存在。",
    "AuthFailure.SignatureExpire": "签名过期。请求时间与服务器时间相差不得超过五分钟。",
    "AuthFailure.SignatureFailure": "签名错误。请检查签名计算过程。",
    "AuthFailure.TokenFailure": "临时凭证错误。",
    "AuthFailure.UnauthorizedOperation": "请求未授权。",
    "FailedOperation.CountLimitError": "该发票今日查验次数已达上限。",
    "FailedOperation.InvoiceMismatch": "发票数据不一致。",
    "FailedOperation.UnOpenError": "服务未开通。",
    "InvalidAction": "接口不存在。",
    "InvalidParameterValue.PriceOrVerificationParameterValueLimit": "金额或校验码有误。",
    "InvalidParameterValue.TicketCodeParameterValueLimit": "发票代码有误。",
    "InvalidParameterValue.TicketDateParameterValueLimit": "开票日期有误。",
    "InvalidParameterValue.TicketSnParameterValueLimit": "发票号码有误。",
    "InvalidParameterValue.InvalidParameterValueLimit": "参数值有误。",
    "NoSuchVersion": "接口版本不存在。",
    "RequestLimitExceeded": "请求的次数超过了频率限制。",
    "ResourceNotFound.NoInvoice": "发票不存在。",
    "ResourceNotFound.NotSupportCurrentInvoiceQuery": "不支持查验当天开具的发票。",
    "ResourceUnavailable.ResourcePackageRunOut": "账号资源包耗尽。",
    "ResourceUnavailable.TaxNetworkError": "税务局网络异常，请稍后再试。",
}

KINDS: Mapping[str, frozenset[Kind]] = {
    "01": frozenset({Kind.VAT_SPECIAL, Kind.DIGITAL_PAPER_SPECIAL}),
    "02": frozenset(),
    "03": frozenset({Kind.MOTOR_VEHICLE, Kind.DIGITAL_MOTOR_VEHICLE}),
    "04": frozenset({Kind.VAT_ORDINARY, Kind.DIGITAL_PAPER_ORDINARY}),
    "08": frozenset({Kind.VAT_SPECIAL_ELECTRONIC, Kind.DIGITAL_SPECIAL}),
    "10": frozenset({
        Kind.VAT_ORDINARY_ELECTRONIC, Kind.DIGITAL_ORDINARY, Kind.RAILWAY_TICKET, Kind.AIR_ITINERARY,
    }),
    "11": frozenset({Kind.VAT_ROLL}),
    "14": frozenset({Kind.TOLL_ELECTRONIC}),
    "15": frozenset({Kind.USED_VEHICLE, Kind.DIGITAL_USED_VEHICLE}),
    "32": frozenset({Kind.BLOCKCHAIN}),
}  # fmt: skip
"""`InvoiceKind` of a question. Fully digital invoices go under 08 and 10; where tickets go is our reading."""

_TYPES: Mapping[Kind, str] = {
    Kind.VAT_SPECIAL: "01",
    Kind.MOTOR_VEHICLE: "03",
    Kind.VAT_ORDINARY: "04",
    Kind.VAT_SPECIAL_ELECTRONIC: "08",
    Kind.VAT_ORDINARY_ELECTRONIC: "10",
    Kind.VAT_ROLL: "11",
    Kind.TOLL_ELECTRONIC: "14",
    Kind.USED_VEHICLE: "15",
    Kind.DIGITAL_SPECIAL: "0920",
    Kind.DIGITAL_ORDINARY: "0910",
    Kind.DIGITAL_MOTOR_VEHICLE: "0930",
    Kind.DIGITAL_USED_VEHICLE: "0940",
    Kind.DIGITAL_PAPER_SPECIAL: "0901",
    Kind.DIGITAL_PAPER_ORDINARY: "0904",
    Kind.RAILWAY_TICKET: "83",
    Kind.AIR_ITINERARY: "61",
    Kind.BLOCKCHAIN: "100",
    Kind.GENERAL_ELECTRONIC: "102",
}
_ELECTRONIC: Mapping[Kind, str] = {
    Kind.DIGITAL_SPECIAL: "01",
    Kind.DIGITAL_ORDINARY: "02",
    Kind.RAILWAY_TICKET: "03",
    Kind.AIR_ITINERARY: "04",
}


def invoice_words(entry: Entry, face: Invoice, now: datetime) -> dict[str, Any]:
    """`Response.Invoice`: the face, and the status of the entry. An abnormal (异常) invoice looks normal here."""
    amount, kind = face.amount, face.kind
    status = entry.standing(now)
    red = status in {Status.RED_PARTIAL, Status.RED_FULL}
    return {
        "Code": face.code or "",
        "Number": face.number,
        "Date": f"{issued_on(face):%Y%m%d}",
        "BuyerName": face.buyer.name or "",
        "BuyerTaxCode": face.buyer.tax_id or "",
        "SellerName": face.seller.name or "",
        "SellerTaxCode": face.seller.tax_id or "",
        "Type": _TYPES.get(kind, "") if kind else "",
        "ElectronicType": _ELECTRONIC.get(kind, "") if kind else "",
        "CheckCode": face.check_code or "",
        "AmountWithoutTax": text(amount.without_tax),
        "TaxAmount": text(amount.tax),
        "AmountWithTax": text(with_tax(amount)),
        "IsAbandoned": _abandoned(status, tax_control=bool(face.code)),
        "RedLetterInvoiceMark": face.original is not None,
        "RedLetterInvoices": [_red_letter(status)] if red else [],
        "OriginalCode": (face.original.code or "") if face.original else "",
        "OriginalNumber": face.original.number if face.original else "",
        "TaxBureau": "",
        "Items": [],
    }


def _abandoned(status: Status, *, tax_control: bool) -> str:
    """`IsAbandoned`: Y void, HP partly red-flushed, HF fully, which tax-control kinds call H."""
    if status is Status.RED_FULL:
        return "H" if tax_control else "HF"
    return {Status.VOID: "Y", Status.RED_PARTIAL: "HP"}.get(status, "N")


def _red_letter(status: Status) -> dict[str, str]:
    """The red invoice of a flushed one; the register does not hold which it is."""
    return {"Code": "", "Number": "", "Date": "", "State": "HF" if status is Status.RED_FULL else "HP"}
