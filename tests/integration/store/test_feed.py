"""The feed: in the order of commits, nothing skipped, whoever is under way; and after a move to another cluster."""

import asyncio
import json
import random
import uuid
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from app.domain.cursors import Bookmark, encode_bookmark
from app.domain.identifiers import ZERO
from app.store import epochs, feed
from app.store.feed import Feed, Mark
from app.store.lateness import move_late
from app.store.moves import new_id
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import invoice, issued
from tests.integration.store.test_schedule import rows, tell
from tests.integration.waiting import settled

TOLD = """
INSERT INTO messages (tenant, id, invoice_id, sequence, type, at, body)
VALUES ($1, $2::uuid, $3::uuid, $4, $5, $6, $7)"""
PLACED = """
INSERT INTO messages (tenant, id, invoice_id, sequence, type, at, body, position)
VALUES ($1, $2::uuid, $3::uuid, $4, $5, $6, $7, $8)"""


def a_message(invoice_id=None, sequence=2, *, type_="invoice.overdue", at=NOON, id_=None, tenant=TENANT):
    body = json.dumps({"type": type_, "timestamp": at.isoformat(), "data": {"sequence": sequence}})
    return (tenant, id_ or new_id(at), invoice_id or str(uuid.uuid4()), sequence, type_, at, body)


async def write(connection, *, alone=True, **said):
    """Writes a message and waits until it can be read; not inside a transaction, and not beside one (`alone`)."""
    message = a_message(**said)
    await connection.execute(TOLD, *message)
    if alone and not connection.is_in_transaction():
        await settled(connection)
    return message[1]


async def place(connection, position, **said):
    message = a_message(**said)
    await connection.execute(PLACED, *message, position)
    return message[1]


@pytest.fixture
async def opened(database_url):
    """Opens connections that are closed at the end."""
    made = []

    async def connect():
        made.append(await asyncpg.connect(database_url))
        return made[-1]

    yield connect
    for each in made:
        await each.close()


BEGINNING = Mark()


async def read_all(database, after=BEGINNING, limit=100):
    async with database.connection() as connection:
        return await feed.read(connection, TENANT, after, limit)


@asynccontextmanager
async def under_way(connection):
    """A transaction that commits at the end, with a message in it."""
    async with connection.transaction():
        yield await write(connection)


async def test_a_message_that_was_begun_earlier_and_committed_later_is_not_skipped(database, opened):
    slow, fast = await opened(), await opened()
    async with under_way(slow) as begun_first:
        committed_first = await write(fast, alone=False)
        between = await read_all(database)
    await settled(fast)
    after = await read_all(database, between[-1].mark if between else BEGINNING)

    assert [each.id for each in between + after] == [begun_first, committed_first]


async def test_the_end_is_before_what_is_still_under_way(database, opened):
    slow, fast = await opened(), await opened()
    known = await write(fast)
    async with under_way(slow) as begun:
        later = await write(fast, alone=False)
        async with database.connection() as connection:
            end = await feed.end(connection, TENANT)

    await settled(fast)

    assert end.id == known
    assert [each.id for each in await read_all(database, end)] == [begun, later]


async def test_the_end_of_nothing_is_the_beginning(database):
    async with database.connection() as connection:
        assert await feed.end(connection, TENANT) == Mark() == Mark(0, ZERO)


async def test_the_pages_of_many_writers_show_each_message_once_and_each_invoice_in_order(database, opened):
    writers, each = 8, 40

    async def write_on(chance):
        connection, invoices = await opened(), [str(uuid.uuid4()) for _ in range(3)]
        for sequence in range(2, 2 + each):
            async with connection.transaction():
                for invoice_id in chance.sample(invoices, 3):
                    await write(connection, invoice_id=invoice_id, sequence=sequence)
                    await asyncio.sleep(chance.random() / 200)

    at_work = asyncio.gather(*(write_on(random.Random(seed)) for seed in range(writers)))
    seen = []
    while not at_work.done():
        seen += await read_all(database, seen[-1].mark if seen else BEGINNING, 7)
    await at_work
    await settled(await opened())
    while more := await read_all(database, seen[-1].mark if seen else BEGINNING, 7):
        seen += more

    assert len(seen) == len({one.id for one in seen}) == writers * each * 3
    for invoice_id in {one.invoice_id for one in seen}:
        sequences = [one.sequence for one in seen if one.invoice_id == invoice_id]
        assert sequences == list(range(2, 2 + each))


