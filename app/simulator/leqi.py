"""The channel dialect: a connector to Leqi (乐企), the tax administration's own channel. One rule: an invoice has its
number before it is uploaded, and its upload is forgotten twelve hours after it was issued.

Two families of paths, as two public connectors have them: queryDrawupResult and its batch twin, asked by `requestId`;
sdfpkjjgcx, asked by `object.sllsh`. Both names are the serial number or the seller's order number. 00 uploaded, 01
under way, 02 failed, 03 uploaded twice, which only `forced` says. Leqi's own specification is closed: `X-Sign` (HMAC-
SHA256 of timestamp and body, hex), the codes of refusals and of what is forgotten are ours. Free of charge.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.domain.identity import Kind
from app.domain.invoice import Invoice
from app.simulator.behaviour import Dialect
from app.simulator.dialect import Doorway
from app.simulator.gate import Forced, Objection, objection
from app.simulator.inspection import json_object, texts
from app.simulator.ledger import Question
from app.simulator.proof import text, with_tax
from app.simulator.taxbook import DIGITAL_LENGTH, SHANGHAI, Entry
from app.simulator.upload import Stage, by_handle, shown, stage
from app.simulator.world import World

ME = Dialect.LEQI
REMEMBERED = timedelta(hours=12)
FORGOTTEN = "6904"
MAINTENANCE = "503"
INCOMPLETE = "400"
STATES: Mapping[Stage, str] = {Stage.UPLOADING: "01", Stage.SIGNING: "01", Stage.FAILED: "02"}
STATE_MESSAGES: Mapping[str, str] = {"00": "上传成功", "01": "发票上传处理中", "02": "上传失败", "03": "重复上传"}
REASON = "发票数据校验不通过"
REFUSALS: Mapping[Objection, str] = {
    Objection.REFUSED: "401",
    Objection.EXPIRED: "401",
    Objection.TOO_FAST: "429",
    Objection.EXHAUSTED: "402",
    Objection.FORBIDDEN: "403",
}
MESSAGES: Mapping[str, str] = {
    INCOMPLETE: "请求参数不完整",
    "401": "签名校验不通过",
    "402": "套餐余量不足",
    "403": "未开通该接口权限",
    "429": "请求过于频繁，请稍后再试",
    MAINTENANCE: "税局系统维护中，请稍后再试",
    FORGOTTEN: "未查询到开具结果：受理流水号不存在，或开具已超过12小时",
}


NOTHING = {"fphm": None, "fpState": None, "fpStateMsg": MESSAGES[FORGOTTEN]}


@dataclass(frozen=True, slots=True)
class Told:
    """The state of an upload, or the code of a refusal; `face` is there when the invoice is known."""

    code: str
    face: Invoice | None = None
    refused: bool = False

    @property
    def reason(self) -> str:
        return REASON if self.code == "02" else ""

    @property
    def message(self) -> str:
        return "：".join(each for each in (STATE_MESSAGES.get(self.code, "未知状态"), self.reason) if each)


class Leqi:
    doorway = Doorway(ME, questions=("/leqi",))

    def __init__(self, world: World) -> None:
        self._world = world

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/leqi/ns-api/standard/queryDrawupResult", self.result, methods=["POST"])
        router.add_api_route("/leqi/ns-api/standard/queryBatchDrawupResult", self.results, methods=["POST"])
        router.add_api_route("/leqi/sdfpkjjgcx", self.upload, methods=["POST"])
        return router

    async def result(self, request: Request) -> JSONResponse:
        """One invoice by `requestId` and the seller's tax number; what is forgotten has neither number nor state."""
        told = await self._drawn_up(request)
        return told if isinstance(told, JSONResponse) else JSONResponse(told[0] if told else NOTHING)

    async def results(self, request: Request) -> JSONResponse:
        """The same as a list, which is empty when nothing is known."""
        told = await self._drawn_up(request)
        return told if isinstance(told, JSONResponse) else JSONResponse(told)

    async def upload(self, request: Request) -> JSONResponse:
        """One invoice by the number under which its issuing was accepted; `sfhqpm` 1 brings its face."""
        body = await request.body()
        inner = json_object(body).get("object")
        asked = texts(inner) if isinstance(inner, dict) else {}
        told = self._asked(request, body, asked, "sllsh")
        if told.refused:
            return _refusal(told.code)
        if told.face is None:
            return JSONResponse({"code": int(FORGOTTEN), "msg": MESSAGES[FORGOTTEN], "data": []})
        item = {"scjg": told.code, "scjgsm": told.reason, "fpdm": told.face.code or "", "fphm": told.face.number}
        whole = _face_words(told.face) if asked.get("sfhqpm") == "1" else {}
        return JSONResponse({"code": 200, "msg": "成功", "data": [{**item, **whole}]})

    async def _drawn_up(self, request: Request) -> JSONResponse | list[dict[str, str]]:
        body = await request.body()
        told = self._asked(request, body, texts(json_object(body)), "requestId", "nsrsbh")
        if told.refused:
            return _refusal(told.code)
        return [{"fphm": told.face.number, "fpState": told.code, "fpStateMsg": told.message}] if told.face else []

    def _asked(self, request: Request, body: bytes, asked: dict[str, str], name: str, *others: str) -> Told:
        """One question under `name`, noted in the ledger; `others` must be there too."""
        key, serial = request.headers.get("X-App-Key", ""), asked.get(name, "")
        wrong = self._objection(request, key, body)
        if wrong is None and not all(asked.get(each) for each in (name, *others)):
            wrong = INCOMPLETE
        if wrong and not isinstance(wrong, Forced):
            self._world.note(ME, "query", key, Question(("", ""), wrong))
            return Told(wrong, refused=True)
        entry = self._remembered(serial, asked.get("nsrsbh"))
        code = str(wrong or (STATES.get(stage(entry, self._world.now()), "00") if entry else FORGOTTEN))
        self._world.note(ME, "query", key, Question(entry.identity if entry else ("", serial), code))
        return Told(code, shown(self._world, ME, entry) if entry else None)

    def _objection(self, request: Request, key: str, body: bytes) -> str | None:
        world, secret = self._world, self._world.accounts.secret(ME, key)
        signed = secret is not None and _signed(request, secret, body)
        wrong = objection(world, ME, key, "live" if signed else "unknown")
        if isinstance(wrong, Objection):
            return REFUSALS[wrong]
        return MAINTENANCE if not wrong and world.happens(world.behaviour.maintenance, ME) else wrong

    def _remembered(self, name: str, seller: str | None) -> Entry | None:
        """Under this serial or order number, issued within twelve hours, by this seller when one is named; Leqi issues
        fully digital invoices alone.
        """
        entry = by_handle(self._world, serial_no=name) or by_handle(self._world, order_no=name)
        if entry is None or self._world.now() >= entry.face.issued_at + REMEMBERED:
            return None
        if len(entry.face.number) != DIGITAL_LENGTH:
            return None
        return entry if seller in (None, entry.face.seller.tax_id) else None


def _signed(request: Request, secret: str, body: bytes) -> bool:
    timestamp = request.headers.get("X-Timestamp", "")
    digest = hmac.new(secret.encode(), timestamp.encode() + body, "sha256").hexdigest()
    return bool(timestamp) and hmac.compare_digest(digest.encode(), request.headers.get("X-Sign", "").encode())


def _refusal(code: str) -> JSONResponse:
    return JSONResponse({"code": int(code), "msg": MESSAGES[code]}, status_code=int(code))


def _face_words(face: Invoice) -> dict[str, str]:
    """The face (全票面): 0 blue, 1 red; 81 special, 82 ordinary."""
    return {
        "lzfpbz": "1" if face.original else "0",
        "fplxdm": "81" if face.kind is Kind.DIGITAL_SPECIAL else "82",
        "kprq": f"{face.issued_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        "ghdwsbh": face.buyer.tax_id or "",
        "ghdwmc": face.buyer.name or "",
        "xhdwsbh": face.seller.tax_id or "",
        "xhdwmc": face.seller.name or "",
        "hjje": text(face.amount.without_tax),
        "hjse": text(face.amount.tax),
        "jshj": text(with_tax(face.amount)),
    }
