"""A million invoices with all that belongs to them, made by the database itself. Rows differ as those of a busy
installation do: most are confirmed, every tenth is pending, some are due.
"""

from datetime import timedelta

import asyncpg

from app.store import partitions
from app.store.database import Database
from tests.conftest import NOON

MILLION = 1_000_000
# Nothing is looked at in the background while a test runs: what the planner knows is what the test says it knows.
_BIG = ("invoices", "moves", "schedule", "event_keys", "messages", "deliveries")
_QUIET = [f"ALTER TABLE {name} SET (autovacuum_enabled = false)" for name in _BIG]

_ID = "('019a0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
_MESSAGE = "('019b0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
_N = "generate_series(1, $1::int) AS n"
_ISSUED = f"$2::timestamptz - ({MILLION} - n) * interval '5 seconds'"  # over 58 days
_STATE = """CASE WHEN n % 10 = 0 THEN 'pending' WHEN n % 100 = 5 THEN 'overdue' WHEN n % 200 = 7 THEN 'escalated'
    ELSE 'synced' END"""

_LOAD = {
    "invoices": f"""
INSERT INTO invoices (tenant, id, number, code, kind, issued_at, seller_tax_id, seller_name, buyer_tax_id, buyer_name,
    without_tax, tax, with_tax, currency, original_number, original_code, account, reference, labels, state, cause,
    sequence, state_at, received_at, overdue_at, escalate_at, late_at, synced_at, diagnosis, outcome)
SELECT 'default', {_ID}, '25112' || lpad(n::text, 15, '0'), '', 'digital_ordinary', issued_at,
    '91110108' || lpad((n % 1000)::text, 10, '0'), '示例商贸有限公司', '91310115' || lpad((n % 5000)::text, 10, '0'),
    '示例科技有限公司', 100, 6, 106, 'CNY', CASE WHEN n % 1000 = 0 THEN '25112' || lpad((n - 1)::text, 15, '0') END,
    CASE WHEN n % 1000 = 0 THEN '' END, CASE n % 4 WHEN 0 THEN 'channel' WHEN 1 THEN 'solo' ELSE 'proof' END,
    'ORDER-' || n, CASE WHEN n % 10000 = 0 THEN '{{"shop": "one"}}' ELSE '{{}}' END::jsonb, state,
    CASE state WHEN 'pending' THEN 'issued' WHEN 'overdue' THEN 'deadline' WHEN 'escalated' THEN 'escalation'
        ELSE 'confirmed' END,
    CASE WHEN state = 'synced' THEN 2 ELSE 1 END, issued_at, issued_at, overdue_at, overdue_at + interval '2 days',
    CASE state WHEN 'pending' THEN overdue_at WHEN 'overdue' THEN overdue_at + interval '2 days' END,
    CASE WHEN state = 'synced' THEN issued_at + interval '2 hours' END,
    CASE WHEN state <> 'synced' THEN 'too_early' END,
    CASE WHEN state = 'synced' THEN 'found_match' ELSE 'not_found' END
FROM (SELECT n, {_ISSUED} AS issued_at, {_STATE} AS state,
          $2::timestamptz + (n / 10 - 3000) * interval '1 second' AS overdue_at
      FROM {_N}) AS made""",
    "moves": f"""
INSERT INTO moves (tenant, invoice_id, sequence, before, after, cause, actor, at, check_id)
SELECT 'default', {_ID}, 2, 'pending', 'synced', 'confirmed', 'system', {_ISSUED}, {_ID}
FROM {_N} WHERE {_STATE} = 'synced'""",
    "schedule": f"""
INSERT INTO schedule (tenant, invoice_id, account, lane, due_at)
SELECT 'default', {_ID}, CASE n % 4 WHEN 0 THEN 'channel' WHEN 1 THEN 'solo' ELSE 'proof' END, 1 + n % 31,
    $2::timestamptz + CASE WHEN n % 50 = 2 THEN -1 ELSE 1 END * (1 + n % 86400) * interval '1 second' FROM {_N}""",
    "checks": f"""
INSERT INTO checks (tenant, invoice_id, asked_at, id, account, took, outcome, code, message, billed, request_id, raw)
SELECT 'default', {_ID}, {_ISSUED}, {_ID}, 'proof', 0.2, 'not_found', '0009', '查无此票', true, 'r' || n, '{{}}'
FROM {_N}""",
    "event_keys": f"""
INSERT INTO event_keys (tenant, key, fingerprint, received_at)
SELECT 'default', 'key ' || n, sha256(n::text::bytea), {_ISSUED} FROM {_N}""",
    "messages": f"""
INSERT INTO messages (tenant, id, invoice_id, sequence, type, at, body)
SELECT 'default', {_MESSAGE}, {_ID}, 2, 'invoice.synced', {_ISSUED}, '{{"type": "invoice.synced"}}'
FROM {_N} WHERE n % 5 = 1""",
    "deliveries": f"""
INSERT INTO deliveries (tenant, destination, message_id, invoice_id, at, due_at, attempts, state)
SELECT 'default', 'hook', {_MESSAGE}, {_ID}, {_ISSUED}, {_ISSUED}, 0,
    CASE WHEN n % 50 = 1 THEN 'pending' ELSE 'delivered' END FROM {_N} WHERE n % 5 = 1""",
}

_PARTITIONS = "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'checks'::regclass"


async def quiet(database: Database) -> None:
    """Makes the partitions of the months that the load falls into, and keeps autovacuum away."""
    for months in (2, 0):
        await partitions.keep(database, NOON - timedelta(days=30.5 * months), {})
    async with database.connection() as connection:
        for statement in _QUIET:
            await connection.execute(statement)
        for partition in await connection.fetch(_PARTITIONS):
            await connection.execute(f"ALTER TABLE {partition['name']} SET (autovacuum_enabled = false)")


async def clear(database: Database) -> None:
    """Empties the tables in a way that leaves prepared plans as they are."""
    async with database.connection() as connection:
        for name in (*_BIG, "checks", "early_voids"):
            await connection.execute(f"DELETE FROM {name}")


async def load(url: str, size: int = MILLION) -> None:
    """Fills the tables; what the planner knows stays what it knew."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET synchronous_commit = off")
        for statement in _LOAD.values():
            await connection.execute(statement, size, NOON)
    finally:
        await connection.close()
