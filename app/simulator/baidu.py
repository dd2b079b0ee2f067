"""The proof dialect: Baidu AI Cloud's vat_invoice_verification. One rule: an answer is one code, found by
the first check that objects.

The order of the checks is the provider's: its platform (token, rate, package), its form, then the tax
administration. What the platform refuses comes as `error_code`; what a check refuses as `VerifyResult` at
the top level; a success sits inside `words_result`. Wrong amount or check code is 0006, wrong date or
number 0009. Billed, and counted against the invoice's five checks of the Beijing day: 0001, 0006 and 0009.
An abnormal (异常) invoice looks normal here: `InvalidSign` has no value for it.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.domain.invoice import Invoice
from app.simulator import proof
from app.simulator.accounts import Validity
from app.simulator.baidu_form import day_of, identity_of
from app.simulator.baidu_form import objection as form_objection
from app.simulator.baidu_words import MESSAGES, PLATFORM, TYPES
from app.simulator.behaviour import Dialect
from app.simulator.dialect import Doorway
from app.simulator.forms import form
from app.simulator.gate import Objection, objection
from app.simulator.ledger import Question
from app.simulator.proof import Finding, Verdict, issued_on, text, verify, with_tax
from app.simulator.taxbook import Entry, Identity, Status
from app.simulator.world import World

ME = Dialect.BAIDU
TOKEN_LIFE = timedelta(days=30)
REACHED_AUTHORITY = frozenset({"0001", "0006", "0009"})
REFUSALS = {
    Objection.REFUSED: "110",
    Objection.EXPIRED: "111",
    Objection.TOO_FAST: "18",
    Objection.EXHAUSTED: "1004",
    Objection.FORBIDDEN: "1020",
}
CODES = {
    Finding.CONSISTENT: "0001",
    Finding.USED_UP: "0002",
    Finding.MISMATCH: "0006",
    Finding.ABSENT: "0009",
    Finding.TODAY: "1014",
    Finding.FUTURE: "1005",
    Finding.TOO_OLD: "1015",
    Finding.WRONG_KIND: "1005",
    Finding.MAINTENANCE: "1021",
}


class Baidu:
    doorway = Doorway(ME, questions=("/rest/2.0/ocr/v1/vat_invoice_verification",), others=("/oauth/2.0/token",))

    def __init__(self, world: World) -> None:
        self._world = world

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/oauth/2.0/token", self.token, methods=["POST", "GET"])
        router.add_api_route("/rest/2.0/ocr/v1/vat_invoice_verification", self.verify, methods=["POST"])
        return router

    async def token(self, request: Request) -> JSONResponse:
        """A token for 30 days; key and secret come in the query or in the form."""
        asked = {**request.query_params, **form(await request.body())}
        key, secret = asked.get("client_id", ""), asked.get("client_secret", "")
        known = self._world.accounts.secret(ME, key)
        refused = self._world.happens(self._world.behaviour.credentials_refused, ME)
        self._world.note(ME, "token", key)
        if refused or known is None or known != secret:
            reason = "Client authentication failed" if known else "unknown client id"
            return JSONResponse({"error": "invalid_client", "error_description": reason}, status_code=401)
        token = self._world.accounts.grant(ME, key, self._world.now(), TOKEN_LIFE)
        return JSONResponse(_token_body(token))

    async def verify(self, request: Request) -> JSONResponse:
        """One check of one invoice; HTTP 200 whatever the answer."""
        token = request.query_params.get("access_token", "")
        account, validity = self._world.accounts.holder(ME, token, self._world.now())
        asked = form(await request.body())
        code, verdict = self._answered(account, validity, asked)
        identity, reached = self._world.book.known_as(identity_of(asked)), code in REACHED_AUTHORITY
        self._world.note(ME, "verify", account, Question(identity, code, billed=reached, counted=reached))
        return JSONResponse(self._body(code, identity, verdict))

    def _answered(self, account: str, validity: Validity, asked: dict[str, str]) -> tuple[str, Verdict | None]:
        wrong = objection(self._world, ME, account, validity)
        if isinstance(wrong, Objection):
            return REFUSALS[wrong], None
        told = form_objection(asked, self._world.today())
        if told and not wrong:
            return told, None
        verdict = None if told else verify(self._world, ME, _question(asked))
        return wrong or CODES[verdict.finding] if verdict else str(wrong), verdict

    def _body(self, code: str, identity: Identity, verdict: Verdict | None) -> dict[str, Any]:
        log_id = self._world.random.getrandbits(60)
        if code in PLATFORM:
            return {"error_code": int(code), "error_msg": PLATFORM[code], "log_id": log_id}
        told = {
            "VerifyResult": code,
            "VerifyMessage": MESSAGES.get(code, "查验失败"),
            "VerifyFrequency": str(self._world.ledger.checks_ever(identity)),
        }
        if code != "0001" or verdict is None or verdict.entry is None or verdict.face is None:
            return {**told, "log_id": log_id, "words_result_num": 0, "words_result": {}}
        words = {**told, "InvalidSign": _sign(verdict.entry, self._world.now()), **_face_words(verdict.face)}
        return {"log_id": log_id, "words_result_num": len(words), "words_result": words}


def _token_body(token: str) -> dict[str, Any]:
    return {
        "access_token": token,
        "expires_in": int(TOKEN_LIFE.total_seconds()),
        "refresh_token": token[::-1],
        "scope": "public brain_vat_invoice_verification",
        "session_key": "",
        "session_secret": "",
    }


def _question(asked: dict[str, str]) -> proof.Question:
    kind = TYPES[asked["invoice_type"]]
    basis = kind.basis_of(asked["invoice_num"])
    return proof.Question(
        number=asked["invoice_num"],
        code=asked.get("invoice_code", ""),
        issued_on=day_of(asked["invoice_date"]) or date.min,
        kinds=kind.kinds,
        basis=basis,
        amount=Decimal(asked["total_amount"]) if basis.is_amount else None,
        check_code=asked.get("check_code", "") if kind.check_code_length else "",
    )


def _sign(entry: Entry, now: datetime) -> str:
    """`InvalidSign`: Y void; BH partly red-flushed, QH fully, which tax-control kinds call H."""
    status = entry.standing(now)
    if status is Status.RED_FULL:
        return "H" if entry.face.code else "QH"
    return {Status.VOID: "Y", Status.RED_PARTIAL: "BH"}.get(status, "N")


def _face_words(face: Invoice) -> dict[str, str]:
    amount = face.amount
    return {
        "InvoiceType": next((each.name for each in TYPES.values() if face.kind in each.kinds), ""),
        "InvoiceCode": face.code or "",
        "InvoiceNum": face.number,
        "InvoiceDate": f"{issued_on(face):%Y%m%d}",
        "CheckCode": face.check_code or "",
        "MachineCode": "",
        "SellerName": face.seller.name or "",
        "SellerRegisterNum": face.seller.tax_id or "",
        "PurchaserName": face.buyer.name or "",
        "PurchaserRegisterNum": face.buyer.tax_id or "",
        "TotalAmount": text(amount.without_tax),
        "TotalTax": text(amount.tax),
        "AmountInFiguers": text(with_tax(amount)),
    }
