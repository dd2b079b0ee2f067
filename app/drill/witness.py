"""What the service says in the end, read from its API. One rule: nothing is read past it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from app.demo.peer import Peer
from app.domain.invoice import Diagnosis, State
from app.drill.verdict import Outage, Seen

PAGE = 100
_AT_ONCE = 8
_QUIET = (State.PENDING, State.SYNCED)

Document = Mapping[str, Any]


class Witness:
    def __init__(self, service: Peer) -> None:
        self._service = service

    async def outages(self) -> Mapping[str, Sequence[Outage]]:
        """By account, the incidents in which it could not be asked, with whom they were told to."""
        found: dict[str, list[Outage]] = defaultdict(list)
        async for document in self._all("/v1/incidents", "&cause=outage"):
            full = await self._service.ask("GET", f"/v1/incidents/{document['id']}")
            deliveries = [each for notice in full["notices"] for each in notice["deliveries"]]
            found[full["account"]].append(
                Outage(
                    opened_at=datetime.fromisoformat(full["opened_at"]),
                    told=tuple(each["destination"] for each in deliveries if each["state"] == "delivered"),
                )
            )
        return found

    async def account(self) -> dict[str, Seen]:
        """Every invoice by identity, with the messages about those that were not quiet."""
        documents = [document async for document in self._all("/v1/invoices")]
        turn = asyncio.Semaphore(_AT_ONCE)

        async def seen(document: Document) -> tuple[str, Seen]:
            async with turn:
                return f"{document['code'] or ''}/{document['number']}", await self._seen(document)

        return dict(await asyncio.gather(*(seen(document) for document in documents)))

    async def _all(self, path: str, filters: str = "") -> AsyncIterator[Document]:
        cursor = ""
        while True:
            page = await self._service.ask("GET", f"{path}?limit={PAGE}{filters}{cursor}")
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
