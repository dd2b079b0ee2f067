"""What stands behind the API in its tests: the ports, in memory. It decides as little as it can."""

import asyncio
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import httpx2

from app.api import security
from app.api.app import create
from app.api.ports import Limits, Services
from app.domain.errors import DatabaseUnavailable, InvalidTransition
from app.domain.event import Acceptance, Event, EventType
from app.domain.invoice import Cause, Record, State
from app.domain.message import instant
from app.domain.search import Page, Position, Principal, Search

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
TENANT = "default"
KEY = security.mint().text
NAMESPACE = UUID("018f0000-0000-7000-8000-000000000000")
PLACE_OF_NOBODY = str(NAMESPACE)

INVOICE = {
    "number": "26112000000000000001",
    "issued_at": "2026-11-22T09:30:00+08:00",
    "seller": {"tax_id": "911101081000000166", "name": "示例科技（北京）有限公司"},
    "amount": {"without_tax": "100.00", "tax": "6.00", "with_tax": "106.00"},
}
RED = INVOICE | {
    "number": "26112000000000000002",
    "amount": {"without_tax": "-100.00", "tax": "-6.00", "with_tax": "-106.00"},
    "original": {"number": "26112000000000000001"},
}


def envelope(data=None, **changes):
    said = {"specversion": "1.0", "type": "com.example.invoice.issued", "source": "/billing", "id": "1"}
    return said | {"data": INVOICE if data is None else data} | changes


@dataclass
class Hands:
    """A clock that stands still until the test moves it."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def real(self, seconds: float) -> timedelta:
        return timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Memory:
    """Intake and invoices of one tenant. `fails_after`: batches accepted before the database goes away."""

    told: dict[tuple, Event] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)
    said: list[tuple] = field(default_factory=list)
    searches: list[Search] = field(default_factory=list)
    fails_after: int | None = None
    check_result: str = "asked"
    gate: object = None
    at_work: int = 0
    most_at_work: int = 0

    @asynccontextmanager
    async def turn(self):
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        yield
        self.at_work -= 1

    async def accept(self, tenant: str, events: Sequence[Event], now: datetime) -> list[Acceptance]:
        if self.gate:
            await self.gate.wait()
        async with self.turn():
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        if self.fails_after is not None and len(self.batches) >= self.fails_after:
            raise DatabaseUnavailable("gone")
        self.batches.append(len(events))
        return [self._accept(tenant, event, now) for event in events]

    def _accept(self, tenant, event, now):
        names = [("invoice", event.code, event.number, event.type is EventType.VOIDED), *event.keys]
        known = next((self.told[name] for name in names if name in self.told), None)
        at = str(uuid5(NAMESPACE, f"{event.code} {event.number}"))
        if known is None:
            self.told |= dict.fromkeys(names, event)
            self._keep(at, tenant, event, now)
            return Acceptance("accepted", at, State.PENDING, event.number)
        if known.fingerprint == event.fingerprint:
            return Acceptance("duplicate", at, State.PENDING, event.number)
        if known.number != event.number:
            return Acceptance("conflict", at, State.PENDING, event.number, key=event.keys[0])
        return Acceptance("conflict", at, State.PENDING, event.number, fields=("/amount/with_tax",))

    def _keep(self, at, tenant, event, now):
        if event.invoice:
            late = now + timedelta(hours=24)
            self.records[at] = Record(
                at, tenant, event.invoice, State.PENDING, Cause.ISSUED, 1, now, now, late, late, warnings=event.warnings
            )

    async def get(self, tenant, invoice_id):
        found = self.records.get(invoice_id)
        return found if found and found.tenant == tenant else None

    async def search(self, tenant, query):
        self.searches.append(query)
        found = list(self.records.values())[: query.limit]
        return Page(found, Position(NOW, found[-1].id) if len(found) < len(self.records) else None)

    async def history(self, tenant, invoice_id):
        first = {"before": None, "after": "pending", "cause": "issued", "evidence": None, "reason": None}
        return [{"at": instant(NOW), "entry": "transition", "sequence": 1, "actor": "system", **first}]

    async def check_now(self, tenant, invoice_id, actor, now):
        return self.check_result if await self.get(tenant, invoice_id) else None

    async def resolve(self, tenant, invoice_id, actor, now, **said):
        record = await self.note(tenant, invoice_id, actor, now, **said)
        if record and record.state is State.SYNCED:
            raise InvalidTransition("synced does not move by manual")
        if record:
            self.records[invoice_id] = replace(record, state=State.SYNCED, cause=Cause.MANUAL)
        return self.records.get(invoice_id)

    async def note(self, tenant, invoice_id, actor, now, **said):
        self.said.append((actor, said))
        return await self.get(tenant, invoice_id)

    void = acknowledge = note

    async def stats(self, tenant, now):
        counts = dict.fromkeys(State, 0) | {State.PENDING: len(self.records)}
        return {"at": instant(now), "invoices": counts, "accounts": {}}


@dataclass
class Ring:
    """Keys. `asked` counts look-ups that reached the database."""

    principals: dict[bytes, Principal] = field(default_factory=dict)
    asked: int = 0

    def add(self, text: str, *scopes: str, tenant: str = TENANT) -> str:
        self.principals[security.digest(text)] = Principal(tenant, "k1", "billing", frozenset(scopes))
        return text

    async def find(self, digest: bytes) -> Principal | None:
        self.asked += 1
        return self.principals.get(digest)


@dataclass
class Probe:
    missing: list[str] = field(default_factory=list)

    async def ready(self) -> list[str]:
        return self.missing


@dataclass
class House:
    """One application and everything behind it."""

    limits: Limits = field(default_factory=Limits)
    memory: Memory = field(default_factory=Memory)
    ring: Ring = field(default_factory=Ring)
    probe: Probe = field(default_factory=Probe)
    clock: Hands = field(default_factory=Hands)
    counted: dict[str, int] = field(default_factory=dict)

    def __post_init__(self):
        self.ring.add(KEY, "admin")
        services = Services(self.memory, self.ring, self.memory, self.probe, self._count)
        self.app = create(services, clock=self.clock, limits=self.limits, version="1.2.3")

    def _count(self, result, count):
        self.counted[result] = self.counted.get(result, 0) + count

    @asynccontextmanager
    async def client(self, key=KEY):
        """Talks to the application as a client would; an exception that escapes it becomes its 500."""
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with httpx2.AsyncClient(transport=transport, base_url="http://piaoda", headers=headers) as client:
            yield client
