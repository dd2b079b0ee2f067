"""Invoices: find, look at, act on. One rule: an invoice of another tenant does not exist."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.api.answers import CheckOut, HistoryOut, InvoiceOut, InvoicesOut
from app.api.openapi import answer, body_of, problem_responses
from app.api.ports import Invoices, Limits
from app.api.problems import Problem, not_found
from app.api.schemas import AcknowledgeIn, NoteIn, ResolveIn, VoidIn
from app.api.search import parameters, search_of
from app.api.security import Actor, Reader
from app.api.validation import read
from app.clock import Clock
from app.domain import cursors
from app.domain.invoice import Record
from app.domain.message import invoice_document
from app.domain.plan import BEIJING


@dataclass(frozen=True, slots=True)
class InvoiceRoutes:
    invoices: Invoices
    clock: Clock
    limits: Limits

    async def search(self, request: Request, caller: Reader) -> Response:
        """Invoices by filter, page by page; each page keeps the order under concurrent writes."""
        query = search_of(request.query_params)
        page = await self.invoices.search(caller.tenant, query)
        following = cursors.encode(page.next_cursor, query.sort) if page.next_cursor else None
        return JSONResponse({"items": [invoice_document(each) for each in page.records], "next_cursor": following})

    async def get(self, invoice_id: str, caller: Reader) -> Response:
        """One invoice and where it stands."""
        return _answer(await self.invoices.get(caller.tenant, _uuid(invoice_id)))

    async def history(self, invoice_id: str, caller: Reader) -> Response:
        """Its transitions, checks, deliveries and notes on one time line, oldest first."""
        known = _uuid(invoice_id)
        _answer(await self.invoices.get(caller.tenant, known))
        return JSONResponse({"items": await self.invoices.history(caller.tenant, known)})

    async def check(self, invoice_id: str, caller: Actor) -> Response:
        """Asks the tax system now, within the query budget."""
        now = self.clock.now()
        result = await self.invoices.check_now(caller.tenant, _uuid(invoice_id), caller.actor, now)
        if result is None:
            raise not_found("invoice")
        if result != "asked":
            raise _no_check(result, now)
        return JSONResponse({"result": result, "links": {"self": f"/v1/invoices/{invoice_id}"}}, 202)

    async def resolve(self, request: Request, invoice_id: str, caller: Actor) -> Response:
        """A person says that the invoice is in the tax system, and how that can be seen."""
        known, now = _uuid(invoice_id), self.clock.now()
        said = await read(request, ResolveIn, limit=self.limits.body, now=now)
        acting = self.invoices.resolve
        return _answer(
            await acting(caller.tenant, known, caller.actor, now, reason=said.reason, evidence=said.evidence)
        )

    async def void(self, request: Request, invoice_id: str, caller: Actor) -> Response:
        """The issuer withdrew the invoice; it is not checked any more."""
        known, now = _uuid(invoice_id), self.clock.now()
        said = await read(request, VoidIn, limit=self.limits.body, now=now)
        return _answer(await self.invoices.void(caller.tenant, known, caller.actor, now, reason=said.reason))

    async def acknowledge(self, request: Request, invoice_id: str, caller: Actor) -> Response:
        """Somebody has seen the alert: it stays quiet until a time, or as long as the state stays."""
        known, now = _uuid(invoice_id), self.clock.now()
        said = await read(request, AcknowledgeIn, limit=self.limits.body, now=now)
        until, acting = said.ends_at(now), self.invoices.acknowledge
        return _answer(await acting(caller.tenant, known, caller.actor, now, until=until, text=said.text))

    async def note(self, request: Request, invoice_id: str, caller: Actor) -> Response:
        """Writes a note on the invoice's time line."""
        known, now = _uuid(invoice_id), self.clock.now()
        said = await read(request, NoteIn, limit=self.limits.body, now=now)
        return _answer(await self.invoices.note(caller.tenant, known, caller.actor, now, text=said.text))

    async def stats(self, caller: Reader) -> Response:
        """Counts by state, latency quantiles and what is due, by account, kind and seller."""
        return JSONResponse(await self.invoices.stats(caller.tenant, self.clock.now()))


def router(invoices: Invoices, clock: Clock, limits: Limits) -> APIRouter:
    at, routes, one = (
        InvoiceRoutes(invoices, clock, limits),
        APIRouter(tags=["invoices"]),
        "/v1/invoices/{invoice_id}",
    )
    _reading(routes, "/v1/invoices", at.search, answer(InvoicesOut, "One page."), 400, parameters=parameters())
    _reading(routes, one, at.get, _INVOICE, 404)
    _reading(routes, f"{one}/history", at.history, answer(HistoryOut, "The time line, oldest first."), 404)
    _reading(routes, "/v1/stats", at.stats, answer({"type": "object"}, "The figures."))
    _acting(routes, f"{one}/resolve", at.resolve, ResolveIn)
    _acting(routes, f"{one}/void", at.void, VoidIn)
    _acting(routes, f"{one}/acknowledge", at.acknowledge, AcknowledgeIn)
    _acting(routes, f"{one}/note", at.note, NoteIn)
    asked = {202: answer(CheckOut, "The question is in the queue."), **problem_responses(404, 409, 429)}
    routes.add_api_route(f"{one}/check", at.check, methods=["POST"], status_code=202, response_class=Response,
                         responses=asked)  # fmt: skip
    return routes


_INVOICE = answer(InvoiceOut, "The invoice and where it stands.")


def _reading(routes: APIRouter, path: str, endpoint: Any, good: Any, *refusals: int, **extra: Any) -> None:
    responses = {200: good, **problem_responses(*refusals)}
    routes.add_api_route(path, endpoint, response_class=Response, responses=responses, openapi_extra=extra)


def _acting(routes: APIRouter, path: str, endpoint: Any, body: type[BaseModel]) -> None:
    responses = {200: _INVOICE, **problem_responses(400, 404, 409, 413, 415, 422)}
    routes.add_api_route(path, endpoint, methods=["POST"], response_class=Response, responses=responses,
                         openapi_extra=body_of(body))  # fmt: skip


def _answer(record: Record | None) -> Response:
    if record is None:
        raise not_found("invoice")
    return JSONResponse(invoice_document(record))


def _uuid(text: str) -> str:
    """The invoice id in `text`; anything else names no invoice."""
    try:
        return str(UUID(text))
    except ValueError:
        raise not_found("invoice") from None


def _no_check(result: str, now: datetime) -> Problem:
    if result == "not_checkable":
        return Problem(
            "not_checkable", "Nobody can be asked about this invoice: it is voided, or no account covers it."
        )
    midnight = datetime.combine(now.astimezone(BEIJING).date() + timedelta(days=1), time(), BEIJING)
    wait = str(max(1, int((midnight - now).total_seconds())))
    detail = "This invoice was checked as often as a day allows; the next day begins at Beijing midnight."
    return Problem("no_query_budget", detail, headers={"Retry-After": wait})
