"""The tables of Baiwang's dialect: codes, statuses, marks, and how a face is written in its fields.

Source: a public client of Baiwang's platform for the fields of invoice.query and queryeinvoice, `invoiceStatus`,
`invoiceUploadMark` and `invoiceCheckMark`; from clients checked against the sandbox 100001 and 100002 (a dead token),
100007 (signature) and 70169 (a field is missing). All other codes are ours.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.domain.identity import Kind
from app.domain.invoice import Invoice
from app.simulator.gate import Objection
from app.simulator.proof import with_tax
from app.simulator.taxbook import DIGITAL_LENGTH, SHANGHAI, Entry, Status
from app.simulator.upload import Stage

UNSIGNED, UNKNOWN_APP, WRONG_PASSWORD, UNKNOWN_METHOD, INCOMPLETE, MAINTENANCE = (
    "100007", "100004", "100005", "100006", "70169", "100011",
)  # fmt: skip
REFUSALS: Mapping[Objection, str] = {
    Objection.REFUSED: "100001",
    Objection.EXPIRED: "100002",
    Objection.TOO_FAST: "100008",
    Objection.EXHAUSTED: "100009",
    Objection.FORBIDDEN: "100010",
}
MESSAGES: Mapping[str, str] = {
    "100001": "token无效",
    "100002": "token已过期",
    UNSIGNED: "签名校验不通过",
    UNKNOWN_APP: "appKey无效",
    WRONG_PASSWORD: "用户名或密码错误",
    UNKNOWN_METHOD: "接口方法不存在",
    INCOMPLETE: "必填参数为空",
    "100008": "请求过于频繁，请稍后再试",
    "100009": "套餐余量不足",
    "100010": "未开通该接口权限",
    MAINTENANCE: "系统维护中，请稍后再试",
}

_STATUSES: Mapping[Status, str] = {Status.RED_FULL: "05", Status.RED_PARTIAL: "06"}
_CHECK_MARKS: Mapping[Stage, str] = {
    Stage.UPLOADING: "N00",
    Stage.SIGNING: "Y00",
    Stage.FAILED: "Y10",
    Stage.UNSIGNED: "Y10",
}
_NOT_UPLOADED = frozenset({Stage.UPLOADING, Stage.SIGNING, Stage.FAILED})
_FROM_DEVICE = frozenset({"004", "005", "006", "007", "025", "026", "028"})
"""Types that a tax-control device issues, before anything is uploaded; the others the tax bureau itself issues."""
_TYPES: Mapping[Kind, str] = {
    Kind.DIGITAL_SPECIAL: "01",
    Kind.DIGITAL_ORDINARY: "02",
    Kind.DIGITAL_PAPER_SPECIAL: "01",
    Kind.DIGITAL_PAPER_ORDINARY: "02",
    Kind.VAT_SPECIAL: "004",
    Kind.VAT_ORDINARY: "007",
    Kind.VAT_ROLL: "025",
    Kind.VAT_ORDINARY_ELECTRONIC: "026",
    Kind.VAT_SPECIAL_ELECTRONIC: "028",
    Kind.MOTOR_VEHICLE: "005",
    Kind.USED_VEHICLE: "006",
}


def status_of(entry: Entry, standing: Stage, now: datetime) -> str:
    """`invoiceStatus`: 00 issued, 03 void, 05 fully and 06 partly red-flushed."""
    return "03" if standing is Stage.VOID else _STATUSES.get(entry.standing(now), "00")


def listed(entry: Entry, standing: Stage) -> bool:
    """Whether an invoice is among the issued ones: one from a device is from the start, and its marks tell the rest."""
    return standing.issued or _type(entry.face) in _FROM_DEVICE


def item_words(entry: Entry, face: Invoice, standing: Stage, now: datetime) -> dict[str, Any]:
    """One invoice of a query. One from a device has marks that tell whether the tax system has it: `invoiceCheckMark`
    N00 not signed, Y00 signed and not uploaded, Y11 taken, Y10 refused.
    """
    amount, original = face.amount, face.original
    digital = len(face.number) == DIGITAL_LENGTH
    return {
        "serialNo": entry.face.handle.serial_no or "",
        "orderNo": entry.face.handle.order_no or "",
        "invoiceTypeCode": _type(face),
        "invoiceType": "1" if original else "0",
        "invoiceStatus": status_of(entry, standing, now),
        **(_marks(standing) if _type(face) in _FROM_DEVICE else {}),
        "einvoiceNo": face.number if digital else "",
        "invoiceCode": face.paper.code or face.code or "",
        "invoiceNo": face.paper.number or ("" if digital else face.number),
        "invoiceDate": f"{face.issued_at.astimezone(SHANGHAI):%Y%m%d%H%M%S}",
        "invoiceCheckCode": face.check_code or "",
        "invoiceQrCode": "",
        "invoiceInvalidDate": _void_at(entry) if standing is Stage.VOID else "",
        "sellerTaxNo": face.seller.tax_id or "",
        "sellerName": face.seller.name or "",
        "buyerTaxNo": face.buyer.tax_id or "",
        "buyerName": face.buyer.name or "",
        "invoiceTotalPrice": _number(amount.without_tax),
        "invoiceTotalTax": _number(amount.tax),
        "invoiceTotalPriceTax": _number(with_tax(amount)),
        "originalEinvoiceNo": original.number if original and not original.code else "",
        "originalInvoiceCode": (original.code or "") if original else "",
        "originalInvoiceNo": original.number if original and original.code else "",
    }


def _marks(standing: Stage) -> dict[str, str]:
    return {
        "invoiceUploadMark": "0" if standing in _NOT_UPLOADED else "1",
        "invoiceCheckMark": _CHECK_MARKS.get(standing, "Y11"),
        "invoiceSignMark": "N" if standing is Stage.UPLOADING else "Y",
    }


def _type(face: Invoice) -> str:
    return _TYPES.get(face.kind, "") if face.kind else ""


def _void_at(entry: Entry) -> str:
    return f"{entry.status_at.astimezone(SHANGHAI):%Y%m%d%H%M%S}" if entry.status_at else ""


def _number(amount: Decimal | None) -> float | None:
    """Amounts are JSON numbers with two decimals."""
    return None if amount is None else float(round(amount, 2))
