"""A foreign channel: Romania's ANAF e-Factura, stareMesaj and descarcare. One rule: an `Errors` or `eroare` is about
the question, and only `stare` about the invoice.

A message is asked for at most a hundred times a day of Bucharest, and downloaded ten times; the Chinese rule of five
does not reach it. Reported invoices cannot be voided: a later status of ours shows nowhere. An upload that a person
must repeat is `XML cu erori nepreluat de sistem`. The access token is no JWT, and a refresh gives the same refresh
token again; 401 for an expired token, 429 and 503 as JSON are our choice, as no public text tells them.
"""

import base64
import binascii
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.simulator import anaf_words
from app.simulator.anaf_words import DOOR, DOWNLOAD_LIMIT, ROMANIA, STATUS_LIMIT
from app.simulator.behaviour import Dialect
from app.simulator.dialect import Doorway
from app.simulator.forms import form
from app.simulator.gate import Objection, objection
from app.simulator.kept import Kept
from app.simulator.ledger import Question
from app.simulator.taxbook import Entry
from app.simulator.upload import Stage, by_handle, shown, stage
from app.simulator.world import World

ME = Dialect.ANAF_RO
REST = "/anaf_ro/prod/FCTEL/rest"
TOKEN = "/anaf_ro/anaf-oauth2/v1/token"  # noqa: S105 - a path
TOKEN_LIFE = timedelta(days=90)
STATE_OF = {
    Stage.UPLOADING: "in prelucrare",
    Stage.SIGNING: "in prelucrare",
    Stage.DONE: "ok",
    Stage.FAILED: "nok",
    Stage.UNSIGNED: "XML cu erori nepreluat de sistem",
    Stage.VOIDING: "ok",
    Stage.VOID: "ok",
}
LIMITS = {"query": STATUS_LIMIT, "download": DOWNLOAD_LIMIT}
REFUSALS = {
    Objection.REFUSED: "403",
    Objection.EXPIRED: "401",
    Objection.TOO_FAST: "429",
    Objection.EXHAUSTED: "limit",
    Objection.FORBIDDEN: "forbidden",
}


@dataclass(slots=True)
class Calls:
    """How often each message was asked for, and downloaded, on one day."""

    day: date = date.min
    spent: Counter[tuple[str, str]] = field(default_factory=Counter)

    def one_more(self, operation: str, index: str, day: date) -> int:
        if day != self.day:
            self.day, self.spent = day, Counter()
        self.spent[operation, index] += 1
        return self.spent[operation, index]


class AnafRo:
    doorway = Doorway(ME, questions=(REST,), others=(TOKEN,))

    def __init__(self, world: World) -> None:
        self._world = world
        self._calls = Kept(world, Calls)

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route(TOKEN, self.token, methods=["POST"])
        router.add_api_route(f"{REST}/stareMesaj", self.status, methods=["GET"])
        router.add_api_route(f"{REST}/descarcare", self.download, methods=["GET"])
        return router

    async def token(self, request: Request) -> JSONResponse:
        """An access token for 90 days, in return for a refresh token."""
        asked = form(await request.body())
        key, secret = _basic(request.headers.get("Authorization", ""))
        known = self._world.accounts.secret(ME, key)
        self._world.note(ME, "token", key)
        if known is None or known != secret or self._world.happens(self._world.behaviour.credentials_refused, ME):
            return JSONResponse({"error": "invalid_client"}, status_code=400)
        if asked.get("grant_type") != "refresh_token":
            return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
        if asked.get("refresh_token") != known:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        granted = {"access_token": self._world.accounts.grant(ME, key, self._world.now(), TOKEN_LIFE)}
        life = int(TOKEN_LIFE.total_seconds())
        return JSONResponse({**granted, "refresh_token": known, "expires_in": life, "token_type": "Bearer"})

    async def status(self, request: Request) -> Response:
        """Where the message of an upload stands."""
        index = request.query_params.get("id_incarcare", "")
        code, _ = self._answered(request, "query", index, index)
        return self._door(code) or anaf_words.status_reply(code, index)

    async def download(self, request: Request) -> Response:
        """The files of a message that has been processed."""
        asked = request.query_params.get("id", "")
        index = anaf_words.index_of(asked)
        code, entry = self._answered(request, "download", asked, index)
        if entry and code == "ok":
            return anaf_words.files(index, anaf_words.ubl(shown(self._world, ME, entry)))
        if entry and code == "nok":
            return anaf_words.files(index, anaf_words.errors_file(index, entry.face))
        return self._door(code) or anaf_words.no_files(code, asked)

    def _answered(self, request: Request, operation: str, asked: str, index: str) -> tuple[str, Entry | None]:
        """What is wrong, or the state of the message; noted. `asked`: the id that came, of the upload `index`."""
        account, refusal = self._refusal(request)
        entry = by_handle(self._world, serial_no=index) if index else None
        code = refusal or self._fault(operation, asked, entry)
        code = code or (STATE_OF[stage(entry, self._world.now())] if entry else "absent")
        self._world.note(ME, operation, account, Question(entry.identity if entry else ("", asked), code))
        return code, entry

    def _refusal(self, request: Request) -> tuple[str, str]:
        """The account that asks, and what keeps its question out."""
        world = self._world
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        account, validity = world.accounts.holder(ME, token, world.now())
        wrong = objection(world, ME, account, validity)
        if wrong:
            return account, REFUSALS[wrong] if isinstance(wrong, Objection) else wrong
        return account, "503" if world.happens(world.behaviour.maintenance, ME) else ""

    def _fault(self, operation: str, asked: str, entry: Entry | None) -> str:
        """What is wrong with the question itself. Counts it against the day of a message that is there."""
        if not asked:
            return "400"
        if not (asked.isascii() and asked.isdigit()):
            return "invalid"
        today = self._world.now().astimezone(ROMANIA).date()
        return "limit" if entry and self._calls.now.one_more(operation, asked, today) > LIMITS[operation] else ""

    def _door(self, code: str) -> JSONResponse | None:
        return anaf_words.at_the_door(code, self._world.now()) if code in DOOR else None


def _basic(header: str) -> tuple[str, str]:
    """Key and secret of HTTP Basic; empty for anything else."""
    try:
        pair = base64.b64decode(header.removeprefix("Basic "), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    return pair.partition(":")[0], pair.partition(":")[2]
