"""GET /metrics. One rule: a scrape costs the database one small reading at most every two seconds, however many ask."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.api.operations import add

FRESH_FOR = 2.0
_SAMPLE = """\
# HELP piaoda_events_total Events told by billing systems.
# TYPE piaoda_events_total counter
piaoda_events_total{result="accepted"} 10000.0
"""


class Exposition(Protocol):
    def render(self, accept: str = "") -> tuple[bytes, str]:
        """The body and its content type."""
        ...


class Scrape:
    def __init__(self, metrics: Exposition, read: Callable[[], Awaitable[None]]) -> None:
        self._metrics, self._read = metrics, read
        self._turn, self._fresh_until = asyncio.Lock(), 0.0

    async def __call__(self, request: Request) -> Response:
        async with self._turn:
            if time.monotonic() >= self._fresh_until:
                await self._read()
                self._fresh_until = time.monotonic() + FRESH_FOR
        body, content_type = self._metrics.render(request.headers.get("accept", ""))
        return Response(body, headers={"content-type": content_type})


def router(metrics: Exposition, read: Callable[[], Awaitable[None]]) -> APIRouter:
    """`read` takes a fresh reading of the database into `metrics`; it never raises."""
    scrape, routes = Scrape(metrics, read), APIRouter(tags=["health"])

    async def metrics_page(request: Request) -> Response:
        """Metrics for Prometheus.

        As text, or as OpenMetrics where `Accept` asks for it; docs/metrics.md lists them.
        """
        return await scrape(request)

    text = {"text/plain": {"schema": {"type": "string"}, "examples": {"metrics": {"value": _SAMPLE}}}}
    add(routes, "GET /metrics", metrics_page, "get_metrics", {200: (text, "The metrics.")}, public=True)
    return routes
