"""One request by somebody who may look, and what every page does with it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from app.console import access
from app.console.refusal import Refusal
from app.console.rendering import Press
from app.console.voice import Voice
from app.domain.search import Principal

_MOST_BYTES: Final = 4096  # of a form; a key has at most 512


@dataclass(frozen=True, slots=True)
class Visit:
    """`principal` is None where all may look."""

    request: Request
    say: Voice
    principal: Principal | None = None

    def shown(self, press: Press, name: str, *, status: int = 200, **values: Any) -> Response:
        """The page `name`, with what every page needs."""
        values |= {"here": self.request.url, "principal": self.principal}
        return press.page(name, self.say, status=status, **values)


Page = Callable[[Visit], Awaitable[Response]]


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a small form sent by a page of ours; Refusal 403 for one from elsewhere."""
    if not access.is_from_here(request):
        raise Refusal(HTTPStatus.FORBIDDEN, "foreign_form")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "malformed")
    return dict(parse_qsl(body.decode("utf-8", "replace")))
