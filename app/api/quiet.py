"""Silences and maintenance windows: when nobody is to be told. One rule: none is deleted; ending one keeps it.

Asking for the same one twice makes one: the first answer is 201, the next 200.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.api import queries
from app.api.alerting import Alerting
from app.api.alerting_bodies import (
    EARLIEST_START,
    MaintenanceIn,
    PhasesIn,
    SilenceIn,
    SilenceOut,
    SilencesOut,
    WindowOut,
    WindowsOut,
)
from app.api.openapi import answer, body_of, problem_responses
from app.api.places import cursor_of, last_of, uuid_of
from app.api.ports import Limits
from app.api.problems import Problem, invalid_fields, not_found
from app.api.security import Actor, Reader
from app.api.validation import read, suggestion
from app.clock import Clock
from app.domain.acting import LONGEST_SILENCE
from app.domain.identity import Fault
from app.domain.message import instant
from app.domain.quiet import Listing, Silence, Window, phase


@dataclass(frozen=True, slots=True)
class SilenceRoutes:
    alerting: Alerting
    clock: Clock
    limits: Limits

    async def create(self, request: Request, caller: Actor) -> Response:
        """Keeps alerts quiet for a while; the answer tells how many open incidents that hides."""
        now = self.clock.now()
        said = await read(request, SilenceIn, limit=self.limits.body, now=now)
        if said.ends_at - (said.starts_at or now) > LONGEST_SILENCE:
            raise invalid_fields([Fault("/ends_at", "lasts_too_long", "A silence lasts at most 30 days.")])
        matchers = said.matchers.model_dump(exclude_none=True, mode="json")
        made, new = await self.alerting.silences.create(
            caller.tenant, matchers, said.starts_at or now, said.ends_at,
            reason=said.reason, author=caller.name, now=now,
        )  # fmt: skip
        return _made(_shown(made, now), new)

    async def all(self, request: Request, caller: Reader) -> Response:
        """Silences, page by page, the newest first."""
        listing, now = _listing(request, "silences"), self.clock.now()
        found = await self.alerting.silences.all(caller.tenant, listing, now)
        items = [_shown(each, now) for each in found.items]
        return JSONResponse({"items": items, "next_cursor": cursor_of(found.last, "silences")})

    async def get(self, silence_id: str, caller: Reader) -> Response:
        """One silence, and how many open incidents it covers."""
        return self._answer(await self.alerting.silences.get(caller.tenant, uuid_of(silence_id, "silence")))

    async def end(self, silence_id: str, caller: Actor) -> Response:
        """Ends it now: what is still wrong is told."""
        known, now = uuid_of(silence_id, "silence"), self.clock.now()
        return self._answer(await self.alerting.silences.end(caller.tenant, known, now))

    def _answer(self, found: Silence | None) -> Response:
        if found is None:
            raise not_found("silence")
        return JSONResponse(_shown(found, self.clock.now()))


@dataclass(frozen=True, slots=True)
class WindowRoutes:
    alerting: Alerting
    clock: Clock
    limits: Limits

    async def create(self, request: Request, caller: Actor) -> Response:
        """Announces a maintenance window."""
        now = self.clock.now()
        said = await read(request, MaintenanceIn, limit=self.limits.body, now=now)
        if faults := self._faults(said, now):
            raise invalid_fields(faults)
        made = await self.alerting.maintenance.create(
            caller.tenant, said.accounts, said.starts_at, said.ends_at,
            pause_deadlines=said.pause_deadlines, reason=said.reason, author=caller.name, now=now,
        )  # fmt: skip
        if made is None:
            detail = "Another window pauses deadlines of these accounts in this time; end that one first."
            raise Problem("window_overlaps", detail)
        return _made(_shown(made[0], now), made[1])

    async def all(self, request: Request, caller: Reader) -> Response:
        """Maintenance windows, page by page, the newest first."""
        listing, now = _listing(request, "maintenance"), self.clock.now()
        found = await self.alerting.maintenance.all(caller.tenant, listing, now)
        items = [_shown(each, now) for each in found.items]
        return JSONResponse({"items": items, "next_cursor": cursor_of(found.last, "maintenance")})

    async def get(self, window_id: str, caller: Reader) -> Response:
        """One maintenance window."""
        return self._answer(await self.alerting.maintenance.get(caller.tenant, uuid_of(window_id, "window")))

    async def end(self, window_id: str, caller: Actor) -> Response:
        """Ends it now; deadlines that it paused are moved by the time until now."""
        known, now = uuid_of(window_id, "window"), self.clock.now()
        return self._answer(await self.alerting.maintenance.end(caller.tenant, known, now))

    def _faults(self, said: MaintenanceIn, now: datetime) -> list[Fault]:
        known = self.alerting.accounts
        faults = [
            Fault(f"/accounts/{n}", "unknown_account", f"There is no such account.{suggestion(name, known)}")
            for n, name in enumerate(said.accounts)
            if name not in known
        ]
        if now - said.starts_at > EARLIEST_START:
            faults.append(Fault("/starts_at", "too_long_ago", "A window may have begun a day ago at most."))
        return faults

    def _answer(self, found: Window | None) -> Response:
        if found is None:
            raise not_found("window")
        return JSONResponse(_shown(found, self.clock.now()))


def router(alerting: Alerting, clock: Clock, limits: Limits) -> APIRouter:
    routes = APIRouter(tags=["quiet"])
    silences, windows = SilenceRoutes(alerting, clock, limits), WindowRoutes(alerting, clock, limits)
    _add(routes, "/v1/silences", "{silence_id}", silences, SilenceIn, SilenceOut, SilencesOut)
    _add(routes, "/v1/maintenance", "{window_id}", windows, MaintenanceIn, WindowOut, WindowsOut)
    return routes


def _add(
    routes: APIRouter, path: str, one: str, at: SilenceRoutes | WindowRoutes,
    body: type[BaseModel], out: type[BaseModel], page: type[BaseModel],
) -> None:  # fmt: skip
    shown = answer(out, "As it stands.")
    wrong = problem_responses(400, 409, 413, 415, 422)
    created = {201: answer(out, "It is new."), 200: answer(out, "The same one again."), **wrong}
    listed = {200: answer(page, "One page."), **problem_responses(400)}
    single = {200: shown, **problem_responses(404)}
    parameters = {"parameters": queries.described(PhasesIn)}
    routes.add_api_route(path, at.all, response_class=Response, responses=listed, openapi_extra=parameters)
    routes.add_api_route(path, at.create, methods=["POST"], status_code=201, response_class=Response,
                         responses=created, openapi_extra=body_of(body))  # fmt: skip
    routes.add_api_route(f"{path}/{one}", at.get, response_class=Response, responses=single)
    routes.add_api_route(f"{path}/{one}", at.end, methods=["DELETE"], response_class=Response, responses=single)


def _listing(request: Request, what: str) -> Listing:
    asked = queries.read(PhasesIn, request.query_params)
    return Listing(tuple(asked.state), last_of(asked.cursor, what), asked.limit)


def _shown(told: Silence | Window, now: datetime) -> dict[str, Any]:
    values = {name: instant(each) if isinstance(each, datetime) else each for name, each in asdict(told).items()}
    return {**values, "state": phase(told.starts_at, told.ends_at, now)}


def _made(document: dict[str, Any], new: bool) -> Response:
    return JSONResponse(document, 201 if new else 200)
