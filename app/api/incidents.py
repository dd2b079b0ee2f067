"""Incidents: what is wrong now, who was told, and that somebody has seen it. One rule: every act may be repeated."""

from dataclasses import dataclass
from typing import Any

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
from app.api.openapi import answer, body_of, problem_responses
from app.api.places import cursor_of, last_of, uuid_of
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
        """Incidents by filter, page by page, the newest first."""
        asked = queries.read(IncidentsIn, request.query_params)
        filters = {"state": tuple(asked.state), "cause": tuple(asked.cause), "account": tuple(asked.account)}
        listing = IncidentListing(**filters, before=last_of(asked.cursor, "incidents"), limit=asked.limit)
        found = await self.alerting.incidents.all(caller.tenant, listing)
        return JSONResponse({"items": list(found.items), "next_cursor": cursor_of(found.last, "incidents")})

    async def get(self, incident_id: str, caller: Reader) -> Response:
        """One incident as it stands, and who was told of it when."""
        return await self._answer(caller, uuid_of(incident_id, "incident"))

    async def invoices(self, request: Request, incident_id: str, caller: Reader) -> Response:
        """The invoices that are or were in it, page by page, in the order of their receipt."""
        known, asked = uuid_of(incident_id, "incident"), queries.read(Page, request.query_params)
        behind = last_of(asked.cursor, known)
        found = await self.alerting.incidents.members(caller.tenant, known, behind, asked.limit)
        if found is None:
            raise not_found("incident")
        return JSONResponse({"items": list(found.items), "next_cursor": cursor_of(found.last, known)})

    async def acknowledge(self, request: Request, incident_id: str, caller: Actor) -> Response:
        """Somebody has seen it: no reminders and no next level until a time. Again means: until then instead."""
        known, now = uuid_of(incident_id, "incident"), self.clock.now()
        said = await read(request, AcknowledgeIncidentIn, limit=self.limits.body, now=now)
        until = said.ends_at(now) or now + self.alerting.policy.acknowledge_for
        if until - now > LONGEST_ACKNOWLEDGEMENT:
            raise invalid_fields([Fault("/for" if said.duration else "/until", "lasts_too_long", "At most 7 days.")])
        deed = Deed(Act.ACKNOWLEDGE, known, caller.name, until, said.text or "")
        _judged(await self.alerting.incidents.do(caller.tenant, deed, now))
        return await self._answer(caller, known)

    async def unacknowledge(self, incident_id: str, caller: Actor) -> Response:
        """Takes an acknowledgement back: reminders and levels go on."""
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
    _reading(routes, PATH, at.all, answer(IncidentsOut, "One page."), 400, parameters=queries.described(IncidentsIn))
    _reading(routes, ONE, at.get, _INCIDENT, 404)
    members = answer(MembersOut, "One page.")
    _reading(routes, f"{ONE}/invoices", at.invoices, members, 400, 404, parameters=queries.described(Page))
    wrong = problem_responses(400, 404, 409, 413, 415, 422)
    routes.add_api_route(f"{ONE}/acknowledge", at.acknowledge, methods=["POST"], response_class=Response,
                         responses={200: _INCIDENT, **wrong}, openapi_extra=body_of(AcknowledgeIncidentIn))  # fmt: skip
    routes.add_api_route(f"{ONE}/unacknowledge", at.unacknowledge, methods=["POST"], response_class=Response,
                         responses={200: _INCIDENT, **problem_responses(404, 409)})  # fmt: skip
    return routes


_INCIDENT = answer(IncidentInFullOut, "The incident as it stands.")


def _reading(routes: APIRouter, path: str, endpoint: Any, good: Any, *refusals: int, **extra: Any) -> None:
    responses = {200: good, **problem_responses(*refusals)}
    routes.add_api_route(path, endpoint, response_class=Response, responses=responses, openapi_extra=extra)


def _judged(effect: Effect) -> None:
    if effect is Effect.UNKNOWN:
        raise not_found("incident")
    if effect is Effect.RESOLVED:
        raise Problem("incident_resolved", "This incident is over; there is nothing left to acknowledge.")
