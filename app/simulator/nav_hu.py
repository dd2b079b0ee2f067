"""A foreign channel: Hungary's NAV Online Számla 3.0, queryTransactionStatus and queryInvoiceData. One rule: a refusal
of the question is a GeneralErrorResponse, and what is not there is an answer without results.

The technical user's password and its sign key are both the account's secret. A transaction has one invoice here,
whose `order_no` is its index. Reported invoices cannot be voided or flushed: a later status of ours shows nowhere.
A package does not exist either, nor does a token: a used-up one is NOT_REGISTERED_CUSTOMER, an expired one
INVALID_SECURITY_USER. Above one question a second the original waits before it answers; here it is HTTP 429, as
waiting is what `slow` is for. A forced code is an error of the question, or else the status of the invoice.
"""

import hashlib
import hmac
from collections import OrderedDict

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.simulator import nav_words
from app.simulator.behaviour import Dialect
from app.simulator.dialect import Doorway
from app.simulator.gate import Objection, objection
from app.simulator.kept import Kept
from app.simulator.ledger import Question
from app.simulator.nav_words import ERRORS, Asked, masked
from app.simulator.taxbook import Entry
from app.simulator.upload import Stage, by_handle, by_number, shown, stage
from app.simulator.world import World
from app.simulator.xmltext import Xml

ME = Dialect.NAV_HU
ROOT = "/nav_hu/invoiceService/v3"
REMEMBERED_REQUESTS = 100_000
STATUS_OF = {
    Stage.UPLOADING: "PROCESSING",
    Stage.SIGNING: "SAVED",
    Stage.DONE: "DONE",
    Stage.FAILED: "ABORTED",
    Stage.UNSIGNED: "ABORTED",
    Stage.VOIDING: "DONE",
    Stage.VOID: "DONE",
}
TOO_FAST, NOTHING, DONE = "429", "OK", "DONE"
"""Our words for what NAV has none for, and its own for a report that was taken."""
REFUSALS = {
    Objection.REFUSED: "INVALID_SECURITY_USER",
    Objection.EXPIRED: "INVALID_SECURITY_USER",
    Objection.TOO_FAST: TOO_FAST,
    Objection.EXHAUSTED: "NOT_REGISTERED_CUSTOMER",
    Objection.FORBIDDEN: "FORBIDDEN",
}


class NavHu:
    doorway = Doorway(ME, questions=(ROOT,))

    def __init__(self, world: World) -> None:
        self._world = world
        self._requests: Kept[OrderedDict[tuple[str, str], None]] = Kept(world, OrderedDict)

    def router(self) -> APIRouter:
        router = APIRouter(prefix=ROOT)
        router.add_api_route("/queryTransactionStatus", self.status, methods=["POST"])
        router.add_api_route("/queryInvoiceData", self.data, methods=["POST"])
        return router

    async def status(self, request: Request) -> Response:
        """Where the invoice of a transaction stands."""
        world, asked = self._world, Asked.read(await request.body(), "QueryTransactionStatus")
        if asked is None:
            return self._malformed()
        entry = by_handle(world, serial_no=asked.subject)
        code = self._objection(asked) or (STATUS_OF[stage(entry, world.now())] if entry else NOTHING)
        self._note(asked, entry, code)
        results = Xml() if code == NOTHING else self._result(asked, entry, code)
        return self._refusal(code) or _xml(nav_words.status(asked, results, world.now()))

    async def data(self, request: Request) -> Response:
        """The invoice that is held under a number; one under way or refused is not."""
        world, asked = self._world, Asked.read(await request.body(), "QueryInvoiceData")
        if asked is None:
            return self._malformed()
        entry = by_number(world, asked.subject)
        held = entry if entry and STATUS_OF[stage(entry, world.now())] == DONE else None
        wrong = self._objection(asked)
        code = wrong if wrong == TOO_FAST or wrong in ERRORS else DONE if held else NOTHING
        self._note(asked, entry, code)
        face = shown(world, ME, held) if held else None
        return self._refusal(code) or _xml(nav_words.held(asked, face, world.now()))

    def _malformed(self) -> Response:
        self._world.note(ME, "query", "", Question(code="INVALID_REQUEST"))
        return self._error("INVALID_REQUEST")

    def _note(self, asked: Asked, entry: Entry | None, code: str) -> None:
        self._world.note(ME, "query", asked.login, Question(entry.identity if entry else ("", asked.subject), code))

    def _refusal(self, code: str) -> Response | None:
        if code == TOO_FAST:
            return Response("Too Many Requests", status_code=429, media_type="text/plain")
        return self._error(code) if code in ERRORS else None

    def _error(self, code: str) -> Response:
        return _xml(nav_words.error(code, self._world.now()), ERRORS[code][0])

    def _objection(self, asked: Asked) -> str:
        """What keeps a question from being answered, or the status that was forced."""
        world = self._world
        wrong = self._login_objection(asked) or objection(world, ME, asked.login)
        if wrong:
            return REFUSALS[wrong] if isinstance(wrong, Objection) else wrong
        return "SERVICE_UNAVAILABLE" if world.happens(world.behaviour.maintenance, ME) else ""

    def _login_objection(self, asked: Asked) -> str:
        secret = self._world.accounts.secret(ME, asked.login)
        if secret is None or not _same(_digest("sha512", secret), asked.password_hash):
            return "INVALID_SECURITY_USER"
        signed = _digest("sha3_512", asked.request_id + masked(asked.timestamp) + secret)
        if not _same(signed, asked.signature):
            return "INVALID_REQUEST_SIGNATURE"
        return "" if self._is_new(asked) else "REQUEST_ID_NOT_UNIQUE"

    def _is_new(self, asked: Asked) -> bool:
        """Whether this taxpayer's request id comes for the first time, as far as we remember."""
        known, request = self._requests.now, (asked.tax_number, asked.request_id)
        if request in known:
            return False
        known[request] = None
        if len(known) > REMEMBERED_REQUESTS:
            known.popitem(last=False)
        return True

    def _result(self, asked: Asked, entry: Entry | None, code: str) -> Xml:
        face = shown(self._world, ME, entry) if entry and asked.with_original else None
        return nav_words.result((entry.face.handle.order_no if entry else None) or "1", code, face)


def _digest(algorithm: str, text: str) -> str:
    return hashlib.new(algorithm, text.encode()).hexdigest().upper()


def _same(right: str, given: str) -> bool:
    return hmac.compare_digest(right.encode(), given.encode())


def _xml(content: bytes, status: int = 200) -> Response:
    return Response(content, status_code=status, media_type="application/xml")
