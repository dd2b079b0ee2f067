"""What was told, and to whom: the questions about it, and the order to tell it again.

One rule: an order says exactly one thing. Which messages are meant is decided when it is carried out, in the order in
which they were told; see `store/redeliveries.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from app.domain.message import instant

DeliveryState = Literal["pending", "delivered", "dead", "superseded"]
MOST_MESSAGES = 100


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Messages as (id, body) in the order of commits. `next_cursor` goes on after them, also when there are none.

    `more`: the next page can be had at once. A page may have less than was asked for and still have one after it.
    """

    items: Sequence[tuple[str, str]]
    next_cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class DeliverySearch:
    """Which deliveries of a destination to show, newest first. `before`: the last message id of the page before."""

    state: DeliveryState | None = None
    failure: str | None = None
    type: str | None = None
    invoice: str | None = None
    before: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Deliveries as JSON objects; `next_id` is where the next page begins, None on the last one."""

    items: Sequence[dict[str, Any]]
    next_id: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be told again to a destination: these `messages`, whatever its filters say; or what is `dead` (of a
    failure class, if one is named); or, with neither, everything since an instant that its filters let through, also
    what it was never told.

    `since` is inclusive, `until` exclusive, both aware UTC and about when it happened. No `types`: all.
    """

    messages: tuple[str, ...] = ()
    dead: bool = False
    failure: str | None = None
    types: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def document(self) -> dict[str, Any]:
        """As JSON, in the words of the request; what was not said is left out."""
        said = {
            "messages": list(self.messages), "state": "dead" if self.dead else None, "failure": self.failure,
            "types": list(self.types), "since": instant(self.since), "until": instant(self.until),
        }  # fmt: skip
        return {name: value for name, value in said.items() if value}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Order":
        """Reads what `document` wrote."""
        since, until = (document.get(name) for name in ("since", "until"))
        return cls(
            messages=tuple(document.get("messages", ())),
            dead=document.get("state") == "dead",
            failure=document.get("failure"),
            types=tuple(document.get("types", ())),
            since=datetime.fromisoformat(since) if since else None,
            until=datetime.fromisoformat(until) if until else None,
        )
