"""Events over a line that breaks, stalls or is dead, at every statement in turn.

Held against every fault: an acknowledgement is given after a commit only, and what is repeated is there once.
"""

import asyncio
from contextlib import suppress

import pytest

from app.domain.errors import DatabaseUnavailable
from app.store.database import patiently
from app.store.events import accept
from app.store.intake import WORTH_SHARING, Intake
from tests.conftest import NOON, TENANT
from tests.integration.conftest import EVENT, HANGING
from tests.integration.line import COMMIT, CUTS, FAULTS, swept
from tests.integration.store.conftest import admission, invoice, issued

HELD = """
SELECT (SELECT count(*) FROM invoices WHERE number = $1) AS invoices,
       (SELECT count(*) FROM transitions JOIN invoices i ON i.id = invoice_id WHERE number = $1) AS transitions,
       (SELECT count(*) FROM schedule JOIN invoices i ON i.id = invoice_id WHERE number = $1) AS questions,
       (SELECT count(*) FROM event_keys WHERE key = 'key-' || $1) AS keys"""
ONCE, NEVER = (1, 1, 1, 1), (0, 0, 0, 0)
UNDER_KEY = {"idempotency-key": "told-once"}
BOOKS = """
SELECT coalesce((SELECT sum(n) FROM invoice_counts WHERE state = 'pending'), 0) = (SELECT count(*) FROM invoices)"""


def told(number):
    return issued(invoice(number), f"key-{invoice(number).number}")


async def repeated(database, *events):
    """Told again and again, as a billing system does, until it is acknowledged."""
    return await patiently(lambda: accept(database, TENANT, events, NOON, admission), HANGING)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_at_the_commit_is_no_acknowledgement_and_told_again_it_is_there_once(line, far, rows, fault):
    line.on(COMMIT, fault)
    with pytest.raises(DatabaseUnavailable):
        await accept(far, TENANT, [told(1)], NOON, admission)

    assert await rows(HELD, invoice(1).number) == [ONCE if fault.done else NEVER]
    [again] = await repeated(far, told(1))
    assert again.result == ("duplicate" if fault.done else "accepted")
    assert await rows(HELD, invoice(1).number) == [ONCE]
    assert await rows(BOOKS) == [(True,)]


@pytest.mark.parametrize("fault", CUTS)
async def test_wherever_the_line_breaks_an_event_is_acknowledged_only_when_it_is_there(line, far, rows, fault):
    async for number in swept(line, fault):
        with suppress(DatabaseUnavailable):
            await accept(far, TENANT, [told(number)], NOON, admission)
            assert await rows(HELD, invoice(number).number) == [ONCE]
        line.restore()
        await repeated(far, told(number))
        assert await rows(HELD, invoice(number).number) == [ONCE]
    assert number > 2
    assert await rows(BOOKS) == [(True,)]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_at_the_commit_is_a_503_and_repeated_under_its_key_the_event_is_there_once(
    line, far, rows, doorway, fault
):
    client = await doorway(far)
    line.on(COMMIT, fault)
    first = await client.post("/v1/events", json=EVENT, headers=UNDER_KEY)
    line.restore()
    assert (first.status_code, first.json()["code"]) == (503, "database_unavailable")
    assert int(first.headers["retry-after"]) > 0
    assert await rows("SELECT count(*) FROM invoices") == [(int(fault.done),)]

    again = await client.post("/v1/events", json=EVENT, headers=UNDER_KEY)
    assert again.status_code == (200 if fault.done else 202)
    assert await rows("SELECT count(*) FROM invoices") == await rows("SELECT count(*) FROM transitions") == [(1,)]
    assert await rows("SELECT key FROM event_keys") == [("ik:told-once",)]


@pytest.mark.parametrize("fault", FAULTS)
async def test_events_that_share_a_commit_share_its_fault_and_are_there_once_when_repeated(line, far, rows, fault):
    inbox, events = Intake(far, admission), [told(number) for number in range(WORTH_SHARING)]

    async def tell():
        return await asyncio.gather(*(inbox.accept(TENANT, [one], NOON) for one in events), return_exceptions=True)

    line.on(COMMIT, fault)
    for event, answer in zip(events, await tell(), strict=True):
        assert isinstance(answer, DatabaseUnavailable)
        assert await rows(HELD, event.number) == [ONCE if fault.done else NEVER]

    again = await tell()
    assert {answer.result for [answer] in again} == {"duplicate" if fault.done else "accepted"}
    assert [await rows(HELD, event.number) for event in events] == [[ONCE]] * len(events)
    assert await rows(BOOKS) == [(True,)]


async def test_while_no_call_is_taken_nothing_is_acknowledged_and_then_all_is_well_at_once(line, far, rows):
    line.refuse()
    for _ in range(5):
        with pytest.raises(DatabaseUnavailable):
            await accept(far, TENANT, [told(1)], NOON, admission)
    line.restore()

    assert [answer.result for answer in await accept(far, TENANT, [told(1)], NOON, admission)] == ["accepted"]
    assert await rows(HELD, invoice(1).number) == [ONCE]


async def test_a_line_that_takes_calls_and_says_nothing_costs_no_place_in_the_pool(line, far, rows):
    line.go_silent()
    for _ in range(3):  # more callers than connections, again and again
        answers = await asyncio.gather(
            *(accept(far, TENANT, [told(1)], NOON, admission) for _ in range(5)), return_exceptions=True
        )
        assert all(isinstance(answer, DatabaseUnavailable) for answer in answers)
    line.restore()

    both = [far.transaction(), far.transaction()]
    for one in both:
        await one.__aenter__()
    for one in both:
        await one.__aexit__(None, None, None)
