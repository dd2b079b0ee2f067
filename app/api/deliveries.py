"""What became of the messages to a webhook, and telling them again. One rule: it is the same message, under its id.

These calls take the name of any destination, chat too.
"""

import json
from dataclasses import dataclass
from typing import TypeVar

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.api import queries
from app.api.operations import Good, add
from app.api.places import JobId, MessageId, WebhookName, cursor_of, last_of, uuid_of
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
WEBHOOK = "/v1/webhooks/{name}"
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class DeliveryRoutes:
    deliveries: Deliveries
    redeliveries: Redeliveries
    clock: Clock
    limits: Limits

    async def search(self, request: Request, name: WebhookName, caller: WebhookAdmin) -> Response:
        """List the deliveries to a webhook.

        What became of each message, newest first; takes the name of any destination, chat too.
        """
        page = _there(await self.deliveries.search(caller.tenant, name, _query(request)), "webhook")
        return JSONResponse({"items": page.items, "next_cursor": cursor_of(page.next_id, CURSOR)})

    async def get(self, name: WebhookName, message_id: MessageId, caller: WebhookAdmin) -> Response:
        """Get a delivery.

        Each attempt at it (request and reply, secrets masked), and the message.
        """
        known = uuid_of(message_id, "delivery")
        document, body = _there(await self.deliveries.get(caller.tenant, name, known), "delivery")
        told = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        return Response(f'{told[:-1]},"message":{body}}}', media_type="application/json")

    async def redeliver(self, request: Request, name: WebhookName, caller: WebhookAdmin) -> Response:
        """Send messages again.

        Under the same webhook-id: named messages, what is dead, or everything since an instant. The answer is a job;
        what is fresh goes first.
        """
        now = self.clock.now()
        order = (await read(request, RedeliverIn, limit=self.limits.body, now=now)).order()
        if unknown := await self.redeliveries.unknown(caller.tenant, order.messages):
            raise _no_such_messages(unknown)
        job = _there(await self.redeliveries.start(caller.tenant, name, order, caller.actor, now), "webhook")
        return JSONResponse(job, 202, {"Location": f"/v1/webhooks/{name}/redeliveries/{job['id']}"})

    async def jobs(self, name: WebhookName, caller: WebhookAdmin) -> Response:
        """List the redeliveries of a webhook.

        What was ordered to be sent again, newest first.
        """
        return JSONResponse({"items": _there(await self.redeliveries.list(caller.tenant, name), "webhook")})

    async def job(self, name: WebhookName, job_id: JobId, caller: WebhookAdmin) -> Response:
        """Get a redelivery.

        How far the job has come.
        """
        known = uuid_of(job_id, "redelivery")
        return JSONResponse(_there(await self.redeliveries.get(caller.tenant, name, known), "redelivery"))

    async def cancel(self, name: WebhookName, job_id: JobId, caller: WebhookAdmin) -> Response:
        """Cancel a redelivery.

        What is due already is sent. A job that has ended stays as it is.
        """
        known, now = uuid_of(job_id, "redelivery"), self.clock.now()
        return JSONResponse(_there(await self.redeliveries.cancel(caller.tenant, name, known, now), "redelivery"))


def router(deliveries: Deliveries, redeliveries: Redeliveries, clock: Clock, limits: Limits) -> APIRouter:
    at, routes = DeliveryRoutes(deliveries, redeliveries, clock, limits), APIRouter(tags=["deliveries"])
    log, jobs, one = f"{WEBHOOK}/deliveries", f"{WEBHOOK}/redeliveries", f"{WEBHOOK}/redeliveries/{{job_id}}"
    job: Good = {200: (RedeliveryOut, "The job.")}
    add(routes, f"GET {log}", at.search, "list_deliveries", {200: (DeliveriesOut, "One page.")}, "malformed_query",
        "not_found", asks=DeliveriesIn)  # fmt: skip
    add(routes, f"GET {log}/{{message_id}}", at.get, "get_delivery", {200: (DeliveryDetailOut, "The delivery.")},
        "not_found")  # fmt: skip
    add(routes, f"POST {WEBHOOK}/redeliver", at.redeliver, "redeliver", {202: (RedeliveryOut, "The job.")}, "not_found",
        takes=RedeliverIn, place="The job.")  # fmt: skip
    add(routes, f"GET {jobs}", at.jobs, "list_redeliveries", {200: (RedeliveriesOut, "The newest.")}, "not_found")
    add(routes, f"GET {one}", at.job, "get_redelivery", job, "not_found")
    add(routes, f"POST {one}/cancel", at.cancel, "cancel_redelivery", job, "not_found")
    return routes


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
