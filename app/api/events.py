"""POST /v1/events: the one doorway for billing systems. One rule: a 2xx means committed.

A 4xx changed nothing. After a 503 nobody knows whether the commit happened: repeating the request finds out.
"""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.api import cloudevents, ndjson, outcomes, reading
from app.api.event_bodies import ANSWERED, HEADERS, REFUSED, TAKEN
from app.api.operations import add
from app.api.outcomes import Read, Tally
from app.api.ports import Limits, Services
from app.api.problems import PROBLEMS, Problem, invalid_fields, malformed_header
from app.api.security import Writer
from app.api.traces import traced
from app.api.translation import read_event
from app.api.uploads import Upload, read_item
from app.clock import Clock
from app.documents import einvoice
from app.documents.draft import Unreadable
from app.domain.event import Acceptance, Event
from app.domain.identity import Fault

PATH = "/v1/events"
PLAIN = "application/json"
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
LINES = "application/x-ndjson"
DELIVERED = ("application/xml", "text/xml")
ACCEPTED = (PLAIN, STRUCTURED, BATCH, LINES, *DELIVERED)

# A structured field's string (RFC 8941): quoted, with \" and \\; many clients leave the quotes out.
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_BARE = re.compile(r"[!#-~][ !#-~]*")
_LONGEST_KEY = 255
LARGEST_TOGETHER = 16  # bodies of the greatest size; what is read of one takes several times its bytes


