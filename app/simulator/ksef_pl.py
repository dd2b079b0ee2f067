"""A foreign channel: Poland's KSeF 2.0, the status of an invoice of a session, and the query by metadata.

One rule: a refused question is an HTTP error or an exception with its code, and an invoice's status is a code below
200 while it is under way, 200 when it has its number, and above that when it is refused. Invoices in KSeF cannot be
voided: a later status of ours shows nowhere. An upload that a person must repeat is 430. The account is the NIP of the
context, which here need not be one. The register is asked by number, so a query by metadata that names neither
`invoiceNumber` nor `ksefNumber` lists nothing; a KSeF number is known once it has been told. A 503 for maintenance is
our choice, as no public text tells it.
"""

import json
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.domain.invoice import Invoice
from app.simulator.behaviour import Dialect
from app.simulator.dialect import Doorway
from app.simulator.gate import Objection, objection
from app.simulator.kept import Kept
from app.simulator.ksef_login import Login
from app.simulator.ksef_words import DOOR, EXCEPTIONS, POLAND, ksef_number, metadata, refusal, session_invoice, status
from app.simulator.ledger import Question
from app.simulator.taxbook import Entry, Identity
from app.simulator.upload import Stage, by_handle, shown, stage
from app.simulator.world import World

ME = Dialect.KSEF_PL
ROOT = "/ksef_pl/v2"
CODE_OF = {
    Stage.UPLOADING: "150",
    Stage.SIGNING: "150",
    Stage.DONE: "200",
    Stage.FAILED: "450",
    Stage.UNSIGNED: "430",
    Stage.VOIDING: "200",
    Stage.VOID: "200",
}
REFUSALS = {
    Objection.REFUSED: "401",
    Objection.EXPIRED: "401",
    Objection.TOO_FAST: "429",
    Objection.EXHAUSTED: "429",
    Objection.FORBIDDEN: "403",
}
REFUSED = frozenset({*DOOR, *EXCEPTIONS})
"""Of the codes that can be forced, those that are not an invoice's status."""
SUBJECTS = frozenset({"Subject1", "Subject2", "Subject3", "SubjectAuthorized"})
DATES = frozenset({"Issue", "Invoicing", "PermanentStorage"})


