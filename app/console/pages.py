"""The console for finance staff: server-rendered pages in Chinese and English.

One rule: a page is a plain GET that works without script and changes nothing; what the script adds is freshness alone.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.clock import Clock
from app.console import access, act, assets, listing, overview, rendering, timeline
from app.console.access import Door
from app.console.assets import Assets
from app.console.desk import Desk
from app.console.language import Language, language_of, remember
from app.console.refusal import RETRY_AFTER, Refusal, not_found
from app.console.rendering import Press
from app.console.visit import Page, Visit, form_of
from app.console.voice import Voice
from app.domain.errors import DatabaseUnavailable
from app.domain.invoice import UNSYNCED
from app.store.invoices import Invoices
from app.store.keys import ApiKeys

PUBLIC: Final = frozenset({"/sign-in", "/sign-out", "/static/{version}/{name}", act.PATH})
"""What may be seen without a session: the way in, the way out, style, script and icon; a signed link asks by itself."""
_ADDRESS = re.compile(r"/(?![/\\])[!-~]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pages:
    """`language` is for those who have not said theirs; `tenant` is whose invoices are shown."""

    invoices: Invoices
    door: Door
    clock: Clock
    press: Press
    assets: Assets
    language: Language
    tenant: str
    desk: Desk | None = None

    def routes(self) -> list[Route]:
        """Addresses and pages; those not in PUBLIC need a session."""
        told = self.desk.pages(self.press, self.door) if self.desk else []
        return [
            *(self._route(path, page, method) for path, method, page in told),
            self._route("/", self.overview),
            self._route("/invoices", self.search),
            self._route("/invoices/{invoice_id}", self.invoice),
            self._route("/sign-in", self.ask_in),
            self._route("/sign-in", self.sign_in, "POST"),
            self._route("/sign-out", self.sign_out, "POST"),
            self._route("/static/{version}/{name}", self.asset),
        ]

    async def overview(self, visit: Visit) -> Response:
        """How everything stands, what needs a person, and what is new."""
        taken = await overview.take(self.invoices, self.tenant, visit.say.now)
        oldest = listing.address(listing.OLDEST_UNSYNCED)
        return self._page("overview", visit, overview=taken, tiles=overview.TILES, oldest_address=oldest)

    async def search(self, visit: Visit) -> Response:
        """Invoices by filter, page by page."""
        search = listing.search_of(visit.request.query_params)
        found = await self.invoices.search(self.tenant, search)
        stats = await self.invoices.stats(self.tenant, visit.say.now)
        return self._page(
            "invoices", visit, search=search, records=found.records, accounts=list(stats["accounts"]),
            states=overview.TILES, sorts=listing.SORTS, first=listing.address(search),
            following=listing.address(search, found.next_cursor) if found.next_cursor else None,
        )  # fmt: skip

    async def invoice(self, visit: Visit) -> Response:
        """One invoice: where it stands, its facts, and everything that happened to it."""
        record = await self.invoices.get(self.tenant, visit.request.path_params["invoice_id"])
        if record is None:
            raise not_found("no_invoice")
        entries = timeline.tell(await self.invoices.history(self.tenant, record.id))
        return self._page("invoice", visit, record=record, entries=entries, unsynced=record.state in UNSYNCED)

    async def ask_in(self, visit: Visit) -> Response:
        """The form that takes a key."""
        return RedirectResponse("/", 303) if self.door.open_to_all else self._sign_in_page(visit, "/")

    async def sign_in(self, visit: Visit) -> Response:
        """Takes a key, gives a session, and goes on to where the visitor wanted to."""
        fields = await form_of(visit.request)
        wanted = fields.get("next", "")
        client = visit.request.client.host if visit.request.client else ""
        try:
            session = await self.door.sign_in(fields.get("key", "").strip(), client)
        except Refusal as refusal:
            return self._sign_in_page(visit, wanted, refusal)
        response = RedirectResponse(_safe(wanted), 303)
        access.give(visit.request, response, session)
        return response

    async def sign_out(self, visit: Visit) -> Response:
        """Ends the session in this browser."""
        await form_of(visit.request)
        response = RedirectResponse("/sign-in", 303)
        access.take_back(visit.request, response)
        return response

    async def asset(self, visit: Visit) -> Response:
        """Style, script and icon."""
        asked = visit.request.path_params
        found = self.assets.by_name.get(asked["name"])
        if found is None:
            raise not_found()
        headers = {"Cache-Control": found.caching(asked["version"]), "Vary": "Accept-Encoding"}
        return Response(found.body, media_type=found.media_type, headers=headers)

    def endpoint(self, page: Page, *, public: bool) -> Callable[[Request], Awaitable[Response]]:
        """The page behind the door, in the visitor's language; whatever keeps it from being shown is a page too."""

        async def answer(request: Request) -> Response:
            language = language_of(request, self.language)
            visit = Visit(request, Voice(language, self.clock.now()))
            try:
                principal = None if public else await self.door.visitor(request)
                response = await page(Visit(request, visit.say, principal))
            except DatabaseUnavailable:
                response = self._refused(visit, Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "no_database"))
            except Refusal as refusal:
                response = self._refused(visit, refusal)
            rendering.secure(response)
            remember(request, response, language)
            return response

        return answer

    def _route(self, path: str, page: Page, method: str = "GET") -> Route:
        answer = self.endpoint(page, public=path in PUBLIC)
        return Route(path, answer, methods=[method], include_in_schema=False)

    def _refused(self, visit: Visit, refusal: Refusal) -> Response:
        if refusal.status is HTTPStatus.UNAUTHORIZED:
            return self._sign_in_page(visit, _address(visit.request), refusal)
        response = self._page("refused", visit, status=refusal.status, refusal=refusal)
        return _hinted(response, refusal)

    def _sign_in_page(self, visit: Visit, wanted: str, refusal: Refusal | None = None) -> Response:
        status = refusal.status if refusal else HTTPStatus.OK
        response = self._page("sign_in", visit, status=status, wanted=_safe(wanted), refusal=refusal)
        return _hinted(response, refusal) if refusal else response

    def _page(self, name: str, visit: Visit, *, status: int = 200, **values: Any) -> Response:
        return visit.shown(self.press, name, status=status, **values)


