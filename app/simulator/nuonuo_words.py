"""The tables of Nuonuo's dialect: codes, statuses, names of kinds, and how a face is written in its fields.

Source: the open platform's interface for queryInvoiceResult; the wording of the descriptions is ours.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from app.domain.identity import Kind
from app.domain.invoice import Invoice
from app.simulator.taxbook import DIGITAL_LENGTH

DESCRIBE = {
    "E0000": "获取成功",
    "E9500": "发票不存在",
    "E9601": "查询异常，请稍后再试",
    "E9611": "订单号和流水号不能同时为空",
    "E9301": "该企业未开通此接口权限",
    "E9338": "企业服务已到期或余量不足",
    "070101": "appKey无效",
    "070301": "accessToken无效",
    "070302": "accessToken已过期",
    "070304": "应用凭证错误",
    "070306": "令牌获取次数已达上限",
    "070402": "接口方法不存在",
    "070601": "签名校验不通过",
    "429": "请求过于频繁，请稍后再试",
}

STATUS = {
    "2": "开票完成（最终状态）",
    "20": "开票中",
    "21": "开票成功签章中",
    "22": "开票失败（最终状态）",
    "24": "开票成功签章失败（最终状态）",
    "3": "发票已作废",
    "31": "发票作废中",
}

KINDS = {
    Kind.DIGITAL_SPECIAL: "数电专票",
    Kind.DIGITAL_ORDINARY: "数电普票",
    Kind.DIGITAL_PAPER_SPECIAL: "数电纸质专票",
    Kind.DIGITAL_PAPER_ORDINARY: "数电纸质普票",
    Kind.VAT_SPECIAL: "增值税专用发票",
    Kind.VAT_ORDINARY: "增值税普通发票",
    Kind.VAT_SPECIAL_ELECTRONIC: "增值税电子专用发票",
    Kind.VAT_ORDINARY_ELECTRONIC: "增值税电子普通发票",
    Kind.VAT_ROLL: "增值税普通发票（卷票）",
    Kind.MOTOR_VEHICLE: "机动车销售统一发票",
    Kind.USED_VEHICLE: "二手车销售统一发票",
}


def face_words(face: Invoice, *, issued: bool) -> dict[str, Any]:
    """The face in the platform's fields. Before the invoice is issued it has no number and no time.

    `invoiceNo` repeats the 20 digits of a fully digital invoice, or has the 8 printed on its paper form.
    """
    amount = face.amount
    return {
        **(_issue_words(face) if issued else dict.fromkeys(_ISSUE_FIELDS, "")),
        "exTaxAmount": _text(amount.without_tax),
        "taxAmount": _text(amount.tax),
        "orderAmount": _text(amount.with_tax),
        "payerName": face.buyer.name or "",
        "payerTaxNo": face.buyer.tax_id or "",
        "saleName": face.seller.name or "",
        "salerTaxNum": face.seller.tax_id or "",
        "invoiceKind": KINDS.get(face.kind, "") if face.kind else "",
        "invoiceType": "2" if face.original else "1",
        "oldInvoiceNo": face.original.number if face.original else "",
        "oldInvoiceCode": (face.original.code or "") if face.original else "",
    }


_ISSUE_FIELDS = (
    "invoiceTime",
    "invoiceCode",
    "invoiceNo",
    "allElectronicInvoiceNumber",
    "checkCode",
    "qrCode",
    "pdfUrl",
    "ofdUrl",
    "xmlUrl",
)


def _issue_words(face: Invoice) -> dict[str, Any]:
    digital = len(face.number) == DIGITAL_LENGTH
    link = f"https://files.example.invalid/{face.number}"
    return {
        "invoiceTime": milliseconds(face.issued_at),
        "invoiceCode": face.paper.code or face.code or "",
        "invoiceNo": face.paper.number or face.number,
        "allElectronicInvoiceNumber": face.number if digital else "",
        "checkCode": face.check_code or "",
        "qrCode": "",
        "pdfUrl": f"{link}.pdf",
        "ofdUrl": f"{link}.ofd",
        "xmlUrl": f"{link}.xml" if digital else "",
    }


def milliseconds(at: datetime) -> int:
    """Nuonuo's instants: milliseconds since 1970, UTC."""
    return int(at.timestamp() * 1000)


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"