class Gate:
    """Lets so many in at the same moment, with so many bytes; the next one is told to come back, before it costs
    memory.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        self._free, self._free_bytes = most, most_bytes

    def enter(self, size: int) -> None:
        """Raises the 429; who is in must `leave`."""
        if self._free <= 0 or self._free_bytes < size:
            raise Problem(
                "busy",
                "Too many event requests at the moment; repeat this one.",
                headers={"Retry-After": "1"},
            )
        self.leave(-size, -1)

    def leave(self, size: int, places: int = 1) -> None:
        self._free += places
        self._free_bytes += size


class EventDoor:
    def __init__(self, services: Services, clock: Clock, limits: Limits) -> None:
        self._intake, self._counted = services.intake, services.counted
        self._clock, self._limits = clock, limits
        self._requests = Gate(limits.requests, limits.body * LARGEST_TOGETHER)
        self._uploads = Gate(limits.uploads, 0)

    async def post(self, request: Request, tenant: str) -> Response:
        kind = reading.media_type(request, ACCEPTED)
        gate = self._uploads if kind == LINES else self._requests
        size = 0 if kind == LINES else min(self._limits.body, reading.announced(request, self._limits.body))
        gate.enter(size)
        try:
            return await self._admitted(kind, request, tenant)
        finally:
            gate.leave(size)

    async def _admitted(self, kind: str, request: Request, tenant: str) -> Response:
        if kind == LINES:
            return await self._upload(request, tenant)
        body = await reading.body(request, self._limits.body, self._limits.patience)
        if kind == BATCH:
            return await self._batch(request, body, tenant)
        return await self._single(kind, request, body, tenant)

    async def _single(self, kind: str, request: Request, body: bytes, tenant: str) -> Response:
        now = self._clock.now()
        try:
            told = (kind, request, body, now)
            # A large document takes a quarter of a second; meanwhile the loop serves others.
            event, root = await asyncio.to_thread(_event, *told) if kind in DELIVERED else _event(*told)
        except Problem:
            self._counted("invalid", 1)
            raise
        [acceptance] = await self._intake.accept(tenant, traced(request.scope, [event]), now)
        self._counted(acceptance.result, 1)
        return outcomes.single(acceptance, root)

    async def _batch(self, request: Request, body: bytes, tenant: str) -> Response:
        tally, read, now = self._tally(), list[Read](), self._clock.now()
        for index, item in enumerate(self._items(reading.parse(body))):
            try:
                event, root = read_item(item, now)
            except Problem as problem:
                tally.refused(index, problem)
            else:
                read.append((index, event, root))
        acceptances = await self._accept(request, tenant, [event for _, event, _ in read]) if read else []
        tally.settled(read, acceptances)
        return JSONResponse(tally.document())

    def _items(self, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise invalid_fields([Fault("", "not_a_list", "A batch is a list of CloudEvents in brackets.")])
        if len(value) > self._limits.batch_items:
            most = self._limits.batch_items
            detail = f"A batch holds at most {most:,} events, this one {len(value):,}; use {LINES}."
            raise Problem("too_many_events", detail)
        return value

    async def _upload(self, request: Request, tenant: str) -> Response:
        async def accept(events: Sequence[Event]) -> list[Acceptance]:
            return await self._accept(request, tenant, events)

        upload = Upload(accept, self._tally(), chunk=self._limits.chunk, now=self._clock.now())
        return JSONResponse(
            await upload.run(ndjson.lines(reading.pieces(request, self._limits.patience), self._limits.line))
        )

    async def _accept(self, request: Request, tenant: str, events: Sequence[Event]) -> list[Acceptance]:
        return await self._intake.accept(tenant, traced(request.scope, events), self._clock.now())

    def _tally(self) -> Tally:
        return Tally(self._limits.problems, self._counted)


def _event(kind: str, request: Request, body: bytes, now: datetime) -> tuple[Event, str]:
    raw_headers, keys = request.scope["headers"], _idempotency_keys(request)
    if kind in DELIVERED:
        if cloudevents.is_binary(raw_headers):
            detail = "The XML of an invoice is not sent as a CloudEvent: leave the ce- headers out."
            raise malformed_header("ce-specversion", "cloudevent_with_xml", detail)
        return _delivered(body, now, keys), ""
    item = reading.parse(body)
    if kind == STRUCTURED:
        return cloudevents.structured(item, now, keys), "/data"
    if cloudevents.is_binary(raw_headers):
        return cloudevents.binary(raw_headers, item, now, keys), ""
    if cloudevents.is_structured(item):
        detail = f"This is a CloudEvent; send it with the content type {STRUCTURED}."
        raise invalid_fields([Fault("/specversion", "cloudevent_as_json", detail)])
    event, faults = read_event(None, item, now, keys=keys)
    if event is None:
        raise invalid_fields(faults)
    return event, ""


def _delivered(body: bytes, now: datetime, keys: tuple[str, ...]) -> Event:
    """The event of a delivery file: the invoice was issued, or reverses the one it names as its original."""
    if not body.strip():
        raise Problem("empty_body", "The body is empty; it should be the XML of an invoice.")
    try:
        draft = einvoice.read(body)
    except Unreadable as error:
        if error.code in PROBLEMS:
            raise Problem(error.code, error.detail) from None
        raise invalid_fields([Fault(error.pointer, error.code, error.detail)]) from None
    event, faults = read_event(None, draft.invoice, now, keys=keys)
    if event is None:
        raise invalid_fields([draft.located(fault) for fault in faults])
    return event


def install(app: FastAPI, door: EventDoor) -> None:
    async def post(request: Request, caller: Writer) -> Response:
        """Tell that invoices were issued, voided or reversed.

        The one doorway for billing systems. Six ways to send:

        - `application/json`: one invoice object;
        - `application/json` with `ce-…` headers: CloudEvents binary mode, the body is the event's data;
        - `application/cloudevents+json`: one CloudEvent in structured mode;
        - `application/cloudevents-batch+json`: a list of them;
        - `application/x-ndjson`: one invoice object or CloudEvent a line, streamed, of any length;
        - `application/xml` or `text/xml`: the XML of a fully digital invoice (数电票) as it was delivered.

        A 2xx means committed. Everything may be repeated: an invoice is known by code and number, a CloudEvent by
        source and id, any single event by `Idempotency-Key`. Of many events each is judged alone; those not accepted
        are listed with index and problem.
        """
        return await door.post(request, caller.tenant)

    routes = APIRouter(tags=["events"])
    add(routes, f"POST {PATH}", post, "send_event", ANSWERED, *REFUSED, place="The invoice.",
        parameters=list(HEADERS), requestBody=TAKEN)  # fmt: skip
    app.include_router(routes)


def _idempotency_keys(request: Request) -> tuple[str, ...]:
    """The Idempotency-Key as the event's further name; quoted and bare mean the same key."""
    headers = request.headers.getlist("idempotency-key")
    if not headers:
        return ()
    key = _unquoted(headers[0].strip()) if len(headers) == 1 else None
    if not key or len(key) > _LONGEST_KEY:
        detail = f"Idempotency-Key: one value of 1 to {_LONGEST_KEY} printable ASCII characters, quoted or bare."
        raise malformed_header("Idempotency-Key", "idempotency_key_malformed", detail)
    return (f"ik:{key}",)


def _unquoted(text: str) -> str | None:
    if quoted := _QUOTED.fullmatch(text):
        return re.sub(r"\\(.)", r"\1", quoted[1])
    return text if _BARE.fullmatch(text) else None
