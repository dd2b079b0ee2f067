"""The channel dialect: Nuonuo's open platform, queryInvoiceResult.

One rule: the signature is checked over the very bytes that came. Up to fifty serial or order numbers a call; unknown
ones are left out of the result, and a call that knows none of them is E9500. The result comes in an order of its
own. Free of charge, and outside the day's five checks. Codes of the gateway (0701xx, 0703xx, 0706xx) are refusals of
credentials; 070301 and 070302 for a dead token, 070402 for an unknown method, and HTTP 429 for too many calls are
our choice, as no public text tells them.
"""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.simulator.behaviour import Dialect
from app.simulator.dialect import Doorway
from app.simulator.forms import form
from app.simulator.gate import Objection, objection
from app.simulator.ledger import Question
from app.simulator.nuonuo_words import DESCRIBE, STATUS, face_words, milliseconds
from app.simulator.taxbook import Entry
from app.simulator.upload import Stage, by_handle, shown, stage
from app.simulator.world import World

ME = Dialect.NUONUO
METHODS = frozenset({"nuonuo.ElectronInvoice.queryInvoiceResult", "nuonuo.OpeMplatform.queryInvoiceResult"})
TOKEN_LIFE = timedelta(seconds=86_400)
TOKEN_CALLS, TOKEN_WINDOW = 50, timedelta(days=30)
BATCH = 50
SENID_LENGTH, NONCE_LENGTH = 32, 8
STATUS_OF = {
    Stage.UPLOADING: "20",
    Stage.SIGNING: "21",
    Stage.DONE: "2",
    Stage.FAILED: "22",
    Stage.UNSIGNED: "24",
    Stage.VOIDING: "31",
    Stage.VOID: "3",
}
REFUSALS = {
    Objection.REFUSED: "070301",
    Objection.EXPIRED: "070302",
    Objection.TOO_FAST: "429",
    Objection.EXHAUSTED: "E9338",
    Objection.FORBIDDEN: "E9301",
}


class Nuonuo:
    doorway = Doorway(ME, questions=("/open/v1/services",), others=("/accessToken",))

    def __init__(self, world: World) -> None:
        self._world = world

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/accessToken", self.token, methods=["POST"])
        router.add_api_route("/open/v1/services", self.services, methods=["POST"])
        return router

    async def token(self, request: Request) -> JSONResponse:
        """A token for 24 hours; an account has fifty token calls in thirty days."""
        asked = form(await request.body())
        key = asked.get("client_id", "")
        self._world.note(ME, "token", key)
        if code := self._token_objection(key, asked):
            return JSONResponse({"error": code, "error_description": DESCRIBE[code]})
        life = self._world.lasting(TOKEN_LIFE)
        token = self._world.accounts.grant(ME, key, self._world.now(), life)
        return JSONResponse({"access_token": token, "expires_in": int(life.total_seconds())})

    async def services(self, request: Request) -> JSONResponse:
        """One signed call of one method; HTTP 200 whatever the answer, save 429."""
        body = await request.body()
        key = request.query_params.get("appkey", "")
        names, of_orders = _asked(body)
        code = self._gateway_objection(request, key, body) or self._query_objection(names)
        if code:
            self._world.note(ME, "query", key, Question(("", ""), code))
            return JSONResponse(_answer(code), status_code=429 if code == "429" else 200)
        return JSONResponse(self._found(key, names, of_orders=of_orders))

    def _token_objection(self, key: str, asked: dict[str, str]) -> str:
        world = self._world
        known = world.accounts.secret(ME, key)
        if known is None:
            return "070101"
        wrong = asked.get("client_secret") != known or asked.get("grant_type") != "client_credentials"
        if wrong or world.happens(world.behaviour.credentials_refused, ME):
            return "070304"
        spent = world.accounts.grants_within(ME, key, world.now(), TOKEN_WINDOW)
        return "070306" if spent >= TOKEN_CALLS else ""

    def _gateway_objection(self, request: Request, key: str, body: bytes) -> str:
        world = self._world
        secret = world.accounts.secret(ME, key)
        if secret is None:
            return "070101"
        if not _signed(request, secret, body):
            return "070601"
        holder, validity = world.accounts.holder(ME, request.headers.get("accessToken", ""), world.now())
        wrong = objection(world, ME, key, validity if holder == key else "unknown")
        if wrong:
            return REFUSALS[wrong] if isinstance(wrong, Objection) else wrong
        return "" if request.headers.get("method") in METHODS else "070402"

    def _query_objection(self, names: list[str]) -> str:
        if self._world.happens(self._world.behaviour.maintenance, ME) or len(names) > BATCH:
            return "E9601"
        return "" if names else "E9611"

    def _found(self, key: str, names: list[str], *, of_orders: bool) -> dict[str, Any]:
        handle = "order_no" if of_orders else "serial_no"
        found = [(name, by_handle(self._world, **{handle: name})) for name in dict.fromkeys(names)]
        self._world.note(ME, "query", key, *(self._question(name, entry) for name, entry in found))
        result = [self._item(entry) for _, entry in found if entry]
        self._world.random.shuffle(result)
        return _answer("E0000", result) if result else _answer("E9500")

    def _question(self, name: str, entry: Entry | None) -> Question:
        """One line of the ledger: an unknown name stands where the number would."""
        if entry is None:
            return Question(("", name), "E9500")
        return Question(entry.identity, STATUS_OF[stage(entry, self._world.now())])

    def _item(self, entry: Entry) -> dict[str, Any]:
        now = self._world.now()
        standing = stage(entry, now)
        status = STATUS_OF[standing]
        changed_at = entry.status_at if status in {"3", "31"} else min(entry.uploaded_at or now, now)
        return {
            "serialNo": entry.face.handle.serial_no or "",
            "orderNo": entry.face.handle.order_no or "",
            "status": status,
            "statusMsg": STATUS[status],
            "failCause": "上传税局失败：发票数据校验不通过" if status == "22" else "",
            "stateUpdateTime": milliseconds(changed_at or now),
            "invalidTime": milliseconds(changed_at or now) if status == "3" else "",
            **face_words(shown(self._world, ME, entry), issued=standing.issued),
        }


def _asked(body: bytes) -> tuple[list[str], bool]:
    """The names asked for, blanks left out, and whether they are order numbers; serial numbers go first."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return [], False
    if not isinstance(asked, dict):
        return [], False
    serials, orders = _names(asked.get("serialNos")), _names(asked.get("orderNos"))
    return (serials, False) if serials else (orders, True)


def _names(value: Any) -> list[str]:
    return [name for name in value if isinstance(name, str) and name] if isinstance(value, list) else []


def _signed(request: Request, secret: str, body: bytes) -> bool:
    """X-Nuonuo-Sign: Base64(HMAC-SHA1) over the path, the query and the exact body."""
    query = request.query_params
    text = "a=services&l=v1&p=open" + "".join(
        f"&{short}={query.get(name, '')}"
        for short, name in (("k", "appkey"), ("i", "senid"), ("n", "nonce"), ("t", "timestamp"))
    )
    digest = hmac.new(secret.encode(), f"{text}&f=".encode() + body, hashlib.sha1).digest()
    shaped = (len(query.get("senid", "")), len(query.get("nonce", ""))) == (SENID_LENGTH, NONCE_LENGTH)
    given = request.headers.get("X-Nuonuo-Sign", "").encode()
    return shaped and hmac.compare_digest(base64.b64encode(digest), given)


def _answer(code: str, result: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"code": code, "describe": DESCRIBE.get(code, "系统异常"), "result": result or []}
