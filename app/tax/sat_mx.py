"""Mexico's SAT: is this voucher (CFDI) in the tax administration's books, asked by what its QR code tells.

One rule: "S" with `Vigente` confirms what was asked and nothing else. The answer repeats no field; it says that a
voucher with this UUID, these two RFCs and this total exists. The find is made of these four, for they are what the
SAT has confirmed; it tells no day. A cancellation that was requested (`En proceso`) has not happened yet.

Public, without an account. The black list (`ValidacionEFOS`) speaks of the issuer, not of the voucher: it is kept as
evidence and decides nothing. The codes stand in `data/sat_mx.toml`.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from xml.sax.saxutils import escape

from app.domain.identity import Kind
from app.domain.invoice import Amount, Answer, Family, Found, Invoice, Outcome, Party
from app.tax import fields
from app.tax.adapter import Account, Adapter, Capabilities, Toolbox
from app.tax.face import face_of
from app.tax.reply import Document, as_xml, ask
from app.tax.tables import load

TABLES = load("sat_mx")
ZONE = "America/Mexico_City"
CAPABILITIES = Capabilities(
    Family.PROOF,
    needs=TABLES.needs,
    rate=2.0,  # no limit is published: a guest of a public service asks slowly
    concurrency=2,
    zone=ZONE,
)
HEADERS = {
    "content-type": "text/xml; charset=utf-8",
    "soapaction": '"http://tempuri.org/IConsultaCFDIService/Consulta"',
}
OBTAINED, ABSENT = "S", "602"

_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_STATUS = re.compile(r"(S)\b.*|N *- *([0-9]{3})\b.*", re.DOTALL)
_RESULT = "Envelope.Body.ConsultaResponse.ConsultaResult"
_NOBODY = Invoice(
    number="00000000-0000-0000-0000-000000000000",
    issued_at=datetime(1970, 1, 1, tzinfo=UTC),
    seller=Party("XAXX010101000"),
    buyer=Party("XAXX010101000"),
    amount=Amount(with_tax=Decimal("0.00")),
    kind=Kind.FOREIGN,
)
"""A voucher that nobody has, between two parties whose RFC is the SAT's own for the general public."""


class Sat:
    def __init__(self, account: Account, toolbox: Toolbox) -> None:
        self._account, self._toolbox = account, toolbox

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        return [await self._check(invoice) for invoice in invoices]

    async def probe(self) -> Answer:
        return await self._ask(_NOBODY)

    async def _check(self, invoice: Invoice) -> Answer:
        face = face_of(invoice, TABLES.kinds, "墨西哥税务局（SAT）")
        if isinstance(face, Answer):
            return face
        return await self._ask(invoice) if _UUID.fullmatch(invoice.number) else _not_a_uuid()

    async def _ask(self, invoice: Invoice) -> Answer:
        content = envelope(expression(invoice)).encode(errors="replace")
        reply = await ask(
            self._toolbox, self._account.url, content=content, deadline=self._account.timeout, headers=HEADERS,
            read=as_xml, mask=TABLES.mask,
        )  # fmt: skip
        return reply if isinstance(reply, Answer) else _judge(reply, invoice)


def expression(invoice: Invoice) -> str:
    """What the QR code of the printed voucher says. An RFC may hold `&` (and Ñ): as in the voucher's own XML, it
    stands there as `&amp;`, so that it does not end the parameter. A credit note (egreso)
    has a positive total; ours is negative.
    """
    seller, buyer = (escape(party.tax_id or "") for party in (invoice.seller, invoice.buyer))
    return f"?re={seller}&rr={buyer}&tt={total(abs(invoice.amount.with_tax or Decimal(0)))}&id={invoice.number}"


def total(amount: Decimal) -> str:
    """Anexo 20: at most six decimals, without zeros that say nothing; one decimal stays (100.0)."""
    whole, _, decimals = f"{amount:.6f}".partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}"


def envelope(asked: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<Consulta xmlns="http://tempuri.org/"><expresionImpresa>{escape(fields.clean(asked))}</expresionImpresa>'
        "</Consulta></s:Body></s:Envelope>"
    )


def _not_a_uuid() -> Answer:
    return Answer(
        Outcome.BAD_REQUEST,
        code="malformed_number",
        message="发票号码（number）不是墨西哥电子发票的 UUID，无法向墨西哥税务局（SAT）查询",
    )


def _judge(reply: Document, invoice: Invoice) -> Answer:
    result = fields.at(reply, _RESULT)
    if not isinstance(result, dict):
        return TABLES.unsound("no_result", reply)
    said = fields.text(result.get("CodigoEstatus")) or ""
    match = _STATUS.fullmatch(said)
    code = (match[1] or match[2]) if match else said or "no_status"
    state = fields.text(result.get("Estado")) or "no_state"
    if code == ABSENT and state in TABLES.codes["state"]:
        return TABLES.unsound("contradiction", result)
    return TABLES.answer(
        "question",
        code,
        _message(said, result),
        told=result,
        found=_confirmed(invoice),
        status=TABLES.meaning("state", state) if code == OBTAINED else None,
    )


def _message(said: str, result: Document) -> str:
    """The SAT's words, and how far a cancellation has come."""
    cancellation = fields.text(result.get("EstatusCancelacion"))
    return f"{said} {cancellation}" if cancellation else said


def _confirmed(invoice: Invoice) -> Found:
    return Found(
        number=invoice.number,
        seller_tax_id=invoice.seller.tax_id,
        buyer_tax_id=invoice.buyer.tax_id,
        amount=Amount(with_tax=invoice.amount.with_tax, currency=invoice.amount.currency),
        zone=ZONE,
        tells_day=False,
    )


ADAPTER = Adapter(
    Sat,
    CAPABILITIES,
    credentials=(),
    url="https://consultaqr.facturaelectronica.sat.gob.mx/ConsultaCFDIService.svc",
)
