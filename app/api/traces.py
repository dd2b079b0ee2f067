"""The trace of a request: where it comes from, and that it is answered. One rule: it changes no answer.

What is sent as `traceparent` and is none is as if it had not been sent.
"""

from collections.abc import Sequence
from dataclasses import replace

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.event import Event
from app.domain.trace import Trace, read
from app.observability.tracing import Answering, Tracing

_ANSWERING = "piaoda.answering"
_NAMES = (b"traceparent", b"ce-traceparent")
_UNROUTED = frozenset({"/v1/events"})
"""What goes past the framework's routing."""


class Traced:
    """Records every request of the API by its route. Installed where traces are recorded; nobody else pays for it."""

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self._app, self._tracing = app, tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        answering = scope[_ANSWERING] = self._tracing.request(scope["method"], _came(scope))
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            status = status or 500  # what the framework answers on our way out
            raise
        finally:
            route = getattr(scope.get("route"), "path", "") or (scope["path"] if scope["path"] in _UNROUTED else "")
            answering.answered(route, status)


def traced(scope: Scope, events: Sequence[Event]) -> Sequence[Event]:
    """`events` with the request's trace, where they bring none of their own; of one and the same, the later part."""
    answering: Answering | None = scope.get(_ANSWERING)
    ours = answering.trace if answering else _came(scope)
    if answering:
        answering.link(each.trace for each in events if each.trace and not _is_one(each.trace, ours))
    if ours is None:
        return events
    return [replace(each, trace=ours) if each.trace is None or _is_one(each.trace, ours) else each for each in events]


def _is_one(trace: Trace, other: Trace | None) -> bool:
    return other is not None and trace.id == other.id


def _came(scope: Scope) -> Trace | None:
    """The trace in the header, by HTTP's own or CloudEvents' name. Told twice, nobody knows which is meant."""
    sent = [header for header in scope["headers"] if header[0] in _NAMES]
    for name in _NAMES if sent else ():
        told = [value for header, value in sent if header == name]
        if len(told) == 1 and (trace := read(told[0].decode("latin-1"))):
            return trace
    return None
