"""The generator of foreign invoices: accepted by the simulator and the product's own rules, and the same every time."""

from decimal import Decimal

import pytest

from app.domain.identity import Kind, number_faults
from app.simulator.abroad import COUNTRIES, ForeignGenerator, cui, hungarian_tax_number, nip, rfc
from app.simulator.behaviour import Dialect

ABROAD = pytest.mark.parametrize("dialect", list(COUNTRIES))


@ABROAD
def test_its_invoices_can_be_registered_and_add_up(tax, dialect):
    made = [ForeignGenerator(7, dialect).invoice(tax.clock.now())]
    generator = ForeignGenerator(8, dialect, account="abroad")
    made += [generator.invoice(tax.clock.now()) for _ in range(20)]
    assert tax.http.post("/admin/invoices", json=made).status_code == 201
    assert len({each["number"] for each in made}) == 21
    for each in made:
        amount = {name: Decimal(each["amount"][name]) for name in ("without_tax", "tax", "with_tax")}
        assert amount["without_tax"] + amount["tax"] == amount["with_tax"]
        assert number_faults(each["number"], None, Kind.FOREIGN) == ()


@ABROAD
def test_the_same_seed_gives_the_same_invoices(tax, dialect):
    now = tax.clock.now()
    first, second = ForeignGenerator(3, dialect), ForeignGenerator(3, dialect)
    assert [first.invoice(now) for _ in range(3)] == [second.invoice(now) for _ in range(3)]


@pytest.mark.parametrize(
    ("dialect", "names"),
    [
        (Dialect.SAT_MX, set()),
        (Dialect.ANAF_RO, {"serial_no"}),
        (Dialect.NAV_HU, {"serial_no", "order_no"}),
        (Dialect.KSEF_PL, {"serial_no", "order_no"}),
    ],
)
def test_the_handle_is_what_the_countrys_system_gives(tax, dialect, names):
    assert set(ForeignGenerator(1, dialect).invoice(tax.clock.now())["handle"]) == names


def weighed(digits, weights):
    return sum(int(digit) * int(weight) for digit, weight in zip(digits, weights, strict=True))


@pytest.mark.parametrize("index", range(20))
def test_tax_numbers_carry_their_check_digits(index):
    romanian, polish, hungarian = cui(index).removeprefix("RO"), nip(index), hungarian_tax_number(index)[:8]
    assert int(romanian[-1]) == weighed(romanian[:-1], "3217532") * 10 % 11 % 10
    assert int(polish[-1]) == weighed(polish[:-1], "657234567") % 11
    assert weighed(hungarian, "97319731") % 10 == 0


def test_an_rfc_carries_its_check_digit():
    """By hand: the letters J and E count 19 and 14, a digit itself, the missing fourth letter 37."""
    total = 37 * 13 + 14 * 12 + 19 * 11 + 14 * 10 + 2 * 9 + 0 * 8 + 0 * 7 + 1 * 6 + 0 * 5 + 1 * 4 + 0 * 3 + 0 * 2
    assert rfc(0) == f"EJE20010100{(11 - total % 11) % 11}"
