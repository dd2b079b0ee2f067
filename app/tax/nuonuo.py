"""Nuonuo (诺诺网): what became of an issuing request (开票结果查询), asked by its serial or order number.

One rule: an item of the answer speaks for the handle it names and for no other. Fast and free, but it is the
issuer's own word: the independent proof comes from a verification provider.

The codes stand in `data/nuonuo.toml`.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlencode

from app.domain.invoice import Amount, Answer, Family, Found, Handle, Invoice, Outcome
from app.domain.token import Token
from app.tax import fields, oauth
from app.tax.adapter import Account, Adapter, Capabilities, Toolbox
from app.tax.reply import Document, ask
from app.tax.tables import load

TABLES = load("nuonuo")
METHOD = "nuonuo.ElectronInvoice.queryInvoiceResult"
OK = "E0000"
DEAD_TOKEN = frozenset({"070301", "070302", "http_401"})
REFUSALS = MappingProxyType({**oauth.REFUSALS, **{code: line.outcome for code, line in TABLES.codes["reply"].items()}})
CAPABILITIES = Capabilities(Family.CHANNEL, batch=50)

MISSING_HANDLE = Answer(
    Outcome.BAD_REQUEST,
    code="missing_handle",
    message="缺少开票流水号或订单号（handle.serial_no、handle.order_no），无法向诺诺查询开票结果",
)

_LISTS = {"serialNo": "serialNos", "orderNo": "orderNos"}
"""The name of a handle in the answer, and of the list of them in the question; a call takes one list."""

_NUMBERS = ("allElectronicInvoiceNumber", "invoiceNo")
_TEXTS = ("status", "failCause", "statusMsg", *_NUMBERS, "invoiceCode", "oldInvoiceNo")


class _Name(NamedTuple):
    """How Nuonuo knows one invoice: `field` is `serialNo` or `orderNo`; `number` is the invoice's own."""

    field: str
    value: str
    number: str


def sign(app_secret: str, *, app_key: str, senid: str, nonce: str, timestamp: str, body: str) -> str:
    """X-Nuonuo-Sign: Base64 of HMAC-SHA1 over the path's parts, the query and the very body sent."""
    signed = f"a=services&l=v1&p=open&k={app_key}&i={senid}&n={nonce}&t={timestamp}&f={body}"
    return base64.b64encode(hmac.digest(app_secret.encode(), signed.encode(), hashlib.sha1)).decode()


class Nuonuo:
    def __init__(self, account: Account, toolbox: Toolbox) -> None:
        self._account, self._toolbox = account, toolbox

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        names = [_name(invoice.handle, invoice.number) for invoice in invoices]
        answers: dict[_Name, Answer] = {}
        for field in _LISTS:
            if asked := list(dict.fromkeys(name for name in names if name and name.field == field)):
                answers |= await self._query(field, asked)
        return [answers[name] if name else MISSING_HANDLE for name in names]

    async def probe(self) -> Answer:
        """A serial number that nobody has: free of charge, and asked with the token in use."""
        name = _Name("serialNo", "piaoda-probe", "")
        return (await self._query("serialNo", [name]))[name]

    async def _query(self, field: str, names: Sequence[_Name]) -> dict[_Name, Answer]:
        """Asks for names of one field."""
        body = json.dumps(
            {_LISTS[field]: list(dict.fromkeys(name.value for name in names)), "isOfferInvoiceDetail": "0"}
        )
        senid = secrets.token_hex(16)

        async def call(token: str) -> Document | Answer:
            return await self._call(token, senid, body)

        reply = await oauth.ask_with_token(self._account, self._toolbox, self._fetch, call, _token_is_dead)
        if isinstance(reply, Answer):
            return dict.fromkeys(names, reply)
        return _judge(reply, names, senid)

    async def _call(self, token: str, senid: str, body: str) -> Document | Answer:
        credentials = self._account.credentials
        query = {
            "senid": senid,
            "nonce": str(10_000_000 + secrets.randbelow(90_000_000)),
            "timestamp": str(int(self._toolbox.clock.now().timestamp())),
        }
        headers = {
            "Content-Type": "application/json;charset=UTF-8",
            "X-Nuonuo-Sign": sign(credentials["app_secret"], app_key=credentials["app_key"], body=body, **query),
            "accessToken": token,
            "method": credentials.get("method", METHOD),
        }
        if tax_id := credentials.get("tax_id"):
            headers["userTax"] = tax_id
        url = f"{self._account.url}?{urlencode({**query, 'appkey': credentials['app_key']})}"
        return await ask(
            self._toolbox, url, content=body.encode(), deadline=self._account.timeout, headers=headers,
            mask=TABLES.mask,
        )  # fmt: skip

    async def _fetch(self) -> Token:
        form = {
            "client_id": self._account.credentials["app_key"],
            "client_secret": self._account.credentials["app_secret"],
            "grant_type": "client_credentials",
        }
        return await oauth.fetch_token(
            self._account,
            self._toolbox,
            self._account.token_url,
            content=urlencode(form).encode(),
            refusals=REFUSALS,
        )


