"""Baiwang (百望云): what was issued under a serial or order number (已开发票查询), asked with the seller's tax id.

One rule: an item of the answer speaks for the handle it names and for no other. Only issued invoices are listed: one
that is still being issued, or failed, is not there. The codes stand in `data/baiwang.toml`, with what is guessed.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from urllib.parse import urlencode

from app.domain.invoice import Amount, Answer, Family, Found, Handle, Invoice, Outcome
from app.domain.token import Token
from app.tax import fields, oauth
from app.tax.adapter import Account, Adapter, Capabilities, Toolbox
from app.tax.face import needed
from app.tax.reply import JSON, Document, ask
from app.tax.tables import load

TABLES = load("baiwang")
METHOD, VERSION = "baiwang.output.invoice.query", "6.0"
TOKEN_METHOD, TOKEN_VERSION = "baiwang.oauth.token", "7.0"
DEAD_TOKEN = frozenset({"100001", "100002", "1006", "http_401"})
TAX_CONTROL = frozenset({"004", "005", "006", "007", "025", "026", "028"})
"""Types of invoices from a tax-control device, which alone have a mark; 01 and 02 are digital here, whatever they are
elsewhere.
"""
REFUSALS = MappingProxyType({**oauth.REFUSALS, **{code: line.outcome for code, line in TABLES.codes["reply"].items()}})
CAPABILITIES = Capabilities(Family.CHANNEL)

MISSING_HANDLE = Answer(
    Outcome.BAD_REQUEST,
    code="missing_handle",
    message="缺少开票流水号或订单号（handle.serial_no、handle.order_no），无法向百望云查询开票结果",
)

_INSTANT = re.compile(r"([0-9]{8})[0-9]{6}")
"""yyyyMMddHHmmss, in Beijing."""


@dataclass(frozen=True, slots=True)
class _Name:
    """How Baiwang knows one invoice: `field` is `serialNo` or `orderNo`."""

    field: str
    value: str


def sign(app_secret: str, query: Mapping[str, str], body: str) -> str:
    """MD5 over the query, sorted by name and without what is empty, and the very body sent, in upper case."""
    told = "".join(f"{name}{query[name]}" for name in sorted(query) if query[name] and name != "sign")
    signed = f"{app_secret}{told}{body}{app_secret}".encode(errors="replace")
    return hashlib.md5(signed, usedforsecurity=False).hexdigest().upper()


def hashed(password: str, salt: str) -> str:
    """The password as it travels: SHA-256 in hex."""
    return hashlib.sha256(f"{password}{salt}".encode(errors="replace")).hexdigest()


class Baiwang:
    def __init__(self, account: Account, toolbox: Toolbox) -> None:
        self._account, self._toolbox = account, toolbox

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        return [await self._check(invoice) for invoice in invoices]

    async def probe(self) -> Answer:
        """Nobody's serial number: a platform that takes token and signature objects to the missing tax id (70169)."""
        return await self._query("", _Name("serialNo", "piaoda-probe"), "")

    async def _check(self, invoice: Invoice) -> Answer:
        name = _name(invoice.handle)
        seller = needed(invoice, ("seller_tax_id",))
        if name is None:
            return MISSING_HANDLE
        if isinstance(seller, Answer):
            return seller
        return await self._query(seller["seller_tax_id"], name, invoice.number)

    async def _query(self, tax_id: str, name: _Name, number: str) -> Answer:
        """`queryAll`: of whichever branch of the seller."""
        body = _compact({"taxNo": tax_id, "data": {name.field: name.value, "queryAll": True}})
        request_id = str(uuid.uuid4())

        async def call(token: str) -> Document | Answer:
            query = self._signed(
                {
                    "method": self._account.credentials.get("method", METHOD),
                    "version": VERSION,
                    "appKey": self._account.credentials["app_key"],
                    "format": "json",
                    "type": "sync",
                    "requestId": request_id,
                    "token": token,
                },
                body,
            )
            return await ask(
                self._toolbox, f"{self._account.url}?{query}", content=body.encode(), headers=JSON,
                deadline=self._account.timeout, mask=TABLES.mask,
            )  # fmt: skip

        reply = await oauth.ask_with_token(self._account, self._toolbox, self._fetch, call, _token_is_dead)
        return reply if isinstance(reply, Answer) else _judge(reply, name, number, request_id)

    async def _fetch(self) -> Token:
        keys = self._account.credentials
        body = _compact({
            "username": keys["username"],
            "password": hashed(keys["password"], keys["salt"]),
            "client_secret": keys["app_secret"],
        })  # fmt: skip
        query = self._signed(
            {
                "method": TOKEN_METHOD,
                "version": TOKEN_VERSION,
                "grant_type": "password",
                "client_id": keys["app_key"],
                "orgAuthCode": keys.get("org_auth_code", ""),
                "signType": "MD5",
                "encryptType": "NONE",
                "encryptScope": "00",
            },
            body,
        )
        return await oauth.fetch_token(
            self._account, self._toolbox, f"{self._account.token_url}?{query}", content=body.encode(), headers=JSON,
            refusals=REFUSALS, opened=_opened,
        )  # fmt: skip

    def _signed(self, query: Mapping[str, str], body: str) -> str:
        """The query as it is sent, with the instant and the signature of all of it."""
        told = {**query, "timestamp": str(int(self._toolbox.clock.now().timestamp() * 1000))}
        signature = sign(self._account.credentials["app_secret"], told, body)
        return urlencode(
            {**{name: value for name, value in told.items() if value}, "sign": signature}, errors="replace"
        )


