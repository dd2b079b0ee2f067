"""What a billing system tells us, written once. One rule: an event may be told again under any of its names and
nothing doubles.

Its names: tenant + (number, code) always; a CloudEvent's source and id; an Idempotency-Key. What is plainly new is
written by one statement (`issue.py`); the rest of a batch is one transaction. A 2xx means committed and flushed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import asyncpg

from app.domain.event import Acceptance, Event, EventType, contradictions
from app.domain.invoice import Cause, Record, State, Transition
from app.domain.transition import Move
from app.store import voids
from app.store.database import Connection, Database, columns
from app.store.issue import Admit, Identity, identity_of, issue
from app.store.moves import Moved, unheard
from app.store.rows import record_of
from app.store.voids import Parked

_ISSUING = (EventType.ISSUED, EventType.REVERSED)

# LATERAL with LIMIT is an index look-up a row, whatever the planner believes of a table that has just grown.
_HELD = """
SELECT i.* FROM unnest($2::text[], $3::text[]) AS wanted (number, code) CROSS JOIN LATERAL (
    SELECT * FROM invoices WHERE tenant = $1 AND number = wanted.number AND code = wanted.code LIMIT 1) AS i"""

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
    answers = await _at_once(database, tenant, events, now, admit)
    moved([_first(now)] * len(answers))
    rest = {index: event for index, event in enumerate(events) if index not in answers}

    async def work(tx: Connection) -> tuple[dict[int, Acceptance], list[Transition]]:
        batch = _Batch(tx, tenant, rest, now, admit)
        return await batch.accept(), batch.transitions

    if rest:
        more, transitions = await database.repeatably(work)
        moved(transitions)
        answers |= more
    return [answers[index] for index in range(len(events))]


async def _at_once(
    database: Database, tenant: str, events: Sequence[Event], now: datetime, admit: Admit
) -> dict[int, Acceptance]:
    """Writes what is new and known by its identity alone: one statement, which is a transaction by itself.

    That saves two round trips of a commit's three. Whatever else there is, `_Batch` takes up.
    """
    plain = {index: event for index, event in enumerate(events) if event.invoice and not event.keys}
    if not plain:
        return {}
    async with database.connection() as connection:
        try:
            return await issue(connection, tenant, plain, now, admit)
        except asyncpg.DeadlockDetectedError:  # nothing was written; a `_Batch` is repeated until it is
            return {}


def _first(now: datetime) -> Transition:
    return Transition(1, None, State.PENDING, Cause.ISSUED, now)


class _Batch:
    """One batch, events by index, in one transaction; the steps are in the order of `accept`."""

    def __init__(self, tx: Connection, tenant: str, events: Mapping[int, Event], now: datetime, admit: Admit) -> None:
        self._tx, self._tenant, self._events, self._now, self._admit = tx, tenant, events, now, admit
        self._answers: dict[int, Acceptance] = {}
        self.transitions: list[Transition] = []

    async def accept(self) -> dict[int, Acceptance]:
        ours = await self._take_keys()
        await self._lock_voided()
        await self._issue({index: event for index, event in self._open(*_ISSUING).items() if event.keys})
        if len(self._answers) < len(self._events):
            await self._answer_the_rest()
        await self._drop_keys_of_conflicts(ours)
        return self._answers

    async def _answer_the_rest(self) -> None:
        """What was told before, what was voided before it was told, and voids."""
        issued = self._open(*_ISSUING)
        early = await voids.early(self._tx, self._tenant, map(identity_of, issued.values()))
        held = await self._held(map(identity_of, self._open(*EventType).values()))
        new = {index: event for index, event in issued.items() if identity_of(event) not in held}
        await self._issue(new, {identity: parked.invoice_id for identity, parked in early.items()})
        held |= await self._held(map(identity_of, new.values()))
        self._answer_repeated(held)
        await self._void(held, early)

    def _open(self, *types: EventType) -> dict[int, Event]:
        """Events of `types` that have no answer yet."""
        return {
            index: event for index, event in self._events.items() if event.type in types and index not in self._answers
        }

    async def _issue(self, told: Mapping[int, Event], kept: Mapping[Identity, str] | None = None) -> None:
        if told:
            written = await issue(self._tx, self._tenant, told, self._now, self._admit, kept)
            self._answers |= written
            self.transitions += [_first(self._now)] * len(written)

    async def _take_keys(self) -> set[str]:
        """Takes the keys that are free; a key used for something else, here or before, is a conflict.

        The insert waits for whoever is just taking the same key, and the look after it sees what became of that.
        """
        prints = {index: event.fingerprint for index, event in self._events.items() if event.keys}
        told = {key: prints[index] for index in reversed(prints) for key in self._events[index].keys}
        if not told:
            return set()
        rows = await self._tx.fetch(_TAKE_KEYS, self._tenant, self._now, *columns(sorted(told.items()), 2))
        ours = {row["key"] for row in rows}
        before = await self._tx.fetch(_KEYS, self._tenant, list(told.keys() - ours)) if len(ours) < len(told) else ()
        held = told | {row["key"]: row["fingerprint"] for row in before}
        for index, fingerprint in prints.items():
            event = self._events[index]
            taken = next((key for key in event.keys if held[key] != fingerprint), None)
            if taken is not None:
                self._answers[index] = Acceptance("conflict", "", State.PENDING, event.number, key=taken)
        return ours

    async def _lock_voided(self) -> None:
        """Locks the schedule of what is to be voided before anything else is written: schedule first, here as
        everywhere.
        """
        held = await self._held(map(identity_of, self._open(EventType.VOIDED).values()))
        if held:
            await voids.lock_schedule(self._tx, self._tenant, [record.id for record in held.values()])

    async def _held(self, wanted: Iterable[Identity]) -> dict[Identity, Record]:
        """The invoices of this batch as they now stand; a new statement, so that it sees what others have just
        committed.
        """
        identities = sorted(set(wanted))
        rows = await self._tx.fetch(_HELD, self._tenant, *columns(identities, 2)) if identities else ()
        return {(row["number"], row["code"]): record_of(row) for row in rows}

    def _answer_repeated(self, held: Mapping[Identity, Record]) -> None:
        """What was not new is the same again, or contradicts what we hold."""
        for index, event in self._open(*_ISSUING).items():
            record, told = held[identity_of(event)], event.invoice
            assert told is not None
            differing = contradictions(record.invoice, told)
            result: Literal["conflict", "duplicate"] = "conflict" if differing else "duplicate"
            self._answers[index] = Acceptance(result, record.id, record.state, record.invoice.number, differing)

    async def _void(self, held: Mapping[Identity, Record], early: Mapping[Identity, Parked]) -> None:
        wanted = self._open(EventType.VOIDED)
        told = {identity_of(event): event.reason for event in wanted.values()}
        reasons = {identity: parked.reason for identity, parked in early.items()} | told
        due = {held[identity].id: reason for identity, reason in reasons.items() if identity in held}
        made = await voids.apply(self._tx, self._tenant, due, self._now)
        self.transitions += [one.transition for one in made]
        moved = {one.record.id for one in made}
        strange = {identity: reason for identity, reason in told.items() if identity not in held}
        parked = await voids.park(self._tx, self._tenant, strange, self._now)
        await voids.unpark(self._tx, self._tenant, early)
        for index, event in wanted.items():
            self._answers[index] = self._void_answer(identity_of(event), held, moved, parked)

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

    async def _drop_keys_of_conflicts(self, ours: set[str]) -> None:
        """A conflict changes nothing: the keys it brought are free again."""
        if not ours:
            return
        kept = {
            key
            for index, event in self._events.items()
            if self._answers[index].result != "conflict"
            for key in event.keys
        }
        if ours - kept:
            await self._tx.execute(_DROP_KEYS, self._tenant, sorted(ours - kept))


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
        made = await voids.apply(tx, tenant, {str(row["id"]): row["void_reason"] for row in rows}, now)
        await voids.unpark(tx, tenant, [(row["number"], row["code"]) for row in rows])
        return made

    return await database.repeatably(work)
