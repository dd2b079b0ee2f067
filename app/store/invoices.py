"""Invoices as people and programs see them and act on them. Each act: one transaction, guarded like every move."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from app.domain.invoice import Cause, Record, State
from app.domain.lanes import URGENT
from app.domain.message import instant
from app.domain.plan import beijing, tax_day
from app.domain.policy import Policy
from app.domain.search import CheckRequest, Page, Position, Search
from app.domain.transition import Move, late_at, move
from app.store import moves, readings
from app.store.database import Connection, Database, Row
from app.store.moves import new_id
from app.store.rows import UNREADABLE, record_of

log = logging.getLogger(__name__)

_GET = "SELECT * FROM invoices WHERE tenant = $1 AND id = $2::uuid"

_HISTORY = """
SELECT at, 'transition' AS entry, jsonb_build_object('sequence', sequence, 'before', before, 'after', after,
       'cause', cause, 'actor', actor, 'evidence', evidence, 'reason', reason) AS body
FROM transitions WHERE tenant = $1 AND invoice_id = $2::uuid
UNION ALL
(SELECT asked_at, 'check', jsonb_build_object('id', id, 'account', account, 'outcome', outcome, 'code', code,
       'message', message, 'seconds', round(took::numeric, 3), 'billed', billed, 'request_id', request_id,
       'differences', differences, 'answer', nullif(raw, ''))
FROM checks WHERE tenant = $1 AND invoice_id = $2::uuid ORDER BY asked_at DESC, id DESC
LIMIT 500)
UNION ALL
(SELECT coalesce(d.attempted_at, d.at), 'delivery', jsonb_build_object('id', d.message_id, 'destination', d.destination,
       'type', m.type, 'state', d.state, 'result', d.result, 'status', d.status, 'code', d.code, 'attempts', d.attempts)
FROM deliveries d JOIN messages m ON m.tenant = d.tenant AND m.id = d.message_id
WHERE d.tenant = $1 AND d.invoice_id = $2::uuid LIMIT 500)
UNION ALL
SELECT at, kind, jsonb_build_object('actor', actor, 'text', text, 'until', until)
FROM notes WHERE tenant = $1 AND invoice_id = $2::uuid
UNION ALL
SELECT at, 'quarantine', jsonb_build_object('stage', stage, 'reason', reason)
FROM quarantine WHERE tenant = $1 AND invoice_id = $2::uuid
ORDER BY 1, 2 DESC"""

_SCHEDULED = "SELECT account, asked_on, asked FROM schedule WHERE tenant = $1 AND invoice_id = $2::uuid FOR UPDATE"
_LOCK = "SELECT * FROM invoices WHERE tenant = $1 AND id = $2::uuid FOR UPDATE"
_ASK = """
WITH released AS (DELETE FROM quarantine WHERE tenant = $1 AND invoice_id = $2::uuid)
INSERT INTO schedule (tenant, invoice_id, account, lane, due_at, asked_on, asked, requested)
VALUES ($1, $2::uuid, $3, $7, $4, $5, $6, true)
ON CONFLICT (tenant, invoice_id) DO UPDATE
SET lane = excluded.lane, due_at = excluded.due_at, requested = true"""
_DEADLINE_AGAIN = "UPDATE invoices SET late_at = $3 WHERE tenant = $1 AND id = $2::uuid AND late_at IS NULL"
_ASKED_TODAY = """
SELECT count(*) FROM checks
WHERE tenant = $1 AND invoice_id = $2::uuid AND asked_at >= $3 AND account = ANY ($4::text[])"""
_NOTE = """
INSERT INTO notes (tenant, invoice_id, id, kind, at, actor, text, until)
VALUES ($1, $2::uuid, $3::uuid, $4, $5, $6, $7, $8)"""


class Invoices:
    """Reads and acts for the API and the console. An id that is no UUID is simply not found."""

    def __init__(self, database: Database, policy: Policy, moved: Callable[[Move], None] | None = None) -> None:
        """`moved` hears of each move by hand after its commit."""
        self._database, self._policy, self._moved = database, policy, moved

    async def get(self, tenant: str, invoice_id: str) -> Record | None:
        if not _is_uuid(invoice_id):
            return None
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_GET, tenant, invoice_id)
        return _readable(row) if row else None

    async def search(self, tenant: str, query: Search) -> Page:
        """One page, in the same order under concurrent writes: keyset, not offset."""
        column = query.sort.removeprefix("-")
        statement, values = _statement(query, column)
        async with self._database.connection() as connection:
            rows = await connection.fetch(statement, tenant, *values)
        records = [record for row in rows[: query.limit] if (record := _readable(row))]
        more = len(rows) > query.limit
        end = rows[query.limit - 1] if more else None
        return Page(records, Position(end[column], str(end["id"])) if end else None)

    async def history(self, tenant: str, invoice_id: str) -> list[dict[str, Any]]:
        """Transitions, checks, deliveries and notes on one time line, oldest first."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_HISTORY, tenant, invoice_id)
        return [{"at": instant(row["at"]), "entry": row["entry"], **row["body"]} for row in rows]

    async def check_now(self, tenant: str, invoice_id: str, actor: str, now: datetime) -> CheckRequest | None:
        """Makes the next question due now, within the day's budget, whose reserve is for this. Repeatable."""

        async def work(tx: Connection) -> CheckRequest | None:
            scheduled = await tx.fetchrow(_SCHEDULED, tenant, invoice_id)
            row = await tx.fetchrow(_LOCK, tenant, invoice_id)
            if row is None:
                return None
            record = record_of(row)
            account = scheduled["account"] if scheduled else self._asked(record)
            if record.state is State.VOIDED or account not in self._policy.plans:
                return "not_checkable"
            asked = await self._asked_today(tx, record, scheduled, now)
            budgeted = self._policy.plans[account].budgeted
            if budgeted and asked >= self._policy.budget.checks_per_day:
                return "no_budget"
            if at := late_at(record):  # set aside, it may have lost its deadline
                await tx.execute(_DEADLINE_AGAIN, tenant, invoice_id, at)
            await tx.execute(_ASK, tenant, invoice_id, account, now, tax_day(now), asked, URGENT)
            await tx.execute(_NOTE, tenant, invoice_id, new_id(now), "note", now, actor, "check requested", None)
            return "asked"

        return await self._database.repeatably(work) if _is_uuid(invoice_id) else None

    def _asked(self, record: Record) -> str:
        account = record.invoice.account or self._policy.default_account
        plan = self._policy.plans.get(account)
        return plan.proof if plan and plan.proof and record.state is State.SYNCED else account

    async def _asked_today(self, tx: Connection, record: Record, scheduled: Row | None, now: datetime) -> int:
        if scheduled:
            return int(scheduled["asked"]) if scheduled["asked_on"] == tax_day(now) else 0
        budgeted = [name for name, plan in self._policy.plans.items() if plan.budgeted]
        midnight = beijing(tax_day(now), time(0))
        return int(await tx.fetchval(_ASKED_TODAY, record.tenant, record.id, midnight, budgeted))

    async def resolve(
        self, tenant: str, invoice_id: str, actor: str, now: datetime, *, reason: str, evidence: str
    ) -> Record | None:
        """A person says it is there, and why; raises InvalidTransition."""
        return await self._move(tenant, invoice_id, Cause.MANUAL, now, actor=actor, reason=reason, evidence=evidence)

    async def void(self, tenant: str, invoice_id: str, actor: str, now: datetime, *, reason: str) -> Record | None:
        """The issuer withdrew it; raises InvalidTransition."""
        return await self._move(tenant, invoice_id, Cause.VOIDED, now, actor=actor, reason=reason)

    async def _move(
        self,
        tenant: str,
        invoice_id: str,
        cause: Cause,
        now: datetime,
        *,
        actor: str,
        reason: str,
        evidence: str | None = None,
    ) -> Record | None:
        async def work(tx: Connection) -> tuple[Record, Move | None] | None:
            await tx.fetchrow(_SCHEDULED, tenant, invoice_id)  # locks are taken schedule first, here as everywhere
            row = await tx.fetchrow(_LOCK, tenant, invoice_id)
            if row is None:
                return None
            record = record_of(row)
            if record.cause is cause:
                return record, None  # done before: whoever asks again lost our answer, not our commit
            made = move(record, cause, now, actor=actor, reason=reason, evidence=evidence)
            await moves.apply(tx, tenant, [made], unschedule=True)
            return made.record, made

        done = await self._database.repeatably(work) if _is_uuid(invoice_id) else None
        if done is None:
            return None
        record, made = done
        if made and self._moved:
            self._moved(made)
        return record

    async def acknowledge(
        self, tenant: str, invoice_id: str, actor: str, now: datetime, *, until: datetime | None, text: str | None
    ) -> Record | None:
        return await self._write_note(tenant, invoice_id, "acknowledgement", actor, now, text or "", until)

    async def note(self, tenant: str, invoice_id: str, actor: str, now: datetime, *, text: str) -> Record | None:
        return await self._write_note(tenant, invoice_id, "note", actor, now, text, None)

    async def _write_note(
        self, tenant: str, invoice_id: str, kind: str, actor: str, now: datetime, text: str, until: datetime | None
    ) -> Record | None:
        record = await self.get(tenant, invoice_id)
        if record:
            async with self._database.connection() as connection:
                await connection.execute(_NOTE, tenant, record.id, new_id(now), kind, now, actor, text, until)
        return record

    async def stats(self, tenant: str, now: datetime) -> dict[str, Any]:
        """Counts by state and account, and what is due."""
        reading = await readings.take(self._database, tenant, list(self._policy.plans), now)
        accounts = sorted({account for _, account in reading.invoices} | set(self._policy.plans))
        return {
            "at": instant(now),
            "invoices": {state: _sum(reading.invoices, lambda key, s=state: key[0] is s) for state in State},  # type: ignore[misc]
            "accounts": {
                account: {
                    "invoices": {state: reading.invoices.get((state, account), 0) for state in State},
                    "oldest_unsynced_issued_at": instant(reading.oldest_unsynced_issued_at.get(account)),
                    "checks_due": reading.checks_due.get(account, 0),
                    "breaker_open": reading.breakers_open.get(account, False),
                }
                for account in accounts
            },
        }


