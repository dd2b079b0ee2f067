"""Group commit: who is there goes together, nobody waits for company, and one bad event spoils no other."""

import asyncio
from datetime import timedelta

import pytest

from app.domain.errors import DatabaseUnavailable
from app.store.database import Database
from app.store.intake import Intake
from app.store.issue import issue
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import admission, invoice, issued
from tests.integration.waiting import somebody_waits


async def test_a_hundred_single_events_share_a_few_commits(database):
    inbox = Intake(database, admission)
    answers = await asyncio.gather(*(inbox.accept(TENANT, [issued(invoice(n))], NOON) for n in range(100)))
    async with database.connection() as connection:
        commits = await connection.fetchval("SELECT count(DISTINCT xmin::text) FROM invoices")

    assert {a.result for [a] in answers} == {"accepted"}
    assert commits <= 3


async def test_every_caller_gets_the_answer_to_his_own_event(database):
    inbox = Intake(database, admission)
    answers = await asyncio.gather(*(inbox.accept(TENANT, [issued(invoice(n))], NOON) for n in range(20)))

    assert [a.number for [a] in answers] == [invoice(n).number for n in range(20)]


async def test_an_event_that_comes_while_a_commit_is_on_its_way_is_received_when_it_came(database):
    inbox, later = Intake(database, admission), NOON + timedelta(hours=1)
    async with database.transaction() as tx:
        await tx.execute("LOCK TABLE invoices")
        first = asyncio.create_task(inbox.accept(TENANT, [issued(invoice(1))], NOON))
        await somebody_waits(database)
        second = asyncio.create_task(inbox.accept(TENANT, [issued(invoice(2))], later))
        await asyncio.sleep(0)
    await asyncio.gather(first, second)
    async with database.connection() as connection:
        received = await connection.fetch("SELECT received_at FROM invoices ORDER BY number")

    assert [at for (at,) in received] == [NOON, later]


async def test_a_commit_that_waits_for_somebody_else_holds_up_nobody_who_comes_later(database):
    inbox = Intake(database, admission)
    async with database.transaction() as tx:
        await issue(tx, TENANT, {0: issued(invoice(1))}, NOON, admission)
        held_up = asyncio.create_task(inbox.accept(TENANT, [issued(invoice(1))], NOON))
        await somebody_waits(database)
        [later] = await inbox.accept(TENANT, [issued(invoice(2))], NOON)

        assert (later.result, held_up.done()) == ("accepted", False)
    assert [each.result for each in await held_up] == ["duplicate"]


async def test_tenants_that_go_together_stay_apart(database):
    inbox = Intake(database, admission)
    left, right = await asyncio.gather(*(inbox.accept(tenant, [issued(invoice(1))], NOON) for tenant in ("a", "b")))

    assert [a.result for a in (*left, *right)] == ["accepted", "accepted"]
    assert left[0].id != right[0].id


async def test_an_event_that_cannot_be_written_fails_alone(database):
    def picky(told, now):
        if told.reference == "poison":
            raise ValueError("poison")
        return admission(told, now)

    inbox = Intake(database, picky)
    told = [invoice(n, reference="poison" if n == 3 else None) for n in range(6)]
    answers = await asyncio.gather(*(inbox.accept(TENANT, [issued(one)], NOON) for one in told), return_exceptions=True)

    assert [isinstance(a, ValueError) for a in answers] == [False, False, False, True, False, False]


async def test_without_a_database_nobody_is_told_accepted():
    inbox = Intake(Database("postgresql://nobody@127.0.0.1:1/none", patience=0.2), admission)

    with pytest.raises(DatabaseUnavailable):
        await inbox.accept(TENANT, [issued(invoice(1))], NOON)


async def test_a_queue_that_is_full_refuses_instead_of_growing(database):
    inbox = Intake(database, admission, most_waiting=5)
    answers = await asyncio.gather(
        *(inbox.accept(TENANT, [issued(invoice(n))], NOON) for n in range(20)), return_exceptions=True
    )

    assert sum(isinstance(a, DatabaseUnavailable) for a in answers) == 15


async def test_a_caller_who_gives_up_takes_nobody_with_him(database):
    inbox = Intake(database, admission)
    impatient = asyncio.create_task(inbox.accept(TENANT, [issued(invoice(1))], NOON))
    patient = asyncio.create_task(inbox.accept(TENANT, [issued(invoice(2))], NOON))
    await asyncio.sleep(0)
    impatient.cancel()

    assert [a.result for a in await patient] == ["accepted"]
