"""What a lease guards: answers count by their own claim, questions when they were asked; a deadline comes back."""

from datetime import date, timedelta

from app.domain.invoice import Answer, Outcome
from app.domain.lanes import SWEEP, Rota
from app.store import schedule, settlement
from app.store.invoices import Invoices
from app.store.lateness import move_late
from app.store.schedule import Spending
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import POLICY, invoice, issued
from tests.integration.store.test_schedule import DAY, LATER, checked, claim, found, rows, settle, tell


async def test_of_two_answers_about_one_invoice_only_that_of_the_lease_is_written(database):
    await tell(database, issued(invoice(1)))
    [old] = await claim(database)
    [new] = await claim(database, now=LATER + timedelta(seconds=61))
    late, prompt = Answer(Outcome.TRANSIENT, "timeout"), Answer(Outcome.NOT_FOUND, "0009")
    outcome = await settlement.settle(database, TENANT, [checked(old, late), checked(new, prompt)])

    assert await rows(database, "SELECT outcome FROM checks") == [("not_found",)]
    assert outcome.lost == {new.case.record.id}


async def test_a_lost_lease_moves_nothing_even_beside_the_answer_that_holds_it(database):
    await tell(database, issued(invoice(1)))
    [old] = await claim(database)
    [new] = await claim(database, now=LATER + timedelta(seconds=61))
    refused, confirmed = checked(old, Answer(Outcome.REJECTED, "x")), checked(new, found())
    await settlement.settle(database, TENANT, [refused, confirmed])

    assert await rows(database, "SELECT state, cause FROM invoices") == [("synced", "confirmed")]
    assert await rows(database, "SELECT check_id::text FROM moves") == [(confirmed.check_id,)]


def test_a_clock_that_is_set_back_does_not_stop_the_sweeps():
    rota, back = Rota().after([], 10, NOON), NOON - timedelta(hours=1)
    first = rota.round(10, back)
    after = rota.after([], 10, back).round(10, back + SWEEP)

    assert all(visit.floor < back - timedelta(days=1) for visit in (*first.visits, *after.visits))


async def test_a_question_that_could_not_be_afforded_is_not_counted_when_it_is_handed_back(database):
    await tell(database, issued(invoice(1)))
    await rows(database, "UPDATE schedule SET asked_on = $1, asked = 4", DAY.day)
    [one] = await claim(database)
    await schedule.release(database, TENANT, [one])

    assert not one.affordable
    assert await Invoices(database, POLICY).check_now(TENANT, one.case.record.id, "somebody", LATER) == "asked"


async def test_a_question_that_never_had_its_turn_is_given_back_to_the_budget(database):
    await tell(database, issued(invoice(1)))
    await schedule.release(database, TENANT, await claim(database), refund=True)

    assert await rows(database, "SELECT asked, lease FROM schedule") == [(0, None)]


async def test_a_free_question_gives_nothing_back_to_the_budget(database):
    await tell(database, issued(invoice(1, account="channel")))
    await rows(database, "UPDATE schedule SET asked_on = $1, asked = 4", DAY.day)
    claims = await claim(database, account="channel", spending=None)
    await settle(database, claims, Answer(Outcome.TRANSIENT, "connect"))

    assert await rows(database, "SELECT asked, account FROM schedule") == [(4, "channel")]


async def test_a_deadline_that_was_set_aside_comes_back_when_a_person_lets_the_invoice_out(database):
    [told] = await tell(database, issued(invoice(1)))
    await rows(database, "UPDATE invoices SET diagnosis = 'unheard_of'")
    await move_late(database, TENANT, NOON + timedelta(hours=25), 10)
    await rows(database, "UPDATE invoices SET diagnosis = NULL")
    later = NOON + timedelta(hours=26)
    assert await Invoices(database, POLICY).check_now(TENANT, told.id, "somebody", later) == "asked"
    await settle(
        database,
        await claim(database, now=later, spending=Spending(date(2026, 11, 21), 4, 5)),
        Answer(Outcome.NOT_FOUND, "0009"),
        later,
    )
    await move_late(database, TENANT, NOON + timedelta(hours=500), 10)

    assert await rows(database, "SELECT state FROM invoices") == [("overdue",)]