def install(
    app: FastAPI, *, invoices: Invoices, keys: ApiKeys, clock: Clock, open_to_all: bool, language: Language,
    tenant: str, desk: Desk | None = None,
) -> None:  # fmt: skip
    """Adds the console's routes to `app`; they are no part of its OpenAPI description."""
    files = assets.read(rendering.HERE / "static")
    door = Door(keys, clock, tenant, open_to_all=open_to_all)
    press = rendering.press(files, incidents=desk is not None)
    pages = Pages(invoices, door, clock, press, files, language, tenant, desk)
    app.router.routes.extend(pages.routes())
    _greet_the_lost(app, pages)


def _greet_the_lost(app: FastAPI, pages: Pages) -> None:
    """A browser at an address with nothing gets a page; programs keep getting what they got."""
    former: Any = app.exception_handlers[HTTPException]

    async def nothing(_visit: Visit) -> Response:
        raise not_found()

    lost = pages.endpoint(nothing, public=True)

    async def handle(request: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 0)
        browsing = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")
        if status == HTTPStatus.NOT_FOUND and browsing:
            return await lost(request)
        answer: Response = await former(request, error)
        return answer

    app.add_exception_handler(HTTPException, handle)


def _hinted(response: Response, refusal: Refusal) -> Response:
    if refusal.status in RETRY_AFTER:
        response.headers["Retry-After"] = str(RETRY_AFTER[refusal.status])
    if refusal.status is HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="piaoda"'
    return response


def _address(request: Request) -> str:
    """Where the visitor wanted to: a form cannot be sent again, so after it there is only the beginning."""
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query if request.method == "GET" else "/"


def _safe(address: str) -> str:
    """The address if it is one of ours, else the first page: a link cannot lead through us to somewhere else."""
    return address if _ADDRESS.fullmatch(address) else "/"
