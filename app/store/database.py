"""The way to PostgreSQL: a pool with deadlines everywhere, and one word for every way it can fail us.

One rule: a lost connection at COMMIT means *unknown*, so DatabaseUnavailable says "repeat it under its key", never
"it failed".
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import asyncpg
from pydantic_core import from_json
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_random,
    wait_random_exponential,
)

from app.domain.errors import DatabaseUnavailable
from app.domain.reading import Connections
from app.store.address import Address

if TYPE_CHECKING:  # asyncpg's classes are generic to mypy alone
    from asyncpg.pool import PoolConnectionProxy

    Connection = PoolConnectionProxy[asyncpg.Record]
else:
    Connection = asyncpg.Connection
T = TypeVar("T")


class Row(Protocol):
    """A row as a statement returns it."""

    def __getitem__(self, column: str, /) -> Any: ...


# What a dead, restarting, read-only, locked or exhausted server looks like from here (SQLSTATE classes 08, 28, 3D, 53,
# 55P03, 57, 58, 25P03 and 25006), or a bouncer that nobody told us of (26000, 42P05): nothing the caller said is to
# blame, and the same call may work later.
_UNAVAILABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.InvalidSQLStatementNameError,
    asyncpg.DuplicatePreparedStatementError,
    OSError,  # TimeoutError is one
)
# The last one: a migration has changed a table under a statement that this connection knows.
_REPEATABLE = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.InvalidCachedStatementError)
_BOUNCED = (
    asyncpg.ProtocolViolationError,  # unsupported startup parameter
    asyncpg.InvalidSQLStatementNameError,
    asyncpg.DuplicatePreparedStatementError,
)
_SILENCE = 1.2  # statement timeouts after which a server that should have cancelled a statement is taken for gone
_PAUSE = 3  # statement timeouts that a transaction may rest between two statements: its locks hold up others


class Database:
    """A pool of connections. Every wait in it is bounded, and so is the number of those who wait.

    `url`: as PIAODA_DATABASE_URL has it; raises ConfigurationError where that cannot be. `patience`: seconds to
    get a connection, dialling included; `statement_timeout`: seconds a statement may take, by the server's clock
    (behind a bouncer: by ours); `most_waiting`: callers that may wait for a connection at the same moment; `waited`
    hears how many seconds each of them did.
    """

    def __init__(
        self,
        url: str,
        *,
        size: int = 10,
        patience: float = 5.0,
        statement_timeout: float = 10.0,
        most_waiting: int = 1_000,
        waited: Callable[[float], None] | None = None,
    ) -> None:
        self._address, self._size = Address.of(url), size
        self._patience, self._statement_timeout = patience, statement_timeout
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._most_waiting, self._waiting, self._waited = most_waiting, 0, waited

    @property
    def connections(self) -> Connections:
        """What the pool holds at this moment."""
        open_, idle = (self._pool.get_size(), self._pool.get_idle_size()) if self._pool else (0, 0)
        return Connections(busy=open_ - idle, idle=idle, limit=self._size, waiting=self._waiting)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection outside a transaction; raises DatabaseUnavailable."""
        async with self._in_one_word(), self._taken() as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """One transaction, committed and flushed when the block ends; raises DatabaseUnavailable."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def repeatably(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Runs `work` in a transaction; a deadlock or serialization failure is repeated, at most three times in all.

        Raises DatabaseUnavailable, then as ever.
        """
        retrying = AsyncRetrying(
            stop=stop_after_attempt(3),
            wait=wait_random(0.01, 0.1),
            retry=retry_if_exception_type(_REPEATABLE),
            reraise=True,
        )
        async with self._in_one_word():
            return await retrying(self._transacted, work)

    async def time(self) -> datetime:
        """What the database's clock shows."""
        async with self.connection() as connection:
            reading: datetime = await connection.fetchval("SELECT clock_timestamp()")
            return reading

    async def close(self) -> None:
        """Closes the pool; connections that do not end within the patience are cut."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            async with asyncio.timeout(self._patience):
                await pool.close()
        except _UNAVAILABLE:
            pool.terminate()

    async def _transacted(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        async with self._taken() as connection, connection.transaction():
            return await work(connection)

    @asynccontextmanager
    async def _taken(self) -> AsyncIterator[Connection]:
        pool = await self._opened()
        connection = await self._in_turn(pool)
        try:
            yield connection
        finally:
            with suppress(*_UNAVAILABLE):  # the pool replaces it; what was committed and heard of stays so
                await pool.release(connection, timeout=self._patience)

    async def _in_turn(self, pool: "asyncpg.Pool[asyncpg.Record]") -> Connection:
        if self._waiting >= self._most_waiting:
            raise DatabaseUnavailable("too many callers wait for a connection")
        self._waiting += 1
        began = time.monotonic()
        try:
            return await pool.acquire(timeout=self._patience)
        finally:
            self._waiting -= 1
            if self._waited:
                self._waited(time.monotonic() - began)

    async def _opened(self) -> "asyncpg.Pool[asyncpg.Record]":
        """The pool; nothing is dialled before a connection is asked for, so this never waits and never fails."""
        if self._pool is None:
            self._pool = await asyncpg.create_pool(
                self._address.dsn,
                min_size=0,
                max_size=self._size,
                timeout=self._patience,
                command_timeout=self._statement_timeout * _SILENCE,
                init=_speak,
                reset=_as_it_is,
                **self._address.options(self._settings),
            )
        return self._pool

    @property
    def _settings(self) -> dict[str, str]:
        return {
            "application_name": "piaoda",
            "timezone": "UTC",
            # One plan serves all values (tests/scale shows it at a million rows). PostgreSQL left to itself plans an
            # event that comes alone anew each time, which costs as much as writing it.
            "plan_cache_mode": "force_generic_plan",
            "statement_timeout": _milliseconds(self._statement_timeout),
            "idle_in_transaction_session_timeout": _milliseconds(self._statement_timeout * _PAUSE),
        }

    @asynccontextmanager
    async def _in_one_word(self) -> AsyncIterator[None]:
        try:
            yield
        except (*_UNAVAILABLE, *_REPEATABLE) as error:
            if self._pool and isinstance(error, asyncpg.ReadOnlySQLTransactionError):
                await self._pool.expire_connections()  # after a fail-over they would lead to the old primary for ever
            raise DatabaseUnavailable(_reason(error)) from error


def _reason(error: BaseException) -> str:
    """The first of what went wrong: a ROLLBACK on a dead connection only says that it is dead."""
    first = error.__context__ if isinstance(error, asyncpg.InterfaceError) and error.__context__ else error
    remedy = "; is a bouncer in between? Then end PIAODA_DATABASE_URL with ?pooler=transaction"
    return f"{type(first).__name__}: {first}{remedy if isinstance(first, _BOUNCED) else ''}"


async def patiently(work: Callable[[], Awaitable[T]], seconds: float) -> T:
    """Repeats `work`, which must bear that, while the database is away; after `seconds` DatabaseUnavailable stands."""
    retrying = AsyncRetrying(
        stop=stop_after_delay(seconds),
        wait=wait_random_exponential(multiplier=0.1, max=2),
        retry=retry_if_exception_type(DatabaseUnavailable),
        reraise=True,
    )
    async for attempt in retrying:
        with attempt:
            return await work()
    raise AssertionError("tenacity re-raises")


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


async def _speak(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """How values travel. Measured against asyncpg's own codecs: an instant takes an eighth less to read and two fifths
    less to write, a figure a third less to read; every check reads nine of them.
    """
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_dump, decoder=from_json)
    await connection.set_type_codec("numeric", schema="pg_catalog", encoder=str, decoder=Decimal)
    await connection.set_type_codec(
        "timestamptz", schema="pg_catalog", encoder=_ticks, decoder=_instant, format="tuple"
    )


_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL's
_DAY, _SECOND = 86_400_000_000, 1_000_000  # microseconds


def _ticks(instant: datetime) -> tuple[int]:
    since = instant - _EPOCH
    return (since.days * _DAY + since.seconds * _SECOND + since.microseconds,)


def _instant(ticks: tuple[int]) -> datetime:
    return _EPOCH + timedelta(0, 0, ticks[0])


async def _as_it_is(_connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Nothing to reset between two users: nobody here changes a session (SET LOCAL alone), and asking costs a trip."""


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def columns(rows: list[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Rows as one array a column: the shape `unnest` takes. `width` tells the number of columns when there are no
    rows.
    """
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
