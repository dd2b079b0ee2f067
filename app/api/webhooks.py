"""Webhooks: who is told over HTTP. One rule: what is secret is shown once, when it is new.

Those of piaoda.yaml are listed beside those made here; they can be tried, stopped and opened again, and are changed in
their file.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.api.openapi import answer, body_of, problem_responses
from app.api.places import WebhookName
from app.api.ports import Limits, Webhooks
from app.api.problems import Problem, invalid_fields, malformed_query, not_found
from app.api.security import WebhookAdmin
from app.api.validation import read
from app.api.webhook_answers import WebhookEnabledOut, WebhookMadeOut, WebhookOut, WebhooksOut, WebhookTestedOut
from app.api.webhook_bodies import EXAMPLE, RotateIn, WebhookChangeIn, WebhookIn
from app.api.webhook_documents import missed, private, tested, webhook
from app.clock import Clock
from app.domain.endpoint import OVERLAP, Endpoint, Wanted
from app.domain.identity import Fault
from app.domain.search import Principal

PATH = "/v1/webhooks"
ONE = f"{PATH}/{{name}}"


@dataclass(frozen=True, slots=True)
class WebhookRoutes:
    webhooks: Webhooks
    clock: Clock
    limits: Limits

    async def create(self, request: Request, caller: WebhookAdmin) -> Response:
        """Makes a webhook and shows its secret, this once. Safe to repeat under its name or an Idempotency-Key."""
        now = self.clock.now()
        said = await read(request, WebhookIn, limit=self.limits.body, now=now)
        self._judge(said.url)
        self._can_seal()
        wanted, asymmetric = said.applied(Wanted(said.url)), bool(said.asymmetric)
        name = said.name or _name_for(request.headers.get("idempotency-key", ""))
        found, made = await self.webhooks.create(caller.tenant, name, wanted, now, asymmetric=asymmetric)
        if not made and not (_is(found, wanted) and private(found) == asymmetric):
            raise Problem("webhook_exists", f"There is a webhook {name} already, and it is another one.")
        document = await self._document(caller.tenant, found)
        if not made:
            return JSONResponse(document)
        return JSONResponse(
            document | {"secret": found.secrets[0].text},
            201,
            {"Location": f"{PATH}/{name}", "Cache-Control": "no-store"},
        )

    async def page(
        self, caller: WebhookAdmin, limit: Annotated[int, Query(ge=1, le=100)] = 50, cursor: str = ""
    ) -> Response:
        """Webhooks by name, page by page."""
        found = await self.webhooks.page(caller.tenant, _after(cursor), limit + 1)
        page = found[:limit]
        backlogs = await self.webhooks.backlogs(caller.tenant, [each.name for each in page])
        following = _cursor(page[-1].name) if len(found) > limit else None
        items = [webhook(each, backlogs[each.name], self.clock.now()) for each in page]
        return JSONResponse({"items": items, "next_cursor": following})

    async def get(self, name: WebhookName, caller: WebhookAdmin) -> Response:
        """One webhook, and how it goes with it."""
        return await self._answer(caller, await self._found(caller, name))

    async def change(self, request: Request, name: WebhookName, caller: WebhookAdmin) -> Response:
        """Changes what is said; the rest stays."""
        now = self.clock.now()
        said = await read(request, WebhookChangeIn, limit=self.limits.body, now=now)
        if said.url:
            self._judge(said.url)
        await self._mine(caller, name)
        changed = await self.webhooks.change(caller.tenant, name, said.applied, now)
        return await self._answer(caller, _there(changed))

    async def remove(self, name: WebhookName, caller: WebhookAdmin) -> Response:
        """Takes it away. What waits for it is dropped; its history stays."""
        found = await self._found(caller, name)
        if found.origin == "configuration":
            raise _configured(found)
        await self.webhooks.remove(caller.tenant, name, self.clock.now())
        return Response(status_code=204)

    async def rotate(self, request: Request, name: WebhookName, caller: WebhookAdmin) -> Response:
        """Makes a new secret and shows it, this once; the older ones sign too for as long as `overlap` says."""
        now = self.clock.now()
        overlap = (
            (await read(request, RotateIn, limit=self.limits.body, now=now)).overlap if _speaks(request) else OVERLAP
        )
        await self._mine(caller, name)
        rotated = await self.webhooks.rotate(caller.tenant, name, now, overlap)
        if rotated is None:
            detail = 'Five secrets at most sign at the same time. Wait until one ends, or say "overlap": "0m".'
            raise Problem("too_many_secrets", detail)
        document = await self._document(caller.tenant, rotated)
        return JSONResponse(document | {"secret": rotated.secrets[0].text}, headers={"Cache-Control": "no-store"})

    async def test(self, name: WebhookName, caller: WebhookAdmin) -> Response:
        """Sends a `test.ping` now and answers what the receiver said; nothing is counted and nothing repeated."""
        found = await self._found(caller, name)
        self._readable(found)
        try:
            return JSONResponse(tested(await self.webhooks.test(found)))
        except ValueError:
            raise _gone_from_file(found) from None

    async def enable(self, name: WebhookName, caller: WebhookAdmin) -> Response:
        """Opens it again, and says how much it missed and how that can be sent."""
        found = await self._found(caller, name)
        if found.origin == "configuration" and not found.wanted.url:
            raise _gone_from_file(found)
        lost = await self.webhooks.enable(caller.tenant, name, self.clock.now())
        document = await self._document(caller.tenant, await self._found(caller, name))
        return JSONResponse({"webhook": document, "missed": missed(name, lost)})

    async def disable(self, name: WebhookName, caller: WebhookAdmin) -> Response:
        """Stops it; what waits for it goes on waiting, and nothing new is written for it."""
        await self._found(caller, name)
        await self.webhooks.disable(caller.tenant, name, f"disabled by {caller.actor}", self.clock.now())
        return await self._answer(caller, await self._found(caller, name))

    def _judge(self, url: str) -> None:
        if refusal := self.webhooks.refusal(url):
            raise invalid_fields([Fault("/url", "url_refused", refusal)])

    def _can_seal(self) -> None:
        if not self.webhooks.sealed:
            detail = "Its URL and secrets are kept sealed, and the service has nothing to seal with: set PIAODA_SECRET."
            raise Problem("no_process_secret", detail)

    def _readable(self, endpoint: Endpoint) -> None:
        if not endpoint.readable:
            detail = "It was sealed under another PIAODA_SECRET than the service has: bring that back, or make it anew."
            raise Problem("no_process_secret", detail)

    async def _found(self, caller: Principal, name: str) -> Endpoint:
        return _there(await self.webhooks.get(caller.tenant, name))

    async def _mine(self, caller: Principal, name: str) -> None:
        """Refuses to change what is not ours to change."""
        found = await self._found(caller, name)
        if found.origin == "configuration":
            raise _configured(found)
        self._can_seal()
        self._readable(found)

    async def _document(self, tenant: str, endpoint: Endpoint) -> dict[str, Any]:
        backlogs = await self.webhooks.backlogs(tenant, [endpoint.name])
        return webhook(endpoint, backlogs[endpoint.name], self.clock.now())

    async def _answer(self, caller: Principal, endpoint: Endpoint) -> Response:
        return JSONResponse(await self._document(caller.tenant, endpoint))


def _creation() -> dict[str, Any]:
    body = body_of(WebhookIn)
    body["requestBody"]["content"]["application/json"]["examples"] = {"webhook": {"value": EXAMPLE}}
    meaning = "Without a name, the same key finds the same webhook again."
    key = {"name": "Idempotency-Key", "in": "header", "required": False, "description": meaning}
    return {**body, "parameters": [key | {"schema": {"type": "string"}}]}


def _optional(model: type[BaseModel]) -> dict[str, Any]:
    body = body_of(model)
    body["requestBody"]["required"] = False
    return body


def router(webhooks: Webhooks, clock: Clock, limits: Limits) -> APIRouter:
    at, routes = WebhookRoutes(webhooks, clock, limits), APIRouter(tags=["webhooks"])

    def add(path: str, method: str, endpoint: Any, good: dict[int | str, Any], *refusals: int, **extra: Any) -> None:
        responses = {**good, **problem_responses(*refusals)}
        routes.add_api_route(path, endpoint, methods=[method], response_class=Response, responses=responses,
                             status_code=int(next(iter(good))), openapi_extra=extra)  # fmt: skip

    made: dict[int | str, Any] = {
        201: answer(WebhookMadeOut, "Made."),
        200: answer(WebhookOut, "It was there already, just so."),
    }
    one: dict[int | str, Any] = {200: answer(WebhookOut, "The webhook.")}
    add(PATH, "POST", at.create, made, 400, 409, 413, 415, 422, **_creation())
    add(PATH, "GET", at.page, {200: answer(WebhooksOut, "One page.")}, 400)
    add(ONE, "GET", at.get, one, 404)
    add(ONE, "PATCH", at.change, one, 400, 404, 409, 413, 415, 422, **body_of(WebhookChangeIn))
    add(ONE, "DELETE", at.remove, {204: {"description": "It is gone."}}, 404, 409)
    rotated: dict[int | str, Any] = {200: answer(WebhookMadeOut, "With the new secret.")}
    add(f"{ONE}/rotate-secret", "POST", at.rotate, rotated, 400, 404, 409, 413, 415, 422, **_optional(RotateIn))
    add(f"{ONE}/test", "POST", at.test, {200: answer(WebhookTestedOut, "What the receiver said.")}, 404, 409)
    add(f"{ONE}/enable", "POST", at.enable, {200: answer(WebhookEnabledOut, "Open again.")}, 404, 409)
    add(f"{ONE}/disable", "POST", at.disable, one, 404)
    return routes


def _is(found: Endpoint, wanted: Wanted) -> bool:
    return found.origin == "api" and found.readable and found.wanted == wanted


def _there(endpoint: Endpoint | None) -> Endpoint:
    if endpoint is None:
        raise not_found("webhook")
    return endpoint


def _configured(endpoint: Endpoint) -> Problem:
    detail = f"The webhook {endpoint.name} is kept in piaoda.yaml: change it there, under destinations.{endpoint.name}."
    return Problem("webhook_configured", detail)


def _gone_from_file(endpoint: Endpoint) -> Problem:
    return Problem(
        "webhook_configured", f"The webhook {endpoint.name} is no longer in piaoda.yaml: bring it back there."
    )


def _name_for(key: str) -> str:
    """The name of a webhook that was given none: the same key gives the same name."""
    key = key.strip().strip('"')
    return f"wh-{hashlib.sha256(key.encode()).hexdigest()[:16] if key else uuid4().hex[:16]}"


def _cursor(name: str) -> str:
    return urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _after(cursor: str) -> str:
    try:
        name = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        name = "\0"
    if "\0" in name:
        raise malformed_query([Fault("cursor", "cursor_malformed", "Take next_cursor of the page before.")])
    return name


def _speaks(request: Request) -> bool:
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"
