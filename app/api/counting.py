"""Every request counted and timed, whatever became of it. One rule: a few microseconds, and nothing of who asked.

What a caller asked us to wait is no time of ours: whoever waits for it adds its seconds to `scope[WAITED]`. An address
that nobody serves counts to the surface it would belong to, so that strangers make no series of their own.
"""

import time
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.events import PATH

Answered = Callable[[str, str, float], None]
"""Hears of surface, class of status and seconds."""

WAITED: Final = "piaoda.waited"
_SURFACES: Final = {
    "v1": "api", "docs": "api", "openapi.json": "api", "callbacks": "callbacks",
    "livez": "health", "readyz": "health", "metrics": "health",
}  # fmt: skip
_APART: Final = {429: "429", 503: "503"}  # told to come back: no fault of the client's, no fault of ours


class Counting:
    """Outside of all that may answer. A request whose answer never began counts as ours to blame, unless it was the
    client who left.
    """

    def __init__(self, app: ASGIApp, answered: Answered) -> None:
        self._app, self._answered = app, answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

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
            if status:
                took = time.perf_counter() - began - scope.get(WAITED, 0.0)
                self._answered(surface(scope["path"]), status_class(status), took)


def surface(path: str) -> str:
    """Which part of the service an address belongs to."""
    if path == PATH:
        return "events"
    return _SURFACES.get(path[1:].partition("/")[0], "console")


def status_class(status: int) -> str:
    return _APART.get(status) or f"{status // 100}xx"
