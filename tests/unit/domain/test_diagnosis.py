"""Why an invoice is not there, and what a finance clerk reads about it."""

import re
from datetime import timedelta
from itertools import product

import pytest

from app.domain import sentences
from app.domain.diagnosis import VISIBLE_AFTER, diagnose, explain
from app.domain.identity import Kind
from app.domain.invoice import Cause, Diagnosis, Family, Outcome, State
from app.domain.words import CAUSES, DIAGNOSES, KINDS, OUTCOMES, STATES

DAY = timedelta(days=1)


def word(outcome, *, family=Family.PROOF, code="", age=DAY, channel_issued=False):
    return diagnose(outcome, family=family, code=code, age=age, channel_issued=channel_issued)


# The word

EXPECTED = {
    "found_match": None,
    "duplicate_accepted": None,
    "found_void": "data_mismatch",
    "found_red_partial": "data_mismatch",
    "found_red_full": "data_mismatch",
    "found_abnormal": "data_mismatch",
    "mismatch": "data_mismatch",
    "not_found": "not_found",
    "processing": "not_uploaded",
    "rejected": "upload_failed",
    "too_early": "too_early",
    "quota_invoice_day": "quota",
    "rate_limited": "quota",
    "quota_account": "quota",
    "auth": "credentials",
    "bad_request": "uncheckable",
    "out_of_window": "uncheckable",
    "authority_down": "authority_down",
    "transient": "unknown",
}


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_its_word(outcome):
    assert word(outcome) == EXPECTED[outcome]


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - {Outcome.NOT_FOUND, Outcome.PROCESSING, Outcome.TRANSIENT}))
def test_age_family_and_code_matter_to_no_other_outcome(outcome):
    circumstances = product(Family, ("", "timeout"), (timedelta(0), DAY), (True, False))
    words = {
        word(outcome, family=family, code=code, age=age, channel_issued=issued)
        for family, code, age, issued in circumstances
    }
    assert words == {word(outcome)}


@pytest.mark.parametrize("family", Family)
@pytest.mark.parametrize("channel_issued", [True, False])
def test_not_found_is_no_news_before_fourteen_hours(family, channel_issued):
    young = VISIBLE_AFTER - timedelta(seconds=1)
    assert timedelta(hours=14) == VISIBLE_AFTER
    assert word(Outcome.NOT_FOUND, family=family, age=young, channel_issued=channel_issued) == "too_early"


def test_an_upload_that_goes_on_for_fourteen_hours_is_stuck():
    assert word(Outcome.PROCESSING, age=VISIBLE_AFTER - timedelta(seconds=1)) == "in_progress"
    assert word(Outcome.PROCESSING, age=VISIBLE_AFTER) == "not_uploaded"


def test_what_was_under_way_when_the_channel_forgot_it_is_not_just_not_found():
    young, told = VISIBLE_AFTER - timedelta(seconds=1), {"family": Family.PROOF, "channel_issued": False}
    assert diagnose(Outcome.NOT_FOUND, code="", age=young, under_way=True, **told) == "in_progress"
    assert diagnose(Outcome.NOT_FOUND, code="", age=VISIBLE_AFTER, under_way=True, **told) == "not_uploaded"
    assert diagnose(Outcome.MISMATCH, code="", age=DAY, under_way=True, **told) == "data_mismatch"


@pytest.mark.parametrize("outcome", ["transient", "rate_limited", "authority_down", "quota_invoice_day"])
def test_a_hiccup_does_not_wipe_out_that_an_upload_never_ended(outcome):
    told = {"family": Family.PROOF, "code": "", "channel_issued": False, "under_way": True}
    assert diagnose(Outcome(outcome), age=VISIBLE_AFTER, **told) == "not_uploaded"
    assert diagnose(Outcome(outcome), age=timedelta(hours=1), **told) == EXPECTED[outcome]


def test_an_invoice_the_channel_issued_but_nobody_finds_was_not_uploaded():
    assert word(Outcome.NOT_FOUND, age=VISIBLE_AFTER, channel_issued=True) == "not_uploaded"
    assert word(Outcome.NOT_FOUND, age=VISIBLE_AFTER, channel_issued=False) == "not_found"


