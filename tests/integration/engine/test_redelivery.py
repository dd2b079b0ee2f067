"""Telling again: what is wanted, once, after what is fresh; durable, in chunks, one replica a job."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.domain.identity import Kind
from app.domain.invoice import Amount, Party
from app.domain.retelling import Order
from app.redelivery import Redelivery
from app.store import epochs, redeliveries
from app.store.database import Database
from app.store.invoices import Invoices
from app.store.lateness import move_late
from app.store.moves import new_id
from app.store.redeliveries import Redeliveries
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import POLICY, invoice, issued
from tests.integration.store.test_feed import opened, write
from tests.integration.store.test_schedule import rows, tell
from tests.integration.waiting import settled

__all__ = ["opened"]

LATE = NOON + timedelta(hours=25)
ALL = ["invoice.overdue", "invoice.escalated", "invoice.synced", "invoice.changed", "invoice.voided"]
OTHER = "91110108MA00000009"

_DESTINATION = """
INSERT INTO destinations (tenant, name, kind, enabled, events, accounts, sellers, kinds, labels, minimum_amount,
                          recovery_only, gather)
VALUES ($1, $2, 'webhook', $3, $4, $5, $6, $7, $8, $9, $10, 0)"""
_RUNNING = "SELECT FROM redeliveries WHERE state = 'running'"
_END = "UPDATE deliveries SET state = $1, failure = $2, attempts = 9, attempted_at = $3"


async def destination(database, name="crm", *, enabled=True, tenant=TENANT, events=ALL, **filters):
    given = {"accounts": [], "sellers": [], "kinds": [], "labels": {}, "minimum_amount": None, "recovery_only": False}
    async with database.connection() as connection:
        await connection.execute(_DESTINATION, tenant, name, enabled, events, *(given | filters).values())


async def late(database, *invoices, at=LATE):
    """Invoices that became overdue; their ids."""
    told = await tell(database, *(issued(each) for each in invoices))
    await move_late(database, TENANT, at, 100)
    async with database.connection() as connection:
        await settled(connection)
    return [each.id for each in told]


async def order(database, clock, *, destination="crm", chunk=500, **said):
    """Gives an order and has it carried out; the job as it is then."""
    job = await Redeliveries(database).start(TENANT, destination, Order(**said), "key:ops", clock.now())
    await carry_out(database, clock, chunk)
    return await Redeliveries(database).get(TENANT, destination, job["id"])


async def carry_out(database, clock, chunk=500):
    """To the end, which waits for other tests' transactions in this cluster."""
    redelivery = Redelivery(tenant=TENANT, database=database, clock=clock, chunk=chunk)
    while await redelivery.step() == 0 or await rows(database, _RUNNING):  # noqa: ASYNC110 - PostgreSQL tells nobody
        await asyncio.sleep(0)


async def due(database, name="crm"):
    """(invoice, sequence, lane) of what is due to a destination."""
    found = await rows(
        database,
        "SELECT invoice_id::text, sequence, lane FROM deliveries WHERE destination = $1 AND state = 'pending' "
        "ORDER BY message_id",
        name,
    )
    return sorted(found)


async def messages(database):
    return [each for (each,) in await rows(database, "SELECT id::text FROM messages ORDER BY position, id")]


@pytest.fixture
def clock(clock):
    clock.at = LATE + timedelta(hours=1)
    return clock


async def test_everything_since_an_instant_goes_to_who_was_never_told(database, clock):
    ids = await late(database, *(invoice(n) for n in range(5)))
    await destination(database)
    job = await order(database, clock, since=NOON)

    assert await due(database) == sorted((each, 2, 1) for each in ids)
    assert (job["state"], job["seen"], job["sent"], job["share"]) == ("done", 5, 5, 1.0)


@pytest.mark.parametrize("since", [datetime(1, 1, 1, tzinfo=UTC), datetime(1969, 12, 31, tzinfo=UTC)])
async def test_an_instant_before_there_were_any_ids_means_everything(database, clock, since):
    ids = await late(database, invoice(1))
    await destination(database)
    job = await order(database, clock, since=since)

    assert await due(database) == [(ids[0], 2, 1)]
    assert (job["state"], job["sent"]) == ("done", 1)


