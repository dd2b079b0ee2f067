"""The proof dialect: Alibaba Cloud's VerifyVATInvoice. One rule: the parameters travel in the query, the answer in
`Data`, which is JSON inside JSON.

Signed with ACS3-HMAC-SHA256 over host and every x-acs-* header; a date that is off by more than fifteen minutes has
expired. A nonce may come twice. An invoice issued today can be asked about.
"""

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.domain.identity import Kind
from app.simulator.aliyun_words import FORM, FOUND, GATEWAY, MESSAGES, WORDS, invoice_words
from app.simulator.behaviour import Dialect
from app.simulator.dialect import Doorway
from app.simulator.inspection import Inspection, Told, request_id
from app.simulator.signing import Claim, canonical, claim, hmac_sha256, late, path_of, sha256
from app.simulator.world import World

ME = Dialect.ALIYUN
SCHEME = "ACS3-HMAC-SHA256"
ACTION, VERSION = "VerifyVATInvoice", "2021-07-07"
DATE, MAX_SKEW_SECONDS = "%Y-%m-%dT%H:%M:%SZ", 900
REQUIRED = frozenset({
    "host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256",
})  # fmt: skip
BLOCKCHAIN = "1"


class Aliyun:
    doorway = Doorway(ME, questions=("/aliyun",))

    def __init__(self, world: World) -> None:
        self._world = world
        self._inspection = Inspection(world, ME, FORM, WORDS)

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/aliyun/", self.verify, methods=["POST"])
        return router

    async def verify(self, request: Request) -> JSONResponse:
        """One check of one invoice: 200, or the gateway's status."""
        asked = {name: value.strip() for name, value in request.query_params.items()}
        key, refused = self._signed(request, await request.body())
        kinds = frozenset({Kind.BLOCKCHAIN}) if asked.get("InvoiceKind") == BLOCKCHAIN else frozenset[Kind]()
        told = self._inspection.tell(key, asked, refused or _unknown_action(request), FORM.read(asked, kinds))
        status, body = self._answer(told)
        return JSONResponse({"RequestId": request_id(self._world).upper(), **body}, status_code=status)

    def _signed(self, request: Request, body: bytes) -> tuple[str, str]:
        """Whose call it is, and the code of what is wrong with its signature."""
        claimed = claim(request)
        key = claimed.parameters.get("Credential", "")
        secret = self._world.accounts.secret(ME, key)
        if secret is None:
            return key, "InvalidAccessKeyId.NotFound"
        if late(self._world, request.headers.get("x-acs-date", ""), MAX_SKEW_SECONDS, DATE):
            return key, "InvalidTimeStamp.Expired"
        if not _whole(request, claimed, body):
            return key, "SignatureDoesNotMatch"
        text = canonical(request, body, path_of(request), claimed.signed)
        digest = hmac_sha256(secret.encode(), f"{SCHEME}\n{sha256(text.encode())}").hex()
        return key, "" if claimed.fits(digest) else "SignatureDoesNotMatch"

    def _answer(self, told: Told) -> tuple[int, dict[str, Any]]:
        """HTTP status and body but for the request's id."""
        if told.code in GATEWAY:
            status, message = GATEWAY[told.code]
            return status, {"HostId": "ocr-api.cn-hangzhou.aliyuncs.com", "Code": told.code, "Message": message}
        data: dict[str, Any] = {}
        verdict = told.verdict
        if told.code == FOUND and verdict.entry and verdict.face:
            checks = self._world.ledger.checks_ever(verdict.entry.identity)
            data = invoice_words(verdict.entry, verdict.face, self._world.now(), checks)
        inner = {"code": told.code, "msg": MESSAGES.get(told.code, "查验失败"), "data": data}
        return 200, {"Data": json.dumps(inner, ensure_ascii=False)}


def _whole(request: Request, claimed: Claim, body: bytes) -> bool:
    """Whether everything that must be signed was, and the body is the one that was signed."""
    acs = {name for name in request.headers if name.startswith("x-acs-")}
    signed = set(claimed.signed)
    return (
        claimed.scheme == SCHEME
        and signed >= REQUIRED | acs
        and request.headers.get("x-acs-content-sha256") == sha256(body)
    )


def _unknown_action(request: Request) -> str:
    asked = (request.headers.get("x-acs-action"), request.headers.get("x-acs-version"))
    return "" if asked == (ACTION, VERSION) else "InvalidAction.NotFound"
