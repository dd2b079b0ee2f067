"""The way to PostgreSQL: a pool with deadlines everywhere, and one word for every way it can fail us.

One rule: a lost connection at COMMIT means *unknown*, so DatabaseUnavailable says "repeat it under its key", never
"it failed".
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import asyncpg
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_random,
    wait_random_exponential,
)

from app.domain.errors import DatabaseUnavailable

if TYPE_CHECKING:  # asyncpg's classes are generic to mypy alone
    from asyncpg.pool import PoolConnectionProxy

    Connection = PoolConnectionProxy[asyncpg.Record]
else:
    Connection = asyncpg.Connection
T = TypeVar("T")


class Row(Protocol):
    """A row as a statement returns it."""

    def __getitem__(self, column: str, /) -> Any: ...


# What a dead, restarting, read-only or exhausted server looks like from here (SQLSTATE classes 08, 53, 57 and 25006).
_UNAVAILABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
# The last one: a migration has changed a table under a statement that this connection knows.
_REPEATABLE = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.InvalidCachedStatementError)


class Database:
    """A pool of connections. Every wait in it is bounded: connecting, acquiring, each statement."""

    def __init__(self, url: str, *, size: int = 10, patience: float = 5.0, statement_timeout: float = 10.0) -> None:
        self._url, self._size, self._patience, self._statement_timeout = url, size, patience, statement_timeout
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection outside a transaction; raises DatabaseUnavailable."""
        try:
            async with asyncio.timeout(self._patience):  # opening takes its turn, and turns add up
                pool = await self._opened()
            async with pool.acquire(timeout=self._patience) as connection:
                yield connection
        except _UNAVAILABLE as error:
            raise DatabaseUnavailable(f"{type(error).__name__}: {error}") from error

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
        try:
            async for attempt in retrying:
                with attempt:
                    async with self.transaction() as tx:
                        return await work(tx)
        except _REPEATABLE as error:
            raise DatabaseUnavailable(f"{type(error).__name__}: {error}") from error
        raise AssertionError("tenacity re-raises")

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
        except (TimeoutError, *_UNAVAILABLE):
            pool.terminate()

    async def _opened(self) -> "asyncpg.Pool[asyncpg.Record]":
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=1,
                    max_size=self._size,
                    timeout=self._patience,
                    command_timeout=self._statement_timeout,
                    init=_speak_json,
                    server_settings={"application_name": "piaoda", "timezone": "UTC"},
                )
            return self._pool


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


async def _speak_json(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_dump, decoder=json.loads)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def columns(rows: list[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Rows as one array a column: the shape `unnest` takes. `width` tells the number of columns when there are no
    rows.
    """
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
