"""Poland's KSeF 2.0: what became of an invoice that was sent in a session, asked by both references.

One rule: a status tells no amounts, so it is believed only together with the metadata that KSeF keeps under the
number it gave: an invoice whose metadata cannot be had is not found yet. A duplicate (440) is settled by the metadata
of the invoice that was there first.

`handle.serial_no` is the session's reference, `handle.order_no` the invoice's in it. The metadata need the
permission InvoiceRead and are rationed: 20 queries an hour, where statuses have 1,200 (KSeF answers 429 and says how
long to wait). The codes stand in `data/ksef_pl.toml`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPMethod
from typing import Any
from urllib.parse import quote

from app.domain.invoice import Amount, Answer, Family, Found, Invoice
from app.tax import fields, oauth
from app.tax.adapter import Account, Adapter, Capabilities, Toolbox
from app.tax.face import face_of
from app.tax.ksef_login import Login
from app.tax.reply import JSON, Document, ask
from app.tax.tables import load

TABLES = load("ksef_pl")
ZONE, PREFIX, ZLOTY = "Europe/Warsaw", "PL", "PLN"
ACCEPTED, DUPLICATE = "200", "440"
CAPABILITIES = Capabilities(
    Family.CHANNEL,
    needs=TABLES.needs,
    rate=0.3,  # 1,200 statuses an hour
    concurrency=1,
    zone=ZONE,
)
_DEAD_TOKEN = "http_401"  # noqa: S105 - a status
_NOBODYS = "20250101-SO-0000000000-0000000000-00"
_KSEF_NUMBER = re.compile(r"[0-9]{10}-([0-9]{8})-[0-9A-F]{6}-?[0-9A-F]{6}-[0-9A-F]{2}")
"""NIP, the day KSeF took the invoice, twelve hexadecimal digits, a checksum."""
_PAGE = "?pageSize=10&pageOffset=0"


class Ksef:
    def __init__(self, account: Account, toolbox: Toolbox) -> None:
        self._account, self._toolbox = account, toolbox
        self._login = Login(account, toolbox, TABLES)

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        return [await self._check(invoice) for invoice in invoices]

    async def probe(self) -> Answer:
        """A session that nobody has."""
        reply = await self._status(_NOBODYS, _NOBODYS)
        return reply if isinstance(reply, Answer) else TABLES.unsound("contradiction", reply)

    async def _check(self, invoice: Invoice) -> Answer:
        face = face_of(invoice, TABLES.kinds, "波兰电子发票系统（KSeF）")
        if isinstance(face, Answer):
            return face
        session, reference = face.get("serial_no"), face.get("order_no")
        reply = await self._status(session, reference)
        if isinstance(reply, Answer):
            return reply
        if fields.text(reply.get("referenceNumber")) != reference:
            return TABLES.unsound("foreign_item", reply)
        code = fields.text(fields.at(reply, "status.code")) or "no_status"
        if code not in {ACCEPTED, DUPLICATE}:
            return TABLES.answer("status", code, _words(reply), told=_shown(reply))
        return await self._prove(reply, code, invoice)

    async def _prove(self, reply: Document, code: str, invoice: Invoice) -> Answer:
        """The answer of an invoice that KSeF has under a number."""
        where = "ksefNumber" if code == ACCEPTED else "status.extensions.originalKsefNumber"
        number = fields.text(fields.at(reply, where)) or ""
        taken = _taken_on(number)
        if taken is None:
            return TABLES.unsound("no_ksef_number", _shown(reply))
        metadata = await self._metadata(number, taken)
        if isinstance(metadata, Answer):
            return metadata
        own = _own(metadata, number)
        if own is None:
            return TABLES.unsound("no_metadata", _shown(reply))
        said = fields.text(reply.get("invoiceNumber"))
        if said and said != fields.text(own.get("invoiceNumber")):
            return TABLES.unsound("contradiction", _shown(reply))
        found = _found(own, invoice)
        return TABLES.answer("status", code, _words(reply), told={**_shown(reply), **_shown_of(own)}, found=found)

    async def _status(self, session: str, reference: str) -> Document | Answer:
        path = f"/sessions/{quote(session, safe='', errors='replace')}/invoices/"
        return await self._ask(path + quote(reference, safe="", errors="replace"))

    async def _metadata(self, number: str, taken: datetime) -> Document | Answer:
        """Of one KSeF number: around the day it was given, for a range of days must be told."""
        days = {"from": taken - timedelta(days=1), "to": taken + timedelta(days=2)}
        return await self._ask(
            f"/invoices/query/metadata{_PAGE}",
            body={
                "subjectType": "Subject1",
                "dateRange": {"dateType": "Invoicing", **{name: day.isoformat() for name, day in days.items()}},
                "ksefNumber": number,
            },
        )

    async def _ask(self, path: str, body: Mapping[str, Any] | None = None) -> Document | Answer:
        async def call(token: str) -> Document | Answer:
            return await ask(
                self._toolbox, f"{self._account.url}{path}", method=HTTPMethod.POST if body else HTTPMethod.GET,
                content=json.dumps(body).encode() if body else b"", deadline=self._account.timeout,
                headers={**JSON, "authorization": f"Bearer {token}"}, refusal=_refusal, mask=TABLES.mask,
            )  # fmt: skip

        return await oauth.ask_with_token(self._account, self._toolbox, self._login.fetch, call, _token_is_dead)


def _token_is_dead(reply: Document | Answer) -> bool:
    return isinstance(reply, Answer) and reply.code == _DEAD_TOKEN


def _refusal(reply: Document) -> Answer | None:
    """An answer about the question; None where KSeF does not explain itself."""
    first = fields.at(reply, "exception.exceptionDetailList[0]")
    code = fields.text(fields.at(first, "exceptionCode"))
    if code is None or not isinstance(first, dict) or not TABLES.meaning("exception", code).listed:
        return None
    return TABLES.answer("exception", code, fields.text(first.get("exceptionDescription")) or "", told=first)


def _taken_on(number: str) -> datetime | None:
    match = _KSEF_NUMBER.fullmatch(number)
    day = fields.day(match[1]) if match else None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day and 2000 < day.year < 9000 else None  # noqa: PLR2004


def _words(reply: Document) -> str:
    """KSeF's description, and its first detail."""
    words = (fields.text(fields.at(reply, f"status.{name}")) for name in ("description", "details[0]"))
    return fields.clean(" ".join(word for word in words if word)[:200])


