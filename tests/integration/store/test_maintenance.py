"""Announced maintenance: deadlines that it pauses, and what they are afterwards."""

from datetime import timedelta

import pytest

from app.store import maintenance
from app.store.events import accept
from app.store.lateness import move_late
from app.store.maintenance import SETTLING, Maintenance
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import admission, invoice, issued

HOUR = timedelta(hours=1)
DUE = NOON + 24 * HOUR  # of an invoice received at noon
OVER = DUE + HOUR  # the window of these tests is from one hour before DUE to one hour after


@pytest.fixture
def windows(database):
    return Maintenance(database)


@pytest.fixture
def deadlines(database):
    """Overdue, escalation and next deadline of each invoice, in hours after DUE, by number."""

    async def fetch():
        async with database.connection() as connection:
            rows = await connection.fetch("SELECT number, overdue_at, escalate_at, late_at FROM invoices")
        columns = ("overdue_at", "escalate_at", "late_at")
        return {
            int(row["number"][5:]): tuple(row[each] and (row[each] - DUE) / HOUR for each in columns) for row in rows
        }

    return fetch


async def tell(database, *told, now=NOON):
    return [each.id for each in await accept(database, TENANT, [issued(one) for one in told], now, admission)]


async def pause(windows, *accounts, starts_at=DUE - HOUR, ends_at=OVER, now=NOON, pause_deadlines=True, **said):
    said = {"reason": "announced", "author": "ann"} | said
    made = await windows.create(TENANT, accounts, starts_at, ends_at, pause_deadlines=pause_deadlines, now=now, **said)
    return made and made[0]


async def credit_all(database, now, limit=2):
    rounds = 0
    while await maintenance.credit(database, TENANT, now, limit):
        rounds += 1
    return rounds


async def late(database, now, limit=10):
    return sorted(int(one.record.invoice.number[5:]) for one in await move_late(database, TENANT, now, limit))


async def test_nothing_of_a_paused_account_becomes_late(database, windows):
    await tell(database, invoice(1, account="solo"), invoice(2, account="channel"))
    await pause(windows, "solo")
    assert await late(database, DUE) == [2]
    assert await late(database, OVER) == []


async def test_a_window_without_accounts_pauses_all(database, windows):
    await tell(database, invoice(1, account="solo"), invoice(2, account="channel"))
    await pause(windows)
    assert await late(database, DUE) == []


@pytest.mark.parametrize("other", ["a window that pauses nothing", "a planned one", "one of another account"])
async def test_other_windows_hold_nothing_up(database, windows, other):
    await tell(database, invoice(1, account="solo"))
    if other == "a window that pauses nothing":
        await pause(windows, "solo", pause_deadlines=False)
    elif other == "a planned one":
        await pause(windows, "solo", starts_at=DUE + HOUR, ends_at=DUE + 2 * HOUR)
    else:
        await pause(windows, "channel")
    assert await late(database, DUE) == [1]


async def test_held_deadlines_never_stand_before_those_of_others(database, windows):
    await tell(database, *(invoice(n, account="solo") for n in range(1, 8)))
    await tell(database, invoice(9, account="channel"), now=NOON + timedelta(seconds=1))
    await pause(windows, "solo")
    assert await late(database, DUE + timedelta(seconds=1), limit=2) == [9]
    async with database.connection() as connection:
        due = "SELECT count(*) FROM invoices WHERE tenant = $1 AND late_at <= $2"
        assert await connection.fetchval(due, TENANT, OVER) == 0


async def test_a_deadline_that_had_passed_before_the_window_is_enforced_and_moves_nowhere(database, windows, deadlines):
    await tell(database, invoice(1, account="solo"))
    await pause(windows, "solo", starts_at=DUE + timedelta(minutes=1))
    assert await late(database, DUE + timedelta(minutes=2)) == [1]
    await credit_all(database, OVER + SETTLING)
    [overdue, escalate, late_at] = (await deadlines())[1]
    assert (overdue, escalate) == (0, pytest.approx(48 + 59 / 60))
    assert late_at == escalate


