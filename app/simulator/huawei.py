"""The proof dialect: Huawei Cloud's RecognizeInvoiceVerification. One rule: what its gateway refuses comes as
`error_code` with 4xx; what a check finds stands in `result` with 200.

Signed with SDK-HMAC-SHA256 by access key; the signed path ends with a slash even where the requested one does not. A
date that is off by more than fifteen minutes is refused. Tokens of IAM are not spoken here.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.simulator.behaviour import Dialect
from app.simulator.dialect import Doorway
from app.simulator.huawei_words import FORM, FOUND, GATEWAY, MESSAGES, WORDS, invoice_words
from app.simulator.inspection import Inspection, Told, json_object, texts
from app.simulator.signing import canonical, claim, hmac_sha256, late, path_of, sha256
from app.simulator.world import World

ME = Dialect.HUAWEI
SCHEME = "SDK-HMAC-SHA256"
DATE, MAX_SKEW_SECONDS = "%Y%m%dT%H%M%SZ", 900
SIGNED = frozenset({"host", "x-sdk-date"})
REFUSED = "APIG.0301"


class Huawei:
    doorway = Doorway(ME, questions=("/huawei",))

    def __init__(self, world: World) -> None:
        self._world = world
        self._inspection = Inspection(world, ME, FORM, WORDS)

    def router(self) -> APIRouter:
        router = APIRouter()
        path = "/huawei/v2/{project_id}/ocr/invoice-verification"
        router.add_api_route(path, self.verify, methods=["POST"])
        return router

    async def verify(self, request: Request) -> JSONResponse:
        """One check of one invoice, in any project: 200, or the gateway's status."""
        body = await request.body()
        asked = texts(json_object(body))
        claimed = claim(request)
        refused = "" if self._signed(request, body) else REFUSED
        told = self._inspection.tell(claimed.parameters.get("Access", ""), asked, refused, FORM.read(asked))
        if told.code in GATEWAY:
            status, message = GATEWAY[told.code]
            return JSONResponse({"error_code": told.code, "error_msg": message}, status_code=status)
        return JSONResponse({"result": self._result(told)})

    def _signed(self, request: Request, body: bytes) -> bool:
        claimed = claim(request)
        secret = self._world.accounts.secret(ME, claimed.parameters.get("Access", ""))
        date = request.headers.get("X-Sdk-Date", "")
        if secret is None or late(self._world, date, MAX_SKEW_SECONDS, DATE):
            return False
        if claimed.scheme != SCHEME or not set(claimed.signed) >= SIGNED:
            return False
        text = canonical(request, body, path_of(request).rstrip("/") + "/", claimed.signed)
        return claimed.fits(hmac_sha256(secret.encode(), f"{SCHEME}\n{date}\n{sha256(text.encode())}").hex())

    def _result(self, told: Told) -> dict[str, Any]:
        words = {"result_code": told.code, "result_message": MESSAGES.get(told.code, "Verification failed.")}
        verdict = told.verdict
        if told.code != FOUND or verdict.entry is None or verdict.face is None:
            return words
        return {**invoice_words(verdict.entry, verdict.face, self._world.now()), **words}