def _name(handle: Handle, number: str) -> _Name | None:
    if handle.serial_no:
        return _Name("serialNo", handle.serial_no, number)
    return _Name("orderNo", handle.order_no, number) if handle.order_no else None


def _token_is_dead(reply: Document | Answer) -> bool:
    return (reply.code if isinstance(reply, Answer) else fields.text(reply.get("code"))) in DEAD_TOKEN


def _judge(reply: Document, names: Sequence[_Name], senid: str) -> dict[_Name, Answer]:
    code, items = fields.text(reply.get("code")) or "no_code", reply.get("result")
    if code != OK:
        return dict.fromkeys(names, _refusal(code, reply, senid))
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        return dict.fromkeys(names, TABLES.unsound("no_items", reply, senid))
    return _judge_items(reply, items, names, senid)


def _judge_items(reply: Document, items: Sequence[Document], names: Sequence[_Name], senid: str) -> dict[_Name, Answer]:
    """Silence about an invoice means "not there" only while every item speaks of something that was asked.

    All names of a question are of one field.
    """
    told: dict[str | None, list[Document]] = {}
    for item in items:
        told.setdefault(fields.text(item.get(names[0].field)), []).append(item)
    foreign = bool(told.keys() - {name.value for name in names})
    silence = TABLES.unsound("foreign_item", reply, senid) if foreign else TABLES.absent(reply, senid)
    return {name: _judge_own(told.get(name.value, ()), name.number, senid) or silence for name in names}


def _judge_own(items: Sequence[Document], number: str, senid: str) -> Answer | None:
    """The answer of the items under one handle: twice the same is once. An order may have become several invoices, so
    of items that differ the one with our number speaks; without it, none.
    """
    if len(items) == 1:
        return _judge_item(items[0], senid)
    if not items:
        return None
    ours = [item for item in items if number in _numbers(item)] if any(item != items[0] for item in items) else items
    if not ours or any(item != ours[0] for item in ours):
        return TABLES.unsound("contradiction", _merged(items), senid)
    return _judge_item(ours[0], senid)


def _numbers(item: Document) -> set[str | None]:
    return set(fields.texts(item, _NUMBERS))


def _judge_item(item: Document, senid: str) -> Answer:
    """`invoiceNo` has the form's eight digits on digital paper invoices; the twenty digits identify them."""
    status, failure, word, number, form_number, code, original = fields.texts(item, _TEXTS)
    found = Found(
        number=number or form_number,
        code=code,
        issued_on=fields.day_of_milliseconds(item.get("invoiceTime")),
        seller_tax_id=fields.tax_id(item.get("salerTaxNum")),
        buyer_tax_id=fields.tax_id(item.get("payerTaxNo")),
        amount=Amount(
            without_tax=fields.money(item.get("exTaxAmount")),
            tax=fields.money(item.get("taxAmount")),
            with_tax=fields.money(item.get("orderAmount")),
        ),
        original_number=original,
    )
    return TABLES.answer(
        "status", status or "no_status", failure or word or "", told=item, found=found, request_id=senid
    )


def _refusal(code: str, reply: Document, senid: str) -> Answer:
    return TABLES.answer("reply", code, fields.text(reply.get("describe")) or "", told=reply, request_id=senid)


def _merged(items: Iterable[Document]) -> Document:
    """The contradicting items side by side, as evidence."""
    return {f"{index}.{key}": value for index, item in enumerate(items) for key, value in item.items()}


ADAPTER = Adapter(
    Nuonuo,
    CAPABILITIES,
    credentials=("app_key", "app_secret"),
    # `tax_id`: the seller for whom a third-party application asks; `method`: that of 诺税通 SaaS is
    # nuonuo.OpeMplatform.queryInvoiceResult.
    optional=("tax_id", "method"),
    token_rest=timedelta(hours=2),  # of fifty in thirty days, a day of refusals costs twelve
    url="https://sdk.nuonuo.com/open/v1/services",
    token_url="https://open.nuonuo.com/accessToken",  # noqa: S106 - an address
)
