"""A notifier over a real database, and messages for it to tell."""

import uuid
from datetime import timedelta

import pytest

from app.domain.delivery import Ladder
from app.notifier import Notifier
from app.observability.metrics import Metrics
from app.store import deliveries
from app.store.deliveries import Subscription
from app.store.events import accept
from app.store.lateness import move_late
from tests.conftest import NOON, TENANT
from tests.integration.engine.receivers import roster
from tests.integration.store.conftest import admission, invoice, issued

LATE = NOON + timedelta(hours=25)
LADDER = Ladder(tuple(timedelta(seconds=s) for s in (0, 5, 300)), jitter=0.2)

_TOLD = """
WITH told AS (
    INSERT INTO messages (tenant, id, invoice_id, incident_id, sequence, type, at, body)
    VALUES ($1, $2, $4, $5, $6, 'invoice.overdue', $7, $8))
INSERT INTO deliveries (tenant, destination, message_id, invoice_id, incident_id, sequence, at, due_at, lane, attempts,
                        state)
VALUES ($1, $3, $2, $4, $5, $6, $7, $7, $9::int, $9::int, 'pending')"""


@pytest.fixture
def notifier(database, clock):
    """Makes a replica's notifier; `notifier.metrics` are those of all of them."""
    clock.at = LATE
    metrics = Metrics("0", [], ["webhook"])

    def make(erp=None, *, database=database, ladder=LADDER, timeout=5.0, rest=0.01, **named):
        named |= {"erp": erp} if erp else {}
        return Notifier(
            tenant=TENANT, roster=roster(timeout, **named), database=database, clock=clock, ladder=ladder,
            metrics=metrics, rest=rest, chance=lambda: 0.5,
        )  # fmt: skip

    make.metrics = metrics
    return make


@pytest.fixture
def trusting(monkeypatch):
    """Whoever is new may have as many hands as one that answers."""
    monkeypatch.setattr(Notifier, "_is_trusted", lambda *_: True)


@pytest.fixture
def declared(database):
    """Makes destinations known by name: what they want, besides overdue invoices."""

    async def declare(**wishes):
        wanted = [
            Subscription(name, **({"kind": "webhook", "events": ["invoice.overdue"]} | changes))
            for name, changes in wishes.items()
        ]
        await deliveries.declare(database, TENANT, wanted)

    return declare


@pytest.fixture
def late(database, declared):
    """So many overdue invoices, each with a message for `erp`."""

    async def make(count=1, **wishes):
        await declared(erp={}, **wishes)
        await accept(database, TENANT, [issued(invoice(n)) for n in range(count)], NOON, admission)
        await move_late(database, TENANT, LATE, 500)

    return make


@pytest.fixture
def told(database):
    """Puts one message into the outbox as the test wants it; gives its id."""

    async def tell(to="erp", *, about=None, incident=None, sequence=1, at=LATE, lane=0, body="{}"):
        id_ = uuid.uuid4()
        about = None if incident else about or uuid.uuid4()
        async with database.connection() as connection:
            await connection.execute(_TOLD, TENANT, id_, to, about, incident, sequence, at, body, lane)
        return str(id_)

    return tell


@pytest.fixture
def rows(database):
    async def fetch(statement, *values):
        async with database.connection() as connection:
            return [tuple(row) for row in await connection.fetch(statement, *values)]

    return fetch
