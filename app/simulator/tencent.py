"""The proof dialect: Tencent Cloud's VatInvoiceVerifyNew. One rule: HTTP 200 whatever the answer; what went wrong is
`Response.Error`.

Signed with TC3-HMAC-SHA256 over the path as requested; a timestamp that is off by more than five minutes has expired.
Billed: what was found, InvoiceMismatch and NoInvoice. Today's invoices are refused unless EnableTodayInvoice is set.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.domain.identity import Kind
from app.simulator.behaviour import Dialect
from app.simulator.dialect import Doorway
from app.simulator.inspection import Flaw, Inspection, Told, json_object, request_id, texts
from app.simulator.proof import Question
from app.simulator.signing import canonical, claim, hmac_sha256, late, path_of, sha256
from app.simulator.tencent_words import FORM, FOUND, KINDS, MESSAGES, WORDS, invoice_words
from app.simulator.world import World

ME = Dialect.TENCENT
SCHEME, SERVICE, TERMINATOR = "TC3-HMAC-SHA256", "ocr", "tc3_request"
ACTION, VERSION = "VatInvoiceVerifyNew", "2018-11-19"
MAX_SKEW_SECONDS = 300
SIGNED = {"content-type", "host"}


class Tencent:
    doorway = Doorway(ME, questions=("/tencent",))

    def __init__(self, world: World) -> None:
        self._world = world
        self._inspection = Inspection(world, ME, FORM, WORDS)

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/tencent/", self.verify, methods=["POST"])
        return router

    async def verify(self, request: Request) -> JSONResponse:
        """One check of one invoice."""
        body = await request.body()
        asked = json_object(body)
        key, refused = self._signed(request, body)
        refused = refused or _unknown_action(request)
        told = self._inspection.tell(key, texts(asked), refused, _question(asked))
        return JSONResponse({"Response": {**self._response(told), "RequestId": request_id(self._world)}})

    def _signed(self, request: Request, body: bytes) -> tuple[str, str]:
        """Whose call it is, and the code of what is wrong with its signature."""
        claimed = claim(request)
        key, day, *scope = [*claimed.parameters.get("Credential", "").split("/"), ""]
        secret = self._world.accounts.secret(ME, key)
        timestamp = request.headers.get("X-TC-Timestamp", "")
        if secret is None:
            return key, "AuthFailure.SecretIdNotFound"
        if late(self._world, timestamp, MAX_SKEW_SECONDS):
            return key, "AuthFailure.SignatureExpire"
        scoped = scope[:2] == [SERVICE, TERMINATOR] and day == _day(timestamp)
        if claimed.scheme != SCHEME or not scoped or not set(claimed.signed) >= SIGNED:
            return key, "AuthFailure.SignatureFailure"
        whole = canonical(request, body, path_of(request), claimed.signed, lambda value: value.strip().lower())
        digest = _digest(secret, timestamp, whole)
        return key, "" if claimed.fits(digest) else "AuthFailure.SignatureFailure"

    def _response(self, told: Told) -> dict[str, Any]:
        verdict = told.verdict
        if told.code != FOUND or verdict.entry is None or verdict.face is None:
            return {"Error": {"Code": told.code, "Message": MESSAGES.get(told.code, "操作失败。")}}
        return {"Invoice": invoice_words(verdict.entry, verdict.face, self._world.now())}


def _question(asked: dict[str, Any]) -> Question | Flaw:
    """A kind that Tencent does not know is as good as none."""
    words = texts(asked)
    kinds = KINDS.get(words.get("InvoiceKind", ""), frozenset[Kind]())
    question = FORM.read(words, kinds)
    if isinstance(question, Flaw):
        return question
    return replace(question, same_day=asked.get("EnableTodayInvoice") is True)


def _unknown_action(request: Request) -> str:
    if request.headers.get("X-TC-Action") != ACTION:
        return "InvalidAction"
    return "" if request.headers.get("X-TC-Version") == VERSION else "NoSuchVersion"


def _digest(secret: str, timestamp: str, whole: str) -> str:
    day = _day(timestamp)
    text = "\n".join((SCHEME, timestamp, f"{day}/{SERVICE}/{TERMINATOR}", sha256(whole.encode())))
    key = f"TC3{secret}".encode()
    for part in (day, SERVICE, TERMINATOR, text):
        key = hmac_sha256(key, part)
    return key.hex()


def _day(timestamp: str) -> str:
    return f"{datetime.fromtimestamp(int(timestamp), UTC):%Y-%m-%d}"