async def test_what_a_move_tells_stands_in_the_feed(database):
    [told] = await tell(database, issued(invoice(1)))
    await move_late(database, TENANT, NOON + timedelta(hours=25), 10)
    async with database.connection() as connection:
        await settled(connection)
    [entry] = await read_all(database)

    assert (entry.type, entry.invoice_id, entry.sequence) == ("invoice.overdue", told.id, 2)
    assert json.loads(entry.body)["data"]["invoice"]["id"] == told.id
    assert entry.position > 0


async def test_messages_of_before_come_first_in_the_order_of_their_ids(database, opened):
    connection = await opened()
    new = await write(connection, at=NOON - timedelta(days=1))
    old = [await place(connection, 0, at=NOON + timedelta(seconds=n)) for n in (2, 1, 3)]

    assert [each.id for each in await read_all(database)] == [*sorted(old), new]


async def test_another_tenants_messages_are_not_there(database, opened):
    await write(await opened(), tenant="somebody else")

    assert await read_all(database) == []
    assert (await Feed(database).page(TENANT, None, (), 10)).items == ()


# --- pages for programs -------------------------------------------------------------------------------------------


async def pages(database, cursor=None, types=(), limit=2):
    """All ids from a cursor on, and the last cursor."""
    ids, more = [], True
    while more:
        page = await Feed(database).page(TENANT, cursor, types, limit)
        ids, cursor, more = ids + [each for each, _ in page.items], page.next_cursor, page.more
    return ids, cursor


async def test_pages_lead_through_everything_and_go_on_with_what_comes(database, opened):
    connection = await opened()
    first = [await write(connection) for _ in range(5)]
    seen, cursor = await pages(database)
    later = [await write(connection) for _ in range(3)]

    assert seen == first
    assert (await pages(database, cursor))[0] == later


async def test_a_page_of_types_that_never_come_leads_on_all_the_same(database, opened, monkeypatch):
    monkeypatch.setattr(feed, "SCANNED", 4)
    connection = await opened()
    for _ in range(9):
        await write(connection)
    wanted = await write(connection, type_="invoice.synced")
    page = await Feed(database).page(TENANT, None, ("invoice.synced",), 10)

    assert (page.items, page.more) == ([], True)
    assert (await pages(database, page.next_cursor, ("invoice.synced",)))[0] == [wanted]


async def test_a_test_of_one_destination_is_not_in_the_feed(database, opened):
    connection = await opened()
    test = (TENANT, new_id(NOON), None, 0, "test.ping", NOON, "{}")
    await connection.execute(TOLD, *test)
    shown = await write(connection)

    assert (await pages(database))[0] == [shown]
    assert len(await read_all(database)) == 2


async def test_now_is_the_present_end(database, opened):
    connection = await opened()
    await write(connection)
    page = await Feed(database).page(TENANT, "now", (), 10)
    later = await write(connection)

    assert (page.items, page.more) == ((), False)
    assert (await pages(database, page.next_cursor))[0] == [later]


@pytest.mark.parametrize("cursor", ["", "abc", "é", "bm90anNvbg", encode_bookmark(Bookmark(0, Mark(2**63, ZERO)))])
async def test_a_cursor_that_is_not_ours_is_none(database, cursor):
    page = await Feed(database).page(TENANT, cursor, (), 10)

    assert page is None or cursor == ""


# --- a database from elsewhere ------------------------------------------------------------------------------------

FAR = 2**40  # no cluster of a test has counted so many transactions


async def epoch(database):
    return await rows(database, "SELECT epoch FROM epochs")


