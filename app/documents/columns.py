"""The headings of tables, by the field they mean. One rule: a heading that nobody listed is ignored, never guessed at.

Sources: the e-tax bureau's export of all invoices (全量发票查询导出结果), CustomData of OFD files, and what accountants
call things. English headings are the invoice object's own paths, such as `seller.tax_id`.
"""

import re
import unicodedata

from app.documents.draft import FIELDS

_SELLER, _BUYER = "(?:销售方|销方|销货方|销货单位|卖方)", "(?:购买方|购方|购货方|购货单位|买方)"
_TAX_ID = "(?:纳税人识别号|识别号|税号|统一社会信用代码(?:/纳税人识别号)?|社会信用代码|纳税人税号)"
_NAME = "(?:名称|纳税人名称|单位名称)?"
_BLUE = "(?:原|原蓝字|蓝字|对应蓝字|被红冲蓝字|对应正数)"

_HEADINGS = {
    "digital": "(?:数电|全电)(?:发)?票号码",
    "number": "(?:发票号码|发票号|号码|invoice_number)",
    "code": "(?:发票代码|代码|invoice_code)",
    "kind": "(?:发票票种|发票种类|票种|发票类型)",
    "issued_at": "(?:开票日期|开票时间|开具日期|开票日)",
    "seller.tax_id": _SELLER + _TAX_ID,
    "seller.name": _SELLER + _NAME,
    "buyer.tax_id": _BUYER + _TAX_ID,
    "buyer.name": _BUYER + _NAME,
    "amount.without_tax": r"(?:金额|不含税金额|金额\(不含税\)|合计金额|金额合计)",
    "amount.tax": "(?:税额|合计税额|税额合计|票面税额)",
    "amount.with_tax": r"(?:价税合计|含税金额|金额\(含税\)|价税合计金额|价税合计\(小写\))",
    "amount.currency": "币种",
    "check_code": "校验码",
    "handle.serial_no": "(?:开票流水号|发票流水号|发票请求流水号|流水号)",
    "handle.order_no": "(?:订单号|订单编号)",
    "reference": "(?:单据号|单据编号|业务单号)",
    "original.number": _BLUE + "(?:数电|全电)?(?:发)?票号码",
    "original.code": _BLUE + "发票代码",
    "paper.number": "(?:纸质发票号码|数电纸质发票号码)",
    "paper.code": "(?:纸质发票代码|数电纸质发票代码)",
    "remark": "备注",
}
_PATTERNS = {field: re.compile(pattern) for field, pattern in _HEADINGS.items()}
IDENTIFIERS = frozenset({
    "digital", "number", "code", "seller.tax_id", "buyer.tax_id", "check_code", "original.number", "original.code",
    "paper.number", "paper.code", "handle.serial_no", "handle.order_no", "reference",
})  # fmt: skip
"""Columns whose digits are names, not quantities: a spreadsheet that takes them for numbers loses some."""


def field_of(heading: str) -> str | None:
    """The field that a heading means; None for a column that is none of ours."""
    plain = "".join(unicodedata.normalize("NFKC", heading).split()).rstrip("*").lower()
    if plain in FIELDS:
        return plain
    return next((field for field, pattern in _PATTERNS.items() if pattern.fullmatch(plain)), None)
