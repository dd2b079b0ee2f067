"""Every error answer of the API, as RFC 9457 problem+json. One rule: their statuses stand here alone.

`code` is what programs branch on: closed, stable, the end of `type`. `title` and `detail` are for people.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from app.domain.errors import DatabaseUnavailable, InvalidTransition
from app.domain.identity import Fault

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:piaoda:problem:"
SHOWN = 50  # wrong fields one answer lists; a body can hold a hundred thousand

Place = Literal["pointer", "header", "parameter"]

PROBLEMS: Mapping[str, tuple[int, str]] = {
    "empty_body": (400, "The body is empty"),
    "not_utf8": (400, "The body is not UTF-8"),
    "malformed_json": (400, "The body is not JSON"),
    "malformed_xml": (400, "The body is not XML"),
    "duplicate_key": (400, "A field stands twice"),
    "too_deep": (400, "The body is nested too deeply"),
    "number_out_of_range": (400, "A number is out of range"),
    "malformed_header": (400, "A header cannot be used"),
    "malformed_query": (400, "The query cannot be used"),
    "client_disconnected": (400, "The body broke off"),
    "bad_request": (400, "The request cannot be used"),
    "unauthorized": (401, "A valid API key is needed"),
    "forbidden": (403, "The API key may not do this"),
    "not_found": (404, "Not found"),
    "method_not_allowed": (405, "Method not allowed"),
    "request_timeout": (408, "The body came too slowly"),
    "conflict": (409, "The same invoice was told with other facts"),
    "idempotency_key_reused": (409, "The key was used for another event"),
    "invalid_transition": (409, "The invoice's state does not allow this"),
    "not_checkable": (409, "The invoice cannot be checked"),
    "incident_resolved": (409, "The incident is over"),
    "window_overlaps": (409, "Another window pauses the same deadlines"),
    "webhook_exists": (409, "The name belongs to another webhook"),
    "webhook_configured": (409, "The webhook is kept in piaoda.yaml"),
    "no_process_secret": (409, "The service has no secret to seal with"),
    "too_many_secrets": (409, "Too many secrets are live"),
    "too_large": (413, "Too large"),
    "too_many_events": (413, "Too many events"),
    "unsupported_media_type": (415, "Unsupported content type"),
    "invalid_fields": (422, "Some fields are wrong"),
    "busy": (429, "Too many requests at the moment"),
    "no_query_budget": (429, "Today's checks are used up"),
    "internal_error": (500, "Something went wrong here"),
    "database_unavailable": (503, "The database cannot be reached"),
    "not_ready": (503, "Not ready"),
}

_OF_STATUS = {
    401: "unauthorized", 403: "forbidden", 404: "not_found", 413: "too_large", 415: "unsupported_media_type",
    422: "invalid_fields", 429: "busy", 500: "internal_error", 503: "not_ready",
}  # fmt: skip


class Problem(Exception):
    """One answer that is not a success; raise it anywhere in the API.

    `faults` are the wrong places: JSON pointers into the body; what is no pointer is the name of a header or
    parameter, as `place` says. `extra` are further members of the answer.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        faults: Sequence[Fault] = (),
        place: Place = "pointer",
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.status, self.title = PROBLEMS[code]
        self.faults = tuple(faults)
        self.place = place
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def document(self) -> dict[str, Any]:
        """The JSON object that goes out."""
        document: dict[str, Any] = {"type": TYPE_PREFIX + self.code, "code": self.code, "title": self.title}
        document |= {"status": self.status, "detail": self.detail, **self.extra}
        if self.faults:
            document["errors"] = [self._error(fault) for fault in self.faults[:SHOWN]]
        return document

    def _error(self, fault: Fault) -> dict[str, str]:
        place = "pointer" if fault.pointer[:1] in {"", "/"} else self.place
        return {place: fault.pointer, "code": fault.code, "detail": fault.detail}

    def response(self) -> Response:
        return JSONResponse(self.document(), self.status, headers=self.headers, media_type=MEDIA_TYPE)


def invalid_fields(faults: Sequence[Fault], *, place: Place = "pointer") -> Problem:
    """The 422 of a body that is JSON but not what it should say: one entry for each wrong field."""
    more = "" if len(faults) <= SHOWN else f"; the first {SHOWN} are listed"
    fields = "One field is wrong" if len(faults) == 1 else f"{len(faults)} fields are wrong{more}"
    return Problem("invalid_fields", f"{fields}. Nothing was stored.", faults=faults, place=place)


def malformed_query(faults: Sequence[Fault]) -> Problem:
    """The 400 of query parameters that cannot be understood."""
    return Problem("malformed_query", "; ".join(fault.detail for fault in faults[:3]), faults=faults, place="parameter")


def malformed_header(name: str, code: str, detail: str) -> Problem:
    return Problem("malformed_header", detail, faults=(Fault(name, code, detail),), place="header")


def not_found(what: str) -> Problem:
    return Problem("not_found", f"There is no such {what}.")


def database_unavailable(detail: str = "", **extra: Any) -> Problem:
    """The 503 of a write that may or may not have happened: every write can be repeated under its key."""
    text = detail or "The database cannot be reached. Repeat the request as it is: repeating is safe."
    return Problem("database_unavailable", text, headers={"Retry-After": "2"}, extra=extra)


def pointer(path: Sequence[str | int]) -> str:
    """The JSON pointer (RFC 6901) to `path`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def install(app: FastAPI) -> None:
    """Makes every error of `app`, the framework's own included, a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(DatabaseUnavailable, _database_unavailable)
    app.add_exception_handler(InvalidTransition, _invalid_transition)
    app.add_exception_handler(ClientDisconnect, _disconnected)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unplanned)


async def _problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response()


async def _database_unavailable(_request: Request, _error: Exception) -> Response:
    return database_unavailable().response()


async def _invalid_transition(_request: Request, error: Exception) -> Response:
    return Problem("invalid_transition", f"{error}. Nothing was changed.").response()


async def _disconnected(_request: Request, _error: Exception) -> Response:
    return Problem("client_disconnected", "The connection closed before the whole body was here.").response()


async def _validation(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    details = error.errors()
    faults = [Fault(_place(each["loc"]), each["type"], each["msg"]) for each in details]
    if any(each["loc"][0] == "query" for each in details):
        return malformed_query(faults).response()
    return invalid_fields(faults).response()


def _place(path: Sequence[str | int]) -> str:
    return str(path[-1]) if path[0] == "query" else pointer(path[1:])


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return _method_not_allowed(request)
    code = _OF_STATUS.get(error.status_code, "bad_request")
    detail = "There is nothing at this address; /docs lists what there is." if code == "not_found" else error.detail
    problem = Problem(code, detail, headers=error.headers)
    problem.status = error.status_code
    return problem.response()


def _method_not_allowed(request: Request) -> Response:
    allowed = ", ".join(_methods(request))
    detail = f"{request.method} is not possible here; {allowed} is."
    return Problem("method_not_allowed", detail, headers={"Allow": allowed}).response()


def _methods(request: Request) -> list[str]:
    # A path's methods can stand in several routes; the router names those of the first alone.
    tried = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
    routes = request.app.router.routes
    return [m for m in tried if any(r.matches({**request.scope, "method": m})[0] is Match.FULL for r in routes)]


async def _unplanned(_request: Request, _error: Exception) -> Response:
    return Problem("internal_error", "This is our fault, not yours. Repeating the request is safe.").response()
