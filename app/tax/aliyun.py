"""Alibaba Cloud (阿里云): is this invoice in the tax administration's books (VerifyVATInvoice), asked by its face.

One rule: only an inner code of success with a known `invalidMark` is a find, and never from a status other than 200,
where the gateway explains itself. The answer is a JSON text within JSON. A check may take longer than ten seconds
(developer.aliyun.com/ask/612078): give such an account a timeout of 30 s. The codes stand in `data/aliyun.toml`.

The vendor's page leaves the inside of `Data` open. The names of its fields are those that two independent clients read:
EalenXie/sdk-all (aliyun-ocr-sdk, VATInvoice.java) and CozeBoy/n8n-nodes-aliyuninvoiceverifier (invoice.types.ts).
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from app.domain.address import Target
from app.domain.invoice import Amount, Answer, Family, Found, Invoice, Outcome
from app.domain.signing import Request, acs3_authorization, canonical_query, sha256_hex
from app.tax import fields
from app.tax.adapter import Account, Adapter, Capabilities, Toolbox
from app.tax.face import Face, face_of
from app.tax.reply import Document, ask
from app.tax.tables import load

TABLES = load("aliyun")
VERSION, ACTION = "2021-07-07", "VerifyVATInvoice"
CAPABILITIES = Capabilities(
    Family.PROOF,
    needs=TABLES.needs,
    rate=2.0,  # the page tells no figure; clients report a limit for each user
    daily_limit=5,
    maximum_age=timedelta(days=5 * 365),
    charged=TABLES.charged,
)


class Aliyun:
    def __init__(self, account: Account, toolbox: Toolbox) -> None:
        self._account, self._toolbox = account, toolbox
        self._target = Target.parse(account.url)

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        return [await self._check(invoice) for invoice in invoices]

    async def probe(self) -> Answer:
        """No parameters at all: a gateway that knows us misses them before anybody is asked."""
        return await self._ask({})

    async def _check(self, invoice: Invoice) -> Answer:
        face = face_of(invoice, TABLES.kinds, "阿里云")
        return face if isinstance(face, Answer) else await self._ask(_parameters(face))

    async def _ask(self, parameters: dict[str, str]) -> Answer:
        query = canonical_query(parameters)
        reply = await ask(
            self._toolbox,
            f"{self._account.url}?{query}" if query else self._account.url,
            headers=self._headers(query),
            deadline=self._account.timeout,
            refusal=_refusal,
            mask=TABLES.mask,
        )
        return reply if isinstance(reply, Answer) else _judge(reply)

    def _headers(self, query: str) -> dict[str, str]:
        keys = self._account.credentials
        token = keys.get("token")
        signed = {
            "host": self._target.authority,
            "x-acs-action": ACTION,
            "x-acs-version": VERSION,
            "x-acs-date": f"{self._toolbox.clock.now():%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-content-sha256": sha256_hex(b""),
            **({"x-acs-security-token": token} if token else {}),
        }
        request = Request(self._target.path, query, signed)
        return {
            **signed,
            "authorization": acs3_authorization(request, keys["access_key_id"], keys["access_key_secret"]),
        }


def _parameters(face: Face) -> dict[str, str]:
    """`InvoiceSum` is without tax or with it, as the kind has it; of a digital invoice on paper, code and number are
    the form's.
    """
    parameters = {
        "InvoiceNo": face.get("paper_number") or face.number,
        "InvoiceDate": f"{face.issued_on:%Y%m%d}",
        "InvoiceCode": face.get("code", "paper_code"),
        "InvoiceSum": face.get("amount_without_tax", "amount_with_tax"),
        "VerifyCode": face.get("check_code", "short_check_code"),
        "InvoiceKind": face.type,
    }
    return {name: value for name, value in parameters.items() if value}


def _refusal(reply: Document) -> Answer | None:
    """What the gateway objects to; None where it says nothing."""
    code = fields.text(reply.get("Code"))
    if code is None:
        return None
    message = fields.text(reply.get("Message")) or ""
    return TABLES.answer("gateway", code, message, told=reply, request_id=_request_id(reply))


def _judge(reply: Document) -> Answer:
    if refusal := _refusal(reply):
        return refusal
    told = fields.opened(reply.get("Data"))
    code, face = fields.text(fields.at(told, "code")), fields.at(told, "data")
    if code is None:
        return TABLES.unsound("no_code", reply, _request_id(reply))
    if TABLES.meaning("result", code).outcome is Outcome.FOUND_MATCH:
        return _judge_find(code, face if isinstance(face, dict) else {}, _request_id(reply))
    message = fields.text(fields.at(told, "msg")) or ""
    shown = {"code": code, "msg": message}
    return TABLES.answer("result", code, message, told=shown, request_id=_request_id(reply))


def _judge_find(code: str, face: Document, request_id: str) -> Answer:
    mark = TABLES.meaning("mark", fields.text(face.get("invalidMark")) or "")
    return TABLES.answer("result", code, told=face, found=_found(face), status=mark, request_id=request_id)


def _found(face: Document) -> Found:
    """`invoiceMoney` is without tax, `allValoremTax` (价税合计) with it. A used car has a seller, a buyer and a price
    (车价合计) of its own names.
    """
    return Found(
        number=fields.text(face.get("invoiceNumber")),
        code=fields.text(face.get("invoiceCode")),
        issued_on=fields.day(face.get("invoiceDate")),
        seller_tax_id=fields.tax_id(face.get("salerTaxpayerNumber") or face.get("sellerUnitCodeOrIdno")),
        buyer_tax_id=fields.tax_id(face.get("purchaserTaxpayerNumber") or face.get("purchaserUnitcodeOrIdNo")),
        amount=Amount(
            without_tax=fields.money(face.get("invoiceMoney")),
            tax=fields.money(face.get("allTax")),
            with_tax=fields.money(face.get("allValoremTax") or face.get("carPrice")),
        ),
        original_number=fields.text(face.get("blueInvoiceNo")),
    )


def _request_id(reply: Document) -> str:
    return fields.text(reply.get("RequestId")) or ""


ADAPTER = Adapter(
    Aliyun,
    CAPABILITIES,
    credentials=("access_key_id", "access_key_secret"),
    optional=("token",),
    url="https://ocr-api.cn-hangzhou.aliyuncs.com/",
)
