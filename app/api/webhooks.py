"""Webhooks: who is told over HTTP. One rule: what is secret is shown once, when it is new.

Those of piaoda.yaml are listed beside those made here; they can be tried, stopped and opened again, and are changed in
their file.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.api import queries
from app.api.operations import Good, add, header
from app.api.places import WebhookName
from app.api.ports import Limits, Webhooks
from app.api.problems import Problem, invalid_fields, malformed_query, not_found
from app.api.security import WebhookAdmin
from app.api.validation import read
from app.api.webhook_answers import WebhookEnabledOut, WebhookMadeOut, WebhookOut, WebhooksOut, WebhookTestedOut
from app.api.webhook_bodies import RotateIn, WebhookChangeIn, WebhookIn, WebhooksIn
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
        """Create a webhook.

        Its secret is shown this once. Safe to repeat under its name or an Idempotency-Key.
        """
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

    async def page(self, request: Request, caller: WebhookAdmin) -> Response:
        """List webhooks.

        By name; those of piaoda.yaml stand beside those made over the API.
        """
        asked = queries.read(WebhooksIn, request.query_params)
        found = await self.webhooks.page(caller.tenant, _after(asked.cursor or ""), asked.limit + 1)
        page = found[: asked.limit]
        backlogs = await self.webhooks.backlogs(caller.tenant, [each.name for each in page])
        following = _cursor(page[-1].name) if len(found) > asked.limit else None
        items = [webhook(each, backlogs[each.name], self.clock.now()) for each in page]
        return JSONResponse({"items": items, "next_cursor": following})

    async def get(self, name: WebhookName, caller: WebhookAdmin) -> Response:
        """Get a webhook.

        What it wants to hear, and how it goes with it.
        """
        return await self._answer(caller, await self._found(caller, name))

    async def change(self, request: Request, name: WebhookName, caller: WebhookAdmin) -> Response:
        """Change a webhook.

        What is said is changed, the rest stays; null means back to the default.
        """
        now = self.clock.now()
        said = await read(request, WebhookChangeIn, limit=self.limits.body, now=now)
        if said.url:
            self._judge(said.url)
        await self._mine(caller, name)
        changed = await self.webhooks.change(caller.tenant, name, said.applied, now)
        return await self._answer(caller, _there(changed))

    async def remove(self, name: WebhookName, caller: WebhookAdmin) -> Response:
        """Delete a webhook.

        What waits for it is dropped; its history stays.
        """
        found = await self._found(caller, name)
        if found.origin == "configuration":
            raise _configured(found)
        await self.webhooks.remove(caller.tenant, name, self.clock.now())
        return Response(status_code=204)

    async def rotate(self, request: Request, name: WebhookName, caller: WebhookAdmin) -> Response:
        """Rotate the secret of a webhook.

        The new one is shown this once; the older ones sign too for as long as `overlap` says.
        """
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
        """Try a webhook.

        Sends a `test.ping` now and answers what the receiver said; nothing is counted and nothing repeated.
        """
        found = await self._found(caller, name)
        self._readable(found)
        try:
            return JSONResponse(tested(await self.webhooks.test(found)))
        except ValueError:
            raise _gone_from_file(found) from None

    async def enable(self, name: WebhookName, caller: WebhookAdmin) -> Response:
        """Enable a webhook.

        Opens it again, and says how much it missed and how that can be sent.
        """
        found = await self._found(caller, name)
        if found.origin == "configuration" and not found.wanted.url:
            raise _gone_from_file(found)
        lost = await self.webhooks.enable(caller.tenant, name, self.clock.now())
        document = await self._document(caller.tenant, await self._found(caller, name))
        return JSONResponse({"webhook": document, "missed": missed(name, lost)})

    async def disable(self, name: WebhookName, caller: WebhookAdmin) -> Response:
        """Disable a webhook.

        What waits for it goes on waiting, and nothing new is written for it.
        """
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


def router(webhooks: Webhooks, clock: Clock, limits: Limits) -> APIRouter:
    at, routes = WebhookRoutes(webhooks, clock, limits), APIRouter(tags=["webhooks"])
    one: Good = {200: (WebhookOut, "The webhook.")}
    made: Good = {201: (WebhookMadeOut, "Made."), 200: (WebhookOut, "It was there already, just so.")}
    rotated: Good = {200: (WebhookMadeOut, "With the new secret.")}
    ours = ("not_found", "webhook_configured", "no_process_secret")
    add(routes, f"POST {PATH}", at.create, "create_webhook", made, "webhook_exists", "no_process_secret",
        takes=WebhookIn, place="The webhook.", parameters=[_KEY])  # fmt: skip
    add(routes, f"GET {PATH}", at.page, "list_webhooks", {200: (WebhooksOut, "One page.")}, "malformed_query",
        asks=WebhooksIn)  # fmt: skip
    add(routes, f"GET {ONE}", at.get, "get_webhook", one, "not_found")
    add(routes, f"PATCH {ONE}", at.change, "change_webhook", one, *ours, takes=WebhookChangeIn)
    add(routes, f"DELETE {ONE}", at.remove, "delete_webhook", {204: (None, "It is gone.")}, "not_found",
        "webhook_configured")  # fmt: skip
    add(routes, f"POST {ONE}/rotate-secret", at.rotate, "rotate_webhook_secret", rotated, *ours, "too_many_secrets",
        takes=RotateIn, optional=True)  # fmt: skip
    add(routes, f"POST {ONE}/test", at.test, "test_webhook", {200: (WebhookTestedOut, "What was said.")}, *ours)
    add(routes, f"POST {ONE}/enable", at.enable, "enable_webhook", {200: (WebhookEnabledOut, "Open again.")},
        "not_found", "webhook_configured")  # fmt: skip
    add(routes, f"POST {ONE}/disable", at.disable, "disable_webhook", one, "not_found")
    return routes


_KEY = header("Idempotency-Key", "Without a name, the same key finds the same webhook again.")


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
