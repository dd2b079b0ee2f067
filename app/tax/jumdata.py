"""Jumdata (聚美智数): is this invoice in the tax administration's books (查验), asked by its face.

One rule: only code 200 with a known `fpztDm` is a find. 200, 201 and 202 are paid for: what would be refused for lack
of an input is not asked. There is no token: each form is signed. The codes stand in `data/jumdata.toml`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlencode

from app.domain.invoice import Amount, Answer, Family, Found, Invoice
from app.tax import fields
from app.tax.adapter import Account, Adapter, Capabilities, Toolbox
from app.tax.face import Face, face_of
from app.tax.reply import Document, ask
from app.tax.tables import load

TABLES = load("jumdata")
CONSISTENT = "200"
CAPABILITIES = Capabilities(
    Family.PROOF,
    needs=TABLES.needs,
    rate=2.0,  # nowhere told
    concurrency=2,
    daily_limit=5,
    maximum_age=timedelta(days=5 * 365),
    charged=TABLES.charged,
)


def sign(app_id: str, app_secret: str, timestamp: str) -> str:
    """`timestamp` in milliseconds; what is asked is not part of it."""
    return hashlib.sha256(f"{app_id}{app_secret}{timestamp}".encode(errors="replace")).hexdigest()


class Jumdata:
    def __init__(self, account: Account, toolbox: Toolbox) -> None:
        self._account, self._toolbox = account, toolbox

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def check(self, invoices: Sequence[Invoice]) -> list[Answer]:
        return [await self._check(invoice) for invoice in invoices]

    async def probe(self) -> Answer:
        """A form that asks about nothing: a platform that knows us objects to it (400) free of charge."""
        return await self._ask({})

    async def _check(self, invoice: Invoice) -> Answer:
        face = face_of(invoice, TABLES.kinds, "聚美智数")
        return face if isinstance(face, Answer) else await self._ask(_question(face))

    async def _ask(self, question: Mapping[str, str]) -> Answer:
        app_id, app_secret = self._account.credentials["app_id"], self._account.credentials["app_secret"]
        timestamp = str(int(self._toolbox.clock.now().timestamp() * 1000))
        form = {
            "appId": app_id, "timestamp": timestamp, "sign": sign(app_id, app_secret, timestamp), **question,
        }  # fmt: skip
        content = urlencode(form, errors="replace").encode()
        reply = await ask(
            self._toolbox, self._account.url, content=content, deadline=self._account.timeout, mask=TABLES.mask
        )
        return reply if isinstance(reply, Answer) else _judge(reply)


def _question(face: Face) -> dict[str, str]:
    question = {
        "fpdm": face.get("code"),
        "fphm": face.number,
        "kprq": f"{face.issued_on:%Y%m%d}",
        "jym": face.get("check_code"),
        "je": face.get("amount_without_tax", "amount_with_tax"),
    }
    return {name: value for name, value in question.items() if value}


def _judge(reply: Document) -> Answer:
    code, data = fields.text(reply.get("code")) or "no_code", reply.get("data")
    face = data if isinstance(data, dict) else {}
    status = TABLES.meaning("status", fields.text(face.get("fpztDm")) or "") if code == CONSISTENT else None
    return TABLES.answer(
        "result",
        code,
        fields.text(reply.get("msg")) or "",
        told={**face, **reply},
        found=_found(face),
        request_id=fields.text(reply.get("taskNo")) or "",
        status=status,
    )


def _found(face: Document) -> Found:
    """`je` is without tax, `jshj` (价税合计) with it."""
    return Found(
        number=fields.text(face.get("fphm")),
        code=fields.text(face.get("fpdm")),
        issued_on=fields.day(face.get("kprq")),
        seller_tax_id=fields.tax_id(face.get("xfsbh")),
        buyer_tax_id=fields.tax_id(face.get("gfsbh")),
        amount=Amount(
            without_tax=fields.money(face.get("je")),
            tax=fields.money(face.get("se")),
            with_tax=fields.money(face.get("jshj")),
        ),
    )


ADAPTER = Adapter(
    Jumdata,
    CAPABILITIES,
    credentials=("app_id", "app_secret"),
    url="https://api.jumdata.com/invoice/validate/v2",
)