def _sum(counts: Mapping[tuple[State, str], int], wanted: Callable[[tuple[State, str]], bool]) -> int:
    return sum(n for key, n in counts.items() if wanted(key))


def _readable(row: Row) -> Record | None:
    """None for a row that this version cannot read: it must not take a whole page with it."""
    try:
        return record_of(row)
    except UNREADABLE:
        log.exception("unreadable", extra={"invoice": str(row["id"])})
        return None


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


class _Where:
    """Conditions in constant SQL, whose values travel as parameters after $1, the tenant."""

    def __init__(self) -> None:
        self.conditions, self.values = ["tenant = $1"], list[Any]()

    def bound(self, value: Any, kind: str) -> str:
        self.values.append(value)
        return f"${len(self.values) + 1}::{kind}"

    def add(self, condition: str, value: Any, kind: str = "text") -> None:
        """Adds `condition`, whose `?` is `value`; a filter that was not given adds nothing."""
        if value not in (None, ()):
            self.conditions.append(condition.replace("?", self.bound(value, kind)))


def _statement(query: Search, column: str) -> tuple[str, list[Any]]:
    """The page's statement and its values after $1."""
    where = _Where()
    for name in ("state", "cause", "diagnosis", "account", "kind"):
        where.add(f"{name} = ANY (?)", getattr(query, name), "text[]")
    where.add("seller_tax_id = ?", query.seller)
    where.add("buyer_tax_id = ?", query.buyer)
    where.add("number = ?", query.number)
    where.add("code = ?", query.code)
    where.add("labels @> ?", dict(query.label) or None, "jsonb")
    where.add("issued_at >= ?", query.issued_from, "timestamptz")
    where.add("issued_at < ?", query.issued_to, "timestamptz")
    where.add(_FUZZY, query.q and f"%{_literal(query.q)}%")
    direction, beyond = ("DESC", "<") if query.sort.startswith("-") else ("ASC", ">")
    ids_alone = column == "received_at"  # ids are in the order of receipt
    if query.cursor:
        last = where.bound(query.cursor.id, "uuid")
        at = "" if ids_alone else where.bound(query.cursor.at, "timestamptz")
        where.conditions.append(f"id {beyond} {last}" if ids_alone else f"({column}, id) {beyond} ({at}, {last})")
    conditions, limit = " AND ".join(where.conditions), where.bound(query.limit + 1, "int")
    order = f"id {direction}" if ids_alone else f"{column} {direction}, id {direction}"
    return f"SELECT * FROM invoices WHERE {conditions} ORDER BY {order} LIMIT {limit}", where.values


_FUZZY = "(number ILIKE ? OR seller_name ILIKE ? OR buyer_name ILIKE ? OR reference ILIKE ?)"


def _literal(text: str) -> str:
    """The text without LIKE's wildcards."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
