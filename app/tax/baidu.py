"""Baidu AI Cloud (百度智能云): is this invoice in the tax administration's books (查验), asked by its face.

One rule: only `VerifyResult` 0001 with a known `InvalidSign` is a find. Questions that reach the authority
count against the five of an invoice and day, and 0001, 0006 and 0009 are paid for: what would be refused
for lack of an input is not asked.

The tables follow Baidu's page on vat_invoice_verification (2025-10-14) and its general table of errors
(2025-11-06).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from urllib.parse import urlencode

from app.domain.identity import Kind
from app.domain.invoice import Amount, Answer, Family, Found, Invoice, Outcome
from app.domain.plan import tax_day
from app.domain.token import Token
from app.tax import fields, oauth
from app.tax.adapter import Account, Capabilities, Toolbox
from app.tax.masking import evidence
from app.tax.reply import Document, post

URL = "https://aip.baidubce.com/rest/2.0/ocr/v1/vat_invoice_verification"
TOKEN_URL = "https://aip.baidubce.com/oauth/2.0/token"  # noqa: S105 - an address
CREDENTIALS = ("api_key", "secret_key")

CONSISTENT = "0001"
RESULTS: Mapping[str, Outcome] = MappingProxyType({
    "0002": Outcome.QUOTA_INVOICE_DAY,  # 超过该张票当天查验次数
    "0005": Outcome.BAD_REQUEST,  # 请求不合法
    "0006": Outcome.MISMATCH,  # 发票信息不一致
    "0009": Outcome.NOT_FOUND,  # 发票不存在
    "1004": Outcome.QUOTA_ACCOUNT,  # 已超过最大查验量
    "1005": Outcome.BAD_REQUEST,  # 查询发票不规范
    "1006": Outcome.BAD_REQUEST,  # 查验异常，发票信息有误
    "1008": Outcome.BAD_REQUEST,  # 字段不能为空
    "1009": Outcome.BAD_REQUEST,  # 参数长度不正确
    "1014": Outcome.TOO_EARLY,  # 日期当天的不能查验
    "1015": Outcome.OUT_OF_WINDOW,  # 超过5年的不能查验
    "1020": Outcome.AUTH,  # 没有查验权限
    "1021": Outcome.AUTHORITY_DOWN,  # 税局维护升级
    "9999": Outcome.TRANSIENT,  # 查验失败，业务异常
})  # fmt: skip
BILLED = frozenset({"0001", "0006", "0009"})

SIGNS: Mapping[str, Outcome] = MappingProxyType({
    "N": Outcome.FOUND_MATCH,  # 未作废
    "Y": Outcome.FOUND_VOID,  # 已作废
    "H": Outcome.FOUND_RED_FULL,  # 已冲红
    "BH": Outcome.FOUND_RED_PARTIAL,  # 部分红冲
    "QH": Outcome.FOUND_RED_FULL,  # 全额红冲
})  # fmt: skip

PLATFORM: Mapping[str, Outcome] = MappingProxyType({
    "4": Outcome.RATE_LIMITED,  # 集群超限额
    "6": Outcome.AUTH,  # 无接口调用权限
    "14": Outcome.AUTH,  # IAM
    "17": Outcome.QUOTA_ACCOUNT,  # the day's requests
    "18": Outcome.RATE_LIMITED,  # QPS
    "19": Outcome.QUOTA_ACCOUNT,  # all requests
    "100": Outcome.AUTH,  # no token that could be one
    "110": Outcome.AUTH,  # token invalid
    "111": Outcome.AUTH,  # token expired
    "282000": Outcome.TRANSIENT,  # internal error
})  # fmt: skip
DEAD_TOKEN = frozenset({"100", "110", "111", "http_401"})


@dataclass(frozen=True, slots=True)
class Input:
    """One fact of the face: the field it travels in, what a person calls it, where our invoice has it."""

    field: str
    label: str
    of: Callable[[Invoice], str | None]


def _yuan(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _last_six(check_code: str | None) -> str | None:
    compact = "".join((check_code or "").split())
    return compact[-6:] if len(compact) >= 6 else None  # noqa: PLR2004 - the provider's length


INPUTS: Mapping[str, Input] = MappingProxyType({
    "code": Input("invoice_code", "发票代码", lambda it: it.code),
    "amount_without_tax": Input("total_amount", "不含税金额", lambda it: _yuan(it.amount.without_tax)),
    "amount_with_tax": Input("total_amount", "价税合计", lambda it: _yuan(it.amount.with_tax)),
    "check_code": Input("check_code", "校验码", lambda it: _last_six(it.check_code)),
})  # fmt: skip

SPECIAL = ("code", "amount_without_tax")
ORDINARY = ("code", "check_code")
DIGITAL = ("amount_with_tax",)
KINDS: Mapping[Kind, tuple[str, tuple[str, ...]]] = MappingProxyType({
    Kind.VAT_SPECIAL: ("special_vat_invoice", SPECIAL),
    Kind.VAT_SPECIAL_ELECTRONIC: ("elec_special_vat_invoice", SPECIAL),
    Kind.VAT_ORDINARY: ("normal_invoice", ORDINARY),
    Kind.VAT_ORDINARY_ELECTRONIC: ("elec_normal_invoice", ORDINARY),
    Kind.VAT_ROLL: ("roll_normal_invoice", ORDINARY),
    Kind.TOLL_ELECTRONIC: ("toll_elec_normal_invoice", ORDINARY),
    Kind.MOTOR_VEHICLE: ("motor_vehicle_invoice", SPECIAL),
    Kind.USED_VEHICLE: ("used_vehicle_invoice", ("code", "amount_with_tax")),  # the price of the car
    Kind.DIGITAL_SPECIAL: ("elec_invoice_special", DIGITAL),
    Kind.DIGITAL_ORDINARY: ("elec_invoice_normal", DIGITAL),
    Kind.DIGITAL_MOTOR_VEHICLE: ("motor_vehicle_invoice", DIGITAL),
    Kind.DIGITAL_USED_VEHICLE: ("used_vehicle_invoice", DIGITAL),
    Kind.RAILWAY_TICKET: ("elec_train_ticket_invoice", DIGITAL),
    Kind.AIR_ITINERARY: ("elec_flight_itinerary_invoice", DIGITAL),
})  # fmt: skip
"""`invoice_type`, and what a kind cannot be checked without. Left out: blockchain (Shenzhen alone; sources
differ on the length of its check code) and digital invoices on special or ordinary paper (no type there)."""

UNSUPPORTED_KIND = Answer(Outcome.BAD_REQUEST, code="unsupported_kind", message="百度不查验此类发票（kind）")

CAPABILITIES = Capabilities(
    Family.PROOF,
    kinds=frozenset(KINDS),
    rate=2.0,  # what a free account has; paid ones have ten
    concurrency=2,
    daily_limit=5,
    maximum_age=timedelta(days=5 * 365),
)


class Baidu:
    def __init__(self, account: Account, toolbox: Toolbox) -> None:
        self._account, self._toolbox = account, toolbox

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        return [await self._check(invoice) for invoice in invoices]

    async def _check(self, invoice: Invoice) -> Answer:
        form = _form(invoice)
        if isinstance(form, Answer):
            return form
        content = urlencode(form, errors="replace").encode()

        async def ask(token: str) -> Document | Answer:
            url = f"{self._account.url}?{urlencode({'access_token': token})}"
            return await post(self._toolbox, url, content=content, deadline=self._account.timeout)

        reply = await oauth.ask_with_token(self._account, self._toolbox, self._fetch, ask, _token_is_dead)
        return reply if isinstance(reply, Answer) else _judge(reply)

    async def _fetch(self) -> Token:
        query = {
            "grant_type": "client_credentials",
            "client_id": self._account.credentials["api_key"],
            "client_secret": self._account.credentials["secret_key"],
        }
        url = f"{self._account.token_url}?{urlencode(query)}"
        return await oauth.fetch_token(self._account, self._toolbox, url)


def _form(invoice: Invoice) -> dict[str, str] | Answer:
    """The question, or why it cannot be asked."""
    if invoice.kind is None:
        return _missing("kind", "发票种类")
    if invoice.kind not in KINDS:
        return UNSUPPORTED_KIND
    invoice_type, inputs = KINDS[invoice.kind]
    values = {name: INPUTS[name].of(invoice) for name in inputs}
    lacking = next((name for name, value in values.items() if not value), None)
    if lacking:
        return _missing(lacking, INPUTS[lacking].label)
    return {
        "invoice_type": invoice_type,
        "invoice_num": invoice.number,
        "invoice_date": f"{tax_day(invoice.issued_at):%Y%m%d}",
        "invoice_code": "",
        "total_amount": "",
        "check_code": _last_six(invoice.check_code) or "",
        **{INPUTS[name].field: value for name, value in values.items() if value},
    }


def _missing(name: str, label: str) -> Answer:
    return Answer(Outcome.BAD_REQUEST, code=f"missing_{name}", message=f"缺少{label}（{name}），无法查验")


def _token_is_dead(reply: Document | Answer) -> bool:
    return (reply.code if isinstance(reply, Answer) else fields.text(reply.get("error_code"))) in DEAD_TOKEN


def _judge(reply: Document) -> Answer:
    error = fields.text(reply.get("error_code"))
    if error:
        message = fields.text(reply.get("error_msg")) or ""
        return _answer(PLATFORM.get(error, Outcome.TRANSIENT), error, message, reply)
    face = _face(reply)
    if face is None:
        return _answer(Outcome.TRANSIENT, "contradiction", "", reply)
    code = fields.text(face.get("VerifyResult")) or "no_result"
    message = fields.text(face.get("VerifyMessage")) or ""
    if code != CONSISTENT:
        return _answer(RESULTS.get(code, Outcome.TRANSIENT), code, message, face)
    return _judge_find(face, message)


def _face(reply: Document) -> Document | None:
    """Both levels as one: failures tell at the top, finds in `words_result`; None when they contradict."""
    words = reply.get("words_result") or {}
    if not isinstance(words, dict):
        return None
    top = {key: value for key, value in reply.items() if key != "words_result" and value not in (None, "")}
    told_twice = {key for key in top.keys() & words.keys() if words[key] not in (None, "")}
    return None if any(top[key] != words[key] for key in told_twice) else {**words, **top}


def _judge_find(face: Document, message: str) -> Answer:
    sign, found = fields.text(face.get("InvalidSign")) or "", _found(face)
    outcome = SIGNS.get(sign, Outcome.TRANSIENT)
    if outcome is Outcome.TRANSIENT or found.number is None:
        return _answer(Outcome.TRANSIENT, CONSISTENT, message, face)
    return _answer(outcome, CONSISTENT, message, face, found)


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


def _answer(outcome: Outcome, code: str, message: str, told: Document, found: Found | None = None) -> Answer:
    return Answer(
        outcome,
        code=code,
        message=message,
        found=found,
        billed=code in BILLED,
        request_id=fields.text(told.get("log_id")) or "",
        raw=evidence(told),
    )
