"""The simulator's own doorway, JSON under /admin: invoices and their fate, the behaviour, the ledger.

One rule: it is the tests' and the drills' hand; no monitor may ever need it.
"""

from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Query
from pydantic import ValidationError

from app.simulator.behaviour import Behaviour, Dialect
from app.simulator.registration import Change, Registration, face_of, words_of
from app.simulator.taxbook import Entry, FaceConflict, Wishes
from app.simulator.world import World


class Admin:
    def __init__(self, world: World) -> None:
        self._world = world

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/admin", tags=["admin"])
        router.add_api_route("", self.overview, methods=["GET"])
        router.add_api_route("/invoices", self.register, methods=["POST"], status_code=201)
        router.add_api_route("/invoices", self.list, methods=["GET"])
        router.add_api_route("/invoices/{number:path}", self.read, methods=["GET"])
        router.add_api_route("/invoices/{number:path}", self.change, methods=["PATCH"])
        router.add_api_route("/behaviour", self.behaviour, methods=["GET"])
        router.add_api_route("/behaviour", self.behave, methods=["PATCH"])
        router.add_api_route("/behaviour", self.replace, methods=["PUT"])
        router.add_api_route("/ledger", self.ledger, methods=["GET"])
        router.add_api_route("/reset", self.reset, methods=["POST"], status_code=204)
        return router

    async def overview(self) -> dict[str, Any]:
        """The simulator's clock and how much it holds."""
        return {
            "now": self._world.now().isoformat(),
            "invoices": len(self._world.book),
            "calls": self._world.ledger.totals.calls,
        }

    async def register(self, asked: Registration | list[Registration]) -> Any:
        """One invoice or many, as billing systems describe them, each with what shall become of it.

        The same invoice again changes nothing. The same number with another face is 409; those before it
        in the list stay registered.
        """
        if isinstance(asked, Registration):
            return self._registered(asked)
        return [self._registered(each) for each in asked]

    async def list(
        self, after: Annotated[int, Query(ge=0, le=10**9)] = 0, limit: Annotated[int, Query(ge=1, le=5000)] = 1000
    ) -> dict[str, Any]:
        """`limit` invoices in the order of their registration, those behind the first `after`."""
        entries = self._world.book.page(after, limit)
        return {"items": [self._view(entry) for entry in entries], "next": after + len(entries)}

    async def read(self, number: str, code: str | None = None) -> dict[str, Any]:
        return self._view(self._entry(number, code))

    async def change(self, number: str, asked: Change, code: str | None = None) -> dict[str, Any]:
        """Applies what is given, in this order: face, upload and its delays, visible, status."""
        entry = self._entry(number, code)
        world, now = self._world, self._world.now()
        if asked.face_differs:
            entry = world.book.correct(entry, self._other_face(entry, asked.face_differs))
        if asked.wishes() != Wishes():
            entry = world.book.reschedule(entry, now, world.behaviour, asked.wishes())
        if asked.visible is not None:
            entry = world.book.reveal(entry, now) if asked.visible else world.book.hide(entry)
        if asked.status is not None:
            entry = world.book.mark(entry, asked.status, now)
        return self._view(entry)

    async def behaviour(self) -> Behaviour:
        return self._world.behaviour

    async def behave(self, patch: Annotated[dict[str, Any], Body()]) -> Behaviour:
        """Changes what the patch names and nothing else; a wrong name or value changes nothing (422)."""
        try:
            self._world.behaviour = self._world.behaviour.patched(patch)
        except ValidationError as wrong:
            raise _unprocessable(wrong) from None
        return self._world.behaviour

    async def replace(self, behaviour: Behaviour) -> Behaviour:
        """Behaves as told from now on; what is not told is as on a good day."""
        self._world.behaviour = behaviour
        return behaviour

    async def ledger(
        self,
        number: str | None = None,
        account: str | None = None,
        dialect: Dialect | None = None,
        limit: Annotated[int, Query(ge=0, le=200_000)] = 1000,
    ) -> dict[str, Any]:
        """Running totals of everything, and the last `limit` records that match, oldest first."""
        records = self._world.ledger.records(number=number, account=account, dialect=dialect)
        kept = records[len(records) - limit :] if limit < len(records) else records
        return {
            "totals": asdict(self._world.ledger.totals),
            "matching": len(records),
            "billed": sum(record.question.billed for record in records),
            "checks_by_day": self._world.ledger.checks_by_day(records),
            "records": [record.view() for record in kept],
        }

    async def reset(self) -> None:
        """Forgets everything: invoices, calls, tokens, behaviour."""
        self._world.reset()

    def _registered(self, asked: Registration) -> dict[str, Any]:
        world = self._world
        face = asked.invoice()
        try:
            if asked.face_differs:
                face = face_of(face, asked.face_differs)
            return self._view(world.book.register(face, world.now(), world.behaviour, asked.wishes()))
        except FaceConflict:
            raise HTTPException(409, f"{face.number} is registered already, with another face") from None
        except ValidationError as wrong:
            raise _unprocessable(wrong) from None

    def _other_face(self, entry: Entry, patch: dict[str, Any]) -> Any:
        try:
            face = face_of(entry.face, patch)
        except ValidationError as wrong:
            raise _unprocessable(wrong) from None
        # Its number is what it is found by; a face under another number is another invoice.
        return replace(face, number=entry.face.number, code=entry.face.code)

    def _entry(self, number: str, code: str | None) -> Entry:
        found = self._world.book.by_number(number)
        matching = [entry for entry in found if code is None or (entry.face.code or "") == code]
        if not matching:
            raise HTTPException(404, f"no invoice {number} is registered")
        if len(matching) > 1:
            raise HTTPException(409, f"several invoices have the number {number}: add ?code=")
        return matching[0]

    def _view(self, entry: Entry) -> dict[str, Any]:
        now = self._world.now()
        return {
            "number": entry.face.number,
            "code": entry.face.code,
            "registered_at": entry.registered_at,
            "upload": entry.upload,
            "uploaded_at": entry.uploaded_at,
            "visible_at": entry.visible_at,
            "visible": entry.visible(now),
            "status": entry.standing(now),
            "checks_today": self._world.ledger.checks_today(entry.identity, now),
            "checks_ever": self._world.ledger.checks_ever(entry.identity),
            "face": words_of(entry.face),
        }


def _unprocessable(wrong: ValidationError) -> HTTPException:
    return HTTPException(422, wrong.errors(include_url=False, include_context=False, include_input=False))
