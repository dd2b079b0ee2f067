"""The judge of a drill: nothing hidden goes unmentioned, nothing invented passes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.invoice import Diagnosis, State
from app.drill.played import Fate, Issued, Played, Trouble
from app.drill.verdict import Outage, Seen, Shown, judge

BEGAN = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = 24 * HOUR
ONE = Issued("1", "", "nuonuo-main", Fate.PLAIN, BEGAN, channel=True)
SYNCED = Seen(State.SYNCED, None, BEGAN + 2 * HOUR, BEGAN + DAY, BEGAN + 3 * DAY)
TOLD = (("finance", BEGAN + DAY), ("erp", BEGAN + 3 * DAY))
ESCALATED = replace(
    SYNCED, state=State.ESCALATED, synced_at=None, diagnosis=Diagnosis.NOT_UPLOADED, told=TOLD,
)  # fmt: skip
VISIBLE = {"/1": Shown(BEGAN + HOUR / 2, BEGAN + HOUR)}


def judged(one=ONE, seen=SYNCED, *, visible=VISIBLE, troubles=(), outages=(), checks=5):
    played = Played(BEGAN, BEGAN + 5 * DAY, (one,), troubles)
    return judge(played, {"/1": seen} if seen else {}, visible, {"baidu-main": outages}, checks)


def numbers(named):
    """Of what is told by its number and what the service says of it."""
    return [each.split()[0] for each in named]


def test_a_confirmed_invoice_that_the_tax_system_shows_is_well():
    verdict = judged()
    assert verdict.well
    assert (verdict.invoices, verdict.synced, verdict.noted) == (1, 1, ())


def test_a_confirmation_before_the_tax_system_shows_it_is_false():
    assert numbers(judged(seen=replace(SYNCED, synced_at=BEGAN)).false) == ["1"]
    assert numbers(judged(visible={}).false) == ["1"]


def test_where_the_channel_decides_its_upload_counts():
    seen = replace(SYNCED, synced_at=BEGAN + HOUR / 2)
    assert judged(replace(ONE, proven=False), seen).well
    assert numbers(judged(ONE, seen).false) == ["1"]
    assert numbers(judged(replace(ONE, proven=False), replace(seen, synced_at=BEGAN)).false) == ["1"]


def test_a_confirmation_of_what_differs_is_false():
    verdict = judged(replace(ONE, fate=Fate.DIFFERS))
    assert numbers(verdict.false) == ["1"]
    assert not verdict.well


@pytest.mark.parametrize("state", [State.PENDING, State.OVERDUE])
def test_what_is_late_and_does_not_say_so_is_stuck(state):
    assert numbers(judged(seen=replace(SYNCED, state=state, synced_at=None)).stuck) == ["1"]


def test_what_still_has_time_is_not_stuck():
    waiting = replace(SYNCED, state=State.PENDING, synced_at=None, overdue_at=BEGAN + 6 * DAY)
    assert judged(seen=waiting).stuck == ()


def test_an_invoice_that_the_service_does_not_know_is_lost():
    assert judged(seen=None).lost == ("1",)


def test_six_checks_in_a_day_are_one_too_many():
    assert judged(checks=5).well
    assert not judged(checks=6).well


def test_a_stuck_upload_is_noticed_when_it_is_escalated_with_the_right_word_and_somebody_was_told():
    (noted,) = judged(replace(ONE, fate=Fate.STUCK), ESCALATED).noted
    assert (noted.what, noted.count, noted.noticed, noted.missed) == ("stuck", 1, 1, ())
    assert noted.after == DAY
    assert noted.told == {"finance": 1, "erp": 1}


@pytest.mark.parametrize(
    "change",
    [{"diagnosis": Diagnosis.CONNECTION}, {"state": State.OVERDUE}, {"told": ()}, {"diagnosis": None}],
    ids=["wrong word", "not escalated", "nobody told", "no word"],
)
def test_a_stuck_upload_is_missed_otherwise(change):
    verdict = judged(replace(ONE, fate=Fate.STUCK), replace(ESCALATED, **change))
    assert numbers(verdict.noted[0].missed) == ["1"]
    assert not verdict.well


def test_a_proof_alone_need_not_know_why_an_invoice_is_not_there():
    seen = replace(ESCALATED, diagnosis=Diagnosis.NOT_FOUND)
    assert judged(replace(ONE, fate=Fate.STUCK, channel=False), seen).well
    assert not judged(replace(ONE, fate=Fate.STUCK), seen).well


def outage_noted(*outages):
    trouble = Trouble("baidu-main", BEGAN + HOUR, BEGAN + 4 * HOUR)
    (noted,) = judged(troubles=(trouble,), outages=outages).noted
    return noted


def test_an_outage_is_noticed_by_an_incident_that_is_opened_in_it_and_says_whom_that_was_told_to():
    noted = outage_noted(Outage(BEGAN + 2 * HOUR, ("ops", "finance", "ops")))
    assert (noted.noticed, noted.after, noted.missed) == (1, HOUR, ())
    assert noted.told == {"ops": 2, "finance": 1}


def test_an_incident_of_before_or_after_is_not_the_outage():
    before, after = Outage(BEGAN + HOUR / 2), Outage(BEGAN + 5 * HOUR)
    assert outage_noted().missed == outage_noted(before, after).missed == ("baidu-main",)


def test_what_is_missed_is_told_with_what_the_service_says_of_it():
    verdict = judged(replace(ONE, fate=Fate.STUCK), replace(ESCALATED, diagnosis=Diagnosis.CREDENTIALS))
    assert verdict.noted[0].missed == ("1 (escalated, credentials)",)
