"""Which language a visitor reads. One rule: a choice made here comes first, then the browser, then the setting."""

import re
from typing import Final, Literal, cast, get_args

from starlette.requests import Request
from starlette.responses import Response

Language = Literal["zh", "en"]

COOKIE: Final = "piaoda-lang"
_YEAR: Final = 31_536_000
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}|\*)[-0-9A-Za-z]*\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*")


def language_of(request: Request, default: Language) -> Language:
    """`?lang=`, else the cookie, else Accept-Language, else the default."""
    chosen = (request.query_params.get("lang"), request.cookies.get(COOKIE))
    wanted = (*chosen, *_accepted(request.headers.get("accept-language", "")))
    return next((cast("Language", each) for each in wanted if each in get_args(Language)), default)


def remember(request: Request, response: Response, language: Language) -> None:
    """Keeps a choice made by `?lang=` for the pages to come."""
    if request.query_params.get("lang") == language:
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, language, max_age=_YEAR, httponly=True, samesite="lax", secure=secure)


def _accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header without their regions, the most wanted first."""
    ranges = [found for part in header.split(",")[:20] if (found := _RANGE.fullmatch(part))]
    weighed = [(float(each[2] or 1), each[1].lower()) for each in ranges]
    return [name for weight, name in sorted(weighed, key=lambda pair: -pair[0]) if weight]
