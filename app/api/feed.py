"""The feed: what webhooks are told, for programs that would rather ask. One rule: nothing is skipped.

A page is put together from the texts that webhooks send, as they are stored; nothing is read and written again.
"""

import time
from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.api import queries
from app.api.counting import WAITED
from app.api.operations import add
from app.api.ports import Feed, Readiness
from app.api.retelling_bodies import FeedIn, FeedOut
from app.api.security import Reader
from app.clock import Clock
from app.domain.retelling import FeedPage

LOOK_EVERY = 1.0  # real seconds between two looks for one who waits
MOST_WAITING = 100  # callers who wait at the same moment; one more is answered at once


class FeedRoute:
    def __init__(self, feed: Feed, readiness: Readiness, clock: Clock) -> None:
        self._feed, self._readiness, self._clock = feed, readiness, clock
        self._waiting = 0

    async def read(self, request: Request, caller: Reader) -> Response:
        """Read the feed.

        The messages that webhooks are sent, to pull: in the order of commits, page by page. Keep `next_cursor` and go
        on with it: nothing is ever skipped. Where there is nothing yet, `wait` keeps the call until there is something.
        """
        query = queries.read(FeedIn, request.query_params)
        page = await self._page(caller.tenant, query)
        if not page.items and not page.more and query.wait and self._waiting < MOST_WAITING:
            self._waiting += 1
            try:
                page = await self._wait(request, caller.tenant, query.model_copy(update={"after": page.next_cursor}))
            finally:
                self._waiting -= 1
        return Response(_encode(page), media_type="application/json")

    async def _wait(self, request: Request, tenant: str, query: FeedIn) -> FeedPage:
        """Looks again and again until something is there, the wait is over, or nobody waits for the answer."""
        until = self._clock.now() + self._clock.real(query.wait)
        while True:
            began = time.perf_counter()
            await self._clock.sleep(min(self._clock.real(LOOK_EVERY), self._left(until)).total_seconds())
            request.scope[WAITED] = request.scope.get(WAITED, 0.0) + time.perf_counter() - began
            page = await self._page(tenant, query)
            query = query.model_copy(update={"after": page.next_cursor})
            if page.items or page.more or self._left(until) <= timedelta():
                return page
            if await request.is_disconnected() or await self._readiness.ready():
                return page

    def _left(self, until: datetime) -> timedelta:
        return until - self._clock.now()

    async def _page(self, tenant: str, query: FeedIn) -> FeedPage:
        page = await self._feed.page(tenant, query.after or None, query.type, query.limit)
        if page is None:
            raise queries.cursor_invalid("after")
        return page


def router(feed: Feed, readiness: Readiness, clock: Clock) -> APIRouter:
    routes = APIRouter(tags=["feed"])
    add(routes, "GET /v1/feed", FeedRoute(feed, readiness, clock).read, "read_feed", {200: (FeedOut, "One page.")},
        "malformed_query", asks=FeedIn)  # fmt: skip
    return routes


def _encode(page: FeedPage) -> str:
    items = ",".join(f'{{"id":"{id_}",{body[1:]}' for id_, body in page.items)
    return f'{{"items":[{items}],"next_cursor":"{page.next_cursor}","more":{"true" if page.more else "false"}}}'
