"""The ledger is bounded, its totals are not."""

from datetime import UTC, datetime, timedelta

from app.simulator.behaviour import Dialect
from app.simulator.ledger import Ledger, Question

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def test_only_the_last_records_are_kept_while_totals_run_on():
    ledger = Ledger(capacity=10)
    for number in range(25):
        ledger.note(NOON, Dialect.BAIDU, "verify", "me", [Question(("", str(number)), "0001", billed=True)])
    kept = ledger.records(number=None, account=None, dialect=None)
    assert [record.question.identity[1] for record in kept] == [str(number) for number in range(15, 25)]
    assert (ledger.totals.calls, ledger.totals.billed) == (25, 25)


def test_a_days_checks_are_counted_for_each_invoice_and_forgotten_at_beijing_midnight():
    ledger = Ledger()
    checked = Question(("", "1"), "0009", billed=True, counted=True)
    ledger.note(NOON, Dialect.BAIDU, "verify", "me", [checked, checked])
    assert ledger.checks_today(("", "1"), NOON + timedelta(hours=11, minutes=59)) == 2
    assert ledger.checks_today(("", "2"), NOON) == 0
    assert ledger.checks_today(("", "1"), NOON + timedelta(hours=12)) == 0
    assert ledger.checks_ever(("", "1")) == 2
