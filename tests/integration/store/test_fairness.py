"""Who is claimed first on the real database, and that a claim does not pay for those before it."""

from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import asyncpg
import pytest

from app.domain.decision import decide
from app.domain.invoice import Answer, Outcome, Party
from app.domain.lanes import Rota, lane_of
from app.store import schedule, settlement
from app.store.events import accept
from app.store.invoices import Invoices
from app.store.moves import new_id
from app.store.schedule import Claim, Spending
from app.store.settlement import Checked
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import POLICY, admission, invoice, issued
from tests.scale.plans import Watched

FLOOD, QUIET = Party("911101081000000166"), Party("91310115MA1K00000X")
LATER = NOON + timedelta(hours=1)
LIMIT = 200


@dataclass
class Claimer:
    """A replica that claims again and again; its rota knows what it claimed."""

    database: object
    rota: Rota = field(default_factory=Rota)

    async def claim(self, now=LATER, limit=LIMIT) -> list[Claim]:
        held = schedule.lease(now + timedelta(minutes=10))
        turn, spending = self.rota.round(limit, now), Spending(date(2026, 11, 20), 4, 5)
        claimed = await schedule.claim(self.database, TENANT, "proof", now, turn, held, spending)
        self.rota = self.rota.after(claimed.given, limit, now)
        return claimed.claims

    async def sellers(self) -> list[str]:
        return [claim.case.record.invoice.seller.tax_id for claim in await self.claim()]


@pytest.fixture
async def flood(database):
    """Three thousand due questions about one seller's invoices: their ids."""
    told = [issued(invoice(n, seller=FLOOD)) for n in range(3_000)]
    return [answer.id for answer in await accept(database, TENANT, told, NOON, admission)]


async def settle(database, claims, now=LATER):
    checked = [_missing(claim, now) for claim in claims]
    await settlement.settle(database, TENANT, checked)


def _missing(claim, now):
    decision = decide(claim.case, Answer(Outcome.NOT_FOUND, "0009"), now, POLICY, 0.0)
    return Checked(claim, new_id(now), now, 0.2, decision, None)


def test_the_two_sellers_have_lanes_of_their_own():
    assert lane_of(FLOOD.tax_id) != lane_of(QUIET.tax_id)


@pytest.mark.parametrize("claims_before", range(4))
async def test_a_seller_with_three_invoices_does_not_wait_for_the_one_with_three_thousand(
    claims_before, flood, database
):
    claimer = Claimer(database)
    for _ in range(claims_before):
        await claimer.claim()
    told = [issued(invoice(n, seller=QUIET)) for n in range(4_000, 4_003)]
    await accept(database, TENANT, told, LATER, admission)
    sellers = await claimer.sellers() + await claimer.sellers()

    assert sellers.count(QUIET.tax_id) == 3


async def test_the_flood_gets_all_the_rest(flood, database):
    claimer = Claimer(database)
    claims = [len(await claimer.claim()) for _ in range(3)]

    assert sum(claims) >= 2.5 * LIMIT


async def test_two_floods_share_a_claim(flood, database):
    told = [issued(invoice(n, seller=QUIET)) for n in range(4_000, 7_000)]
    await accept(database, TENANT, told, NOON, admission)
    claimer = Claimer(database)
    for _ in range(3):
        await claimer.claim()

    assert Counter(await claimer.sellers()) == {FLOOD.tax_id: LIMIT // 2, QUIET.tax_id: LIMIT // 2}


@pytest.mark.parametrize("claims_before", range(4))
async def test_what_a_person_asks_for_goes_first(claims_before, flood, database):
    claimer = Claimer(database)
    for _ in range(claims_before):
        await claimer.claim()
    await Invoices(database, POLICY).check_now(TENANT, flood[-1], "key:finance", LATER)
    claims = await claimer.claim() + await claimer.claim()

    assert flood[-1] in {claim.case.record.id for claim in claims}


@pytest.mark.parametrize(("before_deadline", "urgent"), [(timedelta(minutes=40), True), (timedelta(hours=9), False)])
async def test_what_is_asked_shortly_before_its_deadline_goes_first(before_deadline, urgent, database, rows):
    [told] = await accept(database, TENANT, [issued(invoice(1, seller=FLOOD))], NOON, admission)
    claimer = Claimer(database)
    [(due_at,)] = await rows("SELECT due_at FROM schedule")
    [claimed] = await claimer.claim()
    next_due_at = decide(claimed.case, Answer(Outcome.NOT_FOUND), LATER, POLICY, 0.0).ask.due_at
    record = replace(claimed.case.record, overdue_at=next_due_at + before_deadline)
    await settle(database, [replace(claimed, case=replace(claimed.case, record=record))])

    assert due_at < LATER
    assert await rows("SELECT lane = 0, due_at FROM schedule") == [(urgent, next_due_at)]
    assert told.id == record.id


# What claims and settlements leave behind

MANY, BATCH = 20_000, 1_000

_INVOICES = """
INSERT INTO invoices (tenant, id, number, code, issued_at, seller_tax_id, currency, account, state, cause, sequence,
    state_at, received_at, overdue_at, escalate_at, late_at)
SELECT $1, gen_random_uuid(), '25112' || lpad(n::text, 15, '0'), '', $2, $3, 'CNY', 'proof', 'pending', 'issued', 1,
    $2, $2, $2::timestamptz + interval '1 day', $2::timestamptz + interval '3 days', $2::timestamptz + interval '1 day'
FROM generate_series(1, $4::int) AS n"""
_SCHEDULE = """
INSERT INTO schedule (tenant, invoice_id, account, lane, due_at)
SELECT tenant, id, account, $1, $2::timestamptz + row_number() OVER (ORDER BY id) * interval '0.1 seconds'
FROM invoices"""


@asynccontextmanager
async def somebody_looks(url):
    """A snapshot that stays open: nothing that dies meanwhile can be cleared away."""
    connection = await asyncpg.connect(url)
    async with connection.transaction(isolation="repeatable_read"):
        await connection.fetch("SELECT FROM schedule LIMIT 1")
        yield
    await connection.close()


async def test_a_claim_does_not_visit_what_was_claimed_before(database, database_url, rows):
    await rows(_INVOICES, TENANT, NOON, FLOOD.tax_id, MANY + 2 * BATCH)
    await rows(_SCHEDULE, lane_of(FLOOD.tax_id), NOON)
    await rows("ANALYZE invoices, schedule")
    watched = Watched(database_url)
    claimer, forgetful = Claimer(watched), Claimer(watched)
    async with somebody_looks(database_url):
        first = await _cost(claimer, watched)
        for _ in range(MANY // BATCH):
            await settle(watched, await claimer.claim(limit=BATCH))
        last, without_floors = await _cost(claimer, watched), await _cost(forgetful, watched)
    await watched.close()

    assert last < 3 * first
    assert without_floors > 3 * first  # what it would be for one who begins from the beginning


async def _cost(claimer, watched):
    """Buffers for each row of a claim, which is settled too."""
    watched.plans.clear()
    claims = await claimer.claim(limit=BATCH // 2)
    [plan] = [plan for plan in watched.plans if plan.statement == schedule._CLAIM]
    assert claims
    await settle(watched, claims)
    return plan.buffers / len(claims)
