"""What the service says, read from its API and its metrics. One rule: nothing is read past them."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.clock import Clock
from app.demo.peer import Peer
from app.domain.invoice import Diagnosis, State
from app.drill.verdict import Seen

LOOK = 0.5  # real seconds between two looks at the metrics
PAGE = 100
_AT_ONCE = 8
_DOWN = re.compile(r'piaoda_account_(?:up\{account="([^"]+)"\} 0|breaker_open\{account="([^"]+)"\} 1)(?:\.0)?\n')
_QUIET = (State.PENDING, State.SYNCED)

Document = Mapping[str, Any]


class Witness:
    def __init__(self, service: Peer, clock: Clock) -> None:
        self._service, self._clock = service, clock
        self.down: dict[str, list[datetime]] = defaultdict(list)

    async def watch(self) -> None:
        """Notes, until cancelled, when the service holds an account for not answering."""
        while True:
            reply = await self._service.send("GET", "/metrics")
            for account in {up or breaker for up, breaker in _DOWN.findall(reply.text())}:
                self.down[account].append(self._clock.now())
            await asyncio.sleep(LOOK)

    async def account(self) -> dict[str, Seen]:
        """Every invoice by identity, with the messages about those that were not quiet."""
        documents = [document async for document in self._all()]
        turn = asyncio.Semaphore(_AT_ONCE)

        async def seen(document: Document) -> tuple[str, Seen]:
            async with turn:
                return f"{document['code'] or ''}/{document['number']}", await self._seen(document)

        return dict(await asyncio.gather(*(seen(document) for document in documents)))

    async def _all(self) -> Any:
        cursor = ""
        while True:
            page = await self._service.ask("GET", f"/v1/invoices?limit={PAGE}{cursor}")
            for document in page["items"]:
                yield document
            if not page.get("next_cursor"):
                return
            cursor = f"&cursor={page['next_cursor']}"

    async def _seen(self, document: Document) -> Seen:
        state, diagnosis = State(document["state"]), document["diagnosis"]
        history = [] if state in _QUIET else await self._history(document["id"])
        return Seen(
            state=state,
            diagnosis=Diagnosis(diagnosis["code"]) if diagnosis else None,
            synced_at=_at(document["synced_at"]),
            overdue_at=datetime.fromisoformat(document["overdue_at"]),
            escalate_at=datetime.fromisoformat(document["escalate_at"]),
            told=tuple(
                (entry["destination"], datetime.fromisoformat(entry["at"]))
                for entry in history
                if entry["entry"] == "delivery" and entry["state"] == "delivered"
            ),
        )

    async def _history(self, invoice_id: str) -> list[Document]:
        told: list[Document] = (await self._service.ask("GET", f"/v1/invoices/{invoice_id}/history"))["items"]
        return told


def _at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