class KsefPl:
    doorway = Doorway(
        ME, questions=(f"{ROOT}/sessions", f"{ROOT}/invoices"), others=(f"{ROOT}/auth", f"{ROOT}/security")
    )

    def __init__(self, world: World) -> None:
        self._world, self._login = world, Login(world)
        self._told: Kept[dict[str, Identity]] = Kept(world, dict)

    def router(self) -> APIRouter:
        router = APIRouter(prefix=ROOT)
        router.add_api_route("/security/public-key-certificates", self.certificates, methods=["GET"])
        router.add_api_route("/auth/challenge", self.challenge, methods=["POST"])
        router.add_api_route("/auth/ksef-token", self.login, methods=["POST"], status_code=202)
        router.add_api_route("/auth/token/redeem", self.redeem, methods=["POST"])
        router.add_api_route("/auth/token/refresh", self.refresh, methods=["POST"])
        router.add_api_route("/auth/{reference}", self.login_status, methods=["GET"])
        router.add_api_route("/sessions/{session}/invoices/{reference}", self.invoice, methods=["GET"])
        router.add_api_route("/invoices/query/metadata", self.query, methods=["POST"])
        return router

    async def certificates(self) -> list[dict[str, Any]]:
        return [self._login.certificate()]

    async def challenge(self) -> dict[str, Any]:
        """A challenge for ten minutes."""
        return self._login.challenge()

    async def login(self, request: Request) -> Any:
        """Starts a login; whether the token was taken is told by its status."""
        asked = _object(await request.body())
        context = asked.get("contextIdentifier")
        nip = str(context.get("value", "")) if isinstance(context, dict) else ""
        self._world.note(ME, "token", nip)
        begun = self._login.begin(str(asked.get("challenge", "")), nip, str(asked.get("encryptedToken", "")))
        return begun or refusal("21111", self._world.now())

    async def login_status(self, reference: str, request: Request) -> Any:
        return self._login.status(reference, _bearer(request)) or refusal("401", self._world.now())

    async def redeem(self, request: Request) -> Any:
        """The tokens of a login that succeeded, once."""
        redeemed = self._login.redeem(_bearer(request))
        return refusal(redeemed, self._world.now()) if isinstance(redeemed, str) else redeemed

    async def refresh(self, request: Request) -> Any:
        return self._login.refresh(_bearer(request)) or refusal("401", self._world.now())

    async def invoice(self, session: str, reference: str, request: Request) -> JSONResponse:
        """Where an invoice of a session stands."""
        now, entry = self._world.now(), by_handle(self._world, order_no=reference)
        if entry and entry.face.handle.serial_no != session:
            entry = None
        account, wrong = self._refusal(request)
        code = wrong or self._code(session, entry)
        self._world.note(ME, "query", account, Question(entry.identity if entry else ("", reference), code))
        refused = refusal(code, now)
        if refused or entry is None:
            return refused or JSONResponse({"status": status(code, entry)})
        return JSONResponse(session_invoice(entry, self._shown(entry), code, now))

    async def query(self, request: Request) -> JSONResponse:
        """The accepted invoices that have this number."""
        now, asked = self._world.now(), _object(await request.body())
        account, wrong = self._refusal(request)
        code = (wrong if wrong in REFUSED else "") or ("" if _well_formed(asked) else "21405")
        found = [] if code else [each for each in self._by_number(asked) if self._matches(each, asked["dateRange"])]
        number = str(asked.get("ksefNumber") or asked.get("invoiceNumber") or "")
        questions = [Question(each.identity, "200") for each in found]
        self._world.note(ME, "query", account, *(questions or [Question(("", number), code or "absent")]))
        listed = [metadata(each, self._shown(each), now) for each in found]
        told = {"hasMore": False, "isTruncated": False, "permanentStorageHwmDate": now.isoformat(), "invoices": listed}
        return refusal(code, now) or JSONResponse(told)

    def _refusal(self, request: Request) -> tuple[str, str]:
        """The account that asks, and what keeps its question out."""
        world = self._world
        account, validity = world.accounts.holder(ME, _bearer(request), world.now())
        wrong = objection(world, ME, account, validity)
        if wrong:
            return account, REFUSALS[wrong] if isinstance(wrong, Objection) else wrong
        return account, "503" if world.happens(world.behaviour.maintenance, ME) else ""

    def _code(self, session: str, entry: Entry | None) -> str:
        if entry:
            return CODE_OF[stage(entry, self._world.now())]
        return "21164" if by_handle(self._world, serial_no=session) else "21173"

    def _shown(self, entry: Entry) -> Invoice:
        """The face to be told of; its KSeF number is known from now on, though it be a lie."""
        face = shown(self._world, ME, entry)
        self._told.now[ksef_number(entry, face)] = entry.identity
        return face

    def _by_number(self, asked: dict[str, Any]) -> list[Entry]:
        """The accepted invoices of the number that is asked for."""
        book = self._world.book
        identity = self._told.now.get(str(asked.get("ksefNumber", "")))
        known = [book.by_face(*identity)] if identity else book.by_number(str(asked.get("invoiceNumber", "")))
        return [each for each in known if each and CODE_OF[stage(each, self._world.now())] == "200"]

    def _matches(self, entry: Entry, dates: dict[str, Any]) -> bool:
        """Whether the date that is asked for lies in the range; one that is not there yet does not."""
        by = {"Issue": entry.face.issued_at, "Invoicing": entry.registered_at, "PermanentStorage": entry.visible_at}
        at, begin, end = by[dates["dateType"]], _instant(dates["from"]), _instant(dates.get("to"))
        if at is None or at > self._world.now() or begin is None:
            return False
        return begin <= at and (end is None or at <= end)


def _bearer(request: Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _object(body: bytes) -> dict[str, Any]:
    """A JSON object; empty for anything else."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return asked if isinstance(asked, dict) else {}


def _well_formed(asked: dict[str, Any]) -> bool:
    dates = asked.get("dateRange")
    if str(asked.get("subjectType")) not in SUBJECTS or not isinstance(dates, dict):
        return False
    return str(dates.get("dateType")) in DATES and _instant(dates.get("from")) is not None


def _instant(text: Any) -> datetime | None:
    """An instant; one without an offset is Poland's."""
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=POLAND)
