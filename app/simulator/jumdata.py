"""The proof dialect: Jumdata's invoice verification, a reseller. One rule: HTTP 200 whatever the answer; `code` says
what happened, and `charge` whether it cost money.

Three doors take the same question under other names for its facts. `sign` is the SHA-256 of appId, appSecret and
timestamp; no tolerance of the timestamp is published. The table of codes (showdoc.com.cn/jumdata) has none for a wrong
signature and none for an invoice of today: 602 and 999 are our choice. The names inside `data` are those of the second
door (alibaba/higress, mcp-invoice-verification); of the other two, the first really has others, the third unknown ones.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.domain.invoice import Invoice
from app.simulator.behaviour import Dialect
from app.simulator.dialect import Doorway
from app.simulator.forms import form
from app.simulator.gate import Objection
from app.simulator.inspection import Flaw, Form, Inspection, Told, Words
from app.simulator.proof import Finding, issued_on, text, with_tax
from app.simulator.taxbook import Entry, Status
from app.simulator.world import World

ME = Dialect.JUMDATA
FOUND, REFUSED = "200", "602"
FORMS: Mapping[str, Form] = {
    "/jumdata/invoice/validate": Form("fphm", "fpdm", "kprq", "bhsje", "xym"),
    "/jumdata/invoice/validate/v2": Form("fphm", "fpdm", "kprq", "je", "jym"),
    "/jumdata/invoice/validate/full-electronic": Form("fphm", "", "kprq", "jshj", ""),
}
"""The last knows no code and no check code, so nothing but a fully digital invoice gets through."""
WORDS = Words(
    refusals={
        Objection.REFUSED: REFUSED,
        Objection.EXPIRED: REFUSED,
        Objection.TOO_FAST: "609",
        Objection.EXHAUSTED: "603",
        Objection.FORBIDDEN: "601",
    },
    flaws={Flaw.NUMBER: "411", Flaw.CODE: "411", Flaw.DAY: "400", Flaw.FACT: "400"},
    findings={
        Finding.CONSISTENT: FOUND,
        Finding.USED_UP: "203",
        Finding.MISMATCH: "202",
        Finding.ABSENT: "201",
        Finding.TODAY: "999",
        Finding.FUTURE: "412",
        Finding.TOO_OLD: "205",
        Finding.WRONG_KIND: "411",
        Finding.MAINTENANCE: "500",
    },
    billed=frozenset({FOUND, "201", "202"}),
)
MESSAGES: Mapping[str, str] = {
    FOUND: "成功",
    "201": "查无此票",
    "202": "不一致",
    "203": "超过该张票当天查验次数",
    "204": "查验发票张数超过限制",
    "205": "超过五年的发票不能查验",
    "206": "当前发票正在查验中，请稍后重试",
    "207": "该地区暂不支持该票种查验",
    "400": "参数错误",
    "411": "查询发票不规范",
    "412": "开票日期超过当前日期",
    "500": "服务商维护，请稍候再试",
    "502": "网络故障，请稍候再试",
    "601": "接口未开通",
    REFUSED: "账号停用",
    "603": "余额不足请充值",
    "604": "接口停用",
    "606": "调用超限，请稍候再试",
    "607": "ip不在白名单",
    "609": "请求过于频繁，请稍候再试",
    "610": "请求超时",
    "999": "当天开具的发票请次日查验",
}
_STATUSES: Mapping[Status, str] = {Status.VOID: "2", Status.RED_PARTIAL: "7", Status.RED_FULL: "8"}


class Jumdata:
    doorway = Doorway(ME, questions=("/jumdata",))

    def __init__(self, world: World) -> None:
        self._world = world
        self._inspections = {path: Inspection(world, ME, each, WORDS) for path, each in FORMS.items()}

    def router(self) -> APIRouter:
        router = APIRouter()
        for path in FORMS:
            router.add_api_route(path, self.verify, methods=["GET", "POST"])
        return router

    async def verify(self, request: Request) -> JSONResponse:
        """One check of one invoice, asked in the query or in a form."""
        asked = {**request.query_params, **form(await request.body())}
        inspection = self._inspections[request.scope["path"]]
        refused = "" if self._signed(asked) else REFUSED
        told = inspection.tell(asked.get("appId", ""), asked, refused, inspection.form.read(asked))
        return JSONResponse(self._answer(told))

    def _signed(self, asked: Mapping[str, str]) -> bool:
        key = asked.get("appId", "")
        secret = self._world.accounts.secret(ME, key)
        timestamp = asked.get("timestamp", "")
        if secret is None or not timestamp:
            return False
        digest = hashlib.sha256(f"{key}{secret}{timestamp}".encode()).hexdigest()
        return hmac.compare_digest(digest.encode(), asked.get("sign", "").lower().encode())

    def _answer(self, told: Told) -> dict[str, Any]:
        """`code` is a number, unless one was forced that is none."""
        verdict, data = told.verdict, None
        if told.code == FOUND and verdict.entry and verdict.face:
            data = _invoice_words(verdict.entry, verdict.face, self._world.now())
        return {
            "code": int(told.code) if told.code.isdecimal() else told.code,
            "msg": MESSAGES.get(told.code, "其他"),
            "taskNo": str(self._world.random.randrange(10**19, 10**20)),
            "charge": told.code in WORDS.billed,
            "data": data,
        }


def _invoice_words(entry: Entry, face: Invoice, now: datetime) -> dict[str, str]:
    """`fpztDm` as in the tax administration's books: 0 normal, 2 void, 7 partly and 8 fully red-flushed."""
    amount = face.amount
    return {
        "fpdm": face.code or "",
        "fphm": face.number,
        "kprq": f"{issued_on(face):%Y%m%d}",
        "jym": face.check_code or "",
        "xfmc": face.seller.name or "",
        "xfsbh": face.seller.tax_id or "",
        "gfmc": face.buyer.name or "",
        "gfsbh": face.buyer.tax_id or "",
        "je": text(amount.without_tax),
        "se": text(amount.tax),
        "jshj": text(with_tax(amount)),
        "fpztDm": _STATUSES.get(entry.standing(now), "0"),
    }
