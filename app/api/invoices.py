"""Invoices: find, look at, act on. One rule: an invoice of another tenant does not exist."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.api.answers import CheckOut, InvoiceOut, InvoicesOut
from app.api.operations import Good, add
from app.api.places import InvoiceId, uuid_of
from app.api.ports import Invoices, Limits
from app.api.problems import Problem, not_found
from app.api.schemas import AcknowledgeIn, NoteIn, ResolveIn, VoidIn
from app.api.search import SearchIn, search_of
from app.api.security import Actor, Reader
from app.api.timeline_bodies import HistoryOut, StatsOut
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
        """List invoices.

        Filters are joined by AND; one given several times means any of its values (labels: all of them). Page by page
        with `cursor`: the order stays the same under concurrent writes, so that no invoice is shown twice or skipped.
        A parameter that is not known is refused, never ignored.
        """
        query = search_of(request.query_params)
        page = await self.invoices.search(caller.tenant, query)
        following = cursors.encode(page.next_cursor, query.sort) if page.next_cursor else None
        return JSONResponse({"items": [invoice_document(each) for each in page.records], "next_cursor": following})

    async def get(self, invoice_id: InvoiceId, caller: Reader) -> Response:
        """Get an invoice.

        The facts as the billing system told them, where the invoice stands, and why it is not there if it is not.
        """
        return _answer(await self.invoices.get(caller.tenant, uuid_of(invoice_id, "invoice")))

    async def history(self, invoice_id: InvoiceId, caller: Reader) -> Response:
        """Get the history of an invoice.

        Its transitions, checks, deliveries and notes on one time line, oldest first.
        """
        known = uuid_of(invoice_id, "invoice")
        _answer(await self.invoices.get(caller.tenant, known))
        return JSONResponse({"items": await self.invoices.history(caller.tenant, known)})

    async def check(self, invoice_id: InvoiceId, caller: Actor) -> Response:
        """Ask the tax system about an invoice now.

        Within the query budget of the day; the answer will stand in the invoice's history. An invoice that was set
        aside is looked at again.
        """
        now = self.clock.now()
        result = await self.invoices.check_now(caller.tenant, uuid_of(invoice_id, "invoice"), caller.actor, now)
        if result is None:
            raise not_found("invoice")
        if result != "asked":
            raise _no_check(result, now)
        return JSONResponse({"result": result, "links": {"self": f"/v1/invoices/{invoice_id}"}}, 202)

    async def resolve(self, request: Request, invoice_id: InvoiceId, caller: Actor) -> Response:
        """Resolve an invoice by hand.

        A person says that the invoice is in the tax system, and how that can be seen: it becomes `synced`. Safe to
        repeat.
        """
        known, now = uuid_of(invoice_id, "invoice"), self.clock.now()
        said = await read(request, ResolveIn, limit=self.limits.body, now=now)
        acting = self.invoices.resolve
        return _answer(
            await acting(caller.tenant, known, caller.actor, now, reason=said.reason, evidence=said.evidence)
        )

    async def void(self, request: Request, invoice_id: InvoiceId, caller: Actor) -> Response:
        """Void an invoice.

        The issuer withdrew it: it becomes `voided` and is not checked any more. Safe to repeat.
        """
        known, now = uuid_of(invoice_id, "invoice"), self.clock.now()
        said = await read(request, VoidIn, limit=self.limits.body, now=now)
        return _answer(await self.invoices.void(caller.tenant, known, caller.actor, now, reason=said.reason))

    async def acknowledge(self, request: Request, invoice_id: InvoiceId, caller: Actor) -> Response:
        """Acknowledge the alert of an invoice.

        Somebody has seen it: it stays quiet until a time, or as long as the state stays.
        """
        known, now = uuid_of(invoice_id, "invoice"), self.clock.now()
        said = await read(request, AcknowledgeIn, limit=self.limits.body, now=now)
        until, acting = said.ends_at(now), self.invoices.acknowledge
        return _answer(await acting(caller.tenant, known, caller.actor, now, until=until, text=said.text))

    async def note(self, request: Request, invoice_id: InvoiceId, caller: Actor) -> Response:
        """Write a note on an invoice.

        It stands on the invoice's time line, with who wrote it.
        """
        known, now = uuid_of(invoice_id, "invoice"), self.clock.now()
        said = await read(request, NoteIn, limit=self.limits.body, now=now)
        return _answer(await self.invoices.note(caller.tenant, known, caller.actor, now, text=said.text))

    async def stats(self, caller: Reader) -> Response:
        """Get the figures.

        How many invoices are in each state and how many questions are due, in all and by account.
        """
        return JSONResponse(await self.invoices.stats(caller.tenant, self.clock.now()))


def router(invoices: Invoices, clock: Clock, limits: Limits) -> APIRouter:
    at, routes, one = InvoiceRoutes(invoices, clock, limits), APIRouter(tags=["invoices"]), "/v1/invoices/{invoice_id}"
    found: Good = {200: (InvoiceOut, "The invoice as it stands.")}
    past: Good = {200: (HistoryOut, "The time line, oldest first.")}
    moved = ("not_found", "invalid_transition")
    add(routes, "GET /v1/invoices", at.search, "list_invoices", {200: (InvoicesOut, "One page.")}, "malformed_query",
        asks=SearchIn)  # fmt: skip
    add(routes, f"GET {one}", at.get, "get_invoice", found, "not_found")
    add(routes, f"GET {one}/history", at.history, "get_invoice_history", past, "not_found")
    add(routes, f"POST {one}/check", at.check, "check_invoice", {202: (CheckOut, "It will be asked.")}, "not_found",
        "not_checkable", "no_query_budget")  # fmt: skip
    add(routes, f"POST {one}/resolve", at.resolve, "resolve_invoice", found, *moved, takes=ResolveIn)
    add(routes, f"POST {one}/void", at.void, "void_invoice", found, *moved, takes=VoidIn)
    add(routes, f"POST {one}/acknowledge", at.acknowledge, "acknowledge_invoice", found, "not_found",
        takes=AcknowledgeIn)  # fmt: skip
    add(routes, f"POST {one}/note", at.note, "note_invoice", found, "not_found", takes=NoteIn)
    add(routes, "GET /v1/stats", at.stats, "get_stats", {200: (StatsOut, "The figures.")})
    return routes


def _answer(record: Record | None) -> Response:
    if record is None:
        raise not_found("invoice")
    return JSONResponse(invoice_document(record))


def _no_check(result: str, now: datetime) -> Problem:
    if result == "not_checkable":
        return Problem(
            "not_checkable", "Nobody can be asked about this invoice: it is voided, or no account covers it."
        )
    midnight = datetime.combine(now.astimezone(BEIJING).date() + timedelta(days=1), time(), BEIJING)
    wait = str(max(1, int((midnight - now).total_seconds())))
    detail = "This invoice was checked as often as a day allows; the next day begins at Beijing midnight."
    return Problem("no_query_budget", detail, headers={"Retry-After": wait})
