"""Statistics for the planner while a table grows: a plan made when it was empty is a scan when it holds a million.

One rule: autovacuum does the same, but looks once a minute at best, and a month is imported in less.
"""

import asyncpg

from app.store.database import Database

TABLES = ("invoices", "schedule", "moves", "messages", "deliveries", "event_keys", "early_voids")

_GROWN = """
SELECT relname::text AS name FROM pg_stat_user_tables
WHERE relname = ANY ($1::text[]) AND n_mod_since_analyze > greatest(1000, n_live_tup / 2)"""


async def refresh(database: Database) -> list[str]:
    """Analyzes the tables half of whose rows are new; their names. Whoever is at it already is not waited for."""
    async with database.connection() as connection:
        grown = [row["name"] for row in await connection.fetch(_GROWN, list(TABLES))]
        for name in grown:
            try:
                await connection.execute(f'ANALYZE (SKIP_LOCKED) "{name}"')
            except asyncpg.QueryCanceledError:
                return []  # a busy server; autovacuum has no deadline
    return grown
