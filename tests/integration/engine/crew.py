"""Poller, notifier and watchdog over a database, a tax system that knows all and a receiver that takes all."""

from dataclasses import replace
from datetime import date, timedelta

from app.channels.channel import Receipt, Result
from app.channels.roster import Fixed, Served
from app.domain.breaker import BreakerPolicy
from app.domain.delivery import Ladder
from app.domain.invoice import Answer, Found, Outcome
from app.notifier import Notifier
from app.observability.metrics import Metrics
from app.poller import Pace, Poller
from app.watchdog import Watchdog
from tests.conftest import TENANT
from tests.integration.store.conftest import POLICY, SELLER

NO_RECHECKS = replace(POLICY, rechecks=replace(POLICY.rechecks, after=(timedelta(days=3000),), month_end=False))


class Knowing:
    """A tax system that knows every invoice; `asked` remembers each question."""

    def __init__(self):
        self.asked = []

    async def check(self, invoices):
        self.asked += [one.number for one in invoices]
        return [Answer(Outcome.FOUND_MATCH, "0001", found=_found(one)) for one in invoices]


def _found(told):
    return Found(number=told.number, issued_on=date(2026, 11, 20), seller_tax_id=SELLER, amount=told.amount)


class Hearing:
    """A receiver that takes everything; `heard` remembers ids."""

    batch = 1

    def __init__(self):
        self.heard = []

    async def send(self, parcels):
        self.heard += [one.id for one in parcels]
        return Receipt(Result.DELIVERED, 200)


def poller(database, clock, adapter):
    return Poller(
        tenant=TENANT, account="proof", adapter=adapter, database=database, clock=clock, policy=NO_RECHECKS,
        pace=Pace(rate=1000, concurrency=2, batch=1, timeout=1, rest=0.05), breaker_policy=BreakerPolicy(),
        metrics=Metrics("0", ["proof"], []), chance=lambda: 0.0,
    )  # fmt: skip


def notifier(database, clock, channel):
    return Notifier(
        tenant=TENANT, roster=Fixed({"erp": Served(channel, "webhook", timeout=1)}), database=database, clock=clock,
        ladder=Ladder((timedelta(0), timedelta(minutes=5))), metrics=Metrics("0", [], ["webhook"]), rest=0.05,
    )  # fmt: skip


def watchdog(database, clock):
    return Watchdog(tenant=TENANT, database=database, clock=clock, metrics=Metrics("0", [], []), rest=0.05)
