"""An answer the database refuses (a NUL in the provider's message) is never settled: asked again at each lease end."""
import pytest

from app.domain.breaker import BreakerPolicy
from app.domain.invoice import Answer, Outcome
from app.observability.metrics import Metrics
from app.poller import Pace, Poller
from app.store.events import accept
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import POLICY, admission, invoice, issued


class Saying:
    def __init__(self, **said):
        self.said, self.asked = said, 0

    async def check(self, invoices):
        self.asked += len(invoices)
        return [Answer(Outcome.NOT_FOUND, "0009", **(self.said if one.number == invoice(1).number else {})) for one in invoices]


@pytest.mark.parametrize("said", [{"message": "no\0thing"}, {"raw": "\ud800"}, {"retry_after": 1e300}])
@pytest.mark.filterwarnings("ignore")
async def test_a_poison_answer_costs_its_company_nothing_and_is_written_down(database, clock, said):
    await accept(database, TENANT, [issued(invoice(n, account="solo")) for n in range(1, 6)], NOON, admission)
    clock.pass_(minutes=1)
    adapter = Saying(**said)
    poller = Poller(
        tenant=TENANT, account="solo", adapter=adapter, database=database, clock=clock, policy=POLICY,
        pace=Pace(rate=1000, concurrency=1, batch=50, timeout=5), breaker_policy=BreakerPolicy(),
        metrics=Metrics("0", ["solo"], []), chance=lambda: 0.0)
    await poller.step()
    await poller.finish(5)
    async with database.connection() as c:
        assert await c.fetchval("SELECT count(*) FROM checks") == 5
