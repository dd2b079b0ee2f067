"""What a billing system tells us is written once, whatever it repeats and in whatever order it arrives."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from app.domain.invoice import Amount, Handle, Original, Paper, Party, State
from app.store.events import accept, apply_early_voids
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import SELLER, admission, invoice, issued, voided


async def tell(database, *events, now=NOON):
    return await accept(database, TENANT, events, now, admission)


async def rows(database, statement, *values):
    async with database.connection() as connection:
        return [tuple(row) for row in await connection.fetch(statement, *values)]


async def story(database, number):
    return await rows(
        database,
        "SELECT t.sequence, t.before, t.after, t.cause FROM transitions t JOIN invoices i ON i.id = t.invoice_id"
        " WHERE i.number = $1 ORDER BY 1",
        number,
    )


async def test_an_issued_invoice_is_pending_scheduled_and_counted(database):
    [answer] = await tell(database, issued(invoice(1)))

    assert (answer.result, answer.state) == ("accepted", State.PENDING)
    assert await story(database, invoice(1).number) == [(1, None, "pending", "issued")]
    assert await rows(database, "SELECT invoice_id::text, account FROM schedule") == [(answer.id, "proof")]
    assert await rows(database, "SELECT account, state, n FROM invoice_counts") == [("proof", "pending", 1)]


async def test_the_same_event_again_is_a_duplicate_with_the_same_id(database):
    [first] = await tell(database, issued(invoice(1)))
    [again] = await tell(database, issued(invoice(1)))

    assert (again.result, again.id) == ("duplicate", first.id)


async def test_a_duplicate_within_one_batch_is_told_apart_from_the_first(database):
    answers = await tell(database, issued(invoice(1)), issued(invoice(2)), issued(invoice(1)))

    assert [a.result for a in answers] == ["accepted", "accepted", "duplicate"]


async def test_other_facts_under_the_same_identity_are_a_conflict_that_names_the_fields(database):
    await tell(database, issued(invoice(1)))
    other = invoice(1, amount=Amount(Decimal("100.00"), Decimal("6.00"), Decimal("999.00")), reference="b-2")
    [answer] = await tell(database, issued(other))

    assert (answer.result, answer.fields) == ("conflict", ("/amount/with_tax", "/reference"))
    assert await rows(database, "SELECT with_tax FROM invoices") == [(Decimal("106.00"),)]


async def test_an_event_that_names_no_account_repeats_one_that_did(database):
    await tell(database, issued(invoice(1, account="solo")))
    [answer] = await tell(database, issued(invoice(1)))

    assert answer.result == "duplicate"


async def test_an_idempotency_key_used_for_another_invoice_is_a_conflict_and_writes_nothing(database):
    await tell(database, issued(invoice(1), "ik:a"))
    [answer] = await tell(database, issued(invoice(2), "ik:a"))

    assert (answer.result, answer.key) == ("conflict", "ik:a")
    assert await rows(database, "SELECT count(*) FROM invoices") == [(1,)]


async def test_a_key_reused_within_one_batch_is_a_conflict_for_the_second(database):
    answers = await tell(database, issued(invoice(1), "ce:s 1"), issued(invoice(2), "ce:s 1"))

    assert [a.result for a in answers] == ["accepted", "conflict"]


async def test_two_hundred_at_once_with_one_identity_make_one_invoice(database):
    answers = await asyncio.gather(*(tell(database, issued(invoice(1), f"ik:{n % 7}")) for n in range(200)))

    assert sorted(a.result for [a] in answers).count("accepted") == 1
    assert len({a.id for [a] in answers}) == 1
    assert await rows(database, "SELECT count(*) FROM transitions") == [(1,)]


async def test_racing_requests_with_one_key_and_two_invoices_leave_exactly_one(database):
    answers = await asyncio.gather(*(tell(database, issued(invoice(n), "ik:race")) for n in range(1, 21)))

    assert sorted(a.result for [a] in answers) == ["accepted"] + ["conflict"] * 19
    assert await rows(database, "SELECT count(*) FROM invoices") == [(1,)]


async def test_a_void_moves_the_invoice_and_ends_its_questions(database):
    await tell(database, issued(invoice(1)))
    [answer] = await tell(database, voided(invoice(1).number))

    assert (answer.result, answer.state) == ("accepted", State.VOIDED)
    assert (await story(database, invoice(1).number))[-1] == (2, "pending", "voided", "voided")
    assert await rows(database, "SELECT count(*) FROM schedule") == [(0,)]
    assert await rows(database, "SELECT state, n FROM invoice_counts ORDER BY state") == [("pending", 0), ("voided", 1)]


async def test_a_void_before_its_invoice_waits_and_its_id_is_kept(database):
    [early] = await tell(database, voided(invoice(1).number, reason="typing error"))
    [late] = await tell(database, issued(invoice(1)))

    assert (early.result, late.id) == ("accepted", early.id)
    assert [t[2] for t in await story(database, invoice(1).number)] == ["pending", "voided"]
    assert await rows(database, "SELECT count(*) FROM early_voids") == [(0,)]
    assert await rows(database, "SELECT reason FROM transitions WHERE sequence = 2") == [("typing error",)]


async def test_a_void_and_its_invoice_in_one_batch_end_the_same_in_either_order(database):
    await tell(database, voided(invoice(1).number), issued(invoice(1)))
    await tell(database, issued(invoice(2)), voided(invoice(2).number))

    assert await story(database, invoice(1).number) == await story(database, invoice(2).number)


async def test_a_void_told_twice_is_a_duplicate_before_and_after_the_invoice_came(database):
    first = await tell(database, voided(invoice(1).number))
    second = await tell(database, voided(invoice(1).number))
    await tell(database, issued(invoice(1)))
    third = await tell(database, voided(invoice(1).number))

    assert [a.result for [a] in (first, second, third)] == ["accepted", "duplicate", "duplicate"]


async def test_a_void_that_crossed_its_invoice_is_applied_by_the_watchdog(database):
    await tell(database, issued(invoice(1)))
    async with database.connection() as connection:  # what two transactions that cannot see each other leave behind
        await connection.execute(
            "INSERT INTO early_voids VALUES ($1, $2, '', gen_random_uuid(), 'late', $3)",
            TENANT,
            invoice(1).number,
            NOON,
        )

    assert len(await apply_early_voids(database, TENANT, NOON)) == 1
    assert [t[2] for t in await story(database, invoice(1).number)] == ["pending", "voided"]
    assert await apply_early_voids(database, TENANT, NOON) == []


async def test_code_and_number_are_one_identity(database):
    answers = await tell(
        database, issued(invoice("00000001", code="1100251130")), issued(invoice("00000001", code="1100251131"))
    )

    assert [a.result for a in answers] == ["accepted", "accepted"]


async def test_an_account_nobody_configured_has_deadlines_but_no_questions(database):
    await tell(database, issued(invoice(1, account="elsewhere")))

    assert await rows(database, "SELECT count(*) FROM schedule") == [(0,)]
    assert await rows(database, "SELECT late_at = overdue_at FROM invoices") == [(True,)]


async def test_a_batch_of_five_hundred_is_one_transaction(database):
    answers = await tell(database, *(issued(invoice(n)) for n in range(500)))

    assert {a.result for a in answers} == {"accepted"}
    assert await rows(database, "SELECT count(DISTINCT xmin::text) FROM invoices") == [(1,)]
    assert await rows(database, "SELECT sum(n) FROM invoice_counts") == [(500,)]


async def test_all_facts_come_back_as_they_were_told(database):
    from app.store.invoices import Invoices  # noqa: PLC0415

    told = invoice(3, labels={"region": "beijing"}, check_code="123456", reference="b-1", account="proof")
    [answer] = await tell(database, replace(issued(told), warnings=("number_year", "kind_assumed")))
    record = await Invoices(database, None).get(TENANT, answer.id)

    assert record.invoice == told
    assert record.warnings == ("number_year", "kind_assumed")


async def test_a_batch_of_all_sorts_keeps_every_fact_apart(database):
    from app.store.invoices import Invoices  # noqa: PLC0415

    told = [
        invoice("00000001", code="1100251130", kind=None, handle=Handle(), reference="b"),
        invoice(2, original=Original(invoice(1).number), amount=Amount(with_tax=Decimal("-0.50"))),
        invoice(3, original=Original("00000007", "1100251130"), buyer=Party(None, "个人"), paper=Paper("1", "2")),
        invoice(4, seller=Party(SELLER), labels={"城市": '"\\x1f'}),
    ]
    answers = await tell(database, *map(issued, told))
    records = [await Invoices(database, None).get(TENANT, answer.id) for answer in answers]

    assert [replace(record.invoice, account=None) for record in records] == told
    assert await rows(
        database, "SELECT original_code FROM invoices WHERE original_number IS NOT NULL ORDER BY number"
    ) == [
        ("",),
        ("1100251130",),
    ]


async def test_a_text_that_would_be_taken_for_several_is_not_written(database):
    with pytest.raises(ValueError, match="control character"):
        await tell(database, issued(invoice(1)), issued(invoice(2, reference="a\x1fb")))

    assert await rows(database, "SELECT count(*) FROM invoices") == [(0,)]


async def test_what_is_new_and_what_is_not_are_told_apart_in_one_batch(database):
    await tell(database, issued(invoice(1)), voided(invoice(5).number))
    other = invoice(1, reference="other")
    answers = await tell(
        database,
        issued(invoice(2)), issued(invoice(1)), issued(other), issued(invoice(3), "ik:a"), issued(invoice(4), "ik:a"),
        issued(invoice(5)), issued(invoice(5)), voided(invoice(2).number),
    )  # fmt: skip

    assert [a.result for a in answers] == [
        "accepted", "duplicate", "conflict", "accepted", "conflict", "accepted", "duplicate", "accepted",
    ]  # fmt: skip
    assert await rows(database, "SELECT number, state FROM invoices ORDER BY number") == [
        (invoice(n).number, state) for n, state in ((1, "pending"), (2, "voided"), (3, "pending"), (5, "voided"))
    ]


async def test_moves_are_heard_of_once_each(database):
    heard = []
    events = (issued(invoice(1)), issued(invoice(2), "ik:a"), issued(invoice(1)), voided(invoice(2).number))
    await accept(database, TENANT, events, NOON, admission, heard.extend)

    assert [(each.sequence, each.after) for each in heard] == [(1, "pending"), (1, "pending"), (2, "voided")]
