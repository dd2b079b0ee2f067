"""Silences and maintenance windows: when nobody is to be told. One rule: none is deleted; ending one keeps it.

Asking for the same one twice makes one: the first answer is 201, the next 200.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter
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
from app.api.operations import Good, add
from app.api.places import SilenceId, WindowId, cursor_of, last_of, uuid_of
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
        """Create a silence.

        Keeps alerts about the incidents that it names quiet for a while; the answer tells how many open ones that
        hides. Asking for the same one twice makes one.
        """
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
        """List silences.

        Planned, active and ended ones, the newest first.
        """
        listing, now = _listing(request, "silences"), self.clock.now()
        found = await self.alerting.silences.all(caller.tenant, listing, now)
        items = [_shown(each, now) for each in found.items]
        return JSONResponse({"items": items, "next_cursor": cursor_of(found.last, "silences")})

    async def get(self, silence_id: SilenceId, caller: Reader) -> Response:
        """Get a silence.

        With how many open incidents it covers.
        """
        return self._answer(await self.alerting.silences.get(caller.tenant, uuid_of(silence_id, "silence")))

    async def end(self, silence_id: SilenceId, caller: Actor) -> Response:
        """End a silence.

        Now: what is still wrong is told. It stays in the list. Safe to repeat.
        """
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
        """Announce a maintenance window.

        Outages of the accounts are no news until it is over. Asking for the same one twice makes one.
        """
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
        """List maintenance windows.

        Planned, active and ended ones, the newest first.
        """
        listing, now = _listing(request, "maintenance"), self.clock.now()
        found = await self.alerting.maintenance.all(caller.tenant, listing, now)
        items = [_shown(each, now) for each in found.items]
        return JSONResponse({"items": items, "next_cursor": cursor_of(found.last, "maintenance")})

    async def get(self, window_id: WindowId, caller: Reader) -> Response:
        """Get a maintenance window.

        With whether the deadlines that it paused have been moved.
        """
        return self._answer(await self.alerting.maintenance.get(caller.tenant, uuid_of(window_id, "window")))

    async def end(self, window_id: WindowId, caller: Actor) -> Response:
        """End a maintenance window.

        Now; deadlines that it paused are moved by the time until now. Safe to repeat.
        """
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
    routes = APIRouter()
    _add_silences(routes, SilenceRoutes(alerting, clock, limits))
    _add_windows(routes, WindowRoutes(alerting, clock, limits))
    return routes


def _add_silences(into: APIRouter, at: SilenceRoutes) -> None:
    routes, path, one = APIRouter(tags=["silences"]), "/v1/silences", "/v1/silences/{silence_id}"
    shown: Good = {200: (SilenceOut, "The silence as it stands.")}
    made: Good = {201: (SilenceOut, "It is new."), 200: (SilenceOut, "The same one again.")}
    add(routes, f"GET {path}", at.all, "list_silences", {200: (SilencesOut, "One page.")}, "malformed_query",
        asks=PhasesIn)  # fmt: skip
    add(routes, f"POST {path}", at.create, "create_silence", made, takes=SilenceIn)
    add(routes, f"GET {one}", at.get, "get_silence", shown, "not_found")
    add(routes, f"DELETE {one}", at.end, "end_silence", shown, "not_found")
    into.include_router(routes)


def _add_windows(into: APIRouter, at: WindowRoutes) -> None:
    routes, path, one = APIRouter(tags=["maintenance"]), "/v1/maintenance", "/v1/maintenance/{window_id}"
    shown: Good = {200: (WindowOut, "The window as it stands.")}
    made: Good = {201: (WindowOut, "It is new."), 200: (WindowOut, "The same one again.")}
    add(routes, f"GET {path}", at.all, "list_maintenance", {200: (WindowsOut, "One page.")}, "malformed_query",
        asks=PhasesIn)  # fmt: skip
    add(routes, f"POST {path}", at.create, "announce_maintenance", made, "window_overlaps", takes=MaintenanceIn)
    add(routes, f"GET {one}", at.get, "get_maintenance", shown, "not_found")
    add(routes, f"DELETE {one}", at.end, "end_maintenance", shown, "not_found")
    into.include_router(routes)


def _listing(request: Request, what: str) -> Listing:
    asked = queries.read(PhasesIn, request.query_params)
    return Listing(tuple(asked.state), last_of(asked.cursor, what), asked.limit)


def _shown(told: Silence | Window, now: datetime) -> dict[str, Any]:
    values = {name: instant(each) if isinstance(each, datetime) else each for name, each in asdict(told).items()}
    return {**values, "state": phase(told.starts_at, told.ends_at, now)}


def _made(document: dict[str, Any], new: bool) -> Response:
    return JSONResponse(document, 201 if new else 200)
