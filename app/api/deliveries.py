"""What became of the messages to a webhook, and telling them again. One rule: it is the same message, under its id.

These calls take the name of any destination, chat too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.api import queries
from app.api.openapi import answer, body_of, problem_responses
from app.api.places import WebhookName, cursor_of, last_of, uuid_of
from app.api.ports import Deliveries, Limits, Redeliveries
from app.api.problems import Problem, not_found
from app.api.retelling_bodies import (
    DeliveriesIn,
    DeliveriesOut,
    DeliveryDetailOut,
    RedeliveriesOut,
    RedeliverIn,
    RedeliveryOut,
)
from app.api.security import WebhookAdmin
from app.api.validation import read
from app.clock import Clock
from app.domain.retelling import DeliverySearch

CURSOR = "deliveries"
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class DeliveryRoutes:
    deliveries: Deliveries
    redeliveries: Redeliveries
    clock: Clock
    limits: Limits

    async def search(self, request: Request, webhook_id: WebhookName, caller: WebhookAdmin) -> Response:
        """Deliveries to a webhook, newest first."""
        page = _there(await self.deliveries.search(caller.tenant, webhook_id, _query(request)), "webhook")
        return JSONResponse({"items": page.items, "next_cursor": cursor_of(page.next_id, CURSOR)})

    async def get(self, webhook_id: WebhookName, message_id: str, caller: WebhookAdmin) -> Response:
        """A delivery, each attempt at it (request and reply, secrets masked), and the message."""
        known = uuid_of(message_id, "delivery")
        document, body = _there(await self.deliveries.get(caller.tenant, webhook_id, known), "delivery")
        told = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        return Response(f'{told[:-1]},"message":{body}}}', media_type="application/json")

    async def redeliver(self, request: Request, webhook_id: WebhookName, caller: WebhookAdmin) -> Response:
        """Sends again under the same webhook-id: named messages, what is dead, or everything since an instant.

        The answer is a job; what is fresh goes first.
        """
        now = self.clock.now()
        order = (await read(request, RedeliverIn, limit=self.limits.body, now=now)).order()
        if unknown := await self.redeliveries.unknown(caller.tenant, order.messages):
            raise _no_such_messages(unknown)
        job = _there(await self.redeliveries.start(caller.tenant, webhook_id, order, caller.actor, now), "webhook")
        return JSONResponse(job, 202, {"Location": f"/v1/webhooks/{webhook_id}/redeliveries/{job['id']}"})

    async def jobs(self, webhook_id: WebhookName, caller: WebhookAdmin) -> Response:
        """What was ordered to be sent again to a webhook, newest first."""
        return JSONResponse({"items": _there(await self.redeliveries.list(caller.tenant, webhook_id), "webhook")})

    async def job(self, webhook_id: WebhookName, job_id: str, caller: WebhookAdmin) -> Response:
        """How far it has come."""
        known = uuid_of(job_id, "redelivery")
        return JSONResponse(_there(await self.redeliveries.get(caller.tenant, webhook_id, known), "redelivery"))

    async def cancel(self, webhook_id: WebhookName, job_id: str, caller: WebhookAdmin) -> Response:
        """Stops it; what is due already is sent. A job that has ended stays as it is."""
        known, now = uuid_of(job_id, "redelivery"), self.clock.now()
        return JSONResponse(_there(await self.redeliveries.cancel(caller.tenant, webhook_id, known, now), "redelivery"))


def router(deliveries: Deliveries, redeliveries: Redeliveries, clock: Clock, limits: Limits) -> APIRouter:
    at, routes = DeliveryRoutes(deliveries, redeliveries, clock, limits), APIRouter(tags=["webhooks"])
    log, jobs = "/v1/webhooks/{webhook_id}/deliveries", "/v1/webhooks/{webhook_id}/redeliveries"
    query = {"parameters": queries.described(DeliveriesIn)}
    _add(routes, log, at.search, {200: answer(DeliveriesOut, "One page."), **problem_responses(400, 404)}, query)
    _add(routes, f"{log}/{{message_id}}", at.get, {200: answer(DeliveryDetailOut, "It."), **problem_responses(404)})
    ordered = {202: _JOB, **problem_responses(400, 404, 408, 413, 415, 422)}
    _add(routes, "/v1/webhooks/{webhook_id}/redeliver", at.redeliver, ordered, body_of(RedeliverIn), "POST", 202)
    _add(routes, jobs, at.jobs, {200: answer(RedeliveriesOut, "The newest."), **problem_responses(404)})
    _add(routes, f"{jobs}/{{job_id}}", at.job, {200: _JOB, **problem_responses(404)})
    _add(routes, f"{jobs}/{{job_id}}/cancel", at.cancel, {200: _JOB, **problem_responses(404)}, None, "POST")
    return routes


_JOB = answer(RedeliveryOut, "The job.")


def _add(
    routes: APIRouter,
    path: str,
    endpoint: Any,
    responses: Mapping[int | str, dict[str, Any]],
    extra: dict[str, Any] | None = None,
    method: str = "GET",
    status: int = 200,
) -> None:
    routes.add_api_route(path, endpoint, methods=[method], status_code=status, response_class=Response,
                         responses=dict(responses), openapi_extra=extra)  # fmt: skip


def _query(request: Request) -> DeliverySearch:
    said = queries.read(DeliveriesIn, request.query_params)
    failure, before = said.failure and said.failure.value, last_of(said.cursor, CURSOR)
    return DeliverySearch(said.state, failure, said.type, said.invoice, before, said.limit)


def _there(found: Found | None, what: str) -> Found:
    if found is None:
        raise not_found(what)
    return found


def _no_such_messages(unknown: list[str]) -> Problem:
    listed = ", ".join(unknown[:3]) + (" and others" if len(unknown) > 3 else "")  # noqa: PLR2004
    return Problem("not_found", f"There is no message {listed}. Nothing is sent again.")