def test_a_channel_that_forgot_its_result_proves_no_missing_upload():
    assert word(Outcome.NOT_FOUND, family=Family.CHANNEL, channel_issued=True) == "not_found"


@pytest.mark.parametrize(
    "code", ["timeout", "connect", "dns", "tls", "reset", "refused", "http_500", "http_502", "http_503"]
)
def test_no_connection_is_called_so(code):
    assert word(Outcome.TRANSIENT, code=code) == "connection"


@pytest.mark.parametrize("code", ["", "too_large", "protocol", "http_404", "999", "no_evidence", "<html>"])
def test_an_answer_that_explains_nothing_is_unknown(code):
    assert word(Outcome.TRANSIENT, code=code) == "unknown"


# The sentences

EVERY_ADVICE = {**sentences.ADVICE, **sentences.SPECIAL}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("diagnosis", Diagnosis)
def test_every_diagnosis_has_its_own_sentence_and_next_step(diagnosis):
    explanation = explain(diagnosis)
    assert explanation.code is diagnosis
    others = [explain(other) for other in Diagnosis if other is not diagnosis]
    assert all(other.text != explanation.text for other in others)
    assert all(other.next_step != explanation.next_step for other in others)


@pytest.mark.parametrize("advice", EVERY_ADVICE.values(), ids=[str(key) for key in EVERY_ADVICE])
def test_each_advice_is_whole_sentences_in_both_languages(advice):
    for said in (advice.text, advice.next_step):
        assert set(said) == {"zh", "en"}
        assert said["zh"].endswith("。")
        assert said["en"].endswith(".")
        assert CHINESE.search(said["zh"])
        assert not CHINESE.search(said["en"])
        assert not re.search(r"[,;:.!?]", said["zh"]), "Chinese punctuation only"
        assert "  " not in said["en"]
        assert said["en"].isascii()


@pytest.mark.parametrize("advice", EVERY_ADVICE.values(), ids=[str(key) for key in EVERY_ADVICE])
def test_each_next_step_says_to_wait_to_look_or_whom_to_call(advice):
    assert re.search("等待|继续|查看|查询|核对|核实|联系|补全|更新|请", advice.next_step["zh"])


@pytest.mark.parametrize(
    ("diagnosis", "outcome", "code", "cause"),
    [
        *product(Diagnosis, [None], [""], [None]),
        *product(Diagnosis, Outcome, [""], [None]),
        *product(Diagnosis, [None], ["009"], Cause),
    ],
)
def test_every_combination_is_explained(diagnosis, outcome, code, cause):
    explanation = explain(diagnosis, outcome, code, cause)
    assert all(explanation.text.values())
    assert all(explanation.next_step.values())


@pytest.mark.parametrize(
    ("outcome", "zh", "en"),
    [
        (Outcome.FOUND_VOID, "作废", "void"),
        (Outcome.FOUND_RED_PARTIAL, "部分红冲", "partly reversed"),
        (Outcome.FOUND_RED_FULL, "全额红冲", "reversed in full"),
        (Outcome.FOUND_ABNORMAL, "异常", "abnormal"),
        (Outcome.MISMATCH, "底账", "differs"),
    ],
)
def test_what_the_tax_system_has_instead_is_named(outcome, zh, en):
    explanation = explain(Diagnosis.DATA_MISMATCH, outcome)
    assert zh in explanation.text["zh"]
    assert en in explanation.text["en"]


@pytest.mark.parametrize(
    ("diagnosis", "outcome", "zh"),
    [
        (Diagnosis.QUOTA, Outcome.QUOTA_INVOICE_DAY, "每张发票每天最多查验5次"),
        (Diagnosis.QUOTA, Outcome.QUOTA_ACCOUNT, "余额"),
        (Diagnosis.QUOTA, Outcome.RATE_LIMITED, "查询次数受限"),
        (Diagnosis.UNCHECKABLE, Outcome.OUT_OF_WINDOW, "期限"),
        (Diagnosis.UNCHECKABLE, Outcome.BAD_REQUEST, "缺少必要项目"),
        (Diagnosis.TOO_EARLY, Outcome.FOUND_MATCH, "开票渠道已确认"),
    ],
)
def test_the_outcome_chooses_the_words(diagnosis, outcome, zh):
    assert zh in explain(diagnosis, outcome).text["zh"]


