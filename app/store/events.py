"""What a billing system tells us, written once. One rule: an event may be told again under any of its names and
nothing doubles.

Its names: tenant + (number, code) always; a CloudEvent's source and id; an Idempotency-Key. A whole batch is one
transaction: invoices, first transitions, schedule and counts in one statement, so that a 2xx means committed and
flushed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from app.domain import lifecycle
from app.domain.event import Acceptance, Event, EventType, contradictions
from app.domain.invoice import Cause, Invoice, Record, State, Transition
from app.domain.policy import Admission
from app.domain.transition import Move, move
from app.store import moves
from app.store.database import Connection, Database, columns
from app.store.moves import Moved, declare, new_id, unheard
from app.store.rows import INVOICE_COLUMNS, invoice_values, record_of

Admit = Callable[[Invoice, datetime], Admission]
Identity = tuple[str, str]


_ISSUE_COLUMNS: Mapping[str, str] = MappingProxyType(
    {**INVOICE_COLUMNS, "due_at": "timestamptz", "warning_list": "text"}
)

_FIXED = "state, cause, sequence, state_at, received_at, late_at, warnings, diagnosis, outcome_code"

_ISSUE = f"""
WITH input AS MATERIALIZED ({declare(_ISSUE_COLUMNS, 3)}),
issued AS (
    INSERT INTO invoices (tenant, {", ".join(INVOICE_COLUMNS)}, {_FIXED})
    SELECT $1, {", ".join(INVOICE_COLUMNS)}, 'pending', 'issued', 1, $2, $2, overdue_at,
           string_to_array(warning_list, ','), 'too_early', ''
    FROM input
    ORDER BY number, code
    ON CONFLICT (tenant, number, code) DO NOTHING
    RETURNING id, account, number, code
), history AS (
    INSERT INTO transitions (tenant, invoice_id, sequence, before, after, cause, actor, at)
    SELECT $1, id, 1, NULL, 'pending', 'issued', 'system', $2 FROM issued
), scheduled AS (
    INSERT INTO schedule (tenant, invoice_id, account, due_at)
    SELECT $1, issued.id, issued.account, input.due_at FROM issued JOIN input USING (id) WHERE input.due_at IS NOT NULL
), counted AS (
    INSERT INTO invoice_counts (tenant, account, state, shard, n)
    SELECT $1, account, 'pending', pg_backend_pid() % 8, count(*) FROM issued GROUP BY account ORDER BY account
    ON CONFLICT (tenant, account, state, shard) DO UPDATE SET n = invoice_counts.n + excluded.n
)
SELECT id::text, number, code FROM issued"""

# LATERAL with LIMIT is an index look-up a row, whatever the planner believes of a table that has just grown.
_HELD = """
SELECT i.* FROM unnest($2::text[], $3::text[]) AS wanted (number, code) CROSS JOIN LATERAL (
    SELECT * FROM invoices WHERE tenant = $1 AND number = wanted.number AND code = wanted.code LIMIT 1) AS i"""

_EARLY = """
SELECT e.number, e.code, e.invoice_id::text, e.reason
FROM unnest($2::text[], $3::text[]) AS wanted (number, code) CROSS JOIN LATERAL (
    SELECT * FROM early_voids WHERE tenant = $1 AND number = wanted.number AND code = wanted.code LIMIT 1) AS e"""

_PARK = """
INSERT INTO early_voids (tenant, number, code, invoice_id, reason, received_at)
SELECT $1, number, code, invoice_id, reason, $2
FROM unnest($3::text[], $4::text[], $5::uuid[], $6::text[]) AS parked (number, code, invoice_id, reason)
ON CONFLICT DO NOTHING"""

_UNPARK = """
DELETE FROM early_voids e USING unnest($2::text[], $3::text[]) AS done (number, code)
WHERE e.tenant = $1 AND e.number = done.number AND e.code = done.code"""

_KEYS = "SELECT key, fingerprint FROM event_keys WHERE tenant = $1 AND key = ANY ($2::text[])"

_TAKE_KEYS = """
INSERT INTO event_keys (tenant, key, fingerprint, received_at)
SELECT $1, key, fingerprint, $2 FROM unnest($3::text[], $4::bytea[]) AS kept (key, fingerprint) ORDER BY key
ON CONFLICT DO NOTHING RETURNING key"""

_DROP_KEYS = "DELETE FROM event_keys WHERE tenant = $1 AND key = ANY ($2::text[])"


async def accept(
    database: Database, tenant: str, events: Sequence[Event], now: datetime, admit: Admit, moved: Moved = unheard
) -> list[Acceptance]:
    """Writes a batch or finds it; one Acceptance an event, same order. Repeatable. Raises DatabaseUnavailable."""

    async def work(tx: Connection) -> tuple[list[Acceptance], list[Transition]]:
        batch = _Batch(tx, tenant, events, now, admit)
        return await batch.accept(), batch.transitions

    answers, transitions = await database.repeatably(work)
    moved(transitions)
    return answers


@dataclass(frozen=True, slots=True)
class _Parked:
    """A void waiting for its invoice; `invoice_id` is the id the invoice will get."""

    invoice_id: str
    reason: str | None


class _Batch:
    """One batch in one transaction; the steps are in the order of `accept`."""

    def __init__(self, tx: Connection, tenant: str, events: Sequence[Event], now: datetime, admit: Admit) -> None:
        self._tx, self._tenant, self._events, self._now, self._admit = tx, tenant, events, now, admit
        self._answers: dict[int, Acceptance] = {}
        self.transitions: list[Transition] = []

    async def accept(self) -> list[Acceptance]:
        ours = await self._take_keys()
        await self._lock_voided()
        early = await self._early(self._open(EventType.ISSUED, EventType.REVERSED).values())
        await self._issue(early)
        held = await self._held({*self._open(*EventType).values(), *early})
        self._answer_repeated(held)
        await self._void(held, early)
        await self._drop_keys_of_conflicts(ours)
        return [self._answers[index] for index in range(len(self._events))]

    def _open(self, *types: EventType) -> dict[int, Identity]:
        """Events of `types` that have no answer yet."""
        return {
            index: (event.number, event.code or "")
            for index, event in enumerate(self._events)
            if event.type in types and index not in self._answers
        }

    async def _take_keys(self) -> set[str]:
        """Takes the keys that are free; a key used for something else, here or before, is a conflict.

        The insert waits for whoever is just taking the same key, and the look after it sees what became of that.
        """
        told = {key: event.fingerprint for event in reversed(self._events) for key in event.keys}
        if not told:
            return set()
        rows = await self._tx.fetch(_TAKE_KEYS, self._tenant, self._now, *columns(sorted(told.items()), 2))
        held = {row["key"]: row["fingerprint"] for row in await self._tx.fetch(_KEYS, self._tenant, list(told))}
        for index, event in enumerate(self._events):
            taken = next((key for key in event.keys if held[key] != event.fingerprint), None)
            if taken is not None:
                self._answers[index] = Acceptance("conflict", "", State.PENDING, event.number, key=taken)
        return {row["key"] for row in rows}

    async def _lock_voided(self) -> None:
        """Locks the schedule of what is to be voided before anything else is written: schedule first, here as
        everywhere.
        """
        wanted = self._open(EventType.VOIDED).values()
        if wanted:
            ids = [record.id for record in (await self._held(set(wanted))).values()]
            await self._tx.execute(_LOCK_SCHEDULE, self._tenant, ids)

    async def _early(self, wanted: Iterable[Identity]) -> dict[Identity, _Parked]:
        """Voids that arrived before their invoice."""
        rows = await self._tx.fetch(_EARLY, self._tenant, *columns(sorted(set(wanted)), 2))
        return {(row["number"], row["code"]): _Parked(row["invoice_id"], row["reason"]) for row in rows}

    async def _issue(self, early: Mapping[Identity, _Parked]) -> None:
        """Writes the invoices that are new; of several events with one identity the first is tried."""
        first: dict[Identity, int] = {}
        for index, identity in self._open(EventType.ISSUED, EventType.REVERSED).items():
            first.setdefault(identity, index)
        rows = [self._values(self._events[index], early.get(identity)) for identity, index in first.items()]
        arrays = columns(rows, len(_ISSUE_COLUMNS))
        for row in await self._tx.fetch(_ISSUE, self._tenant, self._now, *arrays) if rows else ():
            index = first[row["number"], row["code"]]
            self._answers[index] = Acceptance("accepted", row["id"], State.PENDING, row["number"])
            self.transitions.append(Transition(1, None, State.PENDING, Cause.ISSUED, self._now))

    def _values(self, event: Event, parked: _Parked | None) -> tuple[Any, ...]:
        assert event.invoice is not None
        admission = self._admit(event.invoice, self._now)
        values = invoice_values(parked.invoice_id if parked else new_id(self._now), event, admission)
        return (*values, admission.due_at, ",".join(event.warnings))

    async def _held(self, wanted: set[Identity]) -> dict[Identity, Record]:
        """The invoices of this batch as they now stand; a new statement, so that it sees what others have just
        committed.
        """
        rows = await self._tx.fetch(_HELD, self._tenant, *columns(sorted(wanted), 2)) if wanted else []
        return {(row["number"], row["code"]): record_of(row) for row in rows}

    def _answer_repeated(self, held: Mapping[Identity, Record]) -> None:
        """What was not new is the same again, or contradicts what we hold."""
        for index, identity in self._open(EventType.ISSUED, EventType.REVERSED).items():
            record, told = held[identity], self._events[index].invoice
            assert told is not None
            differing = contradictions(record.invoice, told)
            result: Literal["conflict", "duplicate"] = "conflict" if differing else "duplicate"
            self._answers[index] = Acceptance(result, record.id, record.state, record.invoice.number, differing)

    async def _void(self, held: Mapping[Identity, Record], early: Mapping[Identity, _Parked]) -> None:
        wanted = self._open(EventType.VOIDED)
        voids = {identity: self._events[index].reason for index, identity in wanted.items()}
        reasons = {identity: parked.reason for identity, parked in early.items()} | voids
        due = {held[identity].id: reason for identity, reason in reasons.items() if identity in held}
        made = await _apply_voids(self._tx, self._tenant, due, self._now)
        self.transitions += [one.transition for one in made]
        moved = {one.record.id for one in made}
        parked = await self._park({i: reason for i, reason in voids.items() if i not in held})
        if early:
            await self._tx.execute(_UNPARK, self._tenant, *columns(sorted(early), 2))
        for index, identity in wanted.items():
            self._answers[index] = self._void_answer(identity, held, moved, parked)

    def _void_answer(
        self,
        identity: Identity,
        held: Mapping[Identity, Record],
        moved: set[str],
        parked: Mapping[Identity, tuple[str, bool]],
    ) -> Acceptance:
        if identity in parked:
            reserved, new = parked[identity]
            return Acceptance("accepted" if new else "duplicate", reserved, State.VOIDED, identity[0])
        record = held[identity]
        return Acceptance("accepted" if record.id in moved else "duplicate", record.id, State.VOIDED, identity[0])

    async def _park(self, voids: Mapping[Identity, str | None]) -> dict[Identity, tuple[str, bool]]:
        """Keeps voids whose invoice is not there yet: the id it will have, and whether the void is news."""
        if not voids:
            return {}
        ours = {identity: new_id(self._now) for identity in voids}
        rows = [(*identity, ours[identity], reason) for identity, reason in voids.items()]
        await self._tx.execute(_PARK, self._tenant, self._now, *columns(rows, 4))
        kept = {identity: parked.invoice_id for identity, parked in (await self._early(voids)).items()}
        return {identity: (kept[identity], kept[identity] == ours[identity]) for identity in voids}

    async def _drop_keys_of_conflicts(self, ours: set[str]) -> None:
        """A conflict changes nothing: the keys it brought are free again."""
        kept = {
            key
            for index, event in enumerate(self._events)
            if self._answers[index].result != "conflict"
            for key in event.keys
        }
        if ours - kept:
            await self._tx.execute(_DROP_KEYS, self._tenant, sorted(ours - kept))


_LOCK_SCHEDULE = (
    "SELECT FROM schedule WHERE tenant = $1 AND invoice_id = ANY ($2::uuid[]) ORDER BY invoice_id FOR UPDATE"
)
_LOCK = "SELECT * FROM invoices WHERE tenant = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR UPDATE"


async def _apply_voids(tx: Connection, tenant: str, reasons: Mapping[str, str | None], now: datetime) -> list[Move]:
    """Voids invoices, reasons by id, as they stand under our locks: a void that lost a race would be lost for good."""
    if not reasons:
        return []
    await tx.execute(_LOCK_SCHEDULE, tenant, list(reasons))
    records = [record_of(row) for row in await tx.fetch(_LOCK, tenant, list(reasons))]
    told = [
        move(record, Cause.VOIDED, now, actor="issuer", reason=reasons[record.id])
        for record in records
        if lifecycle.allows(record.state, Cause.VOIDED)
    ]
    moved = await moves.apply(tx, tenant, told, unschedule=True) if told else set()
    return [one for one in told if one.record.id in moved]


_OVERTAKEN = """
SELECT i.id, i.number, i.code, e.reason AS void_reason FROM early_voids e JOIN invoices i
    ON i.tenant = e.tenant AND i.number = e.number AND i.code = e.code
WHERE e.tenant = $1 AND e.received_at > $3 LIMIT $2"""
# Two transactions cross within seconds; a void that has waited for a week waits for an invoice that was never told.
_CROSSING = timedelta(days=7)


async def apply_early_voids(database: Database, tenant: str, now: datetime, limit: int = 500) -> list[Move]:
    """Voids that crossed their invoice on the way in: two transactions that could not see each other."""

    async def work(tx: Connection) -> list[Move]:
        rows = await tx.fetch(_OVERTAKEN, tenant, limit, now - _CROSSING)
        made = await _apply_voids(tx, tenant, {str(row["id"]): row["void_reason"] for row in rows}, now)
        if rows:
            await tx.execute(_UNPARK, tenant, *columns([(row["number"], row["code"]) for row in rows], 2))
        return made

    return await database.repeatably(work)
