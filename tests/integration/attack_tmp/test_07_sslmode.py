"""The URL of every managed PostgreSQL ends in ?sslmode=require: asyncpg takes it, our migration does not."""
import asyncpg

from app.store import migration


def with_ssl(url):
    return url + ("&" if "?" in url else "?") + "sslmode=prefer&application_name=piaoda-migrate"


async def test_a_url_with_sslmode_migrates(server, database_url):
    url = with_ssl(database_url)
    await (await asyncpg.connect(url)).close()  # asyncpg itself understands it
    await migration.migrate(url)
    assert await migration.is_current(url)