def test_an_outcome_of_another_diagnosis_chooses_nothing():
    assert explain(Diagnosis.NOT_FOUND, Outcome.FOUND_VOID) == explain(Diagnosis.NOT_FOUND)


@pytest.mark.parametrize("outcome", [Outcome.FOUND_VOID, Outcome.FOUND_RED_FULL, Outcome.MISMATCH])
def test_a_change_after_sync_is_told_as_a_change(outcome):
    before, changed = (explain(Diagnosis.DATA_MISMATCH, outcome, cause=cause) for cause in (None, Cause.CHANGED))
    assert changed.text["zh"] == "该发票此前已确认同步，之后又有变化：" + before.text["zh"]
    assert changed.text["en"].endswith(before.text["en"])
    assert changed.next_step == before.next_step


def test_an_outage_during_a_change_is_told_as_an_outage():
    assert explain(Diagnosis.AUTHORITY_DOWN, cause=Cause.CHANGED) == explain(Diagnosis.AUTHORITY_DOWN)


@pytest.mark.parametrize("diagnosis", [Diagnosis.TOO_EARLY, Diagnosis.NOT_FOUND, Diagnosis.NOT_UPLOADED])
def test_an_invoice_that_disappeared_is_told_so(diagnosis):
    explanation = explain(diagnosis, Outcome.NOT_FOUND, cause=Cause.DISAPPEARED)
    assert "此前已在税务系统查到" in explanation.text["zh"]
    assert "不宜入账抵扣" in explanation.next_step["zh"]


@pytest.mark.parametrize("cause", [Cause.DEADLINE, Cause.ESCALATION])
def test_a_late_but_young_invoice_is_not_called_just_issued(cause):
    assert "期限" in explain(Diagnosis.TOO_EARLY, Outcome.NOT_FOUND, cause=cause).text["zh"]


def test_the_providers_code_stands_at_the_end_in_brackets():
    bare, coded = explain(Diagnosis.NOT_FOUND), explain(Diagnosis.NOT_FOUND, code="009")
    assert coded.text["zh"] == bare.text["zh"] + "（返回码：009）"
    assert coded.text["en"] == bare.text["en"] + " (code: 009)"
    assert coded.next_step == bare.next_step


@pytest.mark.parametrize(("code", "zh"), [("no_evidence", "不能据此认定已同步"), ("wrong_invoice", "另一张发票")])
def test_a_found_that_is_not_believed_says_why(code, zh):
    assert zh in explain(Diagnosis.UNKNOWN, Outcome.TRANSIENT, code).text["zh"]


def test_an_outage_of_the_authority_is_called_by_its_name():
    explanation = explain(Diagnosis.AUTHORITY_DOWN, Outcome.AUTHORITY_DOWN)
    assert "税务系统正在停机维护或发生故障" in explanation.text["zh"]
    assert "不代表发票有问题" in explanation.text["zh"]
    assert "tax authority's system is down" in explanation.text["en"]
    assert "等待" in explanation.next_step["zh"]


@pytest.mark.parametrize("diagnosis", [Diagnosis.IN_PROGRESS, Diagnosis.NOT_UPLOADED, Diagnosis.AUTHORITY_DOWN])
def test_where_a_second_invoice_threatens_the_clerk_is_warned(diagnosis):
    assert re.search("不要.*重新开", explain(diagnosis).next_step["zh"])


# The labels


@pytest.mark.parametrize(
    ("labels", "members"),
    [(STATES, State), (CAUSES, Cause), (DIAGNOSES, Diagnosis), (OUTCOMES, Outcome), (KINDS, Kind)],
)
def test_every_member_of_a_closed_list_has_a_short_label_of_its_own(labels, members):
    assert set(labels) == set(members)
    for language in ("zh", "en"):
        texts = [label[language] for label in labels.values()]
        assert len(set(texts)) == len(texts)
        assert all(0 < len(text) <= 40 for text in texts)
    assert all(CHINESE.search(label["zh"]) for label in labels.values())
    assert all(label["en"].isascii() for label in labels.values())