async def test_it_reaches_a_destination_that_was_disabled(database, clock):
    await destination(database, enabled=False)
    [told] = await late(database, invoice(1))
    assert await due(database) == []
    await order(database, clock, since=NOON)

    assert await due(database) == [(told, 2, 1)]


async def test_what_happened_before_since_or_after_until_is_left_out(database, clock):
    minute = timedelta(minutes=1)
    for n in range(4):
        await late(database, invoice(n), at=LATE + n * minute)
    await destination(database)
    job = await order(database, clock, since=LATE + minute, until=LATE + 3 * minute)
    happened = await rows(database, "SELECT at FROM deliveries ORDER BY at")

    assert happened == [(LATE + minute,), (LATE + 2 * minute,)]
    assert (job["sent"], job["seen"]) == (2, 4)


async def test_only_the_types_asked_for_go(database, clock):
    await destination(database)
    await late(database, invoice(1))
    job = await order(database, clock, since=NOON, types=("invoice.synced",))

    assert job["sent"] == 0


FILTERS = [
    ({"events": ["invoice.synced"]}, 0),
    ({"accounts": ["proof"]}, 1),
    ({"sellers": [OTHER]}, 1),
    ({"kinds": [Kind.DIGITAL_SPECIAL.value]}, 1),
    ({"labels": {"region": "beijing"}}, 1),
    ({"minimum_amount": Decimal("500.00")}, 1),
    ({}, 2),
]


@pytest.mark.parametrize(("filters", "fit"), FILTERS)
async def test_the_filters_of_the_destination_hold(database, clock, filters, fit):
    plain = invoice(1, account="solo")
    fitting = invoice(
        2,
        kind=Kind.DIGITAL_SPECIAL,
        seller=Party(OTHER, "示例"),
        labels={"region": "beijing", "shop": "7"},
        amount=Amount(None, None, Decimal("-900.00")),
        account="proof",
    )
    told = await late(database, plain, fitting)
    await destination(database, **filters)
    await order(database, clock, since=NOON)

    assert [each for each, *_ in await due(database)] == {0: [], 1: [told[1]], 2: sorted(told)}[fit]


async def test_the_end_of_trouble_goes_only_where_the_trouble_was_told(database, clock):
    quiet, troubled = await tell(database, issued(invoice(1)), issued(invoice(2)))
    acting = Invoices(database, POLICY)
    await acting.resolve(TENANT, quiet.id, "somebody", NOON, reason="seen", evidence="a picture")
    await move_late(database, TENANT, LATE, 10)
    await acting.resolve(TENANT, troubled.id, "somebody", LATE, reason="seen", evidence="a picture")
    await destination(database, recovery_only=True)
    await order(database, clock, since=NOON, chunk=2)

    assert await due(database) == [(troubled.id, 2, 1), (troubled.id, 3, 1)]


async def test_named_messages_go_whatever_the_filters_say(database, clock):
    await destination(database, events=["invoice.synced"])
    ids = await late(database, *(invoice(n) for n in range(3)))
    job = await order(database, clock, messages=tuple((await messages(database))[:2]), chunk=1)

    assert (job["state"], job["sent"], len(await due(database))) == ("done", 2, 2)
    assert {each for each, *_ in await due(database)} < set(ids)


async def test_what_is_dead_comes_to_life_and_what_was_delivered_does_not(database, clock):
    await destination(database)
    await late(database, *(invoice(n) for n in range(6)))
    await rows(database, _END, "delivered", None, LATE)
    dead = (await messages(database))[:3]
    await rows(database, _END + " WHERE message_id = ANY ($4::uuid[])", "dead", "timeout", LATE, dead)
    job = await order(database, clock, dead=True, chunk=2)

    assert (job["seen"], job["sent"], job["state"]) == (3, 3, "done")
    revived = await rows(database, "SELECT message_id::text, attempts, due_at FROM deliveries WHERE state = 'pending'")
    assert sorted(revived) == sorted((each, 0, clock.now()) for each in dead)


