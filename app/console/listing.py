"""The query string of the list of invoices, as a Search and back. One rule: what we do not understand is refused.

A filter that is silently dropped would show invoices nobody asked for.
"""

from http import HTTPStatus
from typing import Final, cast, get_args
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from app.console.refusal import Refusal
from app.domain import cursors
from app.domain.invoice import UNSYNCED, State
from app.domain.search import Position, Search, Sort

LIMIT: Final = 50
SORTS: Final[tuple[Sort, ...]] = ("-issued_at", "issued_at", "-state_at", "overdue_at")
"""The orders that the page offers; the address takes every order of the API."""
_LONGEST: Final = 200


def search_of(parameters: QueryParams) -> Search:
    """The search that an address asks for; Refusal 400 where it makes no sense. Empty fields ask nothing."""
    sort = _sort(parameters.get("sort") or SORTS[0])
    return Search(
        state=_states(parameters.getlist("state")),
        account=tuple(_line(each) for each in parameters.getlist("account") if each),
        q=_line(parameters.get("q", "")) or None,
        sort=sort,
        limit=LIMIT,
        cursor=_position(parameters.get("cursor", ""), sort),
    )


def address(search: Search, following: Position | None = None) -> str:
    """The address of a search: its first page, or the one after `following`."""
    said = [("state", each.value) for each in search.state]
    said += [("account", each) for each in search.account]
    said += [("q", search.q)] if search.q else []
    said += [("sort", search.sort)] if search.sort != SORTS[0] else []
    said += [("cursor", cursors.encode(following, search.sort))] if following else []
    return "/invoices" + (f"?{urlencode(said)}" if said else "")


OLDEST_UNSYNCED: Final = Search(state=UNSYNCED, sort="issued_at", limit=LIMIT)


def _sort(said: str) -> Sort:
    if said not in get_args(Sort):
        raise _malformed()
    return cast("Sort", said)


def _states(said: list[str]) -> tuple[State, ...]:
    try:
        return tuple(State(each) for each in dict.fromkeys(said) if each)
    except ValueError:
        raise _malformed() from None


def _position(cursor: str, sort: str) -> Position | None:
    if not cursor:
        return None
    position = cursors.decode(cursor[:500], sort)
    if position is None:
        raise _malformed()
    return position


def _line(text: str) -> str:
    """What a person typed or pasted, on one line, without control characters, which no text in the database holds."""
    return "".join(each if each.isprintable() else " " for each in text).strip()[:_LONGEST]


def _malformed() -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, "malformed")
