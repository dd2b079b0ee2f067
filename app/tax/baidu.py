"""Baidu AI Cloud (百度智能云): is this invoice in the tax administration's books (查验), asked by its face.

One rule: only `VerifyResult` 0001 with a known `InvalidSign` is a find. Questions that reach the authority
count against the five of an invoice and day, and 0001, 0006 and 0009 are paid for: what would be refused
for lack of an input is not asked. The codes stand in `data/baidu.toml`.
"""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

from app.domain.invoice import Amount, Answer, Family, Found, Invoice
from app.domain.token import Token
from app.tax import fields, oauth
from app.tax.adapter import Account, Adapter, Capabilities, Toolbox
from app.tax.face import Face, face_of
from app.tax.reply import Document, ask
from app.tax.tables import load

TABLES = load("baidu")
CONSISTENT = "0001"
DEAD_TOKEN = frozenset({"100", "110", "111", "http_401"})
CAPABILITIES = Capabilities(
    Family.PROOF,
    needs=TABLES.needs,
    rate=2.0,  # what a free account has; paid ones have ten
    concurrency=2,
    daily_limit=5,
    maximum_age=timedelta(days=5 * 365),
    charged=TABLES.charged,
)


class Baidu:
    def __init__(self, account: Account, toolbox: Toolbox) -> None:
        self._account, self._toolbox = account, toolbox

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        return [await self._check(invoice) for invoice in invoices]

    async def probe(self) -> Answer:
        """An empty form: a platform that knows us objects to it (1008) before anybody is asked."""
        return await self._ask({})

    async def _check(self, invoice: Invoice) -> Answer:
        face = face_of(invoice, TABLES.kinds, "百度")
        return face if isinstance(face, Answer) else await self._ask(_form(face))

    async def _ask(self, form: dict[str, str]) -> Answer:
        content = urlencode(form, errors="replace").encode()

        async def call(token: str) -> Document | Answer:
            url = f"{self._account.url}?{urlencode({'access_token': token})}"
            return await ask(self._toolbox, url, content=content, deadline=self._account.timeout, mask=TABLES.mask)

        reply = await oauth.ask_with_token(self._account, self._toolbox, self._fetch, call, _token_is_dead)
        return reply if isinstance(reply, Answer) else _judge(reply)

    async def _fetch(self) -> Token:
        query = {
            "grant_type": "client_credentials",
            "client_id": self._account.credentials["api_key"],
            "client_secret": self._account.credentials["secret_key"],
        }
        url = f"{self._account.token_url}?{urlencode(query)}"
        return await oauth.fetch_token(self._account, self._toolbox, url)


def _form(face: Face) -> dict[str, str]:
    return {
        "invoice_type": face.type,
        "invoice_num": face.number,
        "invoice_date": f"{face.issued_on:%Y%m%d}",
        "invoice_code": face.get("code"),
        "total_amount": face.get("amount_without_tax", "amount_with_tax"),
        "check_code": face.get("check_code"),
    }


def _token_is_dead(reply: Document | Answer) -> bool:
    return (reply.code if isinstance(reply, Answer) else fields.text(reply.get("error_code"))) in DEAD_TOKEN


def _judge(reply: Document) -> Answer:
    if error := fields.text(reply.get("error_code")):
        return _answer("platform", error, fields.text(reply.get("error_msg")) or "", reply)
    face = _face(reply)
    if face is None:
        return TABLES.unsound("contradiction", reply, _request_id(reply))
    code = fields.text(face.get("VerifyResult")) or "no_result"
    message = fields.text(face.get("VerifyMessage")) or ""
    return _judge_find(face, message) if code == CONSISTENT else _answer("result", code, message, face)


def _face(reply: Document) -> Document | None:
    """Both levels as one: failures tell at the top, finds in `words_result`; None when they contradict."""
    words = reply.get("words_result") or {}
    if not isinstance(words, dict):
        return None
    top = {key: value for key, value in reply.items() if key != "words_result" and value not in (None, "")}
    told_twice = {key for key in top.keys() & words.keys() if words[key] not in (None, "")}
    return None if any(top[key] != words[key] for key in told_twice) else {**words, **top}


def _judge_find(face: Document, message: str) -> Answer:
    sign = TABLES.meaning("sign", fields.text(face.get("InvalidSign")) or "")
    return TABLES.answer(
        "result", CONSISTENT, message, told=face, found=_found(face), status=sign, request_id=_request_id(face)
    )


def _found(face: Document) -> Found:
    """`TotalAmount` is without tax; `AmountInFiguers` (spelt so) is 价税合计 in figures, with tax."""
    return Found(
        number=fields.text(face.get("InvoiceNum")),
        code=fields.text(face.get("InvoiceCode")),
        issued_on=fields.day(face.get("InvoiceDate")),
        seller_tax_id=fields.tax_id(face.get("SellerRegisterNum")),
        buyer_tax_id=fields.tax_id(face.get("PurchaserRegisterNum")),
        amount=Amount(
            without_tax=fields.money(face.get("TotalAmount")),
            tax=fields.money(face.get("TotalTax")),
            with_tax=fields.money(face.get("AmountInFiguers")),
        ),
    )


def _answer(table: str, code: str, message: str, told: Document) -> Answer:
    return TABLES.answer(table, code, message, told=told, request_id=_request_id(told))


def _request_id(told: Document) -> str:
    return fields.text(told.get("log_id")) or ""


ADAPTER = Adapter(
    Baidu,
    CAPABILITIES,
    credentials=("api_key", "secret_key"),
    url="https://aip.baidubce.com/rest/2.0/ocr/v1/vat_invoice_verification",
    token_url="https://aip.baidubce.com/oauth/2.0/token",  # noqa: S106 - an address
)
