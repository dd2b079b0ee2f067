"""Claim and settle: each due question is asked by one worker, counted once, and written once."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.domain.decision import decide
from app.domain.event import EventType
from app.domain.invoice import Amount, Answer, Cause, Found, Original, Outcome, State
from app.domain.lanes import Rota
from app.domain.transition import Finding, move
from app.store import deliveries, schedule, settlement
from app.store.deliveries import Subscription
from app.store.events import accept
from app.store.lateness import move_late
from app.store.moves import new_id
from app.store.schedule import Spending
from app.store.settlement import Checked, Settlement
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import POLICY, SELLER, admission, invoice, issued, voided

LATER = NOON + timedelta(hours=1)
DAY = Spending(date(2026, 11, 20), 4, 5)


async def tell(database, *events):
    return await accept(database, TENANT, events, NOON, admission)


async def claim(database, *, now=LATER, limit=100, spending=DAY, account="proof", lease=60):
    held = schedule.lease(now + timedelta(seconds=lease))
    turn = Rota().round(limit, now)
    return (await schedule.claim(database, TENANT, account, now, turn, held, spending)).claims


async def rows(database, statement, *values):
    async with database.connection() as connection:
        return [tuple(row) for row in await connection.fetch(statement, *values)]


def found(told=None, **changes):
    told = told or invoice(1)
    view = Found(number=told.number, issued_on=date(2026, 11, 20), seller_tax_id=SELLER, amount=told.amount)
    return Answer(Outcome.FOUND_MATCH, "0001", found=replace(view, **changes), billed=True)


def checked(claimed, answer, now=LATER):
    decision = decide(claimed.case, answer, now, POLICY, 0.0)
    check_id = new_id(now)
    finding = Finding(decision.diagnosis, decision.answer.outcome, decision.answer.code)
    moved = (
        move(claimed.case.record, decision.cause, now, evidence=f"check:{check_id}", finding=finding)
        if decision.cause
        else None
    )
    return Checked(claimed, check_id, now, 0.2, decision, moved)


async def settle(database, claims, answer, now=LATER):
    return await settlement.settle(database, TENANT, [checked(one, answer, now) for one in claims])


async def test_nothing_is_claimed_before_it_is_due(database):
    await tell(database, issued(invoice(1)))

    assert await claim(database, now=NOON + timedelta(minutes=1)) == []


async def test_a_claimed_question_is_nobody_elses_until_the_lease_ends(database):
    await tell(database, issued(invoice(1)))
    first = await claim(database)
    second = await claim(database)
    third = await claim(database, now=LATER + timedelta(seconds=61))

    assert [len(first), len(second), len(third)] == [1, 0, 1]


async def test_two_claimers_at_once_never_share_a_question_and_never_wait_for_each_other(database):
    await tell(database, *(issued(invoice(n)) for n in range(200)))
    async with database.transaction() as tx:  # somebody holds the first rows
        await tx.fetch("SELECT 1 FROM schedule ORDER BY due_at LIMIT 50 FOR UPDATE")
        async with asyncio.timeout(5):
            claims = await asyncio.gather(*(claim(database, limit=40) for _ in range(5)))
    ids = [one.case.record.id for some in claims for one in some]

    assert len(ids) == len(set(ids)) == 150


async def test_a_confirmed_invoice_is_synced_with_its_check_as_evidence(database):
    await tell(database, issued(invoice(1)))
    claims = await claim(database)
    await settle(database, claims, found())

    [(state, synced_at)] = await rows(database, "SELECT state, synced_at FROM invoices")
    assert (state, synced_at) == ("synced", LATER)
    assert await rows(
        database,
        "SELECT t.sequence, t.cause, c.outcome FROM transitions t JOIN checks c ON c.id = t.check_id",
    ) == [(2, "confirmed", "found_match")]
    assert await rows(database, "SELECT due_at > $1 FROM schedule", LATER) == [(True,)]  # the re-check


async def test_an_answer_with_another_amount_is_a_mismatch_and_never_synced(database):
    await tell(database, issued(invoice(1)))
    claims = await claim(database)
    await settle(database, claims, found(amount=Amount(with_tax=Decimal("107.00"))))

    assert await rows(database, "SELECT state, cause, diagnosis FROM invoices") == [
        ("escalated", "mismatch", "data_mismatch")
    ]
    [(differences,)] = await rows(database, "SELECT differences FROM checks")
    assert [(d["field"], d["expected"], d["got"]) for d in differences] == [("amount/with_tax", "106.00", "107.00")]


async def test_an_answer_about_another_invoice_moves_nothing_and_is_kept(database):
    await tell(database, issued(invoice(1)))
    claims = await claim(database)
    await settle(database, claims, replace(found(number="25112000000000000099"), raw=lambda: "masked"))

    assert await rows(database, "SELECT state, sequence FROM invoices") == [("pending", 1)]
    assert await rows(database, "SELECT outcome, code, raw FROM checks") == [("transient", "wrong_invoice", "masked")]


async def test_the_text_of_an_answer_is_kept_when_it_says_something_new_or_nobody_knows_its_code(database):
    def told(outcome, code, *, unlisted=False):
        return Answer(outcome, code, raw=lambda: f"text of {code}", unlisted=unlisted)

    answers = [
        told(Outcome.NOT_FOUND, "0005"), told(Outcome.NOT_FOUND, "0005"), told(Outcome.NOT_FOUND, "0009"),
        told(Outcome.TRANSIENT, "0777", unlisted=True), told(Outcome.TRANSIENT, "0777", unlisted=True),
        told(Outcome.TRANSIENT, "0008"), told(Outcome.TRANSIENT, "0008"), Answer(Outcome.TRANSIENT, "timeout"),
    ]  # fmt: skip
    await tell(database, issued(invoice(1)))
    for day, answer in enumerate(answers):
        now = LATER + timedelta(days=day)
        await settle(database, await claim(database, now=now), answer, now=now)

    kept = [raw.removeprefix("text of ") for (raw,) in await rows(database, "SELECT raw FROM checks ORDER BY asked_at")]
    assert kept == ["0005", "", "0009", "0777", "0777", "0008", "", ""]


async def test_the_text_of_what_names_an_invoice_is_kept_each_time_before_and_after_it_is_synced(database):
    other = [replace(found(number=f"2511200000000000009{n}"), raw=lambda n=n: f"other {n}") for n in range(2)]
    own = replace(found(), raw=lambda: "own")
    half = Answer(Outcome.TRANSIENT, own.code, raw=lambda: "half")
    await tell(database, issued(invoice(1)))
    for day, answer in zip([0, 1, 2, 3.5, 10, 11], [*other, own, own, half, half], strict=True):
        now = LATER + timedelta(days=day)
        await settle(database, await claim(database, now=now), answer, now=now)

    kept = await rows(database, "SELECT raw FROM checks ORDER BY asked_at")
    assert kept == [("other 0",), ("other 1",), ("own",), ("own",), ("half",), ("half",)]


@pytest.mark.parametrize(("before", "kept"), [(99, ""), (100, "text")])
async def test_every_hundredth_time_the_text_is_kept_again_so_that_a_long_history_shows_it(before, kept, database):
    absent = Answer(Outcome.NOT_FOUND, "0005", raw=lambda: "text")
    await tell(database, issued(invoice(1)))
    await settle(database, await claim(database), absent)
    await rows(database, "UPDATE schedule SET streak = $1", before)
    tomorrow = LATER + timedelta(days=1)
    await settle(database, await claim(database, now=tomorrow), absent, now=tomorrow)

    assert await rows(database, "SELECT raw FROM checks ORDER BY asked_at") == [("text",), (kept,)]


async def test_a_worker_whose_lease_was_taken_over_writes_nothing(database):
    await tell(database, issued(invoice(1)))
    claims = await claim(database)
    taken = await claim(database, now=LATER + timedelta(seconds=61))
    outcome = await settle(database, claims, found())

    assert outcome.lost == {taken[0].case.record.id}
    assert await rows(database, "SELECT state, sequence FROM invoices") == [("pending", 1)]
    assert await rows(database, "SELECT count(*) FROM checks") == [(0,)]


async def test_a_decision_on_a_state_that_moved_meanwhile_is_stale_and_leaves_no_trace(database):
    await tell(database, issued(invoice(1)))
    claims = await claim(database, now=NOON + timedelta(hours=25), spending=DAY)
    await move_late(database, TENANT, NOON + timedelta(hours=25), 10)
    outcome = await settle(database, claims, found())

    assert outcome.stale == {claims[0].case.record.id}
    assert await rows(database, "SELECT state, sequence FROM invoices") == [("overdue", 2)]
    assert await rows(database, "SELECT lease FROM schedule") == [(claims[0].lease,)]

    fresh = (await settlement.reread(database, TENANT, [claims[0].case.record.id]))[claims[0].case.record.id]
    again = replace(claims[0], case=replace(claims[0].case, record=fresh))
    assert await settle(database, [again], found()) == Settlement()
    assert await rows(database, "SELECT state, sequence FROM invoices") == [("synced", 3)]


async def test_an_invoice_voided_while_it_was_asked_stays_voided(database):
    await tell(database, issued(invoice(1)))
    claims = await claim(database)
    await tell(database, voided(invoice(1).number))
    outcome = await settle(database, claims, found())

    assert outcome.lost == {claims[0].case.record.id}
    assert await rows(database, "SELECT state FROM invoices") == [("voided",)]


async def test_the_days_budget_is_spent_by_claiming_even_if_the_worker_dies(database):
    await tell(database, issued(invoice(1)))
    affordable = []
    for n in range(6):  # each lease ends without a word
        [one] = await claim(database, now=LATER + n * timedelta(seconds=61))
        affordable.append(one.affordable)

    assert affordable == [True, True, True, True, False, False]


async def test_a_person_may_use_the_reserve_but_nobody_more_than_five(database):
    await tell(database, issued(invoice(1)))
    await rows(database, "UPDATE schedule SET asked_on = $1, asked = 4, requested = true", DAY.day)
    [fifth] = await claim(database)
    [sixth] = await claim(database, now=LATER + timedelta(seconds=61))

    assert (fifth.affordable, sixth.affordable) == (True, False)


async def test_the_budget_starts_again_on_the_next_beijing_day(database):
    await tell(database, issued(invoice(1)))
    await rows(database, "UPDATE schedule SET asked_on = $1, asked = 5", DAY.day)
    [one] = await claim(database, spending=Spending(date(2026, 11, 21), 4, 5))

    assert one.affordable


async def test_a_question_that_never_reached_the_authority_is_refunded(database):
    await tell(database, issued(invoice(1)))
    claims = await claim(database)
    await settle(database, claims, Answer(Outcome.TRANSIENT, "connect"))

    assert await rows(database, "SELECT asked, outcome, streak FROM schedule") == [(0, "transient", 1)]


async def test_released_claims_are_due_again_at_once_and_stay_counted(database):
    await tell(database, issued(invoice(1)))
    claims = await claim(database)
    await schedule.release(database, TENANT, claims)
    again = await claim(database)

    assert [one.case.spent for one in again] == [2]


async def test_every_move_makes_one_delivery_for_each_destination_that_wants_it(database):
    await deliveries.declare(
        database,
        TENANT,
        [
            Subscription("all", "webhook", ["invoice.synced", "invoice.overdue"]),
            Subscription("elsewhere", "webhook", ["invoice.synced"], accounts=["other"]),
            Subscription("big", "webhook", ["invoice.synced"], minimum_amount=Decimal("1000.00")),
            Subscription("chat", "slack", ["invoice.synced", "invoice.overdue"], recovery_only=True),
        ],
    )
    await tell(database, issued(invoice(1)))
    claims = await claim(database)
    await settle(database, claims, found())

    assert await rows(database, "SELECT destination, state FROM deliveries") == [("all", "pending")]
    [(type_, sequence)] = await rows(database, "SELECT type, sequence FROM messages")
    assert (type_, sequence) == ("invoice.synced", 2)


async def test_recovery_is_told_only_to_those_who_were_told_of_the_trouble(database):
    chat = Subscription("chat", "slack", ["invoice.overdue", "invoice.synced"], recovery_only=True)
    late = Subscription("late", "slack", ["invoice.synced"], recovery_only=True)
    await deliveries.declare(database, TENANT, [chat, late])
    await tell(database, issued(invoice(1)))
    late_by = NOON + timedelta(hours=25)
    await move_late(database, TENANT, late_by, 10)
    claims = await claim(database, now=late_by)
    await settle(database, claims, found(), late_by)

    told = await rows(
        database,
        "SELECT d.destination, m.type FROM deliveries d JOIN messages m ON m.id = d.message_id ORDER BY m.sequence",
    )
    assert told == [("chat", "invoice.overdue"), ("chat", "invoice.synced")]


async def test_time_moves_pending_to_overdue_and_overdue_to_escalated_once_each(database):
    await tell(database, issued(invoice(1)))
    for hours in (23, 25, 26, 73, 74):
        await move_late(database, TENANT, NOON + timedelta(hours=hours), 10)

    assert await rows(database, "SELECT sequence, after, cause FROM transitions ORDER BY 1") == [
        (1, "pending", "issued"),
        (2, "overdue", "deadline"),
        (3, "escalated", "escalation"),
    ]
    assert await rows(database, "SELECT late_at FROM invoices") == [(None,)]


async def test_late_invoices_move_in_chunks_past_those_that_others_hold(database):
    await tell(database, *(issued(invoice(n)) for n in range(30)))
    async with database.transaction() as tx:
        await tx.fetch("SELECT 1 FROM invoices LIMIT 10 FOR UPDATE")
        async with asyncio.timeout(5):
            moved = await move_late(database, TENANT, NOON + timedelta(hours=25), 500)

    assert len(moved) == 20


async def test_counts_follow_every_move(database):
    await tell(database, *(issued(invoice(n)) for n in range(3)))
    claims = await claim(database, limit=1)
    await settle(database, claims, found(claims[0].case.record.invoice))
    await move_late(database, TENANT, NOON + timedelta(hours=25), 10)

    assert await rows(database, "SELECT state, sum(n)::int FROM invoice_counts GROUP BY 1 ORDER BY 1") == [
        ("overdue", 2),
        ("pending", 0),
        ("synced", 1),
    ]


async def test_a_red_flush_we_were_told_of_counts_as_confirmed_and_one_we_were_not_is_abnormal(database):
    blue, other = invoice(1), invoice(2)
    red = invoice(
        3, original=Original(blue.number), amount=Amount(Decimal("-100.00"), Decimal("-6.00"), Decimal("-106.00"))
    )
    await tell(database, issued(blue), issued(other), issued(red, type_=EventType.REVERSED))
    claims = await claim(database)
    flushed = [
        checked(one, replace(found(one.case.record.invoice), outcome=Outcome.FOUND_RED_FULL))
        for one in claims
        if one.case.record.invoice.original is None
    ]
    await settlement.settle(database, TENANT, flushed)

    assert dict(await rows(database, "SELECT number, cause FROM invoices WHERE original_number IS NULL")) == {
        blue.number: "confirmed",
        other.number: "abnormal",
    }


async def test_the_database_itself_refuses_synced_without_evidence(database):
    await tell(database, issued(invoice(1)))
    [one] = await claim(database)
    bare = move(one.case.record, Cause.CONFIRMED, LATER)
    from app.store import moves  # noqa: PLC0415

    with pytest.raises(Exception, match="moves_synced_needs_evidence"):
        async with database.transaction() as tx:
            await moves.apply(tx, TENANT, [bare])
    assert await rows(database, "SELECT state FROM invoices") == [(State.PENDING.value,)]


async def test_an_unaffordable_question_waits_for_the_next_beijing_day(database):
    await tell(database, issued(invoice(1)))
    await rows(database, "UPDATE schedule SET asked_on = $1, asked = 4", DAY.day)
    claims = await claim(database)
    await settle(database, claims, Answer(Outcome.QUOTA_INVOICE_DAY, "budget"))

    [(due_at,)] = await rows(database, "SELECT due_at FROM schedule")
    assert due_at >= NOON.replace(hour=16)  # midnight in Beijing
