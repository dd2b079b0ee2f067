"""POST /v1/events: the one doorway for billing systems. One rule: a 2xx means committed.

A 4xx changed nothing. After a 503 nobody knows whether the commit happened: repeating the request finds out.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.api import cloudevents, ndjson, outcomes, reading
from app.api.openapi import events_operation, events_responses
from app.api.outcomes import Tally
from app.api.ports import EventResult, Limits, Services
from app.api.problems import Problem, invalid_fields, malformed_header
from app.api.security import Writer
from app.api.translation import read_event
from app.api.uploads import Read, Upload, read_item
from app.clock import Clock
from app.domain.event import Acceptance, Event
from app.domain.identity import Fault

PLAIN = "application/json"
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
LINES = "application/x-ndjson"
ACCEPTED = (PLAIN, STRUCTURED, BATCH, LINES)

# A structured field's string (RFC 8941): quoted, with \" and \\; many clients leave the quotes out.
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_BARE = re.compile(r"[!#-~][ !#-~]*")
_LONGEST_KEY = 255


class Gate:
    """Lets so many in at the same moment; the next one is told to come back, before it costs memory."""

    def __init__(self, most: int) -> None:
        self._free = most

    @contextmanager
    def enter(self) -> Iterator[None]:
        if self._free <= 0:
            raise Problem(
                "busy",
                "Too many event requests at the moment; repeat this one.",
                headers={"Retry-After": "1"},
            )
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


class EventDoor:
    def __init__(self, services: Services, clock: Clock, limits: Limits) -> None:
        self._intake, self._counted = services.intake, services.counted
        self._clock, self._limits = clock, limits
        self._requests, self._uploads = Gate(limits.requests), Gate(limits.uploads)

    async def post(self, request: Request, caller: Writer) -> Response:
        kind = reading.media_type(request, ACCEPTED)
        gate = self._uploads if kind == LINES else self._requests
        with gate.enter():
            if kind == LINES:
                return await self._upload(request, caller.tenant)
            body = await reading.body(request, self._limits.body)
            if kind == BATCH:
                return await self._batch(body, caller.tenant)
            return await self._single(kind, request, body, caller.tenant)

    async def _single(self, kind: str, request: Request, body: bytes, tenant: str) -> Response:
        with _counting_refusals(self._counted):
            event, root = self._event(kind, request, body)
        [acceptance] = await self._accept(tenant, [event])
        self._counted(acceptance.result, 1)
        return outcomes.single(acceptance, root)

    def _event(self, kind: str, request: Request, body: bytes) -> tuple[Event, str]:
        now, raw_headers = self._clock.now(), request.scope["headers"]
        keys = _idempotency_keys(request)
        item = reading.parse(body)
        if kind == STRUCTURED:
            event, root = cloudevents.structured(item, now), "/data"
        elif cloudevents.is_binary(raw_headers):
            event, root = cloudevents.binary(raw_headers, item, now), ""
        else:
            event, root = self._plain(item), ""
        return replace(event, keys=event.keys + keys), root

    def _plain(self, item: Any) -> Event:
        if cloudevents.is_structured(item):
            detail = f"This is a CloudEvent; send it with the content type {STRUCTURED}."
            raise invalid_fields([Fault("/specversion", "cloudevent_as_json", detail)])
        event, faults = read_event(None, item, self._clock.now())
        if event is None:
            raise invalid_fields(faults)
        return event

    async def _batch(self, body: bytes, tenant: str) -> Response:
        tally, read = self._tally(), list[Read]()
        for index, item in enumerate(self._items(reading.parse(body))):
            try:
                event, root = read_item(item, self._clock.now())
            except Problem as problem:
                tally.refused(index, problem)
            else:
                read.append((index, event, root))
        acceptances = await self._accept(tenant, [event for _, event, _ in read]) if read else []
        for (index, _, root), acceptance in zip(read, acceptances, strict=True):
            tally.settled(index, acceptance, root)
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
            return await self._accept(tenant, events)

        upload = Upload(accept, self._tally(), chunk=self._limits.chunk, now=self._clock.now())
        return JSONResponse(await upload.run(ndjson.lines(request.stream(), self._limits.line)))

    async def _accept(self, tenant: str, events: Sequence[Event]) -> list[Acceptance]:
        return await self._intake.accept(tenant, events, self._clock.now())

    def _tally(self) -> Tally:
        return Tally(self._limits.problems, self._counted)


def router(services: Services, clock: Clock, limits: Limits) -> APIRouter:
    door = EventDoor(services, clock, limits)
    routes = APIRouter(tags=["events"])
    routes.add_api_route(
        "/v1/events",
        door.post,
        methods=["POST"],
        summary="Tell that invoices were issued, voided or reversed",
        response_class=Response,
        status_code=202,
        responses=events_responses(),
        openapi_extra=events_operation(),
    )
    return routes


@contextmanager
def _counting_refusals(counted: Callable[[EventResult, int], None]) -> Iterator[None]:
    try:
        yield
    except Problem:
        counted("invalid", 1)
        raise


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
