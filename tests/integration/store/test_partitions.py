"""The checks by month: made ahead of time, dropped when their time is over, and nobody waits for either."""

import asyncio
import logging
import uuid
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from app.store import migration, partitions
from app.store.database import Database
from app.store.events import accept
from app.store.invoices import Invoices
from tests.conftest import NOON, TENANT, _named
from tests.integration.engine.crew import NO_RECHECKS, Knowing, poller
from tests.integration.store.conftest import admission, invoice, issued

AHEAD = ["checks_2026_11", "checks_2026_12", "checks_2027_01"]  # at NOON

_CHECK = """
INSERT INTO checks (tenant, invoice_id, asked_at, id, account, took, outcome, code, message, billed, request_id, raw)
VALUES ($1, $2::uuid, $3, gen_random_uuid(), 'proof', 0.2, 'not_found', '0009', '', true, '', '')"""


@pytest.fixture
def months(rows):
    """The names of the partitions that have a month."""

    async def named():
        found = await rows(partitions._PRESENT, "checks")
        return [name for (name,) in found if name != "checks_other"]

    return named


@pytest.fixture
async def replicas(database_url):
    opened = [Database(database_url) for _ in range(4)]
    yield opened
    for each in opened:
        await each.close()


async def check(rows, invoice_id, at):
    await rows(_CHECK, TENANT, invoice_id, at)


async def where(rows):
    return [name for (name,) in await rows("SELECT tableoid::regclass::text FROM checks ORDER BY asked_at")]


async def test_there_is_a_partition_for_this_month_and_the_two_after_it(database, months):
    await partitions.keep(database, NOON, {})

    assert await months() == AHEAD


@pytest.mark.parametrize(
    ("instant", "first", "following"),
    [
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "checks_2026_12", "checks_2027_01"),
        (datetime(2027, 1, 31, tzinfo=UTC), "checks_2027_01", "checks_2027_02"),
        (datetime(2028, 2, 29, tzinfo=UTC), "checks_2028_02", "checks_2028_03"),
        (datetime.fromisoformat("2026-12-01T07:59:59+08:00"), "checks_2026_11", "checks_2026_12"),
    ],
)
def test_months_are_those_of_utc(instant, first, following):
    assert [partitions.name_of(start) for start in partitions.wanted(instant)[:2]] == [first, following]


async def test_a_check_lies_in_the_partition_of_its_month(database, clock, rows):
    await partitions.keep(database, NOON, {})
    await accept(database, TENANT, [issued(invoice(1))], NOON, admission)
    clock.pass_(hours=1)
    asking = poller(database, clock, Knowing())
    await asking.step()
    await asking.finish(5)

    assert await where(rows) == ["checks_2026_11"]


async def test_without_a_partition_a_check_is_kept_all_the_same(rows):
    await check(rows, uuid.uuid4(), NOON)

    assert await where(rows) == ["checks_other"]


async def test_a_month_that_has_begun_without_a_partition_is_left_alone(database, rows, months, caplog):
    await check(rows, uuid.uuid4(), NOON)
    with caplog.at_level(logging.INFO, "app.store.partitions"):
        await partitions.keep(database, NOON, {})

    assert await months() == AHEAD[1:]
    assert await where(rows) == ["checks_other"]
    assert caplog.records == []  # it was not even tried


async def test_a_check_that_comes_into_a_month_just_before_its_partition_is_no_error(database, rows, months):
    async with database.connection() as connection:
        await check(rows, uuid.uuid4(), NOON)

        assert not await partitions._patiently(connection, partitions._create(partitions.month(NOON)))
    assert await months() == []


async def test_replicas_make_them_at_once(replicas, months):
    await asyncio.gather(*(partitions.keep(each, NOON, {}) for each in replicas))

    assert await months() == AHEAD


async def test_replicas_drop_them_at_once(replicas, months):
    await partitions.keep(replicas[0], NOON, {})
    later = NOON + timedelta(days=92)
    dropped = await asyncio.gather(*(partitions.keep(each, later, {"checks": timedelta(days=30)}) for each in replicas))

    assert sorted(name for some in dropped for name in some) == AHEAD[:2]
    assert (await months())[0] == AHEAD[2]


@pytest.mark.parametrize(
    ("keep_for", "gone"),
    [
        ({}, []),
        ({"checks": timedelta(days=19, hours=5)}, []),  # from the last hour of October on
        ({"checks": timedelta(days=19)}, ["checks_2026_10"]),
        ({"checks": timedelta(days=400)}, []),
    ],
)
async def test_a_partition_goes_when_all_of_it_is_older(keep_for, gone, database, months):
    await partitions.keep(database, NOON - timedelta(days=31), {})

    assert await partitions.keep(database, NOON, keep_for) == gone
    assert set(await months()) == {"checks_2026_10", *AHEAD} - set(gone)


async def test_what_has_no_month_is_never_dropped(database, rows):
    await check(rows, uuid.uuid4(), NOON - timedelta(days=900))
    await partitions.keep(database, NOON, {"checks": timedelta(days=30)})

    assert await where(rows) == ["checks_other"]


