"""Buttons in chat tools: Slack and WeCom call here when somebody presses one.

One rule: the call is proved by its signature before it is read, and the person, not the channel, is allowed the act.
A tool that calls several times for one press, or anybody who replays it, acts once. Answers stay far below the three
seconds that the tools wait: one short transaction.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, Protocol

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.api import callback_forms as forms
from app.api.callback_forms import Press
from app.api.callback_words import words_for
from app.api.problems import Problem, not_found
from app.channels.channel import Destination
from app.clock import Clock
from app.domain.acting import Act, Deed, Effect, Once, People, ends_at
from app.domain.alerting_policy import AlertPolicy
from app.domain.errors import DatabaseUnavailable, EgressError
from app.egress import Egress

log = logging.getLogger(__name__)

MOST_BYTES: Final = 65_536
REMEMBERED: Final = timedelta(days=1)
"""A signed call is refused after minutes; what it did is remembered far longer."""
_PATIENCE: Final = 2.0  # real seconds of the three that the tools grant
_READING: Final = 2.0
_SLACK_HOST: Final = "https://hooks.slack.com/"


class Incidents(Protocol):
    async def do(self, tenant: str, deed: Deed, now: Any, once: Once | None = None) -> Effect: ...


@dataclass(frozen=True, slots=True)
class Callbacks:
    """`destinations`: those with buttons, by name, with what proves a call in their credentials."""

    incidents: Incidents
    destinations: Mapping[str, Destination]
    people: People
    policy: AlertPolicy
    clock: Clock
    egress: Egress
    tenant: str

    async def slack(self, request: Request, destination: str) -> Response:
        """A press in Slack. The word to whoever pressed goes to `response_url` afterwards, for their eyes only."""
        to, body = self._destination(destination, "slack_app"), await _body(request)
        if not forms.slack_proved(to, request.headers, body, self.clock.now()):
            raise _unproved()
        press = forms.slack_press(body)
        if press is None:
            return Response()  # a link button, or something newer than we are
        said = await self._act("slack", to, press)
        return Response(background=BackgroundTask(self._whisper, press.reply_to, said))

    async def wecom_greets(self, request: Request, destination: str) -> Response:
        """WeCom tries the address when the operator enters it: it wants the echo deciphered."""
        to = self._destination(destination, "wecom_app")
        echo = forms.wecom_opened(to, request.query_params, request.query_params.get("echostr", ""), self.clock.now())
        if echo is None:
            raise _unproved()
        return PlainTextResponse(echo)

    async def wecom(self, request: Request, destination: str) -> Response:
        """A press on a card of a WeCom application."""
        to = self._destination(destination, "wecom_app")
        sealed = forms.wecom_sealed(await _body(request))
        event = forms.wecom_opened(to, request.query_params, sealed, self.clock.now())
        if event is None:
            raise _unproved()
        press = forms.wecom_press(event)
        if press:
            await self._act("wecom", to, press)
        return Response()

    def _destination(self, name: str, kind: str) -> Destination:
        found = self.destinations.get(name)
        if found is None or found.kind != kind:
            raise not_found("destination")
        return found

    async def _act(self, tool: str, to: Destination, press: Press) -> str:
        """Does it in the name of whom `tool` knows by this id; what they are told."""
        person, now = self.people.known_as(tool, press.user), self.clock.now()
        if person is None or press.act not in person.may:
            log.warning("callback refused", extra={"destination": to.name, "act": press.act, "known": bool(person)})
            return words_for("stranger" if person is None else "may_not", to.language)
        until = {
            Act.ACKNOWLEDGE: now + self.policy.acknowledge_for,
            Act.SILENCE: ends_at(press.lasting, now, self.policy.hours),
            Act.CHECK: None,
        }[press.act]
        once = Once(f"{tool}:{to.name}:{press.id}", now + REMEMBERED)
        try:
            async with asyncio.timeout(_PATIENCE):
                deed = Deed(press.act, press.incident, person.name, until)
                effect = await self.incidents.do(self.tenant, deed, now, once)
        except (TimeoutError, DatabaseUnavailable):
            return words_for("later", to.language)
        return words_for(f"{effect}.{press.act}" if effect is Effect.DONE else effect.value, to.language, until)

    async def _whisper(self, address: str, text: str) -> None:
        if not address.startswith(_SLACK_HOST):
            return
        content = forms.whispered(text)
        try:
            headers = {"content-type": "application/json"}
            await self.egress.request("POST", address, headers=headers, content=content, deadline=10)
        except EgressError as error:
            log.warning("callback not answered", extra={"reason": error.reason})


def router(callbacks: Callbacks) -> APIRouter:
    """The routes; no key opens them, each call proves itself."""
    routes = APIRouter(prefix="/callbacks", include_in_schema=False)
    routes.add_api_route("/slack/{destination}", callbacks.slack, methods=["POST"], response_class=Response)
    routes.add_api_route("/wecom/{destination}", callbacks.wecom_greets, response_class=Response)
    routes.add_api_route("/wecom/{destination}", callbacks.wecom, methods=["POST"], response_class=Response)
    return routes


async def _body(request: Request) -> bytes:
    """The raw bytes; Problem 413 for more than a press can be, 408 for a caller that stalls."""
    body = b""
    try:
        async with asyncio.timeout(_READING):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise Problem("too_large", f"At most {MOST_BYTES} bytes.")
    except TimeoutError:
        raise Problem("request_timeout", "The body came too slowly.") from None
    return body


def _unproved() -> Problem:
    problem = Problem("unauthorized", "The signature does not fit, or the call is too old.")
    problem.status = HTTPStatus.UNAUTHORIZED
    return problem
