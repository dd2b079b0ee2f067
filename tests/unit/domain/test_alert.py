"""Alerts as the finance clerk reads them at nine in the morning."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.domain.alert import compose
from app.domain.invoice import Amount, Cause, Diagnosis, Invoice, Outcome, Party, Record, State
from app.domain.lifecycle import TRANSITIONS
from app.domain.message import payload
from app.domain.phrases import CASES, FOUND, LABELS, PHRASES, money, span
from app.domain.transition import Finding, move

ISSUED = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
NOW = ISSUED + timedelta(hours=30)

PENDING = Record(
    id="0193a1b2-0000-7000-8000-000000000001",
    tenant="default",
    invoice=Invoice(
        number="25112000000000000001",
        issued_at=ISSUED,
        seller=Party("911101081000000166", "北京示例科技有限公司"),
        amount=Amount(Decimal(1000), Decimal(60), Decimal(1060)),
        buyer=Party(None, "上海样本贸易有限公司"),
        account="nuonuo-main",
    ),
    state=State.PENDING,
    cause=Cause.ISSUED,
    sequence=1,
    state_at=ISSUED,
    received_at=ISSUED,
    overdue_at=ISSUED + timedelta(hours=24),
    escalate_at=ISSUED + timedelta(hours=72),
)
NOT_UPLOADED = Finding(Diagnosis.NOT_UPLOADED, Outcome.NOT_FOUND)
OVERDUE = move(PENDING, Cause.DEADLINE, ISSUED + timedelta(hours=24), finding=NOT_UPLOADED)
SYNCED = move(PENDING, Cause.CONFIRMED, ISSUED + timedelta(minutes=12), finding=Finding(None))


def told(moved):
    return payload(moved.record, moved.transition)


def line(moved, language="zh", now=NOW):
    return compose([told(moved)], language, now).headline


def headline(payload, language, now):
    return compose([payload], language, now).headline


def facts(payload, language, now):
    return compose([payload], language, now).facts


def digest(payloads, language, now):
    alert = compose(payloads, language, now)
    return "\n".join([alert.headline, *alert.lines])


def test_line_1_says_what_how_late_and_how_much():
    assert line(OVERDUE) == "🔴 发票逾期 | 2511…0001 超过时限 6 小时，税务系统仍未查到 | ¥1,060.00"


def test_line_1_in_english():
    assert line(OVERDUE, "en") == (
        "🔴 Invoice overdue | 2511…0001 6 h past its deadline, still not in the tax system | ¥1,060.00"
    )


def test_both_languages_share_the_title_and_the_rest_is_chinese():
    assert line(OVERDUE, "both") == (
        "🔴 发票逾期 · Invoice overdue | 2511…0001 超过时限 6 小时，税务系统仍未查到 | ¥1,060.00"
    )


def test_at_the_very_deadline_it_does_not_say_zero_hours():
    assert "刚过时限，税务系统仍未查到" in line(OVERDUE, now=ISSUED + timedelta(hours=24))


def test_the_whole_alert_of_an_overdue_invoice():
    alert = compose([told(OVERDUE)], "zh", NOW)
    assert alert.headline == line(OVERDUE)
    assert alert.facts == [
        ("发票号码", "25112000000000000001"),
        ("销方 → 购方", "北京示例科技有限公司 → 上××"),
        ("价税合计", "¥1,060.00（其中税额 ¥60.00）"),
        ("开票时间", "2026-11-22 09:30 +08:00"),
        ("确认时限", "2026-11-23 09:30 +08:00，已超过 6 小时"),
        ("查询账户", "nuonuo-main"),
    ]
    assert [words[:3] for words in alert.lines] == ["原因：", "处理："]
    assert not alert.urgent


def test_a_recovery_is_green_and_says_how_long_it_took():
    back = move(OVERDUE.record, Cause.CONFIRMED, NOW, finding=Finding(None, Outcome.FOUND_MATCH))
    assert line(back) == "✅ 恢复正常 | 2511…0001 税务系统已查到，距开票 1 天 6 小时 | ¥1,060.00"
    assert ("确认时限", "2026-11-23 09:30 +08:00，超时 6 小时才确认") in facts(told(back), "zh", NOW)
    assert not compose([told(back)], "zh", NOW).lines


def test_an_invoice_that_was_never_late_is_simply_synced():
    assert line(SYNCED) == "✅ 发票已同步 | 2511…0001 税务系统已查到，距开票 12 分钟 | ¥1,060.00"


def test_a_confirmation_by_hand_names_the_person():
    by_hand = move(OVERDUE.record, Cause.MANUAL, NOW, actor="王会计")
    assert "已同步（确认人：王会计）" in line(by_hand)


@pytest.mark.parametrize(
    ("cause", "outcome", "what"),
    [
        (Cause.CHANGED, Outcome.FOUND_RED_FULL, "现税务系统显示已全额红冲，请核对"),
        (Cause.CHANGED, Outcome.FOUND_RED_PARTIAL, "现税务系统显示已部分红冲，请核对"),
        (Cause.CHANGED, Outcome.FOUND_VOID, "现税务系统显示已作废，请核对"),
        (Cause.CHANGED, Outcome.FOUND_ABNORMAL, "现税务系统显示状态异常，请核对"),
        (Cause.DISAPPEARED, Outcome.NOT_FOUND, "现税务系统查不到，请核对"),
    ],
)
def test_a_change_after_sync_says_what_changed(cause, outcome, what):
    changed = move(SYNCED.record, cause, NOW, finding=Finding(Diagnosis.DATA_MISMATCH, outcome))
    assert what in line(changed)
    assert compose([told(changed)], "zh", NOW).urgent


def test_escalation_asks_for_a_person():
    escalated = move(OVERDUE.record, Cause.ESCALATION, ISSUED + timedelta(hours=72))
    assert line(escalated, now=ISSUED + timedelta(hours=72)) == (
        "🚨 逾期升级 | 2511…0001 超过时限 2 天，税务系统仍未查到，请人工处理 | ¥1,060.00"
    )
    assert compose([told(escalated)], "zh", NOW).urgent


@pytest.mark.parametrize("cause", [cause for moves in TRANSITIONS.values() for cause in moves])
def test_every_cause_that_is_told_has_its_words(cause):
    assert cause in CASES or cause is Cause.ISSUED


def test_every_phrase_is_there_in_both_languages():
    catalogues = [LABELS, PHRASES, FOUND, {name: case.title for name, case in CASES.items()}]
    catalogues.append({name: case.sentence for name, case in CASES.items()})
    for catalogue in catalogues:
        assert all(words["zh"] and words["en"] for words in catalogue.values())


@pytest.mark.parametrize("language", ["zh", "en", "both"])
@pytest.mark.parametrize("type_", ["test.ping", "webhook.disabled", "incident.opened", "something.new"])
def test_what_is_not_about_an_invoice_is_told_too(type_, language):
    alert = compose([{"type": type_, "timestamp": "2026-11-22T03:00:00Z", "data": {}}], language, NOW)
    assert alert.headline
    assert "{" not in alert.headline


def test_a_payload_cut_down_to_its_allowed_fields_is_still_told():
    bare = {"type": "invoice.overdue", "data": {"invoice": {"id": "1"}, "transition": {"cause": "deadline"}}}
    assert headline(bare, "zh", NOW) == "🔴 发票逾期 | 刚过时限，税务系统仍未查到"
    assert facts(bare, "zh", NOW) == []


def test_an_old_invoice_shows_its_code_and_its_short_number():
    old = replace(PENDING.invoice, number="00000001", code="011002500111")
    late = move(replace(PENDING, invoice=old), Cause.DEADLINE, NOW)
    assert "| 00000001 超过时限" in line(late)
    assert facts(told(late), "zh", NOW)[0] == ("发票号码", "00000001（发票代码 011002500111）")


def test_a_name_cannot_add_lines():
    sly = replace(PENDING.invoice, seller=Party("1", "甲\n✅ 发票已同步"))
    late = move(replace(PENDING, invoice=sly), Cause.DEADLINE, NOW)
    assert all("\n" not in value for _, value in facts(told(late), "zh", NOW))


def flood(count):
    for n in range(count):
        invoice = replace(
            PENDING.invoice,
            number=f"25112000000000{n:06d}",
            issued_at=ISSUED - timedelta(minutes=n),
            amount=Amount(with_tax=Decimal(100 + n)),
        )
        yield move(replace(PENDING, id=str(n), invoice=invoice), Cause.DEADLINE, NOW)


def test_a_digest_tells_count_sum_oldest_the_top_five_and_how_many_more():
    text = digest([told(each) for each in flood(217)], "zh", NOW)
    assert text.split("\n") == [
        "🔴 发票逾期 217 张 | 合计 ¥45,136.00 | 最早 2026-11-22 05:54 +08:00 开票",
        "🔴 发票逾期 | 2511…0216 超过时限 6 小时，税务系统仍未查到 | ¥316.00",
        "🔴 发票逾期 | 2511…0215 超过时限 6 小时，税务系统仍未查到 | ¥315.00",
        "🔴 发票逾期 | 2511…0214 超过时限 6 小时，税务系统仍未查到 | ¥314.00",
        "🔴 发票逾期 | 2511…0213 超过时限 6 小时，税务系统仍未查到 | ¥313.00",
        "🔴 发票逾期 | 2511…0212 超过时限 6 小时，税务系统仍未查到 | ¥312.00",
        "…另有 212 张",
    ]


def test_a_mixed_digest_counts_each_case_and_shows_the_gravest_first():
    moved = list(flood(6))
    worse = move(moved[0].record, Cause.ESCALATION, NOW)
    lines = digest([told(each) for each in [*moved, worse]], "zh", NOW).split("\n")
    assert lines[:4] == [
        "🚨 发票提醒 6 张 | 合计 ¥615.00 | 最早 2026-11-22 09:25 +08:00 开票",
        "🚨 逾期升级 1 张 | 合计 ¥100.00",
        "🔴 发票逾期 5 张 | 合计 ¥515.00",
        "🚨 逾期升级 | 2511…0000 超过时限 6 小时，税务系统仍未查到，请人工处理 | ¥100.00",
    ]
    assert lines[-1] == "…另有 1 张"


def test_of_one_invoice_only_the_newest_word_is_told_in_whatever_order_they_come():
    back = move(OVERDUE.record, Cause.CONFIRMED, NOW, finding=Finding(None))
    for order in ([OVERDUE, back], [back, OVERDUE]):
        alert = compose([told(each) for each in order], "zh", NOW)
        assert alert.headline == line(back)


def test_sums_are_never_taken_over_currencies():
    first, second = flood(2)
    abroad = replace(second.record.invoice, amount=Amount(with_tax=Decimal(20), currency="USD"))
    foreign = replace(second, record=replace(second.record, invoice=abroad))
    assert "合计 ¥100.00 + USD 20.00" in digest([told(first), told(foreign)], "zh", NOW)


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "不到 1 分钟", "less than 1 min"),
        (59, "不到 1 分钟", "less than 1 min"),
        (60, "1 分钟", "1 min"),
        (3599, "59 分钟", "59 min"),
        (3600, "1 小时", "1 h"),
        (3661, "1 小时 1 分钟", "1 h 1 min"),
        (86400, "1 天", "1 d"),
        (90061, "1 天 1 小时", "1 d 1 h"),
        (86460, "1 天", "1 d"),
    ],
)
def test_a_span_is_told_by_its_two_largest_units(seconds, zh, en):
    assert (span(timedelta(seconds=seconds), "zh"), span(timedelta(seconds=seconds), "en")) == (zh, en)


def test_money_keeps_its_sign_before_its_mark():
    assert money(Decimal(-1060), "CNY") == "-¥1,060.00"
    assert money(Decimal(20), "USD") == "USD 20.00"
