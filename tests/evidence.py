"""What has been seen of a story: `Inside` is our database, `Outside` all others. One rule: nothing is judged here."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import asyncpg

from tests.receiver import Hit

Row = Mapping[str, Any]
Identity = tuple[str, str]


@dataclass(frozen=True)
class Inside:
    """The database, a list of rows a table. Field names are the tables'."""

    invoices: Sequence[Row]
    transitions: Sequence[Row]
    checks: Sequence[Row]
    messages: Sequence[Row]
    deliveries: Sequence[Row]
    destinations: Sequence[Row]
    invoice_counts: Sequence[Row]


@dataclass(frozen=True)
class Outside:
    """`told`: the id that was acknowledged, by (number, code). `voided`: what billing withdrew.

    `register`: what the tax system shows of each invoice, after all. `ledger`: its records of questions.
    `duplicates`: how many messages may have come twice, because their sender was killed before it could note that
    they had arrived.
    """

    told: Mapping[Identity, str]
    hits: Sequence[Hit]
    ledger: Sequence[Row]
    register: Mapping[Identity, Row]
    voided: frozenset[Identity] = frozenset()
    duplicates: int = 0


def read(database_url: str) -> Inside:
    async def fetch() -> Inside:
        connection = await asyncpg.connect(database_url)
        try:
            async with connection.transaction(isolation="repeatable_read"):
                tables = [each.name for each in fields(Inside)]
                return Inside(*[await connection.fetch(f"SELECT * FROM {table}") for table in tables])
        finally:
            await connection.close()

    return asyncio.run(fetch())
