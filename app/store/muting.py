"""The silences and maintenance windows that hold now. One rule: few rows, read only when somebody is to be told."""

from datetime import datetime

from app.domain.muting import Maintenance, Muting, Silence
from app.store.database import Connection

_SILENCES = """
SELECT matchers, starts_at, ends_at FROM silences WHERE tenant = $1 AND starts_at <= $2 AND ends_at > $2"""
_WINDOWS = """
SELECT accounts, starts_at, ends_at FROM maintenance WHERE tenant = $1 AND starts_at <= $2 AND ends_at > $2"""


async def running(connection: Connection, tenant: str, now: datetime) -> list[Muting]:
    silences = await connection.fetch(_SILENCES, tenant, now)
    windows = await connection.fetch(_WINDOWS, tenant, now)
    return [
        *(Silence(row["matchers"], row["starts_at"], row["ends_at"]) for row in silences),
        *(Maintenance(row["accounts"], row["starts_at"], row["ends_at"]) for row in windows),
    ]