async def test_a_database_that_stayed_where_it_was_is_left_alone(database, opened):
    await write(await opened())
    positions = await rows(database, "SELECT position FROM messages")

    assert not await epochs.heal(database, TENANT)
    assert await rows(database, "SELECT position FROM messages") == positions
    assert await epoch(database) == []


async def test_heal_sees_nothing_wrong_in_what_is_being_written(database, opened):
    slow, fast = await opened(), await opened()
    async with under_way(slow):
        await write(fast, alone=False)
        assert not await epochs.heal(database, TENANT)


async def test_after_a_move_a_reader_misses_nothing_and_repeats_at_most_the_margin(database, opened):
    connection = await opened()
    hour, minutes = timedelta(hours=1), timedelta(minutes=5)
    long_ago = await place(connection, FAR, at=NOON - hour)
    last_read = await place(connection, FAR + 1, at=NOON)
    cursor = encode_bookmark(Bookmark(0, Mark(FAR + 1, last_read)))
    late = await place(connection, FAR + 2, at=NOON - minutes)  # its commit came after a younger id's
    unread = await place(connection, FAR + 3, at=NOON + minutes)
    hidden = await read_all(database)
    healed = await epochs.heal(database, TENANT), await epochs.heal(database, TENANT)
    new = await write(connection, at=NOON + hour)

    assert (hidden, healed) == ([], (True, False))
    ids, following = await pages(database, cursor)
    assert ids == [late, last_read, unread, new]
    assert long_ago not in ids
    assert await pages(database, following) == ([], following)


async def test_a_reader_among_the_messages_of_before_misses_nothing_either(database, opened):
    connection = await opened()
    last_read = await place(connection, 0, at=NOON)
    cursor = encode_bookmark(Bookmark(0, Mark(0, last_read)))
    unread = await place(connection, FAR, at=NOON - timedelta(minutes=1))
    await epochs.heal(database, TENANT)

    assert (await pages(database, cursor))[0] == [unread, last_read]


async def test_each_move_is_an_epoch_of_its_own(database, opened):
    connection = await opened()
    await place(connection, FAR)
    await epochs.heal(database, TENANT)
    [(first,)] = await epoch(database)
    await place(connection, FAR)
    await epochs.heal(database, TENANT)

    assert await epoch(database) == [(first + 1,)]


async def test_our_own_readers_and_jobs_are_set_back_by_the_margin(database, opened):
    connection = await opened()
    reached = await place(connection, FAR, at=NOON)
    missed = await place(connection, FAR + 1, at=NOON - timedelta(minutes=9))
    older = await place(connection, FAR + 2, at=NOON - timedelta(minutes=11))
    await rows(database, "INSERT INTO cursors VALUES ($1, 'alerter', $2, $3::uuid)", TENANT, FAR, reached)
    await epochs.heal(database, TENANT)
    [(position, last)] = await rows(database, "SELECT position, id::text FROM cursors")

    assert [each.id for each in await read_all(database, Mark(position, last))] == [missed, reached]
    assert older not in {missed, reached}


async def test_a_reader_whose_last_message_was_lost_goes_on_by_the_time(database, opened):
    connection = await opened()
    old = await write(connection, at=NOON - timedelta(hours=1))
    kept = await write(connection, at=NOON - timedelta(minutes=5))
    lost = Mark(FAR, new_id(NOON))  # read from a database that has fallen back since
    cursor = encode_bookmark(Bookmark(0, lost))
    new = await write(connection, at=NOON + timedelta(minutes=5))

    ids, _ = await pages(database, cursor)
    assert ids == [kept, new]
    assert old not in ids


async def test_a_reader_of_a_lost_message_waits_without_drifting_back(database, opened):
    connection = await opened()
    await write(connection, at=NOON - timedelta(hours=1))
    cursor = encode_bookmark(Bookmark(0, Mark(FAR, new_id(NOON))))

    assert await pages(database, cursor) == ([], cursor)
    new = await write(connection, at=NOON + timedelta(hours=1))
    assert (await pages(database, cursor))[0] == [new]
