"""Databases that may be thrown away: a demo or a drill begins anew each time.

One rule: only what a demo or a drill made itself is ever dropped; a database that somebody named is only looked into.
"""

from urllib.parse import urlsplit

import asyncpg

from app.domain.errors import DatabaseUnavailable
from app.store.address import Address

_HOLDS_INVOICES = "SELECT to_regclass('invoices') IS NOT NULL"
_AN_INVOICE = "SELECT EXISTS (SELECT FROM invoices)"


async def recreate(server: str, name: str) -> str:
    """Drops and creates the database `name` on the server behind the URL `server`; returns the URL of the new one."""
    connection = await asyncpg.connect(Address.of(server).dsn)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
    return urlsplit(server)._replace(path=f"/{name}").geturl()


async def holds_invoices(url: str) -> bool:
    """Whether the database has invoices already; one without our tables has none. Changes nothing."""
    try:
        connection = await asyncpg.connect(Address.of(url).dsn, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise DatabaseUnavailable(f"{type(error).__name__}: {error}") from error
    try:
        return bool(await connection.fetchval(_HOLDS_INVOICES) and await connection.fetchval(_AN_INVOICE))
    finally:
        await connection.close()
