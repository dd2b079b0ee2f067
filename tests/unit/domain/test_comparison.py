"""Which fields must agree before an invoice counts as synced."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.comparison import Difference, compare, concerns_other_invoice, missing
from app.domain.identity import Kind
from app.domain.invoice import Amount, Found, Invoice, Original, Paper, Party

NUMBER = "25112000000000000001"
SELLER, BUYER = "911101081000000166", "91110105100000024M"


def money(without_tax=None, tax=None, with_tax=None):
    return Amount(*(None if figure is None else Decimal(figure) for figure in (without_tax, tax, with_tax)))


INVOICE = Invoice(
    number=NUMBER,
    issued_at=datetime(2026, 11, 22, 1, 30, tzinfo=UTC),
    seller=Party(SELLER, "甲公司"),
    buyer=Party(BUYER, "乙公司"),
    amount=money("100.00", "6.00", "106.00"),
    kind=Kind.DIGITAL_ORDINARY,
)
FOUND = Found(
    number=NUMBER,
    issued_on=date(2026, 11, 22),
    seller_tax_id=SELLER,
    buyer_tax_id=BUYER,
    amount=money("100.00", "6.00", "106.00"),
)
CODED = replace(INVOICE, number="00000001", code="1100251130", kind=Kind.VAT_SPECIAL)
FOUND_CODED = replace(FOUND, number="00000001", code="1100251130")
RED = replace(INVOICE, amount=money("-100.00", "-6.00", "-106.00"), original=Original("25112000000000000009"))
FOUND_RED = replace(FOUND, amount=RED.amount, original_number="25112000000000000009")


@pytest.mark.parametrize(("invoice", "found"), [(INVOICE, FOUND), (CODED, FOUND_CODED), (RED, FOUND_RED)])
def test_equal_facts_differ_nowhere_and_prove_the_invoice(invoice, found):
    assert compare(invoice, found) == ()
    assert missing(invoice, found) == ()
    assert not concerns_other_invoice(invoice, found)


@pytest.mark.parametrize(
    ("invoice", "found", "difference"),
    [
        (
            INVOICE,
            replace(FOUND, number="25112000000000000002"),
            Difference("number", NUMBER, "25112000000000000002", hard=True),
        ),
        (
            CODED,
            replace(FOUND_CODED, code="1100251131"),
            Difference("code", "1100251130", "1100251131", hard=True),
        ),
        (
            INVOICE,
            replace(FOUND, issued_on=date(2026, 11, 23)),
            Difference("issued_at", "2026-11-22", "2026-11-23", hard=True),
        ),
        (
            INVOICE,
            replace(FOUND, seller_tax_id="91310000100000032G"),
            Difference("seller/tax_id", SELLER, "91310000100000032G", hard=True),
        ),
        (
            RED,
            replace(FOUND_RED, original_number="25112000000000000008"),
            Difference("original/number", "25112000000000000009", "25112000000000000008", hard=True),
        ),
        (
            INVOICE,
            replace(FOUND, buyer_tax_id="91310000100000032G"),
            Difference("buyer/tax_id", BUYER, "91310000100000032G", hard=False),
        ),
        (
            INVOICE,
            replace(FOUND, amount=money(without_tax="100.01")),
            Difference("amount/without_tax", "100.00", "100.01", hard=True),
        ),
        (
            INVOICE,
            replace(FOUND, amount=money(tax="6.01")),
            Difference("amount/tax", "6.00", "6.01", hard=True),
        ),
        (
            INVOICE,
            replace(FOUND, amount=money(with_tax="106.01")),
            Difference("amount/with_tax", "106.00", "106.01", hard=True),
        ),
    ],
)
def test_one_wrong_field_is_one_difference(invoice, found, difference):
    assert compare(invoice, found) == (difference,)


def test_each_wrong_field_is_named():
    found = replace(FOUND, issued_on=date(2026, 1, 1), buyer_tax_id=SELLER, amount=money("1", "2", "3"))
    assert [difference.field for difference in compare(INVOICE, found)] == [
        "issued_at",
        "buyer/tax_id",
        "amount/without_tax",
        "amount/tax",
        "amount/with_tax",
    ]


def test_a_number_is_text_and_keeps_its_leading_zeros():
    assert compare(CODED, replace(FOUND_CODED, number="1"))[0].field == "number"


def test_the_day_is_that_of_beijing():
    just_after_midnight = replace(INVOICE, issued_at=datetime(2026, 11, 21, 16, 0, tzinfo=UTC))
    just_before = replace(INVOICE, issued_at=datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC))
    assert compare(just_after_midnight, FOUND) == ()
    assert [difference.got for difference in compare(just_before, FOUND)] == ["2026-11-22"]


@pytest.mark.parametrize(
    "text", ["91110105100000024m", " 91110105 100000024M ", "９１１１０１０５１００００００２４Ｍ"]
)
def test_tax_ids_are_compared_in_one_spelling(text):
    assert compare(INVOICE, replace(FOUND, buyer_tax_id=text)) == ()
    assert compare(replace(INVOICE, seller=Party(text)), replace(FOUND, seller_tax_id=BUYER)) == ()


def test_amounts_are_equal_by_value_not_by_spelling():
    assert compare(INVOICE, replace(FOUND, amount=money("100", "6.0", "1.06E2"))) == ()


def test_a_red_amount_without_its_sign_is_another_amount():
    assert compare(RED, replace(FOUND_RED, amount=money(with_tax="106.00")))[0].hard


# Derived amounts


@pytest.mark.parametrize(
    ("told", "got"),
    [
        (money("100.00", "6.00"), money(with_tax="106.00")),
        (money("100.00", None, "106.00"), money(tax="6.00")),
        (money(None, "6.00", "106.00"), money(without_tax="100.00")),
    ],
)
def test_two_amounts_tell_the_third_on_either_side(told, got):
    for invoice, found in ((told, got), (got, told)):
        ours, theirs = replace(INVOICE, amount=invoice), replace(FOUND, amount=found)
        assert compare(ours, theirs) == ()
        assert missing(ours, theirs) == ()


def test_a_derived_amount_that_differs_is_a_difference():
    found = replace(FOUND, amount=money(with_tax="107.00"))
    ours = replace(INVOICE, amount=money("100.00", "6.00"))
    assert compare(ours, found) == (Difference("amount/with_tax", "106.00", "107.00", hard=True),)


def test_three_amounts_that_do_not_add_up_are_each_taken_at_their_word():
    found = replace(FOUND, amount=money("100.00", "5.00", "106.00"))
    assert [difference.field for difference in compare(INVOICE, found)] == ["amount/tax"]


cents = st.decimals("-99999999999", "99999999999", places=2)


@given(net=cents, tax=cents, tolerance=st.decimals("0", "1", places=2), off=st.decimals("-2", "2", places=2))
def test_an_amount_may_be_off_by_the_tolerance_and_no_more(net, tax, tolerance, off):
    ours = replace(INVOICE, amount=Amount(net, tax))
    found = replace(FOUND, amount=Amount(with_tax=net + tax + off))
    assert (compare(ours, found, tolerance) == ()) == (abs(off) <= tolerance)


@pytest.mark.parametrize("figure", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_no_figure_tells_nothing(figure):
    found = replace(FOUND, amount=money(figure, figure, figure))
    assert compare(INVOICE, found) == ()
    assert missing(INVOICE, found) == ("amount",)


# Silence


@pytest.mark.parametrize(
    ("silent", "fact"),
    [
        ({"number": None}, "number"),
        ({"number": ""}, "number"),
        ({"issued_on": None}, "issued_at"),
        ({"seller_tax_id": None}, "seller/tax_id"),
        ({"seller_tax_id": " "}, "seller/tax_id"),
        ({"amount": Amount()}, "amount"),
    ],
)
def test_silence_agrees_with_nothing(silent, fact):
    found = replace(FOUND, **silent)
    assert compare(INVOICE, found) == ()
    assert missing(INVOICE, found) == (fact,)


def test_an_empty_answer_proves_nothing():
    assert missing(INVOICE, Found()) == ("number", "issued_at", "seller/tax_id", "amount")
    assert compare(INVOICE, Found()) == ()
    assert not concerns_other_invoice(INVOICE, Found())


def test_buyer_code_and_original_may_stay_untold():
    assert missing(RED, replace(FOUND_RED, buyer_tax_id=None, original_number=None)) == ()
    assert missing(CODED, replace(FOUND_CODED, code=None)) == ()


def test_amounts_without_one_in_common_prove_nothing():
    ours = replace(INVOICE, amount=money(without_tax="100.00"))
    assert missing(ours, replace(FOUND, amount=money(with_tax="106.00"))) == ("amount",)


def test_what_only_the_tax_system_tells_is_not_compared():
    bare = replace(INVOICE, buyer=Party(), amount=money(with_tax="106.00"))
    assert compare(bare, replace(FOUND_RED, code="1100251130", amount=FOUND.amount)) == ()


# Another invoice


def test_an_answer_about_another_number_concerns_another_invoice():
    assert concerns_other_invoice(INVOICE, replace(FOUND, number="25112000000000000002"))


def test_the_same_eight_digits_under_another_code_are_another_invoice():
    assert concerns_other_invoice(CODED, replace(FOUND_CODED, code="1100251131"))


def test_wrong_facts_under_the_right_number_concern_this_invoice():
    found = replace(FOUND, seller_tax_id=BUYER, issued_on=date(2020, 1, 1), amount=money(with_tax="1"))
    assert not concerns_other_invoice(INVOICE, found)


# Digital paper: twenty digits, and the code and eight digits of its form

PAPER = replace(INVOICE, kind=Kind.DIGITAL_PAPER_SPECIAL, paper=Paper("1100251130", "00000007"))


@pytest.mark.parametrize(
    ("number", "code"),
    [(NUMBER, None), (NUMBER, "1100251130"), ("00000007", "1100251130"), ("00000007", None)],
)
def test_a_digital_paper_invoice_is_known_by_either_number(number, code):
    found = replace(FOUND, number=number, code=code)
    assert compare(PAPER, found) == ()
    assert missing(PAPER, found) == ()
    assert not concerns_other_invoice(PAPER, found)


@pytest.mark.parametrize(("number", "code"), [("00000008", "1100251130"), ("00000007", "1100251131")])
def test_another_paper_form_is_another_invoice(number, code):
    found = replace(FOUND, number=number, code=code)
    assert concerns_other_invoice(PAPER, found)
    assert compare(PAPER, found)[0].hard


def test_abroad_the_currency_must_agree_where_it_is_told():
    ours = replace(INVOICE, kind=Kind.FOREIGN, amount=replace(INVOICE.amount, currency="RON"))
    found = replace(FOUND, amount=replace(FOUND.amount, currency="EUR"))
    assert [(each.field, each.hard) for each in compare(ours, found)] == [("amount/currency", True)]
    assert compare(ours, replace(found, amount=replace(found.amount, currency=""))) == ()
    assert compare(replace(ours, kind=Kind.DIGITAL_ORDINARY), found) == ()


def test_only_a_tax_system_that_tells_no_day_at_all_need_not_tell_it():
    dayless = replace(FOUND, issued_on=None)
    assert missing(INVOICE, dayless) == ("issued_at",)
    assert missing(INVOICE, replace(dayless, tells_day=False)) == ()
