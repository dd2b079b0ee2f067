"""POST /v1/events, past what a framework does for every other call. One rule: the answers are the same.

Routing, dependencies, their exit stacks and the layers that catch errors cost several times as much as reading an
invoice. The route in `events.py` says the same in the framework's words: for OpenAPI, and for whoever comes by another
path.
"""

from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.events import PATH, EventDoor
from app.api.security import WRITE, Guard


class Application(FastAPI):
    """Parts its ways before all its layers. What is added by `add_middleware` is built for both ways, so it must keep
    nothing that one of them would miss.
    """

    def __init__(self, **described: Any) -> None:
        super().__init__(**described)
        self.straight: ASGIApp | None = None

    def build_middleware_stack(self) -> ASGIApp:
        layers, straight = super().build_middleware_stack(), self.straight
        if straight is None:
            return layers
        for layer, args, more in reversed(self.user_middleware):
            straight = layer(straight, *args, **more)
        return _Doorstep(layers, straight)


class _Doorstep:
    def __init__(self, layers: ASGIApp, straight: ASGIApp) -> None:
        self._layers, self._straight = layers, straight

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "POST"
        await (self._straight if ours else self._layers)(scope, receive, send)


class Straight:
    """To the door and back. What goes wrong is answered as `problems.install` says."""

    def __init__(self, door: EventDoor, guard: Guard, described: FastAPI) -> None:
        self._door, self._guard, self._handlers = door, guard, described.exception_handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            caller = await self._guard.admit(request.headers.get("authorization", ""), [WRITE])
            response = await self._door.post(request, caller.tenant)
        except Exception as error:
            planned = next(kind for kind in type(error).__mro__ if kind in self._handlers)
            answered: Any = self._handlers[planned](request, error)
            await (await answered)(scope, receive, send)
            if planned is Exception:
                raise  # the server logs what nobody planned
            error.__traceback__ = None  # its frames hold the events of a whole group, and they hold it
        else:
            await response(scope, receive, send)
