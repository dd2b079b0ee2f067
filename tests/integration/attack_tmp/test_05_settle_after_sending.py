"""The database is away for a second between a send and its settlement: the message goes out twice,
although ten seconds of the lease are reserved for writing (SETTLE_TIME) and the poller uses them."""
import asyncio
import re
from datetime import timedelta

from app.channels.channel import Receipt, Result
from app.domain.errors import DatabaseUnavailable
from app.notifier import Ladder, Lane, Notifier
from app.observability.metrics import Metrics
from app.store import deliveries
from app.store.database import Database
from app.store.deliveries import Subscription
from app.store.events import accept
from app.store.lateness import move_late
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import admission, invoice, issued


class Proxy:
    """TCP in front of the server's socket; `cut` breaks all and refuses for `seconds`."""

    def __init__(self, url):
        self.url, self.pipes, self.away = url, set(), False

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self.server.sockets[0].getsockname()[1]
        name = re.search(r"/([^/?]+)\?", self.url.split("@")[-1])[1]
        self.proxied = f"postgresql://postgres@127.0.0.1:{port}/{name}"
        self.socket = re.search(r"host=([^&]+)", self.url)[1].replace("%2F", "/") + "/.s.PGSQL.5432"
        return self

    async def __aexit__(self, *_):
        self.cut_now()
        self.server.close()

    def cut_now(self):
        for writer in self.pipes:
            writer.transport.abort()
        self.pipes.clear()

    async def cut(self, seconds):
        self.away = True
        self.cut_now()
        asyncio.get_running_loop().call_later(seconds, lambda: setattr(self, "away", False))

    async def _serve(self, reader, writer):
        if self.away:
            writer.transport.abort()
            return
        there, back = await asyncio.open_unix_connection(self.socket)
        self.pipes |= {writer, back}

        async def pump(a, b):
            try:
                while data := await a.read(65536):
                    b.write(data)
            except OSError:
                pass
            b.close()
        await asyncio.gather(pump(reader, back), pump(there, writer))


class Cutting:
    batch = 1

    def __init__(self, proxy):
        self.proxy, self.sent = proxy, []

    async def send(self, parcels):
        self.sent += [p.id for p in parcels]
        if len(self.sent) == 1:
            await self.proxy.cut(1.0)  # a fast restart: done within two seconds
        return Receipt(Result.DELIVERED, 200)


async def test_a_blink_of_the_database_doubles_no_message(database, database_url, clock):
    await deliveries.declare(database, TENANT, [Subscription("hook", "webhook", ["invoice.overdue"])])
    await accept(database, TENANT, [issued(invoice(1))], NOON, admission)
    await move_late(database, TENANT, clock.pass_(hours=25), 100)
    async with Proxy(database_url) as proxy:
        channel, work = Cutting(proxy), Database(proxy.proxied, size=2)
        notifier = Notifier(
            tenant=TENANT, lane=Lane("hook", "webhook", timeout=5), channel=channel, database=work,
            clock=clock, ladder=Ladder((timedelta(0), timedelta(seconds=5))), metrics=Metrics("0", [], ["webhook"]))
        for _ in range(4):
            try:
                await notifier.step()
            except DatabaseUnavailable:
                await asyncio.sleep(1.2)
            clock.pass_(seconds=30)
        await work.close()
    assert len(channel.sent) == 1, f"sent {len(channel.sent)} times"