async def test_afterwards_deadlines_are_moved_by_what_the_window_took_from_each(database, windows, deadlines):
    await tell(database, *(invoice(n, account="solo") for n in (1, 2, 3)))
    await tell(database, invoice(4, account="solo"), now=DUE + HOUR / 2)  # received in the middle of it
    await tell(database, invoice(5, account="solo"), now=OVER)
    await tell(database, invoice(6, account="channel"))
    await pause(windows, "solo")
    await late(database, DUE)
    assert await credit_all(database, OVER + SETTLING) > 2
    assert await deadlines() == {
        **dict.fromkeys((1, 2, 3), (2, 50, 2)),
        4: (1.5 + 0.5, 48.5, 1.5 + 0.5),
        5: (2, 48, 2),
        6: (0, 48, 48),
    }


async def test_nothing_is_late_before_all_is_credited_even_if_the_walk_is_broken_off(database, windows, deadlines):
    await tell(database, *(invoice(n, account="solo") for n in range(1, 6)))
    await pause(windows, "solo")
    await late(database, DUE)
    after = OVER + SETTLING
    assert await late(database, after) == []
    assert await maintenance.credit(database, TENANT, after, 2)
    assert sorted(each[0] for each in (await deadlines()).values()) == [0, 0, 0, 2, 2]
    assert await late(database, after) == []
    await credit_all(database, after)
    assert await credit_all(database, after) == 0
    assert await deadlines() == dict.fromkeys(range(1, 6), (2, 50, 2))
    assert await late(database, DUE + 2 * HOUR) == [1, 2, 3, 4, 5]


async def test_what_comes_due_while_others_are_credited_waits_a_moment_and_is_not_forgotten(database, windows):
    await tell(database, invoice(1, account="solo"), now=NOON + HOUR)
    await pause(windows, "solo", starts_at=DUE - 2 * HOUR, ends_at=DUE - HOUR)
    assert await late(database, DUE + HOUR) == []
    await credit_all(database, DUE + HOUR)
    assert await late(database, DUE + 2 * HOUR) == [1]


async def test_a_window_that_ends_early_counts_to_its_end(database, windows, deadlines):
    await tell(database, invoice(1, account="solo"))
    made = await pause(windows, "solo")
    await late(database, DUE)
    ended = await windows.end(TENANT, made.id, DUE)
    assert (ended.ends_at, (await windows.end(TENANT, made.id, OVER)).ends_at) == (DUE, DUE)
    await credit_all(database, DUE + SETTLING)
    assert await deadlines() == {1: (1, 49, 1)}


async def test_a_window_that_never_began_moves_nothing(database, windows, deadlines):
    await tell(database, invoice(1, account="solo"))
    made = await pause(windows, "solo")
    ended = await windows.end(TENANT, made.id, NOON)
    assert (ended.starts_at, ended.ends_at) == (NOON, NOON)
    await credit_all(database, OVER + SETTLING)
    assert await deadlines() == {1: (0, 48, 0)}
    assert await late(database, DUE) == [1]


async def test_invoices_that_are_set_aside_stay_so(database, windows, deadlines):
    await tell(database, invoice(1, account="solo"))
    async with database.connection() as connection:
        await connection.execute("UPDATE invoices SET late_at = NULL")
    await pause(windows, "solo")
    await credit_all(database, OVER + SETTLING)
    assert await deadlines() == {1: (2, 50, None)}


async def test_the_same_window_again_is_the_same_and_an_overlapping_one_is_refused(windows):
    first = await pause(windows, "solo")
    assert (await pause(windows, "solo", now=NOON + HOUR)).id == first.id
    for accounts in (("solo", "channel"), ()):
        assert await pause(windows, *accounts, reason="another") is None
    assert await pause(windows, "channel")
    assert await pause(windows, "solo", pause_deadlines=False)
    assert await pause(windows, "solo", starts_at=OVER, ends_at=OVER + HOUR)
