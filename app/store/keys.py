"""API keys: only the SHA-256 of a key is kept, so that a stolen database opens no door."""

from datetime import datetime

from app.domain.search import Principal
from app.store.database import Database, Row
from app.store.moves import new_id

_FIND = "SELECT tenant, id, name, scopes FROM api_keys WHERE digest = $1 AND revoked_at IS NULL"
_BY_ID = """
SELECT tenant, id, name, scopes, digest FROM api_keys WHERE tenant = $1 AND id = $2::uuid AND revoked_at IS NULL"""
_ADD = """
INSERT INTO api_keys (tenant, id, name, digest, scopes, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (digest) DO NOTHING"""
_LIST = "SELECT id::text, name, scopes, created_at, revoked_at FROM api_keys WHERE tenant = $1 ORDER BY created_at"
_REVOKE = (
    "UPDATE api_keys SET revoked_at = $3 WHERE tenant = $1 AND id = $2::uuid AND revoked_at IS NULL RETURNING true"
)


class ApiKeys:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, digest: bytes) -> Principal | None:
        """The live key whose SHA-256 this is."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_FIND, digest)
        return _principal(row) if row else None

    async def by_id(self, tenant: str, key_id: str) -> tuple[Principal, bytes] | None:
        """The live key with this id (a UUID), and its SHA-256."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_BY_ID, tenant, key_id)
        return (_principal(row), row["digest"]) if row else None

    async def add(self, tenant: str, name: str, digest: bytes, scopes: list[str], now: datetime) -> str:
        """Keeps a key by its digest; repeatable. Returns its id."""
        key_id = new_id(now)
        async with self._database.connection() as connection:
            await connection.execute(_ADD, tenant, key_id, name, digest, scopes, now)
        return key_id

    async def any(self, tenant: str) -> bool:
        """Whether the tenant has a key at all: without one, first start makes one."""
        async with self._database.connection() as connection:
            return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM api_keys WHERE tenant = $1)", tenant))

    async def all(self, tenant: str) -> list[dict[str, object]]:
        async with self._database.connection() as connection:
            return [dict(row) for row in await connection.fetch(_LIST, tenant)]

    async def revoke(self, tenant: str, key_id: str, now: datetime) -> bool:
        """Ends a key; False when there is no such live key."""
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(_REVOKE, tenant, key_id, now))


def _principal(row: Row) -> Principal:
    return Principal(row["tenant"], str(row["id"]), row["name"], frozenset(row["scopes"]))
