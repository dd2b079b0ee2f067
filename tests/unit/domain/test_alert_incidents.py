"""Alerts about incidents. The texts in `alerts/zh.txt` and `alerts/en.txt` are the specification, for people."""

from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.preview import link
from app.cli.samples import NOW, samples
from app.domain import incident_phrases
from app.domain.alert import TONES, compose
from app.domain.incident import Reason, Trouble
from app.domain.message import instant
from app.domain.phrases import CASES, MARKS, NEWS
from tests.unit.domain.alert_text import text

SAMPLES = {sample.name: sample.payload for sample in samples()}
SPECIFIED = {
    language: Path(__file__).with_name("alerts").joinpath(f"{language}.txt").read_text("utf-8").strip().split("\n\n")
    for language in ("zh", "en")
}
TIMES = {"since": NOW - timedelta(hours=2), "at": NOW - timedelta(minutes=70), "until": NOW + timedelta(hours=2)}


def told(name, language="zh", **changes):
    return compose([payload(name, **changes)], language, NOW, link)


def payload(name, *, notice=None, invoices=None, links=None, **incident):
    changed = deepcopy(SAMPLES[name])
    changed["data"]["incident"].update(incident)
    changed["data"]["notice"].update(notice or {})
    if invoices is not None:
        changed["data"]["invoices"] = invoices
    if links:
        changed["data"]["links"] = links
    return changed


def everything(alert):
    return "\n".join([alert.headline, *(f"{label}{value}" for label, value in alert.facts), *alert.lines, alert.footer])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("place", range(len(SAMPLES)))
def test_every_kind_of_message_reads_as_specified(place, language):
    name = list(SAMPLES)[place]
    assert text(name, told_as_is(name, language)) == SPECIFIED[language][place]


def told_as_is(name, language):
    return compose([SAMPLES[name]], language, NOW, link)


def test_nothing_is_specified_that_is_not_there():
    assert all(len(specified) == len(SAMPLES) for specified in SPECIFIED.values())


@pytest.mark.parametrize("name", SAMPLES)
def test_in_both_languages_the_title_is_in_both_and_the_body_in_chinese(name):
    both, zh, en = (told_as_is(name, language) for language in ("both", "zh", "en"))
    assert both.headline.split(" | ")[1:] == zh.headline.split(" | ")[1:]
    assert all(part in both.headline for part in (zh.headline.split(" | ")[0], en.headline.split(" | ")[0][2:].strip()))
    assert (both.facts, both.lines, both.footer) == (zh.facts, zh.lines, zh.footer)


@pytest.mark.parametrize("name", SAMPLES)
def test_there_are_at_most_six_facts_and_the_buyer_is_never_named(name):
    alert = told_as_is(name, "zh")
    assert len(alert.facts) <= 6
    for invoice in SAMPLES[name]["data"].get("invoices", ()):
        assert invoice["buyer"]["name"] not in everything(alert)


def test_an_acknowledged_incident_has_no_more_than_six_facts_either():
    alert = told(
        "group-grew", acknowledged={"by": "王会计", "at": instant(TIMES["at"]), "until": instant(TIMES["until"])}
    )
    assert len(alert.facts) == 6


def keys(value, path=()):
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in pairs:
        if isinstance(value, dict):
            yield (*path, key)
        yield from keys(below, (*path, key))


@given(st.data(), st.sampled_from(sorted(SAMPLES)), st.sampled_from(["zh", "en", "both"]))
def test_whatever_a_destination_may_not_see_the_rest_is_told(data, name, language):
    bare = deepcopy(SAMPLES[name])
    for path in data.draw(st.lists(st.sampled_from(sorted(keys(bare), key=str)), max_size=12)):
        drop(bare, path)
    alert = compose([bare], language, NOW, link)
    assert alert.headline
    assert "{" not in everything(alert)
    assert "None" not in everything(alert)


def drop(value, path):
    *way, last = path
    for key in way:
        try:
            value = value[key]
        except (KeyError, IndexError):
            return
    value.pop(last, None)


@given(st.data(), st.sampled_from(sorted(SAMPLES)))
def test_null_is_as_good_as_missing(data, name):
    bare = deepcopy(SAMPLES[name])
    for path in data.draw(st.lists(st.sampled_from(sorted(keys(bare), key=str)), max_size=6)):
        blank(bare, path)
    assert compose([bare], "zh", NOW, link).headline


def blank(value, path):
    *way, last = path
    for key in way:
        value = value[key] if value else None
    if value:
        value[last] = None


def test_amounts_are_told_by_currency_and_never_added_up():
    amounts = [{"currency": "CNY", "total": "128000.00"}, {"currency": "USD", "total": "20.00"}]
    alert = told("outage", amounts=amounts)
    assert alert.headline.endswith("| 合计 ¥128,000.00 + USD 20.00")
    assert ("价税合计", "¥128,000.00 + USD 20.00") in alert.facts


def test_a_total_nobody_knows_is_left_out():
    assert told("outage", amounts=[{"currency": "CNY", "total": None}]).headline.endswith("10,000 张未确认")


