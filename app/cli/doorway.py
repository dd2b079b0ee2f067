"""The doorway of a running service, as a caller from outside sees it. One rule: what got no answer is said again.

Invoices are known by their identity, so repeating is safe: what was taken the first time counts as duplicate.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from app.api import reading
from app.api.outcomes import Tally
from app.api.ports import uncounted
from app.api.problems import Problem
from app.api.uploads import read_item
from app.domain.address import Allowed
from app.domain.errors import EgressError, PiaodaError
from app.domain.event import Acceptance
from app.domain.invoice import State
from app.egress import Egress, Reply

LINES = 500
"""What the service commits together: an answer that is lost leaves either all of them there or none."""

_ATTEMPTS = 5
_PAUSE, _LONGEST_PAUSE = 1.0, 30.0  # seconds
_DEADLINE = 60.0
_MOST_BYTES = 8 * 1024**2  # every line may have its problem
_COME_AGAIN = frozenset({
    HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT,
})  # fmt: skip
"""The last two a proxy says while the service behind it starts again."""
_TOLD = frozenset({"accepted", "duplicates", "conflicts", "invalid", "items"})
_NOT_THERE = frozenset({"connect", "reset", "timeout"})


class Shut(PiaodaError):
    """The service cannot be spoken to; `ours`: because of how it was called."""

    def __init__(self, sentence: str, *, ours: bool = False) -> None:
        super().__init__(sentence)
        self.ours = ours


@dataclass(frozen=True, slots=True)
class Doorway:
    """`url`: where the service is; `key`: an API key with the scope `events:write`."""

    egress: Egress
    url: str
    key: str = field(repr=False)

    async def tell(self, lines: Sequence[bytes]) -> dict[str, Any]:
        """What became of each line, as POST /v1/events answers for NDJSON; raises Shut."""
        for attempt in range(1, _ATTEMPTS + 1):
            reply, trouble = await self._post(b"\n".join(lines))
            if reply and reply.status not in _COME_AGAIN:
                return _answer(reply)
            if attempt < _ATTEMPTS:
                await asyncio.sleep(_wait(reply))
        raise Shut(f"{self.url} does not take it ({trouble}). Repeat the command later: what is there is not doubled.")

    async def _post(self, content: bytes) -> tuple[Reply | None, str]:
        headers = {"content-type": "application/x-ndjson", "authorization": f"Bearer {self.key}"}
        url = self.url.rstrip("/") + "/v1/events"
        try:
            reply = await self.egress.request(
                "POST", url, headers=headers, content=content, deadline=_DEADLINE, max_bytes=_MOST_BYTES
            )
        except EgressError as error:
            if error.reason not in _NOT_THERE:
                raise Shut(f"{error.detail}.", ours=error.reason == "refused") from None
            return None, str(error)
        return reply, f"status {reply.status}"


def opened(url: str) -> Egress:
    """A way out to the service that the operator names on the command line, private address or not."""
    port = urlsplit(url).port or (443 if url.startswith("https:") else 80)
    return Egress(allow=[Allowed.parse(f"0.0.0.0/0:{port}"), Allowed.parse(f"[::]/0:{port}")])


def rehearsed(lines: Sequence[bytes]) -> dict[str, Any]:
    """What a service that knows none of these invoices would answer; nobody is asked."""
    tally, now = Tally(len(lines), uncounted), datetime.now(UTC)
    for index, line in enumerate(lines):
        try:
            event, root = read_item(reading.parse(line), now)
        except Problem as problem:
            tally.refused(index, problem)
        else:
            tally.settled([(index, event, root)], [Acceptance("accepted", "", State.PENDING, event.number)])
    return tally.document()


def _wait(reply: Reply | None) -> float:
    told = reply.headers.get("retry-after", "") if reply else ""
    return min(float(told), _LONGEST_PAUSE) if told.isascii() and told.isdigit() else _PAUSE


def _answer(reply: Reply) -> dict[str, Any]:
    try:
        answer = json.loads(reply.body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or (reply.status == HTTPStatus.OK and not answer.keys() >= _TOLD):
        raise Shut(f"What answers there is no Piaoda (status {reply.status}); check --url.", ours=True)
    if reply.status != HTTPStatus.OK:
        ours = reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
        raise Shut(f"{answer.get('title')}: {answer.get('detail')}", ours=ours)
    return answer
