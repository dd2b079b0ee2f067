"""A message that makes its channel raise is claimed again for ever and blocks all behind it."""
from datetime import timedelta

from app.channels.channel import Receipt, Result
from app.notifier import Ladder, Lane, Notifier
from app.observability.metrics import Metrics
from app.store import deliveries
from app.store.deliveries import Subscription
from app.store.events import accept
from app.store.lateness import move_late
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import admission, invoice, issued


class Raising:
    def __init__(self, batch, poison):
        self.batch, self.poison, self.sent = batch, poison, []

    async def send(self, parcels):
        for parcel in parcels:
            if parcel.payload["data"]["invoice"]["number"] in self.poison:
                raise KeyError("poison")
        self.sent += [p.id for p in parcels]
        return Receipt(Result.DELIVERED, 200)


async def serve(database, clock, batch):
    await deliveries.declare(database, TENANT, [Subscription("hook", "webhook", ["invoice.overdue"])])
    # one poison message, older than the others
    await accept(database, TENANT, [issued(invoice(1))], NOON, admission)
    await move_late(database, TENANT, clock.pass_(hours=25), 100)
    await accept(database, TENANT, [issued(invoice(n)) for n in range(2, 10)], NOON, admission)
    await move_late(database, TENANT, clock.pass_(hours=2), 100)
    channel = Raising(batch, {invoice(1).number})
    notifier = Notifier(
        tenant=TENANT, lane=Lane("hook", "webhook", timeout=5, concurrency=1), channel=channel, database=database,
        clock=clock, ladder=Ladder((timedelta(0), *[timedelta(seconds=5)] * 8)), metrics=Metrics("0", [], ["webhook"]), chance=lambda: 0.5)
    for _ in range(40):
        try:
            await notifier.step()
        except KeyError:
            pass
        clock.pass_(seconds=20)
    async with database.connection() as c:
        return channel, sorted(tuple(r) for r in await c.fetch("SELECT state, count(*)::int FROM deliveries GROUP BY 1"))


async def test_a_poison_message_ends_dead_and_the_others_are_delivered(database, clock):
    channel, states = await serve(database, clock, 1)
    assert states == [("dead", 1), ("delivered", 8)]


async def test_a_poison_message_does_not_take_its_company_with_it(database, clock):
    channel, states = await serve(database, clock, 20)
    assert states == [("dead", 1), ("delivered", 8)]
