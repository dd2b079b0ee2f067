"""The notifier on a real database with a scripted receiver: what is sent, tried again, given up and reported."""

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit, urlunsplit

import pytest

from app.channels.channel import Receipt, Result
from app.store import deliveries
from app.store.database import Database
from app.store.events import accept
from app.store.lateness import move_late
from tests.conftest import NOON, TENANT
from tests.integration.engine.conftest import LATE
from tests.integration.engine.receivers import GOOD, Hanging, Poisoned, Scripted, turn
from tests.integration.store.conftest import admission, invoice, issued


class Line:
    """The line to the database, which a test can cut: what is on it breaks off, and the next dials are not answered."""

    def __init__(self, url: str) -> None:
        self._parts, self._ends, self._deaf = urlsplit(url), set(), 0

    def cut(self, *, deaf_to: int) -> None:
        self._deaf = deaf_to
        while self._ends:
            self._ends.pop().transport.abort()

    @asynccontextmanager
    async def open(self):
        """Gives the URL of the database at the end of this line."""
        server = await asyncio.start_server(self._dialled, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        login = self._parts.netloc.rpartition("@")[0] or "postgres"
        try:
            yield urlunsplit(("postgresql", f"{login}@127.0.0.1:{port}", self._parts.path, "sslmode=disable", ""))
        finally:
            self.cut(deaf_to=0)
            server.close()

    async def _dialled(self, reader, writer) -> None:
        if self._deaf:
            self._deaf -= 1
            writer.transport.abort()
            return
        there, back = await self._dial()
        self._ends |= {writer, back}
        await asyncio.gather(_carry(reader, back), _carry(there, writer))

    async def _dial(self):
        port = self._parts.port or 5432
        if folder := parse_qs(self._parts.query).get("host"):
            return await asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.{port}")
        return await asyncio.open_connection(self._parts.hostname, port)


async def _carry(reader, writer) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
    writer.close()


async def test_a_delivered_message_is_sent_once(notifier, late, rows):
    await late()
    channel = Scripted(GOOD)
    one = notifier(channel)
    await turn(one)
    await turn(one)

    assert len(channel.sent) == 1
    assert await rows("SELECT state, attempts, result, status FROM deliveries") == [("delivered", 1, "delivered", 200)]


async def test_every_attempt_carries_the_same_id_and_the_same_body(notifier, late, clock):
    await late()
    channel = Scripted(Receipt(Result.RETRY, 500), Receipt(Result.RETRY, 500), GOOD)
    one = notifier(channel)
    for _ in range(3):
        await turn(one)
        clock.pass_(minutes=10)

    assert len(channel.sent) == 3
    assert channel.sent[0] == channel.sent[1] == channel.sent[2]
    assert json.loads(channel.sent[0][0][1])["type"] == "invoice.overdue"


async def test_failures_climb_the_ladder_and_then_the_message_is_dead_with_a_reason(notifier, late, rows, clock):
    await late()
    one = notifier(Scripted(Receipt(Result.RETRY, 503, "http_503")))
    waits = []
    for _ in range(3):
        await turn(one)
        [(state, due_at)] = await rows("SELECT state, due_at FROM deliveries")
        waits.append((state, round((due_at - clock.now()).total_seconds())))
        clock.at = max(clock.at, due_at)

    assert waits == [("pending", 5), ("pending", 300), ("dead", 0)]
    assert await rows("SELECT attempts, result, code FROM deliveries") == [(3, "retry", "http_503")]


async def test_a_receiver_that_asks_for_patience_gets_it(notifier, late, rows, clock):
    await late()
    await turn(notifier(Scripted(Receipt(Result.RETRY, 429, retry_after=3600))))

    assert await rows("SELECT due_at FROM deliveries") == [(clock.now() + timedelta(hours=1),)]


@pytest.mark.parametrize("result", [Result.PERMANENT])
async def test_what_can_never_succeed_is_dead_at_once(notifier, late, rows, result):
    await late()
    await turn(notifier(Scripted(Receipt(result, 400, "bad"))))

    assert await rows("SELECT state, code FROM deliveries") == [("dead", "bad")]


async def test_an_unknown_reply_is_tried_three_times(notifier, late, rows, clock):
    await late()
    one, states = notifier(Scripted(Receipt(Result.UNKNOWN, 200))), []
    for _ in range(3):
        await turn(one)
        states += await rows("SELECT state FROM deliveries")
        clock.pass_(hours=1)

    assert states == [("pending",), ("pending",), ("dead",)]


async def test_a_receiver_that_is_gone_is_disabled_and_hears_no_more(notifier, late, rows):
    await late(3)
    channel = Scripted(Receipt(Result.PERMANENT, 410, gone=True))
    one = notifier(channel)
    await turn(one)
    await turn(one)

    assert await rows("SELECT enabled, disabled_reason, disabled_at FROM destinations") == [
        (False, "the receiver answered 410 Gone", LATE)
    ]
    assert await rows("SELECT DISTINCT state FROM deliveries WHERE attempts > 0") == [("dead",)]
    assert len(channel.sent) == 2  # a stranger gets no more hands


async def test_chat_merges_what_is_due_into_one_message(notifier, late, rows):
    await late(30)
    channel = Scripted(GOOD, batch=100)
    await turn(notifier(channel))

    assert [len(call) for call in channel.sent] == [30]
    assert await rows("SELECT DISTINCT state FROM deliveries") == [("delivered",)]


async def test_a_sender_that_died_after_sending_leaves_a_duplicate_with_the_same_id_never_a_loss(
    notifier, late, rows, clock
):
    await late()
    dying, channel = Hanging(), Scripted(GOOD)
    killed = notifier(dying)
    await killed.step()  # the receiver has it; nobody will ever write that down
    second = notifier(channel)
    await turn(second)
    while_leased = list(channel.sent)
    clock.pass_(minutes=1)
    await turn(second)
    dying.answer.set()
    await killed.finish(30)

    assert while_leased == []
    assert [call[0][0] for call in channel.sent] == list(dying.parcels)
    assert await rows("SELECT state, attempts FROM deliveries") == [("delivered", 1)]


async def test_a_database_that_is_away_for_a_moment_after_the_send_doubles_no_message(
    notifier, late, rows, clock, database_url
):
    await late()
    line = Line(database_url)

    class Cutting(Scripted):
        async def send(self, parcels):
            line.cut(deaf_to=2)
            return await super().send(parcels)

    channel = Cutting(GOOD)
    async with line.open() as url:
        far = Database(url, size=2)
        one = notifier(channel, database=far)
        await turn(one)
        clock.pass_(minutes=1)
        await turn(one)
        await far.close()

    assert len(channel.sent) == 1
    assert await rows("SELECT state, attempts FROM deliveries") == [("delivered", 1)]


@pytest.mark.parametrize("batch", [1, 20])
async def test_a_message_that_makes_its_channel_raise_ends_dead_alone(notifier, late, rows, clock, batch):
    await late(9)
    one = notifier(Poisoned(invoice(3).number, batch))
    for _ in range(4):
        await turn(one)
        clock.pass_(hours=1)

    assert await rows("SELECT state, code, count(*) FROM deliveries GROUP BY 1, 2 ORDER BY 1") == [
        ("dead", "channel_error", 1),
        ("delivered", "", 8),
    ]


async def test_messages_for_a_destination_that_is_no_longer_configured_are_not_made(database, late, rows):
    await late()
    await deliveries.declare(database, TENANT, [])
    await accept(database, TENANT, [issued(invoice(9))], NOON, admission)
    await move_late(database, TENANT, LATE, 10)

    assert await rows("SELECT count(*) FROM deliveries") == [(1,)]
    assert await rows("SELECT count(*) FROM messages") == [(2,)]


async def test_deliveries_are_counted_with_their_lag(notifier, late, clock):
    await late()
    clock.pass_(seconds=7)
    await turn(notifier(Scripted(GOOD)))
    text = notifier.metrics.render()[0].decode()

    assert 'piaoda_deliveries_total{channel="webhook",result="delivered"} 1.0' in text
    assert 'piaoda_delivery_lag_seconds_sum{channel="webhook"} 7.0' in text
