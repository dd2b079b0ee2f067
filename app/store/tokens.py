"""Providers' bearer tokens, shared by all replicas. One rule: one replica fetches, the others wait for its result.

No transaction is open while the provider is asked: the right to fetch is a lease in the row.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from app.clock import Clock
from app.domain.errors import DatabaseUnavailable
from app.domain.token import Token
from app.store.database import Database

FETCH_LEASE = 20.0  # real seconds: longer than a token call may take
SAFETY = timedelta(seconds=60)  # a token this near its end is renewed
TOO_YOUNG = 600.0  # real seconds: a provider that refuses what it has just granted must not cost a token each time

_LIVE = (
    "SELECT value, expires_at FROM tokens WHERE tenant = $1 AND account = $2 AND value IS NOT NULL AND expires_at > $3"
)

_MAY_FETCH = """
INSERT INTO tokens (tenant, account, fetching_until) VALUES ($1, $2, $4)
ON CONFLICT (tenant, account) DO UPDATE SET fetching_until = $4
WHERE (tokens.fetching_until IS NULL OR tokens.fetching_until <= $3)
  AND (tokens.value IS NULL OR tokens.expires_at <= $5)
RETURNING true"""

_KEEP = """
UPDATE tokens SET value = $3, expires_at = $4, fetched_at = $5, fetching_until = NULL
WHERE tenant = $1 AND account = $2"""
_GIVE_UP = "UPDATE tokens SET fetching_until = NULL WHERE tenant = $1 AND account = $2"
_DROP = """
UPDATE tokens SET value = NULL, expires_at = NULL
WHERE tenant = $1 AND account = $2 AND value = $3 AND fetched_at <= $4"""


class SharedTokens:
    """The `Tokens` of one tenant, in the database; remembers live ones so that a call costs no query."""

    def __init__(self, database: Database, clock: Clock, tenant: str) -> None:
        self._database, self._clock, self._tenant = database, clock, tenant
        self._known: dict[str, Token] = {}

    async def get(self, account: str, fetch: Callable[[], Awaitable[Token]]) -> str:
        known = self._known.get(account)
        if known and known.expires_at > self._clock.now() + SAFETY:
            return known.value
        for _ in range(int(FETCH_LEASE * 10)):
            token = await self._live(account) or await self._fetched(account, fetch)
            if token:
                self._known[account] = token
                return token.value
            await self._clock.sleep(self._clock.real(0.1).total_seconds())
        raise DatabaseUnavailable(f"no replica brought a token for account {account} in {FETCH_LEASE:.0f} s")

    async def drop(self, account: str, value: str) -> None:
        if (known := self._known.get(account)) and known.value == value:
            del self._known[account]
        async with self._database.connection() as connection:
            ripe = self._clock.now() - self._clock.real(TOO_YOUNG)
            await connection.execute(_DROP, self._tenant, account, value, ripe)

    async def _live(self, account: str) -> Token | None:
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_LIVE, self._tenant, account, self._clock.now() + SAFETY)
        return Token(row["value"], row["expires_at"]) if row else None

    async def _fetched(self, account: str, fetch: Callable[[], Awaitable[Token]]) -> Token | None:
        """Fetches when it is our turn; None when another replica is at it."""
        now = self._clock.now()
        until: datetime = now + self._clock.real(FETCH_LEASE)
        async with self._database.connection() as connection:
            ours = await connection.fetchval(_MAY_FETCH, self._tenant, account, now, until, now + SAFETY)
        if not ours:
            return None
        try:
            token = await fetch()
        except BaseException:
            async with self._database.connection() as connection:
                await connection.execute(_GIVE_UP, self._tenant, account)
            raise
        async with self._database.connection() as connection:
            await connection.execute(_KEEP, self._tenant, account, token.value, token.expires_at, now)
        return token
