"""What the benchmark knows of our outbox: its tables, the notifier's parts, a plain worker's statements.

One rule: as in `ours.py`, nothing else under tests/bench imports this from `app`.
"""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from app.channels import channel
from app.channels.roster import Fixed, Served
from app.channels.webhook import Webhook
from app.clock import Clock, DatabaseClock
from app.domain.delivery import Ladder
from app.egress import Egress
from app.loop import Loop
from app.notifier import Notifier
from app.observability.metrics import Metrics
from app.replica import TENANT
from app.settings.configuration import LoopSettings
from app.settings.policies import DeliverySettings
from app.store.database import Database
from app.store.deliveries import Subscription, declare
from app.telling import ALL_EVENTS
from tests.bench.ours import egress

DELIVERED = "SELECT count(*) FROM deliveries WHERE state = 'delivered'"
BODY = 1_500  # bytes of a message

_OUTBOX = """
WITH made AS (SELECT n, uuidv7() AS id, gen_random_uuid() AS invoice FROM generate_series(0, $2::int - 1) AS n),
told AS (
    INSERT INTO messages (tenant, id, invoice_id, sequence, type, at, body)
    SELECT $1, id, invoice, 2, 'invoice.synced', now(), '{"data": "' || repeat('x', $6::int - 13) || '"}' FROM made)
INSERT INTO deliveries (tenant, destination, message_id, invoice_id, sequence, at, due_at, attempts, state)
SELECT $1, ($3::text[])[1 + n % cardinality($3::text[])], id, invoice, 2, now(),
    now() + make_interval(secs => $4::float8 + $5::float8 * n / $2::int), 0, 'pending' FROM made"""

LAG = """
SELECT percentile_cont($1::float8) WITHIN GROUP (ORDER BY extract(epoch FROM a.at - d.due_at) + a.took)
FROM attempts a JOIN deliveries d USING (tenant, destination, message_id)
WHERE d.state = 'delivered' AND d.destination >= $2"""

CLAIM_ONE = """
UPDATE deliveries d SET lease_until = now() + interval '1 minute'
FROM (SELECT tenant, destination, message_id FROM deliveries
      WHERE state = 'pending' AND due_at <= now() AND (lease_until IS NULL OR lease_until <= now())
      ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) AS due, messages m
WHERE (d.tenant, d.destination, d.message_id) = (due.tenant, due.destination, due.message_id)
  AND m.tenant = due.tenant AND m.id = due.message_id
RETURNING d.destination, d.message_id, m.id::text AS id, m.body"""
SETTLE_ONE = """
UPDATE deliveries SET state = 'delivered' WHERE tenant = 'default' AND destination = $1 AND message_id = $2"""


async def fill(
    url: str, names: Sequence[str], count: int, *, concurrency: int = 8, over: float = 0.0, before: float = -1.0
) -> None:
    """`count` messages to destinations by turns, due from `before` seconds from now on, spread evenly `over` some."""
    database = Database(url, size=1, statement_timeout=120)
    wanted = [Subscription(name=name, kind="webhook", events=ALL_EVENTS, concurrency=concurrency) for name in names]
    await declare(database, TENANT, wanted)
    async with database.connection() as connection:
        await connection.execute(_OUTBOX, TENANT, count, list(names), before, over, BODY)
        await connection.execute("VACUUM ANALYZE")
    await database.close()


@dataclass
class Dispatcher:
    """What one notifier process has: run its `loop` until told, then `finish`."""

    database: Database
    egress: Egress
    loop: Loop
    notifier: Notifier

    async def finish(self) -> None:
        await self.notifier.finish(0)
        await self.egress.close()
        await self.database.close()


async def dispatcher(url: str, receivers: Mapping[str, str]) -> Dispatcher:
    """The notifier as `piaoda serve --worker-only` has it, before webhooks at these addresses."""
    database = Database(url, size=10)
    clock = DatabaseClock(await database.time())
    way_out, channels = _webhooks(receivers, clock)
    metrics = Metrics("0", [], ["webhook"])
    made = Notifier(
        tenant=TENANT, roster=Fixed({name: Served(each, "webhook", 15.0) for name, each in channels.items()}),
        database=database, clock=clock, ladder=Ladder(DeliverySettings().ladder), metrics=metrics,
        rest=LoopSettings().notify_every.total_seconds(),
    )  # fmt: skip
    loop = Loop("notifier", made.step, clock=clock, on_success=metrics.loop_succeeded)
    return Dispatcher(database, way_out, loop, made)


def _webhooks(receivers: Mapping[str, str], clock: Clock) -> tuple[Egress, dict[str, Webhook]]:
    way_out = egress("127.0.0.1")
    tools = channel.Toolbox(way_out, clock)
    secret = "whsec_" + b64encode(bytes(32)).decode()
    return way_out, {
        name: Webhook(channel.Destination(name, "webhook", url, (secret,)), tools) for name, url in receivers.items()
    }


def plain_sender(
    receivers: Mapping[str, str],
) -> tuple[Callable[[str, str, str], Awaitable[None]], Callable[[], Awaitable[None]]]:
    """How one message is signed and sent, by destination, id and body; and how that ends."""
    clock = DatabaseClock()
    way_out, channels = _webhooks(receivers, clock)

    async def send(name: str, id_: str, body: str) -> None:
        receipt = await channels[name].send([channel.Parcel(id_, body, clock.now())])
        assert receipt.result is channel.Result.DELIVERED

    return send, way_out.close