def _shown(reply: Document) -> Document:
    status = reply.get("status")
    return {**reply, **(status if isinstance(status, dict) else {})}


def _shown_of(own: Document) -> Document:
    return {**own, "sellerNip": fields.at(own, "seller.nip"), "buyerNip": fields.at(own, "buyer.identifier.value")}


def _own(metadata: Document, number: str) -> Document | None:
    """The one invoice of this number: two that differ are none."""
    told = metadata.get("invoices")
    listed = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
    own = [each for each in listed if fields.text(each.get("ksefNumber")) == number]
    return own[0] if len(own) == 1 else None


def _found(own: Document, invoice: Invoice) -> Found:
    """The tax of an invoice in another currency is told in złoty: it is left to net and gross."""
    currency = fields.text(own.get("currency"))
    return Found(
        number=fields.text(own.get("invoiceNumber")),
        issued_on=fields.day(own.get("issueDate")),
        seller_tax_id=_nip(fields.at(own, "seller.nip"), invoice.seller.tax_id),
        buyer_tax_id=_nip(fields.at(own, "buyer.identifier.value"), invoice.buyer.tax_id),
        amount=Amount(
            without_tax=fields.money(own.get("netAmount")),
            tax=fields.money(own.get("vatAmount")) if currency == ZLOTY else None,
            with_tax=fields.money(own.get("grossAmount")),
            currency=currency or invoice.amount.currency,
        ),
        zone=ZONE,
    )


def _nip(told: object, ours: str | None) -> str | None:
    number = fields.tax_id(told)
    return fields.same_tax_id((number, f"{PREFIX}{number}"), ours) if number else None


ADAPTER = Adapter(
    Ksef,
    CAPABILITIES,
    credentials=("nip", "token"),
    # `certificate`: the ministry's for tokens (PEM, or DER in base64), where its own list is not to be asked.
    optional=("certificate",),
    url="https://api.ksef.mf.gov.pl/v2",
    token_url="https://api.ksef.mf.gov.pl/v2/auth",  # noqa: S106 - an address
)
