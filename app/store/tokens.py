"""Providers' bearer tokens, shared by all replicas. One rule: one replica fetches, the others wait for its result.

No transaction is open while the provider is asked: the right to fetch is a lease in the row. The database holds tokens
sealed; one that cannot be opened is no token, and the next one takes its place.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.clock import Clock
from app.domain.errors import DatabaseUnavailable
from app.domain.token import Token
from app.store.database import Database
from app.store.seal import Seal

FETCH_LEASE = 20.0  # real seconds: at least; longer where a token call may take longer
SAFETY = timedelta(seconds=60)  # a token this near its end is renewed
TOO_YOUNG = 600.0  # real seconds: a provider that refuses what it has just granted must not cost a token each time


@dataclass(frozen=True, slots=True)
class Thrift:
    """`fetching`: how long the right to fetch is kept, longer than a fetch takes; `resting`: how old a refused token
    must be before the next one is fetched. Real seconds.
    """

    fetching: float = FETCH_LEASE
    resting: float = TOO_YOUNG


_LIVE = (
    "SELECT value, expires_at FROM tokens WHERE tenant = $1 AND account = $2 AND value IS NOT NULL AND expires_at > $3"
)
_VALUE = "SELECT value FROM tokens WHERE tenant = $1 AND account = $2 AND value IS NOT NULL"

_MAY_FETCH = """
INSERT INTO tokens (tenant, account, fetching_until) VALUES ($1, $2, $4)
ON CONFLICT (tenant, account) DO UPDATE SET fetching_until = $4
WHERE (tokens.fetching_until IS NULL OR tokens.fetching_until <= $3)
  AND (tokens.value IS NULL OR tokens.expires_at <= $5 OR tokens.value = $6)
RETURNING true"""

_KEEP = """
UPDATE tokens SET value = $3, expires_at = $4, fetched_at = $5, fetching_until = NULL
WHERE tenant = $1 AND account = $2"""
_GIVE_UP = "UPDATE tokens SET fetching_until = NULL WHERE tenant = $1 AND account = $2"
_DROP = """
UPDATE tokens SET value = NULL, expires_at = NULL
WHERE tenant = $1 AND account = $2 AND value = $3 AND fetched_at <= $4"""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the row holds: a token, or (`unreadable`) a sealed text that is not ours to open, or nothing."""

    token: Token | None = None
    unreadable: str | None = None


class SharedTokens:
    """The `Tokens` of one tenant, in the database; remembers live ones so that a call costs no query.

    `secret` seals them, see `Account.token_secret`: those who share a token have the same.
    """

    def __init__(self, database: Database, clock: Clock, tenant: str, secret: bytes, thrift: Thrift = Thrift()) -> None:
        self._database, self._clock, self._tenant, self._thrift = database, clock, tenant, thrift
        self._seal = Seal(secret)
        self._known: dict[str, Token] = {}

    async def get(self, account: str, fetch: Callable[[], Awaitable[Token]]) -> str:
        known = self._known.get(account)
        if known and known.expires_at > self._clock.now() + SAFETY:
            return known.value
        for _ in range(int(self._thrift.fetching * 10)):
            kept = await self._live(account)
            token = kept.token or await self._fetched(account, fetch, kept.unreadable)
            if token:
                self._known[account] = token
                return token.value
            await self._clock.sleep(self._clock.real(0.1).total_seconds())
        raise DatabaseUnavailable(f"no replica brought a token for account {account} in {self._thrift.fetching:.0f} s")

    async def drop(self, account: str, value: str) -> None:
        if (known := self._known.get(account)) and known.value == value:
            del self._known[account]
        async with self._database.connection() as connection:
            sealed = await connection.fetchval(_VALUE, self._tenant, account)
            if sealed and self._seal.open(sealed, self._place(account)) == value:
                ripe = self._clock.now() - self._clock.real(self._thrift.resting)
                await connection.execute(_DROP, self._tenant, account, sealed, ripe)

    async def _live(self, account: str) -> _Kept:
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_LIVE, self._tenant, account, self._clock.now() + SAFETY)
        if row is None:
            return _Kept()
        value = self._seal.open(row["value"], self._place(account))
        return _Kept(unreadable=row["value"]) if value is None else _Kept(Token(value, row["expires_at"]))

    async def _fetched(
        self, account: str, fetch: Callable[[], Awaitable[Token]], unreadable: str | None
    ) -> Token | None:
        """Fetches when it is our turn; None when another replica is at it."""
        now = self._clock.now()
        until: datetime = now + self._clock.real(self._thrift.fetching)
        async with self._database.connection() as connection:
            ours = await connection.fetchval(_MAY_FETCH, self._tenant, account, now, until, now + SAFETY, unreadable)
        if not ours:
            return None
        try:
            token = await fetch()
        except BaseException:
            async with self._database.connection() as connection:
                await connection.execute(_GIVE_UP, self._tenant, account)
            raise
        sealed = self._seal.close(token.value, self._place(account))
        async with self._database.connection() as connection:
            await connection.execute(_KEEP, self._tenant, account, sealed, token.expires_at, now)
        return token

    def _place(self, account: str) -> str:
        return f"{self._tenant}\0{account}"
