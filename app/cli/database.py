"""Commands about the database."""

import asyncio

from app import main
from app.cli.surroundings import settings
from app.store import migration


def migrate() -> None:
    """Bring the database to the newest schema. Safe to run many times and at once."""
    with main.database_url(settings()) as url:
        asyncio.run(migration.migrate(url))
    print("The database is at the newest schema.")
