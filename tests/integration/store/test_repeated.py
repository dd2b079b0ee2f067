"""Two transactions in each other's way: the whole of one is repeated, three times at most, and then it is told so."""

import asyncio

import pytest

from app.domain.errors import DatabaseUnavailable


class Quarrel:
    """Work that updates both rows; between them, the first time, it waits until the other is as far."""

    def __init__(self, first, second, meeting):
        self.rows, self.meeting, self.attempts = (first, second), meeting, 0

    async def __call__(self, tx):
        self.attempts += 1
        await tx.execute("SET LOCAL deadlock_timeout = '20ms'")
        for row in self.rows:
            await tx.execute("UPDATE tries SET n = n + 1 WHERE id = $1", row)
            if (row, self.attempts) == (self.rows[0], 1):
                await self.meeting.wait()


async def test_a_deadlock_is_repeated_and_both_get_their_way(database, tries, rows):
    meeting = asyncio.Barrier(2)
    both = Quarrel(1, 2, meeting), Quarrel(2, 1, meeting)
    await asyncio.gather(*(database.repeatably(one) for one in both))

    assert sorted(one.attempts for one in both) == [1, 2]
    assert await rows("SELECT n FROM tries") == [(2,), (2,)]


class Overtaken:
    """Serializable work whose row somebody else changes under its hands, in the first `times` attempts."""

    def __init__(self, onlooker, times):
        self.onlooker, self.times, self.attempts = onlooker, times, 0

    async def __call__(self, tx):
        self.attempts += 1
        await tx.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        await tx.execute("SELECT FROM tries")
        if self.attempts <= self.times:
            await self.onlooker.execute("UPDATE tries SET n = n + 10 WHERE id = 1")
        await tx.execute("UPDATE tries SET n = n + 1 WHERE id = 1")


async def test_a_serialization_failure_is_repeated(database, onlooker, tries, rows):
    work = Overtaken(onlooker, times=2)
    await database.repeatably(work)

    assert work.attempts == 3
    assert await rows("SELECT n FROM tries WHERE id = 1") == [(21,)]


async def test_after_three_serialization_failures_the_caller_is_told_to_come_back(database, onlooker, tries, rows):
    work = Overtaken(onlooker, times=9)
    with pytest.raises(DatabaseUnavailable, match="SerializationError"):
        await database.repeatably(work)

    assert work.attempts == 3
    assert await rows("SELECT n FROM tries WHERE id = 1") == [(30,)]


async def test_where_nothing_is_repeated_a_serialization_failure_is_told_in_the_same_word(database, onlooker, tries):
    async def once(work):
        async with database.transaction() as tx:
            await work(tx)

    with pytest.raises(DatabaseUnavailable, match="SerializationError"):
        await once(Overtaken(onlooker, times=1))
