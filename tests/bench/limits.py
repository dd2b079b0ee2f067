"""The database's limit: the least that the work could be, on narrow tables, in bare asyncpg. A process of its own.

One rule: nothing here is usable. No conflicts are told, nothing is decided, no history is complete; it shows how
near the product comes to what PostgreSQL itself takes.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import uvloop

from tests.bench import part
from tests.bench.baselines import TABLE

BATCH = 500

_TOLD = (
    "number", "kind", "issued_at", "seller_tax_id", "seller_name", "buyer_name", "without_tax", "tax", "with_tax",
    "account", "serial_no", "reference",
)  # fmt: skip
_TYPES = [
    "text",
    "text",
    "timestamptz",
    "text",
    "text",
    "text",
    "numeric",
    "numeric",
    "numeric",
    "text",
    "text",
    "text",
]
_UNNEST = (
    f"INSERT INTO told ({', '.join(_TOLD)}) SELECT * FROM unnest("
    + ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_TYPES, 1))
    + ") ON CONFLICT DO NOTHING"
)

PENDING = """
CREATE TABLE pending (id bigint PRIMARY KEY, due_at timestamptz NOT NULL, lease bigint, lease_until timestamptz,
    asked smallint NOT NULL DEFAULT 0) WITH (fillfactor = 70);
CREATE INDEX pending_due ON pending (due_at);
CREATE TABLE answers (id bigint NOT NULL, asked_at timestamptz NOT NULL, code smallint NOT NULL);
CREATE TABLE outbox (id bigint NOT NULL, at timestamptz NOT NULL, body text NOT NULL);
INSERT INTO pending (id, due_at) SELECT n, now() - random() * interval '1 hour' FROM generate_series(1, {rows}) n;
ANALYZE pending"""

_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM pending WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
    ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
UPDATE pending p SET lease = $3, lease_until = $1 + interval '1 minute' FROM due WHERE p.id = due.id RETURNING p.id"""

_RECORD = """
WITH input AS (SELECT * FROM unnest($1::bigint[], $2::smallint[]) AS i (id, code)),
kept AS (INSERT INTO answers SELECT id, $3, code FROM input),
told AS (INSERT INTO outbox SELECT id, $3, json_build_object('id', id, 'state', 'synced')::text
         FROM input WHERE code = 1),
gone AS (DELETE FROM pending p USING input i WHERE p.id = i.id AND p.lease = $4 AND i.code = 1)
UPDATE pending p SET lease = NULL, lease_until = NULL, asked = asked + 1, due_at = $3 + interval '1 hour'
FROM input i WHERE p.id = i.id AND p.lease = $4 AND i.code = 0"""

LATE = """
CREATE TABLE late (id bigint PRIMARY KEY, state text NOT NULL, late_at timestamptz);
CREATE INDEX late_due ON late (late_at) WHERE late_at IS NOT NULL;
CREATE TABLE history (id bigint NOT NULL, at timestamptz NOT NULL, after text NOT NULL, body text NOT NULL);
INSERT INTO late SELECT n, 'pending', now() - interval '1 minute' FROM generate_series(1, {rows}) n;
ANALYZE late"""

_MOVE = """
WITH due AS MATERIALIZED (SELECT id FROM late WHERE late_at <= $1 ORDER BY late_at LIMIT $2 FOR UPDATE SKIP LOCKED),
moved AS (UPDATE late l SET state = 'overdue', late_at = $1 + interval '2 days' FROM due WHERE l.id = due.id
          RETURNING l.id)
INSERT INTO history SELECT id, $1, 'overdue', json_build_object('id', id, 'state', 'overdue')::text FROM moved
RETURNING id"""

Step = Callable[["asyncpg.Connection[asyncpg.Record]"], Awaitable[int]]
"""One batch; how many items it was, 0 when there is nothing left."""


def _rows(first: int) -> list[tuple[Any, ...]]:
    hundred, six, all_ = Decimal("100.00"), Decimal("6.00"), Decimal("106.00")
    now = datetime.now(UTC)
    return [
        (f"25112{n:015d}", "digital_ordinary", now, "911101081000000166", "北京示例餐饮有限公司",
         "北京示例科技发展有限公司", hundred, six, all_, "solo", f"S{n:015d}", "billing-8841")
        for n in range(first, first + BATCH)
    ]  # fmt: skip


def unnest(task: dict[str, Any]) -> Step:
    numbers = iter(range(task["first"], 1 << 62, BATCH))

    async def step(connection: Any) -> int:
        await connection.execute(_UNNEST, *(list(column) for column in zip(*_rows(next(numbers)), strict=True)))
        return BATCH

    return step


def copy(task: dict[str, Any]) -> Step:
    numbers = iter(range(task["first"], 1 << 62, BATCH))

    async def step(connection: Any) -> int:
        await connection.copy_records_to_table("told", records=_rows(next(numbers)), columns=_TOLD)
        return BATCH

    return step


def claim(task: dict[str, Any]) -> Step:
    found = task["found"]

    async def step(connection: Any) -> int:
        now, lease = datetime.now(UTC), secrets.randbits(62)
        ids = [row["id"] for row in await connection.fetch(_CLAIM, now, BATCH, lease)]
        codes = [1 if secrets.randbelow(1000) < found * 1000 else 0 for _ in ids]
        await connection.execute(_RECORD, ids, codes, now, lease)
        return len(ids)

    return step


def late(_task: dict[str, Any]) -> Step:
    async def step(connection: Any) -> int:
        return len(await connection.fetch(_MOVE, datetime.now(UTC), BATCH))

    return step


_KINDS = {"unnest": unnest, "copy": copy, "claim": claim, "late": late}
SCHEMAS = {"unnest": TABLE, "copy": TABLE, "claim": PENDING, "late": LATE}


async def main(task: dict[str, Any]) -> None:
    step = _KINDS[task["kind"]](task)
    connections = [await asyncpg.connect(task["url"]) for _ in range(task["connections"])]
    part.ready()
    watch, until = part.Stopwatch(), time.perf_counter() + task["seconds"]

    async def run(connection: Any) -> int:
        items = 0
        while time.perf_counter() < until and (done := await step(connection)):
            items += done
        return items

    items = sum(await asyncio.gather(*map(run, connections)))
    part.tell({"items": items, **watch.figures()})


if __name__ == "__main__":
    uvloop.run(main(part.task()))