async def test_an_open_transaction_in_the_way_is_not_waited_for(database, rows, months, caplog):
    async with database.transaction() as tx:
        await tx.fetch("SELECT FROM checks LIMIT 1")
        with caplog.at_level(logging.INFO, "app.store.partitions"):
            async with asyncio.timeout(8):  # one second for each of three; a statement may take ten
                await partitions.keep(database, NOON, {})
    assert await months() == []
    assert len(caplog.records) == 3

    await partitions.keep(database, NOON, {})
    assert await months() == AHEAD


async def test_an_open_transaction_in_the_way_of_a_drop_is_not_waited_for(database, rows, months):
    await partitions.keep(database, NOON, {})
    later, week = NOON + timedelta(days=31), {"checks": timedelta(days=7)}
    await partitions.keep(database, later, {})
    async with database.transaction() as tx:
        await tx.fetch("SELECT FROM checks LIMIT 1")
        async with asyncio.timeout(8):
            assert await partitions.keep(database, later, week) == []

    assert await partitions.keep(database, later, week) == AHEAD[:1]


async def test_the_history_of_an_invoice_is_whole_over_all_partitions(database, rows):
    [told] = await accept(database, TENANT, [issued(invoice(1))], NOON - timedelta(days=90), admission)
    instants = [NOON + timedelta(days=days) for days in (-90, -2, 30, 60)]
    await partitions.keep(database, NOON, {})
    for at in instants:
        await check(rows, told.id, at)
    history = await Invoices(database, NO_RECHECKS).history(TENANT, told.id)

    assert await where(rows) == ["checks_other", *AHEAD]
    assert [datetime.fromisoformat(entry["at"]) for entry in history if entry["entry"] == "check"] == instants


# From one version to the next


@asynccontextmanager
async def _at_revision(server, revision):
    """A database of its own, migrated up to `revision`: its URL."""
    name = f"piaoda_old_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(server)
    await connection.execute(f'CREATE DATABASE "{name}"')
    try:
        await migration.migrate(_named(server, name), revision)
        yield _named(server, name)
    finally:
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await connection.close()


_OLD_INVOICE = """
INSERT INTO invoices (tenant, id, number, code, issued_at, seller_tax_id, currency, account, state, cause, sequence,
    state_at, received_at, overdue_at, escalate_at)
VALUES ($1, $2::uuid, '25112000000000000001', '', $3, '911101081000000166', 'CNY', 'proof', 'overdue', 'deadline', 2,
    $3, $3, $3, $3)"""
_OLD_TRANSITION = """
INSERT INTO transitions (tenant, invoice_id, sequence, before, after, cause, actor, at)
VALUES ($1, $2::uuid, $3, $4, $5, $6, 'system', $7)"""


async def test_an_upgrade_keeps_the_whole_history_of_every_invoice(server):
    told = [(1, None, "pending", "issued", NOON), (2, "pending", "overdue", "deadline", NOON + timedelta(days=1))]
    async with _at_revision(server, "0001") as url:
        connection = await asyncpg.connect(url)
        id_ = str(uuid.uuid4())
        await connection.execute(_OLD_INVOICE, TENANT, id_, NOON)
        for move in told:
            await connection.execute(_OLD_TRANSITION, TENANT, id_, *move)
        await migration.migrate(url)
        columns = "sequence, before, after, cause, at"
        found = await connection.fetch(f"SELECT {columns} FROM transitions ORDER BY sequence")
        await connection.close()

    assert [tuple(row) for row in found] == told


async def test_an_upgrade_keeps_every_check_and_every_question(server):
    invoice_id = uuid.uuid4()
    async with _at_revision(server, "0001") as url:
        connection = await asyncpg.connect(url)
        for days in (0, 40):
            await connection.execute(_CHECK, TENANT, str(invoice_id), NOON - timedelta(days=days))
        await connection.execute(
            "INSERT INTO schedule (tenant, invoice_id, account, due_at) VALUES ($1, $2, 'proof', $3)",
            TENANT, invoice_id, NOON,
        )  # fmt: skip
        for revision in ("0002", "head"):
            await migration.migrate(url, revision)

        assert await connection.fetchval("SELECT count(*) FROM checks WHERE invoice_id = $1", invoice_id) == 2
        assert await connection.fetch("SELECT due_at, lane FROM schedule") == [(NOON, 1)]
        await _is_whole(connection, url, invoice_id)
        await connection.close()


async def _is_whole(connection, url, invoice_id):
    """New months get partitions, the month of the upgrade goes on where it began."""
    database = Database(url)
    await partitions.keep(database, NOON, {})
    for days in (1, 40):
        await connection.execute(_CHECK, TENANT, str(invoice_id), NOON + timedelta(days=days))
    found = await connection.fetch("SELECT tableoid::regclass::text FROM checks ORDER BY asked_at")
    await database.close()

    assert [name for (name,) in found] == ["checks_2026_11"] * 3 + ["checks_2026_12"]
