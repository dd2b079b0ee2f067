"""Tencent Cloud (腾讯云): is this invoice in the tax administration's books (VatInvoiceVerifyNew), asked by its face.

One rule: only a `Response` with an `Invoice`, no `Error` and a known `IsAbandoned` is a find. A find, a mismatch and
"no such invoice" are paid for. Today's invoices are asked for (`EnableTodayInvoice`), which finds those that the tax
bureau has taken up. The codes stand in `data/tencent.toml`.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from app.domain.address import Target
from app.domain.identity import region_of
from app.domain.invoice import Amount, Answer, Family, Found, Invoice, Outcome
from app.domain.signing import Request, tc3_authorization
from app.tax import fields
from app.tax.adapter import Account, Adapter, Capabilities, Toolbox
from app.tax.face import Face, face_of
from app.tax.reply import JSON, Document, ask
from app.tax.tables import load

TABLES = load("tencent")
SERVICE, VERSION, ACTION = "ocr", "2018-11-19", "VatInvoiceVerifyNew"
CHECKED, NORMAL = "Invoice", "N"
REQUESTED = frozenset({"01", "03", "04", "08", "10", "11", "14", "15", "32"})
"""The kinds that `InvoiceKind` has a word for; of the others it is left out, as the vendor's own examples do."""
GENERAL = "102"
GENERAL_REGIONS = frozenset({"3300", "4400"})
"""Whose general electronic invoices (通用机打电子发票) are checked: Zhejiang and Guangdong."""
NOWHERE = Answer(
    Outcome.BAD_REQUEST, code="unsupported_region", message="腾讯云只查验广东、浙江的通用电子发票，其他地区的无法查验"
)
CAPABILITIES = Capabilities(
    Family.PROOF,
    needs=TABLES.needs,
    rate=20.0,
    daily_limit=5,
    maximum_age=timedelta(days=5 * 365),
    charged=TABLES.charged,
)


class Tencent:
    def __init__(self, account: Account, toolbox: Toolbox) -> None:
        self._account, self._toolbox = account, toolbox
        self._target = Target.parse(account.url)

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        return [await self._check(invoice) for invoice in invoices]

    async def probe(self) -> Answer:
        """A number no invoice has: the service objects to it once it knows us, and charges nothing."""
        return await self._ask({"InvoiceNo": "0", "InvoiceDate": f"{self._toolbox.clock.now():%Y-%m-%d}"})

    async def _check(self, invoice: Invoice) -> Answer:
        face = face_of(invoice, TABLES.kinds, "腾讯云")
        form = face if isinstance(face, Answer) else _form(face)
        return form if isinstance(form, Answer) else await self._ask(form)

    async def _ask(self, form: Document) -> Answer:
        content = json.dumps(form).encode()
        reply = await ask(
            self._toolbox,
            self._account.url,
            content=content,
            headers=self._headers(content),
            deadline=self._account.timeout,
            mask=TABLES.mask,
        )
        return reply if isinstance(reply, Answer) else _judge(reply)

    def _headers(self, content: bytes) -> dict[str, str]:
        at, keys = self._toolbox.clock.now(), self._account.credentials
        signed = {**JSON, "host": self._target.authority}
        request = Request(self._target.path, "", signed, content)
        token = keys.get("token")
        return {
            **signed,
            "authorization": tc3_authorization(request, at, SERVICE, keys["secret_id"], keys["secret_key"]),
            "x-tc-action": ACTION,
            "x-tc-version": VERSION,
            "x-tc-timestamp": str(int(at.timestamp())),
            **({"x-tc-token": token} if token else {}),
        }


def _form(face: Face) -> Document | Answer:
    """`Amount` is without tax or with it, as the kind has it; of a digital invoice on paper, code and number are the
    form's.
    """
    form: Document = {
        "InvoiceNo": face.get("paper_number") or face.number,
        "InvoiceDate": face.issued_on.isoformat(),
        "InvoiceCode": face.get("code", "paper_code"),
        "InvoiceKind": face.type if face.type in REQUESTED else "",
        "CheckCode": face.get("check_code", "short_check_code"),
        "Amount": face.get("amount_without_tax", "amount_with_tax"),
        "SellerTaxCode": face.get("seller_tax_id"),
        "EnableTodayInvoice": True,
    }
    told = {name: value for name, value in form.items() if value}
    return _general(told) if face.type == GENERAL else told


def _general(form: Document) -> Document | Answer:
    """A general electronic invoice is looked up in the books of its own region."""
    region = region_of(form["InvoiceCode"])
    if region not in GENERAL_REGIONS:
        return NOWHERE
    return {**form, "RegionCode": region, "EnableCommonElectronic": True}


def _judge(reply: Document) -> Answer:
    told = reply.get("Response")
    if not isinstance(told, dict):
        return TABLES.unsound("no_response", reply)
    request_id = fields.text(told.get("RequestId")) or ""
    error, invoice = told.get("Error"), told.get("Invoice")
    if isinstance(error, dict) and not invoice:
        return _refused(error, request_id)
    if isinstance(invoice, dict) and not error:
        return _judge_find(invoice, request_id)
    return TABLES.unsound("contradiction", told, request_id)


def _refused(error: Document, request_id: str) -> Answer:
    code, message = fields.text(error.get("Code")), fields.text(error.get("Message"))
    return TABLES.answer("error", code or "no_code", message or "", told=error, request_id=request_id)


def _judge_find(invoice: Document, request_id: str) -> Answer:
    """A normal invoice that a red-letter invoice reverses would contradict itself."""
    sign = fields.text(invoice.get("IsAbandoned")) or ""
    if sign == NORMAL and invoice.get("RedLetterInvoices"):
        return replace(TABLES.unsound("contradiction", invoice, request_id), billed=True)
    status = TABLES.meaning("abandoned", sign)
    return TABLES.answer("reply", CHECKED, told=invoice, found=_found(invoice), status=status, request_id=request_id)


def _found(invoice: Document) -> Found:
    return Found(
        number=fields.text(invoice.get("Number")),
        code=fields.text(invoice.get("Code")),
        issued_on=fields.day(invoice.get("Date")),
        seller_tax_id=fields.tax_id(invoice.get("SellerTaxCode")),
        buyer_tax_id=fields.tax_id(invoice.get("BuyerTaxCode")),
        amount=Amount(
            without_tax=fields.money(invoice.get("AmountWithoutTax")),
            tax=fields.money(invoice.get("TaxAmount")),
            with_tax=fields.money(invoice.get("AmountWithTax")),
        ),
        original_number=fields.text(invoice.get("OriginalNumber")),
    )


ADAPTER = Adapter(
    Tencent,
    CAPABILITIES,
    credentials=("secret_id", "secret_key"),
    optional=("token",),
    url="https://ocr.tencentcloudapi.com/",
)
