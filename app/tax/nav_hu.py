"""Hungary's NAV (Online Számla 3.0): what became of a report, asked by its transaction id.

One rule: only DONE completes a report, and only the data that NAV itself holds prove an invoice: the answer brings
the report back as it was taken. A report refused because the number is there already (INVOICE_NUMBER_NOT_UNIQUE) is
settled by what NAV holds under that number: found when it can be read, nothing learnt while it cannot, since the
earlier report may still be under way (NAV's issue 891).

`handle.serial_no` is the transactionId, `handle.order_no` the invoice's index in it (1). One question a second and
address; a faster one waits. The codes stand in `data/nav_hu.toml`.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from app.domain.invoice import Answer, Family, Invoice
from app.tax import fields
from app.tax.adapter import Account, Adapter, Capabilities, Toolbox
from app.tax.enclosed import xml_in_base64
from app.tax.face import face_of
from app.tax.nav_data import found_in
from app.tax.reply import XML, Document, as_xml, ask
from app.tax.tables import load

TABLES = load("nav_hu")
ZONE = "Europe/Budapest"
DONE, ABORTED = "DONE", "ABORTED"
CAPABILITIES = Capabilities(Family.CHANNEL, needs=TABLES.needs, rate=1.0, concurrency=1, zone=ZONE)

_API, _COMMON = "http://schemas.nav.gov.hu/OSA/3.0/api", "http://schemas.nav.gov.hu/NTCA/1.0/common"
_SOFTWARE = (
    "<software><softwareId>PIAODA-SYNCMONITOR</softwareId><softwareName>Piaoda</softwareName>"
    "<softwareOperation>LOCAL_SOFTWARE</softwareOperation><softwareMainVersion>1</softwareMainVersion>"
    "<softwareDevName>Piaoda</softwareDevName><softwareDevContact>Piaoda</softwareDevContact></software>"
)
_PROBED = "PIAODAPROBE"
_OBJECTIONS = frozenset({"CRITICAL", "ERROR"})


def sign(sign_key: str, request_id: str, at: datetime) -> str:
    """The requestSignature of a query: SHA3-512 over id, UTC second and key, in upper case."""
    signed = f"{request_id}{at.astimezone(UTC):%Y%m%d%H%M%S}{sign_key}"
    return hashlib.sha3_512(signed.encode(errors="replace")).hexdigest().upper()


class Nav:
    def __init__(self, account: Account, toolbox: Toolbox) -> None:
        self._account, self._toolbox = account, toolbox

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        return [await self._check(invoice) for invoice in invoices]

    async def probe(self) -> Answer:
        """A transaction that nobody has."""
        reply = await self._ask_status(_PROBED)
        reply = reply if isinstance(reply, Answer) else _result(reply, "1")
        return reply if isinstance(reply, Answer) else TABLES.unsound("contradiction", reply)

    async def _check(self, invoice: Invoice) -> Answer:
        face = face_of(invoice, TABLES.kinds, "匈牙利税务局（NAV）")
        if isinstance(face, Answer):
            return face
        reply = await self._ask_status(face.get("serial_no"))
        result = reply if isinstance(reply, Answer) else _result(reply, invoice.handle.order_no or "1")
        if isinstance(result, Answer):
            return result
        said = _first_error(result)
        if fields.text(result.get("invoiceStatus")) == ABORTED and said in TABLES.codes["known"]:
            return await self._check_known(invoice, said)
        return _judge(result, invoice)

    async def _check_known(self, invoice: Invoice, said: str) -> Answer:
        """What NAV holds under a number that it says it has."""
        number = escape(fields.clean(invoice.number))
        reply = await self._ask(
            "queryInvoiceData",
            f"<invoiceNumberQuery><invoiceNumber>{number}</invoiceNumber>"
            "<invoiceDirection>OUTBOUND</invoiceDirection></invoiceNumberQuery>",
        )
        if isinstance(reply, Answer):
            return reply
        held = fields.at(reply, "QueryInvoiceDataResponse.invoiceDataResult")
        told, found = found_in(_data(held, "invoiceData"), invoice, ZONE)
        return TABLES.answer("known", said, told={"validationErrorCode": said, **told}, found=found)

    async def _ask_status(self, transaction: str) -> Document | Answer:
        return await self._ask(
            "queryTransactionStatus",
            f"<transactionId>{escape(fields.clean(transaction))}</transactionId>"
            "<returnOriginalRequest>true</returnOriginalRequest>",
        )

    async def _ask(self, operation: str, content: str) -> Document | Answer:
        """The reply of an operation that NAV carried out; any other is an answer."""
        reply = await ask(
            self._toolbox, f"{self._account.url}/{operation}", content=self._request(operation, content),
            deadline=self._account.timeout, headers=XML, read=as_xml, refusal=_refusal, mask=TABLES.mask,
        )  # fmt: skip
        return reply if isinstance(reply, Answer) else _refusal(reply) or _carried_out(reply)

    def _request(self, operation: str, content: str) -> bytes:
        root = f"{operation[0].upper()}{operation[1:]}Request"
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns:common="{_COMMON}" xmlns="{_API}">'
            f"{self._head()}{_SOFTWARE}{content}</{root}>"
        )
        return text.encode(errors="replace")

    def _head(self) -> str:
        credentials = self._account.credentials
        now, request_id = self._toolbox.clock.now(), f"PD{secrets.token_hex(14)}"
        password = hashlib.sha512(credentials["password"].encode(errors="replace")).hexdigest().upper()
        header = (
            _common("requestId", request_id),
            _common("timestamp", f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"),
            _common("requestVersion", "3.0"),
            _common("headerVersion", "1.0"),
        )
        user = (
            _common("login", escape(fields.clean(credentials["login"]))),
            _common("passwordHash", password, "SHA2-512"),
            _common("taxNumber", escape(fields.clean(credentials["tax_number"]))),
            _common("requestSignature", sign(credentials["sign_key"], request_id, now), "SHA3-512"),
        )
        return _common("header", "".join(header)) + _common("user", "".join(user))


def _common(name: str, content: str, crypto: str = "") -> str:
    kind = f' cryptoType="{crypto}"' if crypto else ""
    return f"<common:{name}{kind}>{content}</common:{name}>"


def _refusal(reply: Document) -> Answer | None:
    """An answer about the question: funcCode ERROR, under whatever root NAV puts it."""
    result = fields.at(next(iter(reply.values())), "result")
    code = fields.text(fields.at(result, "errorCode"))
    if code is None or not isinstance(result, dict) or fields.text(result.get("funcCode")) != "ERROR":
        return None
    return TABLES.answer("error", code, fields.text(result.get("message")) or "", told=result)


def _carried_out(reply: Document) -> Document | Answer:
    function = fields.at(next(iter(reply.values())), "result.funcCode")
    return reply if fields.text(function) == "OK" else TABLES.unsound("no_result", reply)


def _results(reply: Document) -> list[Document] | None:
    """Every processing result of a transaction; None where there is something else."""
    told = fields.at(reply, "QueryTransactionStatusResponse.processingResults.processingResult")
    results = told if isinstance(told, list) else [] if told is None else [told]
    return results if all(isinstance(result, dict) for result in results) else None


def _result(reply: Document, index: str) -> Document | Answer:
    """The one result of the invoice at this index: silence means "not there" only where no other is spoken of."""
    results = _results(reply)
    if results is None or not isinstance(reply.get("QueryTransactionStatusResponse"), dict):
        return TABLES.unsound("no_results", reply)
    if not results:
        return TABLES.absent(reply)
    own = [result for result in results if fields.text(result.get("index")) == index]
    return own[0] if len(own) == 1 else TABLES.unsound("no_item" if not own else "contradiction", results[0])


def _messages(result: Document) -> list[Document]:
    """What NAV objects to or warns of, the technical first."""
    told = [result.get(f"{kind}ValidationMessages") for kind in ("technical", "business")]
    each = [message for messages in told for message in (messages if isinstance(messages, list) else [messages])]
    return [message for message in each if isinstance(message, dict)]


def _first_error(result: Document) -> str:
    errors = (each for each in _messages(result) if fields.text(each.get("validationResultCode")) in _OBJECTIONS)
    return fields.text(next(errors, {}).get("validationErrorCode")) or ""


def _explained(result: Document) -> str:
    """The first objection, else the first warning: its code and NAV's words."""
    ordered = sorted(_messages(result), key=lambda it: fields.text(it.get("validationResultCode")) not in _OBJECTIONS)
    first = next(iter(ordered), {})
    words = (fields.text(first.get(name)) for name in ("validationErrorCode", "message"))
    return fields.clean(": ".join(word for word in words if word)[:200])


def _judge(result: Document, invoice: Invoice) -> Answer:
    status = fields.text(result.get("invoiceStatus")) or "no_status"
    told, found = found_in(_data(result, "originalRequest"), invoice, ZONE) if status == DONE else ({}, None)
    return TABLES.answer("status", status, _explained(result), told={**result, **told}, found=found)


def _data(holder: object, name: str) -> Document | None:
    """The InvoiceData in a field, packed where `compressedContentIndicator` says so."""
    packed = fields.text(fields.at(holder, "compressedContentIndicator")) == "true"
    told = fields.at(holder, name)
    return xml_in_base64(told if isinstance(told, str) else None, packed=packed)


ADAPTER = Adapter(
    Nav,
    CAPABILITIES,
    credentials=("login", "password", "tax_number", "sign_key"),
    url="https://api.onlineszamla.nav.gov.hu/invoiceService/v3",
)
