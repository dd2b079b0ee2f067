"""What may act only once: signed links and callbacks of chat tools, remembered until they would be refused anyway.

One rule: it is spent in the transaction that acts, so that an act that fails leaves its link good.
"""

from datetime import datetime

from app.domain.acting import Once
from app.store.database import Connection, Database

_SPEND = """
INSERT INTO used_links (tenant, id, actor, used_at, expires_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant, id) DO NOTHING RETURNING true"""
_USED = "SELECT EXISTS (SELECT FROM used_links WHERE tenant = $1 AND id = $2)"
_FORGET = """
DELETE FROM used_links WHERE tenant = $1 AND id IN (
    SELECT id FROM used_links WHERE tenant = $1 AND expires_at < $2 ORDER BY expires_at LIMIT $3)"""


async def spend(tx: Connection, tenant: str, once: Once, actor: str, now: datetime) -> bool:
    """False when it was spent before. Whoever comes second waits for the first to commit."""
    return bool(await tx.fetchval(_SPEND, tenant, once.id, actor, now, once.expires_at))


async def used(database: Database, tenant: str, id_: str) -> bool:
    async with database.connection() as connection:
        return bool(await connection.fetchval(_USED, tenant, id_))


async def forget(database: Database, tenant: str, now: datetime, limit: int = 10_000) -> None:
    """Drops those whose time is over."""
    async with database.connection() as connection:
        await connection.execute(_FORGET, tenant, now, limit)