def test_no_currency_is_made_up():
    assert told("outage", amounts=[{"total": "5.00"}]).headline.endswith("| 合计 5.00")


def test_of_an_outage_it_says_whether_all_or_some_is_hit():
    scope = SAMPLES["outage"]["data"]["incident"]["scope"]
    some = told("outage", scope={**scope, "all": False}, members=37, remaining=37)
    assert "账户 baidu-main 部分发票，37 张未确认" in some.headline
    assert ("影响范围", "账户 baidu-main 部分发票") in some.facts


def test_seller_and_region_are_named_where_the_incident_is_theirs_alone():
    alert = told("outage", seller="911101081000000166", region="华东")
    assert "账户 baidu-main，销方 北京示例科技有限公司，地区 华东 全部发票" in alert.headline


def test_more_sellers_than_are_shown_are_counted():
    scope = SAMPLES["group"]["data"]["incident"]["scope"]
    lines = told("group", scope={**scope, "sellers_total": 12, "regions": ["华东", "华北"]}).lines
    assert next(line for line in lines if line.startswith("销方：")).endswith("，共 12 家")
    assert "地区：华东、华北" in lines


def test_growth_since_another_day_names_the_day():
    before = instant(NOW - timedelta(days=1))
    assert "较 11-22 15:30 增加 37 张" in told("group-grew", notice={"told_before_at": before}).headline


def test_who_has_it_in_hand_is_told_instead_of_who_is_next():
    alert = told(
        "group-grew", acknowledged={"by": "王会计", "at": instant(TIMES["at"]), "until": instant(TIMES["until"])}
    )
    assert ("处理人", "王会计，2026-11-23 14:20 +08:00 起") in alert.facts
    assert "通知：王会计 正在处理，2026-11-23 17:30 +08:00 前不再升级和提醒。" in alert.lines
    assert not any("将升级" in line for line in alert.lines)
    assert [action.name for action in alert.actions] == ["open", "check", "silence"]


def test_an_acknowledgement_that_lapsed_can_be_given_again():
    gone = {"by": "王会计", "at": instant(TIMES["at"]), "until": instant(NOW)}
    alert = told("lapsed", acknowledged=gone)
    assert "王会计 处理时限已到仍未解决" in alert.headline
    assert not any("正在处理" in line for line in alert.lines)
    assert "acknowledge" in [action.name for action in alert.actions]


@pytest.mark.parametrize("name", ["recovered", "confirmed", "group-resolved", "outage-resolved", "endpoint-back"])
def test_when_it_is_over_there_is_nothing_left_to_do_but_look(name):
    alert = told(name)
    assert alert.tone == "good"
    assert [action.name for action in alert.actions] == ["open"]


def test_actions_lead_to_the_incident_and_there_are_none_without_links():
    alert, bare = told("group"), compose([SAMPLES["group"]], "zh", NOW)
    assert {action.name: action.url for action in alert.actions} == {
        name: link(name, alert.incident) for name in ("open", "acknowledge", "check", "silence")
    }
    assert not bare.actions
    assert alert.incident == SAMPLES["group"]["data"]["incident"]["id"]


def test_a_runbook_is_shown_where_the_payload_has_one():
    runbook = told("group", links={"runbook": "https://wiki.example.com/late"}).actions[-1]
    assert (runbook.name, runbook.label, runbook.url) == ("runbook", "处理手册", "https://wiki.example.com/late")


def test_a_failing_webhook_cannot_be_checked():
    assert [action.name for action in told("endpoint").actions] == ["open", "acknowledge", "silence"]


def test_the_providers_code_is_told_once_also_without_a_diagnosis():
    assert everything(told("outage")).count("282103") == 1
    text = {"zh": "无法查询。", "en": "No answer."}
    assert "原因：无法查询。（返回码：E9）" in told("outage", diagnosis={"text": text}, code="E9").lines
    assert "原因：返回码：E9" in told("outage", diagnosis=None, code="E9").lines


def test_what_has_no_diagnosis_has_guidance():
    assert any(line.startswith("处理：请等待恢复") for line in told("outage", diagnosis=None).lines)
    unsaid = {"text": {"zh": "停机。"}, "next_step": {"zh": None, "en": ""}}
    assert any(line.startswith("处理：请等待恢复") for line in told("outage", diagnosis=unsaid).lines)


def test_one_of_anything_is_singular_in_english():
    alert = told("group", "en", members=1, remaining=1, invoices=[])
    assert "| 1 invoice of account baidu-main past the deadline" in alert.headline


def test_an_outage_of_one_invoice_is_still_an_outage():
    one = SAMPLES["overdue"]["data"]["invoices"]
    assert told("outage", members=1, remaining=1, invoices=one).headline.startswith(
        "🚨 税务系统查不了 | 账户 baidu-main 全部发票，1 张未确认"
    )


