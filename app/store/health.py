"""How each endpoint fares, in its row: its breaker, and how it is disabled when nothing has reached it for days.

One rule: who writes it holds the row, and only what is news is written: an endpoint that answers costs a write every
few seconds, whatever it is sent.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain import message
from app.domain.delivery import Health, after_attempt
from app.store.database import Connection, Database, Row, columns
from app.store.moves import new_id

log = logging.getLogger(__name__)

DISABLED = "webhook.disabled"
GONE = "the receiver answered 410 Gone"
NO_SUCCESS = "no success for five days"
WELL_EVERY = 10.0
"""Real seconds: how old the note of the last success may be."""

_HELD = """
SELECT name, kind, enabled, failures, failing_since, last_failure_at, open_until, last_success_at FROM destinations
WHERE tenant = $1 AND name = ANY ($2::text[]) ORDER BY name FOR UPDATE"""

_KEEP = """
UPDATE destinations d
SET failures = h.failures, failing_since = h.failing_since, last_failure_at = h.last_failure_at,
    open_until = h.open_until, last_success_at = h.last_success_at,
    last_failure = coalesce(h.failure, d.last_failure), last_status = coalesce(h.status, d.last_status)
FROM unnest($2::text[], $3::int[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
            $8::text[], $9::int[])
    AS h (name, failures, failing_since, last_failure_at, open_until, last_success_at, failure, status)
WHERE d.tenant = $1 AND d.name = h.name"""

_DISABLE = """
UPDATE destinations SET enabled = false, disabled_reason = $3, disabled_at = $4 WHERE tenant = $1 AND name = $2"""

_TELL = """
WITH told AS (INSERT INTO messages (tenant, id, sequence, type, at, body) VALUES ($1, $2::uuid, 0, $3, $4, $5))
INSERT INTO deliveries (tenant, destination, message_id, at, due_at, attempts, state)
SELECT $1, name, $2::uuid, $4, $4 + make_interval(secs => gather), 0, 'pending' FROM destinations
WHERE tenant = $1 AND enabled AND $3 = ANY (events)"""


@dataclass(frozen=True, slots=True)
class Sign:
    """What one attempt says of its endpoint. `good` is None where it says nothing; `gone`: it wants no more."""

    name: str
    at: datetime
    good: bool | None
    gone: bool = False
    failure: str | None = None
    status: int = 0


async def keep(database: Database, tenant: str, signs: Sequence[Sign], now: datetime) -> None:
    """Takes what `signs` say into the endpoints' rows; disables those that are gone or hopeless, and tells so.

    Repeatable: said twice it is at worst counted twice.
    """
    names = sorted({sign.name for sign in signs if sign.good is not None})

    async def work(tx: Connection) -> list[tuple[str, str]]:
        rows = await tx.fetch(_HELD, tenant, names)
        after = {row["name"]: _after(row, [sign for sign in signs if sign.name == row["name"]]) for row in rows}
        await tx.execute(_KEEP, tenant, *columns([_values(name, *one) for name, one in after.items()], 8))
        ended = [(row, _reason(row, after[row["name"]][0], signs, now)) for row in rows if row["enabled"]]
        for row, reason in ended:
            if reason:
                await _disable(tx, tenant, row, reason, now)
        return [(row["name"], reason) for row, reason in ended if reason]

    for name, reason in await database.repeatably(work):
        log.warning("destination disabled", extra={"destination": name, "reason": reason})


def _after(row: Row, signs: Sequence[Sign]) -> tuple[Health, datetime | None, Sign | None]:
    """The health, the last success, the last failure that is news."""
    health = Health(row["failures"], row["failing_since"], row["last_failure_at"], row["open_until"])
    success, failure = row["last_success_at"], None
    for sign in sorted(signs, key=lambda one: one.at):
        if sign.good is None:
            continue
        health = after_attempt(health, sign.at, good=sign.good)
        success, failure = (sign.at, failure) if sign.good else (success, sign)
    return health, success, failure


def _values(name: str, health: Health, success: datetime | None, failure: Sign | None) -> tuple[Any, ...]:
    return (
        name, health.failures, health.failing_since, health.last_failure_at, health.open_until, success,
        failure.failure if failure else None, failure.status if failure else None,
    )  # fmt: skip


def _reason(row: Row, health: Health, signs: Sequence[Sign], now: datetime) -> str:
    """Why an endpoint is to be disabled; empty when it is not. A chat is never given up: people rely on it."""
    if row["kind"] != "webhook":
        return ""
    if any(sign.gone and sign.name == row["name"] for sign in signs):
        return GONE
    return NO_SUCCESS if health.is_hopeless(now) else ""


async def _disable(tx: Connection, tenant: str, row: Row, reason: str, now: datetime) -> None:
    """Stops a destination, what is due for it waits; the others are told, in the same transaction."""
    name = row["name"]
    await tx.execute(_DISABLE, tenant, name, reason, now)
    since = message.instant(row["failing_since"] or now)
    told = {"id": name, "name": name, "reason": reason, "failing_since": since, "disabled_at": message.instant(now)}
    body = message.encode({"type": DISABLED, "timestamp": message.instant(now), "data": {"webhook": told}})
    await tx.execute(_TELL, tenant, new_id(now), DISABLED, now, body)
