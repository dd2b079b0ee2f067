"""Incidents: what is wrong now, who was told, and that somebody has seen it. One rule: every act may be repeated."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.api import queries
from app.api.alerting import Alerting
from app.api.alerting_bodies import (
    AcknowledgeIncidentIn,
    IncidentInFullOut,
    IncidentsIn,
    IncidentsOut,
    MembersOut,
    Page,
)
from app.api.operations import Good, add
from app.api.places import IncidentId, cursor_of, last_of, uuid_of
from app.api.ports import Limits
from app.api.problems import Problem, invalid_fields, not_found
from app.api.security import Actor, Reader
from app.api.validation import read
from app.clock import Clock
from app.domain.acting import LONGEST_ACKNOWLEDGEMENT, Act, Deed, Effect
from app.domain.identity import Fault
from app.domain.quiet import IncidentListing
from app.domain.search import Principal

PATH = "/v1/incidents"
ONE = f"{PATH}/{{incident_id}}"


@dataclass(frozen=True, slots=True)
class IncidentRoutes:
    alerting: Alerting
    clock: Clock
    limits: Limits

    async def all(self, request: Request, caller: Reader) -> Response:
        """List incidents.

        One cause in one scope is one incident, however many invoices it holds; the newest first. Filters are joined by
        AND; one given several times means any of its values.
        """
        asked = queries.read(IncidentsIn, request.query_params)
        filters = {"state": tuple(asked.state), "cause": tuple(asked.cause), "account": tuple(asked.account)}
        listing = IncidentListing(**filters, before=last_of(asked.cursor, "incidents"), limit=asked.limit)
        found = await self.alerting.incidents.all(caller.tenant, listing)
        return JSONResponse({"items": list(found.items), "next_cursor": cursor_of(found.last, "incidents")})

    async def get(self, incident_id: IncidentId, caller: Reader) -> Response:
        """Get an incident.

        As it stands, with who was told of it when, and whether that arrived.
        """
        return await self._answer(caller, uuid_of(incident_id, "incident"))

    async def invoices(self, request: Request, incident_id: IncidentId, caller: Reader) -> Response:
        """List the invoices of an incident.

        Those that are or were in it, in the order of their receipt; `left_at`: since when one needs nobody any more.
        """
        known, asked = uuid_of(incident_id, "incident"), queries.read(Page, request.query_params)
        behind = last_of(asked.cursor, known)
        found = await self.alerting.incidents.members(caller.tenant, known, behind, asked.limit)
        if found is None:
            raise not_found("incident")
        return JSONResponse({"items": list(found.items), "next_cursor": cursor_of(found.last, known)})

    async def acknowledge(self, request: Request, incident_id: IncidentId, caller: Actor) -> Response:
        """Acknowledge an incident.

        Somebody has it in hand: no reminders and no next level until a time. Again means: until then instead.
        """
        known, now = uuid_of(incident_id, "incident"), self.clock.now()
        said = await read(request, AcknowledgeIncidentIn, limit=self.limits.body, now=now)
        until = said.ends_at(now) or now + self.alerting.policy.acknowledge_for
        if until - now > LONGEST_ACKNOWLEDGEMENT:
            raise invalid_fields([Fault("/for" if said.duration else "/until", "lasts_too_long", "At most 7 days.")])
        deed = Deed(Act.ACKNOWLEDGE, known, caller.name, until, said.text or "")
        _judged(await self.alerting.incidents.do(caller.tenant, deed, now))
        return await self._answer(caller, known)

    async def unacknowledge(self, incident_id: IncidentId, caller: Actor) -> Response:
        """Take an acknowledgement back.

        Reminders and levels go on. Safe to repeat.
        """
        known = uuid_of(incident_id, "incident")
        _judged(await self.alerting.incidents.unacknowledge(caller.tenant, known, self.clock.now()))
        return await self._answer(caller, known)

    async def _answer(self, caller: Principal, incident_id: str) -> Response:
        found = await self.alerting.incidents.get(caller.tenant, incident_id)
        if found is None:
            raise not_found("incident")
        return JSONResponse(found)


def router(alerting: Alerting, clock: Clock, limits: Limits) -> APIRouter:
    at, routes = IncidentRoutes(alerting, clock, limits), APIRouter(tags=["incidents"])
    one: Good = {200: (IncidentInFullOut, "The incident as it stands.")}
    over = ("not_found", "incident_resolved")
    add(routes, f"GET {PATH}", at.all, "list_incidents", {200: (IncidentsOut, "One page.")}, "malformed_query",
        asks=IncidentsIn)  # fmt: skip
    add(routes, f"GET {ONE}", at.get, "get_incident", one, "not_found")
    add(routes, f"GET {ONE}/invoices", at.invoices, "list_incident_invoices", {200: (MembersOut, "One page.")},
        "malformed_query", "not_found", asks=Page)  # fmt: skip
    add(routes, f"POST {ONE}/acknowledge", at.acknowledge, "acknowledge_incident", one, *over,
        takes=AcknowledgeIncidentIn)  # fmt: skip
    add(routes, f"POST {ONE}/unacknowledge", at.unacknowledge, "unacknowledge_incident", one, *over)
    return routes


def _judged(effect: Effect) -> None:
    if effect is Effect.UNKNOWN:
        raise not_found("incident")
    if effect is Effect.RESOLVED:
        raise Problem("incident_resolved", "This incident is over; there is nothing left to acknowledge.")
