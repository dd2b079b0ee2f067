"""What became of events: an answer for one, counts and refusals for many. One rule: each is counted once."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response

from app.api.ports import EventResult
from app.api.problems import Problem
from app.domain.event import Acceptance, Event
from app.domain.identity import Fault

Read = tuple[int, Event, str]
"""An event, its index in the request, and the JSON pointer of its invoice object there."""


def single(acceptance: Acceptance, root: str) -> Response:
    """202 new, 200 the same again; raises the 409 of a conflict."""
    if acceptance.result == "conflict":
        raise conflict(acceptance, root)
    again = acceptance.result == "duplicate"
    place = f"/v1/invoices/{acceptance.id}"
    answer = {
        "id": acceptance.id, "state": acceptance.state, "number": acceptance.number, "duplicate": again,
        "links": {"self": place},
    }  # fmt: skip
    return _Taken(200 if again else 202, to_json(answer), place)


class _Taken(Response):
    """What nearly every request is answered, made in two thirds of the time."""

    media_type = "application/json"

    def __init__(self, status: int, body: bytes, place: str) -> None:
        self.status_code, self.body, self.background = status, body, None
        self.raw_headers = [
            (b"location", place.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"content-type", b"application/json"),
        ]


def conflict(acceptance: Acceptance, root: str = "") -> Problem:
    """The 409 that names what differs. `root`: where the invoice object stands in the body."""
    known = acceptance.id  # none where the key's first event became no invoice
    extra = {"id": known, "links": {"self": f"/v1/invoices/{known}"}} if known else {}
    if acceptance.key is not None:
        detail = f"The key {_readable(acceptance.key)} was used for another event. Nothing was changed."
        return Problem("idempotency_key_reused", detail, extra=extra)
    detail = f"Invoice {acceptance.number} is known with other facts. The first ones stand; nothing was changed."
    faults = [Fault(root + each, "differs", "This differs from what was told before.") for each in acceptance.fields]
    return Problem("conflict", detail, faults=faults, extra=extra)


def _readable(key: str) -> str:
    kind, _, rest = key.partition(":")
    return f'Idempotency-Key "{rest}"' if kind == "ik" else f'of CloudEvent "{rest}" (source, id)'


class Tally:
    """Counts the events of one request and keeps the refused ones, at most `shown` of them."""

    def __init__(self, shown: int, counted: Callable[[EventResult, int], None]) -> None:
        self._shown, self._counted = shown, counted
        self._results: Counter[EventResult] = Counter()
        self._items: list[dict[str, Any]] = []
        self._truncated = False

    def refused(self, index: int, problem: Problem) -> None:
        """An event that was never stored."""
        self._count("invalid", 1)
        self._list(index, problem)

    def settled(self, read: Sequence[Read], acceptances: Sequence[Acceptance]) -> None:
        """Events on which the store has decided."""
        for result, count in Counter(each.result for each in acceptances).items():
            self._count(result, count)
        for (index, _, root), acceptance in zip(read, acceptances, strict=True):
            if acceptance.result == "conflict":
                self._list(index, conflict(acceptance, root))

    def counts(self) -> dict[str, int]:
        results = self._results
        counts = {"accepted": results["accepted"], "duplicates": results["duplicate"]}
        return counts | {"conflicts": results["conflict"], "invalid": results["invalid"]}

    def document(self) -> dict[str, Any]:
        """The JSON object that answers the request."""
        truncated = {"items_truncated": True} if self._truncated else {}
        return {**self.counts(), "items": self._items, **truncated}

    def _count(self, result: EventResult, count: int) -> None:
        self._results[result] += count
        self._counted(result, count)

    def _list(self, index: int, problem: Problem) -> None:
        if len(self._items) >= self._shown:
            self._truncated = True
            return
        self._items.append({"index": index, "status": problem.status, "problem": problem.document()})