@pytest.mark.parametrize(
    "narrow",
    [{"failure": "tls"}, {"types": ("invoice.synced",)}, {"since": LATE + timedelta(seconds=1)}, {"until": LATE}],
)
async def test_of_what_is_dead_only_what_was_asked_for(database, clock, narrow):
    await destination(database)
    await late(database, invoice(1))
    await rows(database, _END, "dead", "timeout", LATE)

    assert (await order(database, clock, dead=True, **narrow))["sent"] == 0
    fits = {"failure": "timeout", "types": ("invoice.overdue",), "since": LATE, "until": LATE + timedelta(seconds=1)}
    assert (await order(database, clock, dead=True, **{name: fits[name] for name in narrow}))["sent"] == 1


async def test_what_dies_again_is_not_sent_without_end(database, clock):
    await destination(database)
    await late(database, invoice(1))
    await rows(database, _END, "dead", "timeout", LATE)
    job = await Redeliveries(database).start(TENANT, "crm", Order(dead=True), "key:ops", clock.now())
    await rows(database, _END, "dead", "timeout", clock.pass_(seconds=1))
    await carry_out(database, clock)

    assert (await Redeliveries(database).get(TENANT, "crm", job["id"]))["sent"] == 0


async def test_what_is_due_already_is_let_alone(database, clock):
    await destination(database)
    await late(database, invoice(1))
    before = await rows(database, "SELECT lane, due_at FROM deliveries")
    job = await order(database, clock, since=NOON)

    assert (job["seen"], job["sent"]) == (1, 0)
    assert await rows(database, "SELECT lane, due_at FROM deliveries") == before


async def test_a_message_that_was_committed_late_is_waited_for(database, clock, opened):
    await destination(database)
    slow = await opened()
    [known] = await late(database, invoice(1))
    [account] = await tell(database, issued(invoice(2)))
    await rows(database, _END, "delivered", None, LATE)
    async with slow.transaction():
        await write(slow, invoice_id=account.id, at=LATE)
        await Redeliveries(database).start(TENANT, "crm", Order(since=NOON), "key:ops", clock.now())
        steps = [await redeliveries.walk(database, TENANT, clock.now(), 500) for _ in range(3)]
        assert [each.state for each in steps] == ["running"] * 3
        assert not steps[-1].advanced
    await carry_out(database, clock)

    assert await due(database) == sorted([(known, 2, 1), (account.id, 2, 1)])


async def test_what_is_told_later_is_not_part_of_it(database, clock):
    await destination(database, enabled=False)
    await late(database, invoice(1))
    job = await Redeliveries(database).start(TENANT, "crm", Order(since=NOON), "key:ops", clock.now())
    await late(database, invoice(2))
    await carry_out(database, clock)

    assert (await Redeliveries(database).get(TENANT, "crm", job["id"]))["seen"] == 1


class Dying(Database):
    """Goes away after it was told how far a chunk has come, before the commit."""

    async def repeatably(self, work):
        async def fatal(tx):
            await work(tx)
            raise RuntimeError("kill -9")

        return await super().repeatably(fatal)


async def test_whoever_dies_between_two_chunks_leaves_nothing_out_and_nothing_twice(database, database_url, clock):
    ids = await late(database, *(invoice(n) for n in range(5)))
    await destination(database)
    job = await Redeliveries(database).start(TENANT, "crm", Order(since=NOON), "key:ops", clock.now())
    await redeliveries.walk(database, TENANT, clock.now(), 2)
    dying = Dying(database_url)
    with pytest.raises(RuntimeError):
        await redeliveries.walk(dying, TENANT, clock.now(), 2)
    await dying.close()
    assert (await Redeliveries(database).get(TENANT, "crm", job["id"]))["sent"] == len(await due(database)) == 2
    await carry_out(database, clock, chunk=2)

    assert (await Redeliveries(database).get(TENANT, "crm", job["id"]))["sent"] == 5
    assert {each for each, *_ in await due(database)} == set(ids)


async def test_many_replicas_carry_a_job_out_once(database, clock):
    await late(database, *(invoice(n) for n in range(20)))
    await destination(database)
    job = await Redeliveries(database).start(TENANT, "crm", Order(since=NOON), "key:ops", clock.now())
    await asyncio.gather(*(carry_out(database, clock, chunk=3) for _ in range(4)))
    await carry_out(database, clock, chunk=3)
    job = await Redeliveries(database).get(TENANT, "crm", job["id"])

    assert (job["state"], job["seen"], job["sent"]) == ("done", 20, 20)


