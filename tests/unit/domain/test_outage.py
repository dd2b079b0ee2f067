"""When a tax system counts as out, and what a tally counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.domain.alerting_policy import OutagePolicy
from app.domain.incident import Scope, Trouble
from app.domain.invoice import Amount, Answer, Invoice, Outcome, Party
from app.domain.outage import Health, Tallied, weather
from app.domain.tally import MOST_COUNTS, MOST_SCOPES, WATCHED_FOR, Tally

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = OutagePolicy()
WELL = Health("proof", None, NOW - 10 * MINUTE, 0)
DOWN = Health("proof", NOW - 3 * MINUTE, None, 1, Outcome.AUTHORITY_DOWN)
ALL, SELLER, REGION = (Scope(Trouble.OUTAGE, "proof", s, r) for s, r in (("", ""), ("S1", ""), ("", "beijing")))


def tallied(scope=ALL, asked=100, failed=40):
    return Tallied(scope.account, scope.seller, scope.region, asked, failed, NOW - 5 * MINUTE, Outcome.TRANSIENT, "x")


def out(healths=(WELL,), tallies=()):
    return {one.scope for one in weather(healths, tallies, (), POLICY, NOW).outages}


@pytest.mark.parametrize(
    ("health", "found"),
    [
        (WELL, set()),
        (DOWN, {ALL}),
        (replace(DOWN, failing_since=NOW - MINUTE), set()),
        (replace(DOWN, openings=0), set()),
    ],
)
def test_a_breaker_that_stays_open_is_an_outage(health, found):
    assert out([health]) == found


@pytest.mark.parametrize(
    ("asked", "failed", "found"),
    [(100, 30, {ALL}), (100, 29, set()), (20, 20, {ALL}), (19, 19, set()), (1_000_000, 299_999, set())],
)
def test_a_share_of_failures_is_an_outage_where_enough_was_asked(asked, failed, found):
    assert out(tallies=[tallied(asked=asked, failed=failed)]) == found


def test_the_widest_scope_that_is_out_is_the_outage():
    assert out(tallies=[tallied(SELLER), tallied(REGION), tallied(ALL)]) == {ALL}
    assert out(tallies=[tallied(SELLER), tallied(REGION), tallied(ALL, failed=1)]) == {SELLER, REGION}
    assert out([DOWN], [tallied(SELLER)]) == {ALL}


@pytest.mark.parametrize(
    ("health", "tallies", "well"),
    [
        (WELL, [], True),
        (replace(WELL, well_since=NOW - 4 * MINUTE), [], False),
        (DOWN, [], False),
        (WELL, [tallied(ALL)], False),
        (WELL, [tallied(SELLER)], True),
    ],
)
def test_an_outage_is_over_when_all_has_been_well_for_a_while(health, tallies, well):
    assert (ALL in weather([health], tallies, [ALL], POLICY, NOW).well) is well


def invoice(seller="S1", **labels):
    return Invoice("1", NOW, Party(seller), Amount(with_tax=Decimal(1)), labels=labels)


GOOD, BAD = Answer(Outcome.NOT_FOUND), Answer(Outcome.TRANSIENT, "http_500")


def test_a_tally_counts_nothing_while_nothing_fails():
    tally = Tally()
    tally.note("proof", invoice(), GOOD, NOW)
    assert tally.drain(NOW) == {}


def test_a_tally_counts_the_account_the_seller_and_the_region_from_the_first_failure_on():
    tally = Tally()
    tally.note("proof", invoice(region="beijing"), BAD, NOW)
    tally.note("proof", invoice("S2"), GOOD, NOW)
    counts = {place: (count.asked, count.failed) for (_, place), count in tally.drain(NOW).items()}
    assert counts == {("proof", "", ""): (2, 1), ("proof", "S1", ""): (1, 1), ("proof", "", "beijing"): (1, 1)}
    assert tally.drain(NOW) == {}


def test_a_scope_without_a_failure_for_long_is_forgotten():
    tally = Tally()
    tally.note("proof", invoice(), BAD, NOW)
    tally.drain(NOW + WATCHED_FOR)
    tally.note("proof", invoice(), GOOD, NOW + WATCHED_FOR)
    assert tally.drain(NOW) == {}


def test_a_tally_is_bounded_however_many_sellers_fail_and_however_long_nobody_drains():
    tally = Tally()
    for number in range(MOST_SCOPES + 500):
        tally.note("proof", invoice(f"S{number}"), BAD, NOW)
    for minute in range(20):
        for number in range(MOST_SCOPES):
            tally.note("proof", invoice(f"S{number}"), BAD, NOW + minute * MINUTE)
    assert len(tally.drain(NOW)) <= MOST_COUNTS


def test_many_narrow_outages_of_an_account_are_one_of_the_account():
    some = [tallied(Scope(Trouble.OUTAGE, "proof", f"S{n}"), 20, 20) for n in range(500)]

    assert out(tallies=some) == {Scope(Trouble.OUTAGE, "proof")}
    assert len(out(tallies=some[:5])) == 5