def _compact(document: Mapping[str, object]) -> str:
    """JSON without blanks, as it is signed and sent."""
    return json.dumps(document, separators=(",", ":"))


def _name(handle: Handle) -> _Name | None:
    if handle.serial_no:
        return _Name("serialNo", handle.serial_no)
    return _Name("orderNo", handle.order_no) if handle.order_no else None


def _opened(reply: Document) -> Document:
    inner = reply.get("response") or reply.get("errorResponse")
    return inner if isinstance(inner, dict) else reply


def _token_is_dead(reply: Document | Answer) -> bool:
    return (
        reply.code if isinstance(reply, Answer) else fields.text(fields.at(reply, "errorResponse.code"))
    ) in DEAD_TOKEN


def _judge(reply: Document, name: _Name, number: str, request_id: str) -> Answer:
    error, items = reply.get("errorResponse"), reply.get("response")
    if isinstance(error, dict) and reply.get("success") is not True:
        code, message = fields.text(error.get("code")) or "no_code", fields.text(error.get("message")) or ""
        return TABLES.answer("reply", code, message, told=error, request_id=request_id)
    if error or reply.get("success") is not True or not isinstance(items, list):
        return TABLES.unsound("no_items", reply, request_id)
    if not items:
        return TABLES.absent(reply, request_id)
    own = _own([item for item in items if isinstance(item, dict)], name, number)
    return _judge_item(own, request_id) if own else TABLES.unsound("foreign_item", reply, request_id)


def _own(items: Sequence[Document], name: _Name, number: str) -> Document | None:
    """The one item that speaks of the handle; of an order with several invoices, the one with our number."""
    named = [item for item in items if fields.text(item.get(name.field)) == name.value]
    ours = named if len(named) == 1 else [item for item in named if _number(item) == number]
    return ours[0] if ours and all(item == ours[0] for item in ours) else None


def _judge_item(item: Document, request_id: str) -> Answer:
    """Of an issued invoice from a device, the mark says more: without the tax bureau's word it is not there yet."""
    code, mark = fields.text(item.get("invoiceStatus")) or "no_status", fields.text(item.get("invoiceCheckMark"))
    issued = TABLES.meaning("status", code).outcome is Outcome.FOUND_MATCH
    marked = issued and mark and fields.text(item.get("invoiceTypeCode")) in TAX_CONTROL
    table, told = ("mark", mark or "") if marked else ("status", code)
    return TABLES.answer(table, told, told=item, found=_found(item), request_id=request_id)


def _number(item: Document) -> str | None:
    """The twenty digits of a digital invoice stand in either field, eight digits in the second."""
    return fields.text(item.get("einvoiceNo")) or fields.text(item.get("invoiceNo"))


def _found(item: Document) -> Found:
    return Found(
        number=_number(item),
        code=fields.text(item.get("invoiceCode")),
        issued_on=_day(item.get("invoiceDate")),
        seller_tax_id=fields.tax_id(item.get("sellerTaxNo")),
        buyer_tax_id=fields.tax_id(item.get("buyerTaxNo")),
        amount=Amount(
            without_tax=fields.money(item.get("invoiceTotalPrice")),
            tax=fields.money(item.get("invoiceTotalTax")),
            with_tax=fields.money(item.get("invoiceTotalPriceTax")),
        ),
        original_number=fields.text(item.get("originalEinvoiceNo")) or fields.text(item.get("originalInvoiceNo")),
    )


def _day(value: object) -> date | None:
    instant = _INSTANT.fullmatch(fields.text(value) or "")
    return fields.day(instant[1] if instant else value)


ADAPTER = Adapter(
    Baiwang,
    CAPABILITIES,
    credentials=("app_key", "app_secret", "username", "password", "salt"),
    # `org_auth_code`: of a third-party application; `method`: older accounts ask for digital invoices by
    # baiwang.output.invoice.queryeinvoice.
    optional=("org_auth_code", "method"),
    url="https://openapi.baiwang.com/router/rest",
    token_url="https://openapi.baiwang.com/router/rest",  # noqa: S106 - an address
)
