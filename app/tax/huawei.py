"""Huawei Cloud (华为云): is this invoice in the tax administration's books (查验), asked by its face.

One rule: only `result_code` 1000 with a known `status` is a find. Each call is signed with the account's access key
(SDK-HMAC-SHA256); there is no token. The codes stand in `data/huawei.toml`, with those that are not public.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from app.domain.address import Target
from app.domain.invoice import Amount, Answer, Family, Found, Invoice
from app.domain.signing import Request
from app.tax import fields
from app.tax.adapter import Account, Adapter, Capabilities, Toolbox
from app.tax.face import Face, face_of
from app.tax.reply import JSON, Document, ask
from app.tax.tables import load

TABLES = load("huawei")
CONSISTENT = "1000"
GATEWAYS = frozenset({"APIG", "APIGW"})
CAPABILITIES = Capabilities(
    Family.PROOF,
    needs=TABLES.needs,
    rate=2.0,  # nowhere told; the service is shared
    concurrency=2,
    daily_limit=5,
    # Huawei takes invoices of today, and is paid for saying that they are not there: its page asks for 24 hours.
    minimum_age=timedelta(hours=24),
    maximum_age=timedelta(days=5 * 365),
    charged=TABLES.charged,
)

ALGORITHM = "SDK-HMAC-SHA256"


def authorization(request: Request, access_key: str, secret_key: str) -> str:
    """The header `Authorization`; the instant is the request's `x-sdk-date`, and its path ends with a slash.

    Described at support.huaweicloud.com/devg-apisign/api-sign-algorithm.html, with an example that the tests repeat.
    """
    text = f"{ALGORITHM}\n{request.headers['x-sdk-date']}\n{request.digest}"
    signature = hmac.digest(secret_key.encode(), text.encode(), hashlib.sha256).hex()
    return f"{ALGORITHM} Access={access_key}, SignedHeaders={request.signed_headers}, Signature={signature}"


class Huawei:
    """An account's `url` is the endpoint of its region; its project makes the rest of the path."""

    def __init__(self, account: Account, toolbox: Toolbox) -> None:
        self._account, self._toolbox = account, toolbox
        project = quote(account.credentials["project_id"], safe="", errors="replace")
        self._url = f"{account.url.rstrip('/')}/v2/{project}/ocr/invoice-verification"
        self._target = Target.parse(self._url)

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        return [await self._check(invoice) for invoice in invoices]

    async def probe(self) -> Answer:
        """An empty question: a service that knows us objects to it (AIS.0101) before anybody is asked."""
        return await self._ask({})

    async def _check(self, invoice: Invoice) -> Answer:
        face = face_of(invoice, TABLES.kinds, "华为云")
        return face if isinstance(face, Answer) else await self._ask(_question(face))

    async def _ask(self, question: Mapping[str, str]) -> Answer:
        content = json.dumps(question).encode()
        reply = await ask(
            self._toolbox, self._url, content=content, deadline=self._account.timeout, mask=TABLES.mask,
            headers=self._signed(content, self._toolbox.clock.now()), refusal=_refusal,
        )  # fmt: skip
        return reply if isinstance(reply, Answer) else _judge(reply)

    def _signed(self, content: bytes, now: datetime) -> dict[str, str]:
        """The headers of a question; `host` is signed as it will be sent."""
        signed = {**JSON, "host": self._target.authority, "x-sdk-date": f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"}
        request = Request(f"{self._target.path}/", "", signed, content)
        keys = self._account.credentials
        return {**signed, "authorization": authorization(request, keys["access_key"], keys["secret_key"])}


def _question(face: Face) -> dict[str, str]:
    """`code` is required, and empty for digital invoices; amounts keep their two decimals."""
    return {
        "code": face.get("code"),
        "number": face.number,
        "issue_date": f"{face.issued_on:%Y-%m-%d}",
        "check_code": face.get("check_code", "short_check_code"),
        "subtotal_amount": face.get("amount_without_tax", "amount_with_tax"),
    }


def _refusal(told: Document) -> Answer | None:
    """The service's own codes are written out, the gateway's go by two names."""
    code = fields.text(told.get("error_code"))
    if code is None:
        return None
    name, _, number = code.partition(".")
    table, key = ("gateway", number) if name in GATEWAYS else ("error", code)
    message, request_id = fields.text(told.get("error_msg")) or "", fields.text(told.get("request_id")) or ""
    return replace(TABLES.answer(table, key, message, told=told, request_id=request_id), code=code)


def _judge(reply: Document) -> Answer:
    face = reply.get("result")
    if not isinstance(face, dict):
        return _refusal(reply) or TABLES.unsound("no_result", reply)
    code = fields.text(face.get("result_code")) or "no_code"
    message = fields.text(face.get("result_message")) or ""
    status = TABLES.meaning("status", fields.text(face.get("status")) or "") if code == CONSISTENT else None
    return TABLES.answer("result", code, message, told=face, found=_found(face), status=status)


def _found(face: Document) -> Found:
    return Found(
        number=fields.text(face.get("number")),
        code=fields.text(face.get("code")),
        issued_on=fields.day(face.get("issue_date")),
        seller_tax_id=fields.tax_id(face.get("seller_id")),
        buyer_tax_id=fields.tax_id(face.get("buyer_id")),
        amount=Amount(
            without_tax=fields.money(face.get("subtotal_amount")),
            tax=fields.money(face.get("subtotal_tax")),
            with_tax=fields.money(face.get("total")),
        ),
    )


ADAPTER = Adapter(
    Huawei,
    CAPABILITIES,
    credentials=("access_key", "secret_key", "project_id"),
    url="https://ocr.cn-north-4.myhuaweicloud.com",
)
