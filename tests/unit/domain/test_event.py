"""The fingerprint says what an event says, and nothing else."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.domain.event import Event, EventType
from app.domain.identity import Kind
from app.domain.invoice import Amount, Handle, Invoice, Original, Paper, Party

TOLD = Invoice(
    "26112000000000000001", datetime(2026, 11, 20, tzinfo=UTC), Party("9", "甲"), Amount(tax=Decimal("1.00"))
)
OTHERWISE = {
    "number": "26112000000000000002",
    "issued_at": datetime(2026, 11, 21, tzinfo=UTC),
    "seller": Party("9", "乙"),
    "amount": Amount(with_tax=Decimal("1.00")),
    "code": "011002301111",
    "kind": Kind.DIGITAL_SPECIAL,
    "buyer": Party(name="甲"),
    "check_code": "12345",
    "paper": Paper("1", None),
    "original": Original("26112000000000000009"),
    "account": "a",
    "handle": Handle("S1"),
    "reference": "r",
    "labels": {"a": "b"},
}


def issued(invoice=TOLD, **more):
    return Event(EventType.ISSUED, TOLD.number, None, invoice, **more)


def test_every_fact_of_an_invoice_is_in_the_fingerprint():
    assert OTHERWISE.keys() == {field.name for field in fields(Invoice)}
    prints = {issued(replace(TOLD, **{name: value})).fingerprint for name, value in OTHERWISE.items()}
    assert len(prints | {issued().fingerprint}) == len(OTHERWISE) + 1


def test_names_and_warnings_are_not():
    assert issued(keys=("ik:a",), warnings=("number_year",)).fingerprint == issued().fingerprint


def test_the_order_of_labels_is_not():
    one, other = ({"a": "1", "b": "2"}, {"b": "2", "a": "1"})
    assert issued(replace(TOLD, labels=one)).fingerprint == issued(replace(TOLD, labels=other)).fingerprint


@pytest.mark.parametrize(("one", "other"), [(("a", "b=c"), ("a=b", "c")), (("a", "1\n/b=2"), ("a", "1"))])
def test_no_text_can_pass_for_another(one, other):
    told = (dict([one]), dict([other]))
    first, second = (issued(replace(TOLD, labels=labels)).fingerprint for labels in told)
    assert first != second


def test_a_fingerprint_that_was_stored_stays_the_same():
    """A change here makes every key that was used before look reused."""
    assert issued().fingerprint.hex()[:16] == "9932c6207db14653"
