"""The demo's way of calling its own service and simulator. One rule: it insists until it is answered.

Every call of the demo may be repeated: events are known by their identity, the rest sets what it sets.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from app.demo.failure import DemoFailed
from app.domain.errors import EgressError
from app.egress import Egress, Reply

JSON = "application/json"
_NOT_THERE = frozenset({"connect", "reset", "timeout"})  # starting, busy or going down
_COME_AGAIN = frozenset({429, 503})
_PAUSE = 0.2  # seconds
_REFUSED = 400


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is called, at `base`; `key` is its API key, where it asks for one."""

    egress: Egress
    base: str
    key: str = field(default="", repr=False)

    async def send(self, method: str, path: str, content: bytes = b"", content_type: str = JSON) -> Reply:
        """The answer, whatever it is; a peer that is busy, or not there, is called again."""
        headers = {"content-type": content_type} | ({"authorization": f"Bearer {self.key}"} if self.key else {})
        while True:
            try:
                reply = await self.egress.request(method, self.base + path, headers=headers, content=content)
            except EgressError as error:
                if error.reason not in _NOT_THERE:
                    raise DemoFailed(f"{method} {self.base}{path} failed: {error}") from error
            else:
                if reply.status not in _COME_AGAIN:
                    return reply
            await asyncio.sleep(_PAUSE)

    async def ask(self, method: str, path: str, document: Any = None) -> Any:
        """The JSON that is answered; a refusal ends the demo, because the demo says nothing wrong."""
        content = b"" if document is None else json.dumps(document, ensure_ascii=False).encode()
        reply = await self.send(method, path, content)
        if reply.status >= _REFUSED:
            raise DemoFailed(f"{method} {self.base}{path} was refused: {reply.status} {reply.text()[:500]}")
        return json.loads(reply.body)