@pytest.mark.parametrize(
    ("state", "cause", "headline"),
    [
        ("synced", "manual", "✅ 人工确认 | 发票 2544…8421 已同步（确认人：未注明），距开票 1 天 5 小时 | ¥128,000.00"),
        ("voided", "voided", "⚪ 发票作废 | 发票 2544…8421 开票方已作废，不再跟踪 | ¥128,000.00"),
    ],
)
def test_the_end_of_one_invoice_says_how_it_ended(state, cause, headline):
    invoice = {**SAMPLES["confirmed"]["data"]["invoices"][0], "state": state, "cause": cause}
    assert told("confirmed", invoices=[invoice]).headline == headline


def test_what_is_left_at_the_end_is_said():
    assert "受影响 10,037 张，已查到 10,000 张，还有 37 张" in told("outage-resolved", remaining=37).headline


def test_an_outage_that_made_nothing_late_says_so():
    over = told("recovered", members=0, remaining=0, amounts=[])
    assert over.headline.endswith("中断 2 小时 5 分钟，没有发票因此逾期")


def test_no_name_can_add_lines():
    sly = [{**each, "seller": {"name": "甲\n✅ 已解决"}} for each in SAMPLES["group"]["data"]["invoices"]]
    alert = told("group", account="a\nb", code="1\n2", invoices=sly)
    assert "\n" not in "".join([alert.headline, *alert.lines, *(value for _, value in alert.facts)])


def test_a_cause_and_a_reason_from_the_future_are_told():
    alert = told("group", cause="new", notice={"reason": "newer"})
    assert alert.headline.startswith("🔴 票达提醒 | 账户 baidu-main 有 217 张发票")


def test_an_endpoint_that_refuses_for_good_is_not_said_to_be_away():
    gone = deepcopy(SAMPLES["disabled"])
    gone["data"]["webhook"]["reason"] = "the receiver answered 410 Gone"
    assert compose([gone], "zh", NOW).headline == "🔴 推送已停用 | 接收端 erp 已明确拒收（HTTP 410），已停止推送"


def test_several_incidents_in_one_message_are_numbered_gravest_first():
    alert = compose([SAMPLES[name] for name in ("group", "recovered", "changed")], "zh", NOW, link)
    heads = [told(name).headline for name in ("changed", "group", "recovered")]
    assert alert.headline == "🚨 票达提醒 3 条"
    assert alert.lines == [f"{place}. {head}" for place, head in enumerate(heads, 1)]
    assert [action.label for action in alert.actions] == ["查看第 1 条", "查看第 2 条", "查看第 3 条"]
    assert (alert.tone, alert.incident) == ("trouble", "")


def test_more_than_five_are_counted():
    many = [payload("group", id=f"incident-{n}") for n in range(7)]
    assert compose(many, "zh", NOW).lines[-1] == "…另有 2 条"


def test_incidents_beside_single_events_are_not_added_up():
    event = SAMPLES["disabled"]
    assert compose([SAMPLES["group"], event], "en", NOW).headline == "🔴 Piaoda alerts: 2"


def test_of_one_incident_only_the_last_word_is_told():
    first, second = SAMPLES["outage"], SAMPLES["outage-grew"]
    for order in ([first, second], [second, first]):
        assert compose(order, "zh", NOW).headline == told("outage-grew").headline


def test_people_called_by_a_replaced_notice_are_called_unless_it_is_over():
    called = payload("group", notice={"mention": True})
    assert compose([called, SAMPLES["group-grew"]], "zh", NOW).urgent
    assert not compose([called, payload("group-resolved", notice={"sequence": 3})], "zh", NOW).urgent


def test_every_cause_and_every_reason_has_its_words():
    assert set(incident_phrases.MATTERS) == set(Trouble)
    assert set(incident_phrases.TITLES) == set(Reason) - {Reason.OPENED}


def test_every_mark_has_a_rank_and_a_tone():
    marks = {case.mark for case in (*CASES.values(), *incident_phrases.MATTERS.values(), NEWS)}
    assert marks <= set(MARKS) == set(TONES)


@pytest.mark.parametrize(
    "catalogue", ["TITLES", "ENDS", "LEFT", "PLACES", "ADDED", "LABELS", "VALUES", "LINES", "AFTERWARDS", "ACTIONS"]
)
def test_every_phrase_is_there_in_both_languages(catalogue):
    assert all(said["zh"] and said["en"] for said in getattr(incident_phrases, catalogue).values())


def test_an_invoice_that_is_late_no_more_because_it_was_refused_is_not_told_as_solved():
    name = next(name for name, told in SAMPLES.items() if told["type"] == "incident.resolved")
    (invoice, *_) = SAMPLES[name]["data"]["invoices"] or next(
        told["data"]["invoices"] for told in SAMPLES.values() if told["data"].get("invoices")
    )
    changes = {"members": 1, "remaining": 0, "cause": "deadline"}
    alert = told(name, invoices=[invoice | {"state": "escalated", "cause": "rejected"}], **changes)

    assert "情况有变" in alert.headline
    assert "已解决" not in alert.headline
