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

from app.domain.invoice import Amount, Invoice
from app.simulator.baidu_form import day_of, identity_of, objection
from app.simulator.baidu_words import MESSAGES, PLATFORM, TYPES, Basis
from app.simulator.behaviour import Dialect
from app.simulator.forms import form
from app.simulator.ledger import Question
from app.simulator.taxbook import SHANGHAI, Entry, Identity, Status
from app.simulator.world import World

ME = Dialect.BAIDU
TOKEN_LIFE = timedelta(days=30)
REACHED_AUTHORITY = frozenset({"0001", "0006", "0009"})
MAX_AGE_YEARS = 5


class Baidu:
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
        account, _ = self._world.accounts.holder(ME, token, self._world.now())
        asked = form(await request.body())
        code = self._code(token, account, asked)
        identity = identity_of(asked)
        reached = code in REACHED_AUTHORITY
        self._world.note(ME, "verify", account, Question(identity, code, billed=reached, counted=reached))
        return JSONResponse(self._body(code, identity))

    def _code(self, token: str, account: str, asked: dict[str, str]) -> str:
        return (
            self._platform_objection(token, account)
            or objection(asked, self._world.today())
            or self._service_objection(asked)
            or self._compared(asked)
        )

    def _platform_objection(self, token: str, account: str) -> str:
        world, behaviour = self._world, self._world.behaviour
        validity = world.accounts.holder(ME, token, world.now())[1]
        if validity == "unknown" or world.happens(behaviour.credentials_refused, ME):
            return "110"
        if validity == "expired" or world.happens(behaviour.token_expired, ME):
            return "111"
        if world.accounts.too_fast(ME, account, world.now(), behaviour.qps.of(ME)):
            return "18"
        if world.happens(behaviour.forced, ME):
            return behaviour.forced.code
        if world.happens(behaviour.balance_used_up, ME):
            return behaviour.balance_used_up.baidu_code
        return "1020" if world.happens(behaviour.no_permission, ME) else ""

    def _service_objection(self, asked: dict[str, str]) -> str:
        world, behaviour = self._world, self._world.behaviour
        issued, today = day_of(asked["invoice_date"]) or world.today(), world.today()
        if issued < _years_before(today, MAX_AGE_YEARS):
            return "1015"
        if world.happens(behaviour.maintenance, ME):
            return "1021"
        if behaviour.t_plus_one and issued == today:
            return "1014"
        spent = world.ledger.checks_today(identity_of(asked), world.now())
        return "0002" if behaviour.daily_limit is not None and spent >= behaviour.daily_limit else ""

    def _compared(self, asked: dict[str, str]) -> str:
        entry = self._world.book.by_face(*identity_of(asked))
        if entry is None or not entry.visible(self._world.now()):
            return "0009"
        if day_of(asked["invoice_date"]) != _issued_on(entry.face):
            return "0009"
        kind = TYPES[asked["invoice_type"]]
        if entry.face.kind and entry.face.kind not in kind.kinds:
            return "1005"
        differs = not _agrees(asked, entry.face)
        return "0006" if differs or self._world.happens(self._world.behaviour.mismatch, ME) else "0001"

    def _body(self, code: str, identity: Identity) -> dict[str, Any]:
        log_id = self._world.random.getrandbits(60)
        if code in PLATFORM:
            return {"error_code": int(code), "error_msg": PLATFORM[code], "log_id": log_id}
        frequency = str(self._world.ledger.checks_ever(identity))
        verdict = {
            "VerifyResult": code,
            "VerifyMessage": MESSAGES.get(code, "查验失败"),
            "VerifyFrequency": frequency,
        }
        entry = self._world.book.by_face(*identity)
        if code != "0001" or entry is None:
            return {**verdict, "log_id": log_id, "words_result_num": 0, "words_result": {}}
        words = {**verdict, **self._words(entry)}
        return {"log_id": log_id, "words_result_num": len(words), "words_result": words}

    def _words(self, entry: Entry) -> dict[str, str]:
        lies = self._world.happens(self._world.behaviour.lying, ME)
        face = self._world.book.someone_else(entry) if lies else entry.face
        return {"InvalidSign": _sign(entry, self._world.now()), **_face_words(face)}


def _token_body(token: str) -> dict[str, Any]:
    return {
        "access_token": token,
        "expires_in": int(TOKEN_LIFE.total_seconds()),
        "refresh_token": token[::-1],
        "scope": "public brain_vat_invoice_verification",
        "session_key": "",
        "session_secret": "",
    }


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _issued_on(face: Invoice) -> date:
    return face.issued_at.astimezone(SHANGHAI).date()


def _agrees(asked: dict[str, str], face: Invoice) -> bool:
    """Compares what this kind is checked by; what the register does not hold cannot disagree."""
    kind = TYPES[asked["invoice_type"]]
    length = kind.check_code_length
    code_agrees = not length or not face.check_code or asked["check_code"] == face.check_code[-length:]
    held = _held(kind.basis_of(asked["invoice_num"]), face.amount)
    return code_agrees and (held is None or Decimal(asked["total_amount"]) == held)


def _held(basis: Basis, amount: Amount) -> Decimal | None:
    if basis is Basis.WITHOUT_TAX:
        return amount.without_tax
    return _with_tax(amount) if basis is Basis.WITH_TAX else None


def _with_tax(amount: Amount) -> Decimal | None:
    if amount.with_tax is not None or amount.without_tax is None:
        return amount.with_tax
    return amount.without_tax + (amount.tax or 0)


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
        "InvoiceDate": f"{_issued_on(face):%Y%m%d}",
        "CheckCode": face.check_code or "",
        "MachineCode": "",
        "SellerName": face.seller.name or "",
        "SellerRegisterNum": face.seller.tax_id or "",
        "PurchaserName": face.buyer.name or "",
        "PurchaserRegisterNum": face.buyer.tax_id or "",
        "TotalAmount": _text(amount.without_tax),
        "TotalTax": _text(amount.tax),
        "AmountInFiguers": _text(_with_tax(amount)),
    }


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"
