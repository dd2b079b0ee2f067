"""Synthetic invoices are right in every digit."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.domain.identity import Kind, infer_kind, number_faults, number_warnings, tax_id_warning
from app.simulator.invoices import SELLERS, Generator, tax_id

NOW = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # 00:30 on the 23rd in Beijing


@pytest.fixture(scope="module")
def invoices() -> list[dict]:
    made = Generator(seed=1)
    return [made.invoice(NOW) for _ in range(500)]


def test_the_same_seed_gives_the_same_invoices(invoices):
    again = Generator(seed=1)
    assert [again.invoice(NOW) for _ in range(500)] == invoices
    assert Generator(seed=2).invoice(NOW) != invoices[0]


def test_no_number_and_no_handle_comes_twice(invoices):
    for name in (
        lambda each: (each["code"], each["number"]),
        lambda each: each["handle"]["serial_no"],
        lambda each: each["handle"]["order_no"],
    ):
        assert len({name(each) for each in invoices}) == len(invoices)


def test_numbers_and_codes_can_exist_and_tell_their_kind(invoices):
    for each in invoices:
        kind = Kind(each["kind"])
        assert number_faults(each["number"], each["code"], kind) == ()
        assert number_warnings(each["number"], each["code"], kind, NOW.date()) == ()
        if each["code"]:
            assert infer_kind(each["number"], each["code"]) is kind


def test_tax_ids_have_the_right_check_digits(invoices):
    ids = {each["seller"]["tax_id"] for each in invoices} | {each["buyer"]["tax_id"] for each in invoices}
    assert len(ids - {None}) > 10
    assert [tax_id_warning(each) for each in ids - {None}] == [None] * len(ids - {None})


def test_a_tax_id_is_made_by_the_public_rule():
    assert tax_id("110108", 1) == "911101081000000166"


def test_totals_add_up_to_the_cent_at_a_legal_rate(invoices):
    for each in invoices:
        amount = {name: Decimal(each["amount"][name]) for name in ("without_tax", "tax", "with_tax")}
        assert amount["without_tax"] + amount["tax"] == amount["with_tax"]
        assert all(re.fullmatch(r"\d+\.\d\d", each["amount"][name]) for name in amount)
        rates = (amount["tax"] - amount["without_tax"] * rate / 100 for rate in (1, 3, 6, 9, 13))
        assert min(abs(off) for off in rates) <= Decimal("0.005")


def test_most_are_digital_and_ordinary(invoices):
    kinds = [each["kind"] for each in invoices]
    assert kinds.count("digital_ordinary") > kinds.count("digital_special") > kinds.count("vat_special") > 0
    assert kinds.count("vat_ordinary_electronic") > 0


def test_only_ordinary_tax_control_invoices_have_a_check_code(invoices):
    assert all(bool(each["check_code"]) == (each["kind"] == "vat_ordinary_electronic") for each in invoices)


def test_special_invoices_go_to_companies(invoices):
    special = [each for each in invoices if each["kind"] in {"digital_special", "vat_special"}]
    assert all(each["buyer"]["tax_id"] for each in special)


def test_an_invoice_is_dated_in_beijing(invoices):
    issued = datetime.fromisoformat(invoices[0]["issued_at"])
    assert issued == NOW
    assert issued.utcoffset() == timedelta(hours=8)


def test_every_company_is_plainly_a_sample(invoices):
    named = {seller.name for seller in SELLERS} | {each["buyer"]["name"] for each in invoices}
    assert all("示例" in name or name == "个人" for name in named)
