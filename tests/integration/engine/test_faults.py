"""The workers over a line that breaks or stalls, at every statement in turn.

Held against every fault: a question is never lost and never settled twice, what is late moves once, a message is sent
once and counted once.
"""

from contextlib import suppress
from datetime import timedelta

import pytest

from app.domain.errors import DatabaseUnavailable
from app.store import deliveries
from app.store.database import patiently
from app.store.deliveries import Subscription
from app.store.events import accept
from app.store.lateness import move_late
from tests.conftest import NOON, TENANT
from tests.integration.conftest import HANGING
from tests.integration.engine import crew
from tests.integration.line import COMMIT, CUTS, FAULTS, swept
from tests.integration.store.conftest import admission, invoice, issued

LATE = NOON + timedelta(hours=25)
BOOKS = """
SELECT DISTINCT (SELECT sum(n) FROM invoice_counts WHERE state = s.state)
       = (SELECT count(*) FROM invoices WHERE state = s.state)
FROM (SELECT DISTINCT state FROM invoice_counts) AS s"""
BALANCED = [(True,)]


def told(number):
    return issued(invoice(number), f"key-{invoice(number).number}")


@pytest.fixture
async def wanted(database):
    """Somebody wants to hear of everything."""
    kinds = ["invoice.synced", "invoice.overdue", "invoice.voided"]
    await deliveries.declare(database, TENANT, [Subscription("erp", "webhook", kinds)])


SETTLED = """
SELECT i.state, i.sequence, (SELECT count(*) FROM checks c WHERE c.invoice_id = i.id),
       (SELECT count(*) FROM transitions t WHERE t.invoice_id = i.id),
       (SELECT count(*) FROM messages m WHERE m.invoice_id = i.id),
       (SELECT count(*) FROM deliveries d WHERE d.invoice_id = i.id),
       (SELECT count(*) FROM schedule s WHERE s.invoice_id = i.id AND s.lease IS NULL)
FROM invoices i WHERE number = $1"""
SETTLED_ONCE = ("synced", 2, 1, 2, 1, 1, 1)


async def until_asked(poller, clock, rows, number):
    """Steps, and when nothing comes of it, lets leases end: whatever was taken and lost comes due again."""
    for _ in range(6):
        with suppress(DatabaseUnavailable):
            await poller.step()
        await poller.finish(HANGING)
        if await rows("SELECT FROM invoices WHERE number = $1 AND state = 'synced'", number):
            return
        clock.pass_(minutes=2)


@pytest.mark.parametrize("fault", CUTS)
async def test_wherever_the_line_breaks_a_question_is_neither_lost_nor_settled_twice(
    line, far, database, rows, clock, wanted, fault
):
    poller = crew.poller(far, clock, crew.Knowing())
    clock.pass_(hours=1)
    async for number in swept(line, fault):
        await accept(database, TENANT, [told(number)], clock.now(), admission)
        await until_asked(poller, clock, rows, told(number).number)
        line.restore()
        assert await rows(SETTLED, told(number).number) == [SETTLED_ONCE], number
    assert await rows(BOOKS) == BALANCED
    assert number > 2


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_settlement_whose_commit_is_unknown_is_repeated_under_its_lease_and_doubles_nothing(
    line, far, database, rows, clock, wanted, fault
):
    tax = crew.Knowing()
    poller = crew.poller(far, clock, tax)
    await accept(database, TENANT, [told(1)], NOON, admission)
    clock.pass_(hours=1)
    line.on(COMMIT, fault)
    await until_asked(poller, clock, rows, told(1).number)
    assert await rows(BOOKS) == BALANCED

    assert line.met == 1
    assert tax.asked == [told(1).number], "an answer that is known is not asked for again"
    assert await rows(SETTLED, told(1).number) == [SETTLED_ONCE]


CROSSED = """
INSERT INTO early_voids (tenant, number, code, invoice_id, reason, received_at)
VALUES ($1, $2, '', gen_random_uuid(), '开票有误', $3)"""
MOVED = """
SELECT i.state, i.sequence, (SELECT count(*) FROM transitions t WHERE t.invoice_id = i.id),
       (SELECT count(*) FROM deliveries d WHERE d.invoice_id = i.id)
FROM invoices i WHERE number = $1"""


@pytest.mark.parametrize("fault", CUTS)
async def test_wherever_the_line_breaks_what_is_late_moves_once_and_a_crossed_void_is_applied_once(
    line, far, database, rows, clock, wanted, fault
):
    watchdog = crew.watchdog(far, clock)
    clock.at = LATE
    async for number in swept(line, fault):
        late, crossed = told(2 * number), told(2 * number + 1)
        await accept(database, TENANT, [late], NOON, admission)
        await accept(database, TENANT, [crossed], LATE, admission)
        await rows(CROSSED, TENANT, crossed.number, LATE)
        with suppress(DatabaseUnavailable):
            await watchdog.step()
        line.restore()
        await patiently(watchdog.step, HANGING)
        assert await rows(MOVED, late.number) == [("overdue", 2, 2, 1)], number
        assert await rows(MOVED, crossed.number) == [("voided", 2, 2, 1)], number
    assert await rows(BOOKS) == BALANCED
    assert number > 2


SENT = """
SELECT d.state, d.attempts, d.message_id::text FROM deliveries d JOIN invoices i ON i.id = d.invoice_id
WHERE number = $1"""


@pytest.mark.parametrize("fault", CUTS)
async def test_wherever_the_line_breaks_a_message_is_sent_once_and_counted_once(
    line, far, database, rows, clock, wanted, fault
):
    receiver = crew.Hearing()
    notifier = crew.notifier(far, clock, receiver)
    clock.at = LATE
    async for number in swept(line, fault):
        await accept(database, TENANT, [told(number)], NOON, admission)
        await move_late(database, TENANT, clock.now(), 10)
        for _ in range(3):
            with suppress(DatabaseUnavailable):
                await notifier.step()
            await notifier.finish(HANGING)
            clock.pass_(minutes=2)
        line.restore()
        [(state, attempts, message)] = await rows(SENT, told(number).number)
        assert (state, attempts) == ("delivered", 1), number
        assert receiver.heard.count(message) == 1, number
    assert number > 2
