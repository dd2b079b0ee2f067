"""A billing system that issues invoices and reports them, in every form that POST /v1/events takes.

One rule: what happens to an invoice follows from its place in a hundred, so that everything shows within a minute.
"""

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from app.clock import Clock
from app.demo.authority import Authority
from app.demo.failure import DemoFailed
from app.demo.peer import JSON, Peer
from app.demo.seen import Seen
from app.domain.identity import Kind
from app.egress import Reply
from app.simulator.invoices import Generator

Document = Mapping[str, Any]

PAUSE: Final = 0.5  # real seconds between two turns: about two invoices a second
SOURCE: Final = "https://billing.example.com"
CLOUDEVENT, LINES = "application/cloudevents+json", "application/x-ndjson"

NEVER_UPLOADED, FAILED, DIFFERS = {8, 38, 71}, {23, 62}, {47}
AS_CLOUDEVENT, AS_LINES = set(range(1, 100, 4)), {15, 55, 95}
SENT_TWICE = {5, 26, 45, 66, 86}
VOIDED, REVERSED = {29, 79}, {34, 84}
BUNDLE = 3  # invoices in one upload

_OK, _ACCEPTED = 200, 202
_NO_FATE: Document = MappingProxyType({})


class Billing:
    def __init__(self, service: Peer, authority: Authority, clock: Clock, seen: Seen, seed: int) -> None:
        self._service, self._authority, self._clock, self._seen = service, authority, clock, seen
        self._generator = Generator(seed)
        self._issued: deque[dict[str, Any]] = deque(maxlen=40)  # good ones, the latest twenty seconds

    async def run(self) -> None:
        for turn in itertools.count():
            await self._turn(turn % 100)
            await asyncio.sleep(PAUSE)

    async def _turn(self, place: int) -> None:
        if place in AS_LINES:
            await self._upload([await self._issue(place) for _ in range(BUNDLE)])
        else:
            await self._report(await self._issue(place), place)
        if place in VOIDED:
            await self._void()
        if place in REVERSED:
            await self._reverse()

    async def _issue(self, place: int) -> dict[str, Any]:
        """A new invoice, known to the tax system with what shall become of it."""
        invoice = self._generator.invoice(self._clock.now())
        fate = _fate(place, invoice)
        await self._authority.register(invoice, fate)
        if not fate:
            self._issued.append(invoice)
        return invoice

    async def _report(self, invoice: Document, place: int) -> None:
        """Now and then a report comes twice, as after a broken connection."""
        for _ in range(2 if place in SENT_TWICE else 1):
            if place in AS_CLOUDEVENT:
                await self._tell("invoice.issued", invoice)
            else:
                await self._post(invoice, JSON)

    async def _upload(self, invoices: Sequence[Document]) -> None:
        content = "".join(json.dumps(invoice, ensure_ascii=False) + "\n" for invoice in invoices)
        reply = await self._service.send("POST", "/v1/events", content.encode(), LINES)
        answer = json.loads(reply.body)
        if reply.status != _OK or answer["items"]:
            raise _refused(reply)
        self._seen.posted({"accepted": answer["accepted"], "duplicate": answer["duplicates"]})

    async def _void(self) -> None:
        """作废: only kinds on paper can be."""
        if invoice := self._take(Kind.VAT_SPECIAL):
            await self._authority.mark(invoice, "void")
            await self._tell(
                "invoice.voided", {name: invoice[name] for name in ("number", "code")} | {"reason": "开票有误"}
            )

    async def _reverse(self) -> None:
        """红冲: a digital invoice is not voided; a red-letter one with negative amounts takes it back."""
        if invoice := self._take(Kind.DIGITAL_ORDINARY):
            red = _red(invoice, self._generator.invoice(self._clock.now()))
            await self._authority.mark(invoice, "red_full")
            await self._authority.register(red, _NO_FATE)
            await self._tell("invoice.reversed", red)

    def _take(self, kind: Kind) -> dict[str, Any] | None:
        """The oldest of the latest invoices of this kind."""
        found = next((invoice for invoice in self._issued if invoice["kind"] == kind), None)
        if found:
            self._issued.remove(found)
        return found

    async def _tell(self, event: str, data: Document) -> None:
        envelope = {"specversion": "1.0", "type": event, "source": SOURCE, "id": f"{event}/{data['number']}"}
        await self._post({**envelope, "data": data}, CLOUDEVENT)

    async def _post(self, document: Document, content_type: str) -> None:
        content = json.dumps(document, ensure_ascii=False).encode()
        reply = await self._service.send("POST", "/v1/events", content, content_type)
        if reply.status not in {_OK, _ACCEPTED}:
            raise _refused(reply)
        self._seen.posted({"accepted" if reply.status == _ACCEPTED else "duplicate": 1})


def _fate(place: int, invoice: Document) -> Document:
    if place in NEVER_UPLOADED:
        return {"upload": "never"}
    if place in FAILED:
        return {"upload": "fail"}
    return {"face_differs": {"amount": _corrected(invoice["amount"])}} if place in DIFFERS else _NO_FATE


def _corrected(amount: Document) -> Document:
    """The same amount with another first digit: what a slip at the keyboard makes of it."""
    return {name: f"1{amount[name]}" for name in ("without_tax", "with_tax")}


def _red(original: Document, fresh: Document) -> dict[str, Any]:
    """The red-letter invoice for `original`; number, handle and day are those of a `fresh` invoice."""
    amount = {name: f"-{original['amount'][name]}" for name in ("without_tax", "tax", "with_tax")}
    digits = fresh["reference"].removeprefix("billing-")
    return {
        **original,
        "number": original["number"][:5] + f"{digits:0>15}",
        "issued_at": fresh["issued_at"],
        "amount": {**amount, "currency": "CNY"},
        "original": {"code": original["code"], "number": original["number"]},
        "handle": fresh["handle"],
        "reference": fresh["reference"],
    }


def _refused(reply: Reply) -> DemoFailed:
    return DemoFailed(f"The service refused an event: {reply.status} {reply.text()[:500]}")