async def test_a_cancelled_job_goes_no_further(database, clock):
    await late(database, *(invoice(n) for n in range(5)))
    await destination(database)
    jobs = Redeliveries(database)
    job = await jobs.start(TENANT, "crm", Order(since=NOON), "key:ops", clock.now())
    await redeliveries.walk(database, TENANT, clock.now(), 2)
    cancelled = await jobs.cancel(TENANT, "crm", job["id"], clock.now())
    await carry_out(database, clock)

    assert (cancelled["state"], cancelled["sent"], len(await due(database))) == ("cancelled", 2, 2)
    assert await jobs.cancel(TENANT, "crm", job["id"], clock.pass_(hours=1)) == cancelled


async def test_a_job_of_a_destination_that_is_gone_ends(database, clock):
    await late(database, invoice(1))
    await destination(database)
    job = await Redeliveries(database).start(TENANT, "crm", Order(since=NOON), "key:ops", clock.now())
    await rows(database, "DELETE FROM destinations")
    await carry_out(database, clock)

    assert (await Redeliveries(database).get(TENANT, "crm", job["id"]))["state"] == "cancelled"
    assert await due(database) == []


async def test_a_job_survives_a_move_to_another_cluster(database, clock):
    ids = await late(database, *(invoice(n) for n in range(4)))
    await destination(database)
    job = await Redeliveries(database).start(TENANT, "crm", Order(since=NOON), "key:ops", clock.now())
    await redeliveries.walk(database, TENANT, clock.now(), 1)
    await rows(database, "UPDATE messages SET position = position + 2 ^ 40")
    await rows(database, "UPDATE redeliveries SET until_position = until_position + 2 ^ 40")
    assert await epochs.heal(database, TENANT)
    await carry_out(database, clock, chunk=2)

    assert (await Redeliveries(database).get(TENANT, "crm", job["id"]))["state"] == "done"
    assert {each for each, *_ in await due(database)} == set(ids)


async def test_another_tenant_has_neither_the_destination_nor_the_job(database, clock):
    await destination(database)
    jobs = Redeliveries(database)
    [message] = [await write_one(database)]
    job = await order(database, clock, since=NOON)

    assert await jobs.start("other", "crm", Order(since=NOON), "key:ops", NOON) is None
    assert await jobs.unknown("other", [message]) == [message]
    assert await jobs.unknown(TENANT, [message]) == []
    assert await jobs.get("other", "crm", job["id"]) is None
    assert await jobs.list("other", "crm") is None
    assert await jobs.list(TENANT, "crm") == [job]


async def write_one(database):
    await late(database, invoice(1))
    return (await messages(database))[0]


async def test_an_incident_goes_where_its_account_is_heard(database, clock):
    incident = (TENANT, new_id(NOON), "timeout", "solo", NOON)
    await rows(
        database,
        "INSERT INTO incidents (tenant, id, cause, account, seller, region, endpoint, state, since, opened_at, members,"
        " remaining, level, notices, told_members, reminders, code)"
        " VALUES ($1, $2::uuid, $3, $4, '', '', '', 'open', $5, $5, 0, 0, 0, 0, 0, 0, '')",
        *incident,
    )
    await rows(
        database,
        "INSERT INTO messages (tenant, id, incident_id, sequence, type, at, body) VALUES ($1, $2::uuid, $3::uuid, 1, "
        "'incident.opened', $4, '{}')",
        TENANT, new_id(NOON), incident[1], NOON,
    )  # fmt: skip
    heard = {"solo": ["solo"], "proof": ["proof"], "all": []}
    for name, accounts in heard.items():
        await destination(database, name, events=["incident.opened"], accounts=accounts, labels={"a": "b"})
    sent = {name: (await order(database, clock, destination=name, since=NOON))["sent"] for name in heard}

    assert sent == {"solo": 1, "proof": 0, "all": 1}


def test_an_order_reads_as_it_was_written():
    for said in (
        Order(messages=(new_id(NOON),)),
        Order(dead=True, failure="tls", types=("invoice.synced",), since=NOON, until=LATE),
        Order(since=NOON),
    ):
        assert Order.of(json.loads(json.dumps(said.document()))) == said
