"""A WeCom application: a shared token, buttons where a click can reach us, receivers of three kinds."""

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given

from app.channels import wecom_app
from app.channels.channel import Destination, Failure, Result
from app.channels.cutting import utf8
from app.channels.limits import LIMITS
from app.channels.prose import plain
from app.channels.wecom_app import WECOM_APP, receivers
from app.channels.wecom_dress import action_card, button_card, markdown
from app.domain.alert import Action, Alert
from tests.contract.channels.conftest import Answer
from tests.contract.channels.messages import ALERTS, INCIDENT, NOW, parcel, told

SECRET = "corp-secret-0123456789"
CALLBACKS = {"token": "t", "encoding_aes_key": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}
GIVEN = {"corp_id": "wwtestcorp", "secret": SECRET, "agent_id": "1000002"}

DELIVERED, RETRY, PERMANENT = Result.DELIVERED, Result.RETRY, Result.PERMANENT
MISCONFIGURED, UNKNOWN = Result.MISCONFIGURED, Result.UNKNOWN


class Shared:
    """The tokens of all replicas, as the store keeps them."""

    def __init__(self):
        self.kept, self.granted = {}, []

    async def get(self, key, fetch):
        if key not in self.kept:
            self.granted.append(await fetch())
            self.kept[key] = self.granted[-1].value
        return self.kept[key]

    async def drop(self, key, value):
        if self.kept.get(key) == value:
            del self.kept[key]


@pytest.fixture
def shared():
    return Shared()


@pytest.fixture
def app(receiver, tools, shared):
    """An application that speaks to the receiver; further words change the destination."""

    def make(*, credentials=None, link=True, **changes):
        act = (lambda name, incident: f"https://piaoda.test/{name}/{incident}") if link else None
        given = {"name": "ops", "kind": "wecom_app", "url": f"http://{urlsplit(receiver.url).netloc}/cgi-bin",
                 "to": ("user:zhang",), "credentials": {**GIVEN, **(credentials or {})}, **changes}  # fmt: skip
        return WECOM_APP.make(Destination(**given), replace(tools, link=act, tokens=shared))

    return make


def said(errcode=0, **more):
    return Answer(200, json.dumps({"errcode": errcode, "errmsg": "hint: [1] from ip: 203.0.113.77", **more}))


def granted(value="tok", **more):
    return said(access_token=value, expires_in=7200, **more)


async def test_the_token_is_asked_for_once_and_shared(receiver, app, shared):
    receiver.answer = [granted(), said(), said()]
    channel = app()
    assert [(await channel.send([parcel(told())])).result for _ in range(2)] == [DELIVERED, DELIVERED]
    asked, first, second = receiver.calls
    assert asked.path.startswith("/cgi-bin/gettoken?")
    assert asked.query == {"corpid": "wwtestcorp", "corpsecret": SECRET}
    assert first.path == second.path == "/cgi-bin/message/send?access_token=tok"
    assert shared.granted[0].expires_at == NOW + timedelta(seconds=7200)


async def test_two_destinations_of_one_application_share_its_token(receiver, app):
    receiver.answer = [granted(), said(), said()]
    await app().send([parcel(told())])
    assert (await app(name="lead", to=("user:li",)).send([parcel(told())])).result is DELIVERED


@pytest.mark.parametrize("code", [40014, 42001, 40001])
async def test_a_refused_token_is_replaced_once(code, receiver, app):
    receiver.answer = [granted("old"), said(code), granted("new"), said()]
    assert (await app().send([parcel(told())])).result is DELIVERED
    assert receiver.calls[-1].query == {"access_token": "new"}


@pytest.mark.parametrize(("code", "result"), [(40014, RETRY), (42001, RETRY), (40001, MISCONFIGURED)])
async def test_a_second_refusal_ends_the_send(code, result, receiver, app):
    receiver.answer = [granted("old"), said(code), granted("new"), said(code)]
    assert (await app().send([parcel(told())])).result is result


async def test_a_token_that_is_too_young_to_be_replaced_is_not_tried_again(receiver, app, shared):
    async def kept(key, value):
        """The store keeps a young token: a provider must not be asked for one at each refusal."""

    shared.drop = kept
    receiver.answer = [granted("old"), said(42001)]
    assert (await app().send([parcel(told())])).result is RETRY
    assert len(receiver.calls) == 2


async def test_without_shared_tokens_each_send_asks_for_its_own(receiver, app, tools):
    receiver.answer = [granted(), said()]
    channel = app()
    channel._tools = replace(tools, tokens=None)
    assert (await channel.send([parcel(told())])).result is DELIVERED


@pytest.mark.parametrize(
    ("answer", "result", "failure"),
    [
        (said(40001), MISCONFIGURED, Failure.REFUSED),
        (said(40013), MISCONFIGURED, Failure.REFUSED),
        (said(60020), MISCONFIGURED, Failure.REFUSED),
        (said(-1), RETRY, Failure.SERVER_ERROR),
        (said(45009), RETRY, Failure.RATE_LIMITED),
        (said(0), UNKNOWN, Failure.UNCLEAR),
        (said(0, access_token=7), UNKNOWN, Failure.UNCLEAR),
        (said(0, access_token="a b\r\nhost: c"), UNKNOWN, Failure.UNCLEAR),
        (Answer(200, "<html>"), UNKNOWN, Failure.UNCLEAR),
        (Answer(502, ""), RETRY, Failure.SERVER_ERROR),
    ],
)
async def test_without_a_token_nothing_is_sent(answer, result, failure, receiver, app):
    receiver.answer = [answer]
    receipt = await app().send([parcel(told())])
    assert (receipt.result, receipt.failure) == (result, failure)
    assert len(receiver.calls) == 1


CODES = [
    *[(code, RETRY) for code in (-1, 6000, 45009, 45033)],
    *[(code, MISCONFIGURED) for code in (93000, 40003, 46004, 40013, 40056, 48002, 60011, 60020, 81013, 82001, 82002,
      82003, 301002)],
    *[(code, PERMANENT) for code in (40058, 45002, 44004, 40007, 40008, 40009, 40033, 40035, 40063, 42039, 45001,
      45034)],
    (99999, UNKNOWN),
]  # fmt: skip


def test_every_code_of_the_table_is_tried_here():
    assert {str(code) for code, _ in CODES} >= set(wecom_app.ANSWERS) - {"0"} - wecom_app.REFUSED_TOKENS


@pytest.mark.parametrize(("code", "result"), CODES)
async def test_each_answer_is_judged_by_its_errcode(code, result, receiver, app):
    receiver.answer = [granted(), said(code), said(code)]
    receipt = await app().send([parcel(told())])
    assert (receipt.result, receipt.code, receipt.thread) == (result, str(code), "")
    assert "203.0.113.77" not in receipt.detail


ODD = [
    Answer(200, "<html>proxy</html>"), Answer(200, ""), Answer(200, "[]"), Answer(200, "[" * 100_000),
    Answer(200, '{"errmsg":"ok"}'), Answer(200, '{"errcode":false}'), Answer(200, '{"errcode":"0"}'),
    Answer(404, '{"errcode":0}'), Answer(302, "", {"location": "/elsewhere"}),
]  # fmt: skip


@pytest.mark.parametrize("answer", ODD)
async def test_an_answer_that_is_not_wecom_s_says_nothing(answer, receiver, app):
    receiver.answer = [granted(), answer]
    receipt = await app().send([parcel(told())])
    assert (receipt.result, receipt.failure) == (UNKNOWN, Failure.UNCLEAR)


async def test_a_huge_answer_is_not_read(receiver, app):
    receiver.answer = [granted(), Answer(200, " " * 400_000)]
    assert (await app().send([parcel(told())])).failure is Failure.PROTOCOL


async def test_no_secret_is_told(receiver, app):
    receiver.answer = [granted("tok-0123456789"), said(99999, echo=f"tok-0123456789 {SECRET}")]
    channel = app()
    shown = repr(await channel.send([parcel(told())])) + repr(channel)
    assert SECRET not in shown
    assert "tok-0123456789" not in shown


async def test_a_click_that_can_reach_us_has_buttons(receiver, app):
    receiver.answer = [granted(), said(response_code="once", msgid="m")]
    receipt = await app(credentials=CALLBACKS).send([parcel(told())])
    document = receiver.calls[1].json()
    card = document["template_card"]
    assert (document["touser"], document["agentid"]) == ("zhang", 1000002)
    assert card["card_type"] == "button_interaction"
    keys = {button["key"] for button in card["button_list"] if button["type"] == 0}
    assert keys == {f"acknowledge:{INCIDENT}", f"silence:{INCIDENT}"}
    assert card["card_action"] == {"type": 1, "url": f"https://piaoda.test/open/{INCIDENT}"}
    assert receipt.thread == f"{card['task_id']}:once"


async def test_without_callbacks_the_card_has_links(receiver, app):
    receiver.answer = [granted(), said()]
    receipt = await app().send([parcel(told())])
    card = receiver.calls[1].json()["template_card"]
    assert card["card_type"] == "text_notice"
    assert {jump["url"] for jump in card["jump_list"]} >= {f"https://piaoda.test/acknowledge/{INCIDENT}"}
    assert receipt.thread == ""


async def test_where_nobody_can_reach_us_it_is_markdown(receiver, app):
    receiver.answer = [granted(), said()]
    await app(credentials=CALLBACKS, link=False).send([parcel(told())])
    assert receiver.calls[1].json()["msgtype"] == "markdown"


async def test_a_card_that_wecom_dislikes_goes_out_once_more_as_text(receiver, app):
    receiver.answer = [granted(), said(42039), said()]
    assert (await app(credentials=CALLBACKS).send([parcel(told())])).result is DELIVERED
    assert receiver.calls[2].json()["msgtype"] == "text"


async def test_a_card_s_task_is_the_same_at_every_attempt_and_another_for_each_destination(receiver, app):
    receiver.answer = [granted(), said(), said(), said()]
    for name in ("ops", "ops", "财务 lead"):
        await app(credentials=CALLBACKS, name=name).send([parcel(told())])
    first, again, other = [call.json()["template_card"]["task_id"] for call in receiver.calls[1:]]
    assert first == again != other
    assert all(char.isascii() and (char.isalnum() or char in "_-@") for char in first + other)


def test_receivers_are_members_departments_and_tags():
    to = ("user:zhang", "user:li.si@x", "party:2", "tag:3", "tag:4")
    assert receivers(to) == {"touser": "zhang|li.si@x", "toparty": "2", "totag": "3|4"}


@pytest.mark.parametrize("to", [(), ("zhang",), ("user:",), ("user:a|b",), ("room:1",), ("user:a b",)])
def test_anything_else_is_refused(to, app):
    with pytest.raises(ValueError, match=r"user:|members"):
        app(to=to)


def test_more_departments_than_wecom_takes_are_refused():
    with pytest.raises(ValueError, match="100 departments"):
        receivers([f"party:{n}" for n in range(101)])


@pytest.mark.parametrize("credentials", [{"agent_id": "x"}, {"agent_id": ""}, {"secret": ""}, {"corp_id": ""}])
def test_an_application_needs_its_credentials(credentials, app):
    with pytest.raises(ValueError, match="ops needs corp_id") as refused:
        app(credentials=credentials)
    assert SECRET not in str(refused.value)


@given(ALERTS)
def test_nothing_is_larger_than_wecom_takes(alert):
    limits = LIMITS["wecom_app"]
    assert utf8(markdown(alert, (), limits["markdown"])) <= 2_048
    assert utf8(plain(alert, limits["text"], utf8)) <= 2_048
    for card in (action_card(alert, limits), button_card(alert, limits, "t")):
        if card:
            assert len(card["main_title"]["title"]) <= 36
            assert len(card.get("sub_title_text", "")) <= 160
            assert len(card.get("horizontal_content_list", ())) <= 6
            assert len(card.get("jump_list", ())) <= 3


PAGE = Action("open", "查看详情", "https://piaoda.test/open")
SHORT = Alert(
    "🔴 发票逾期 | 2511…0001 超过时限 6 小时",
    [("发票号码", "25112000000000000001")],
    ["原因：查无此票"],
    True,
    actions=[PAGE],
)


def test_a_short_alert_is_a_card_that_shows_all_of_it():
    card = json.dumps(action_card(SHORT, LIMITS["wecom"]), ensure_ascii=False)
    for words in (
        "🔴 发票逾期",
        "2511…0001 超过时限 6 小时",
        "发票号码",
        "25112000000000000001",
        "原因：查无此票",
        PAGE.url,
    ):
        assert words in card


@pytest.mark.parametrize(
    "changes",
    [
        {"actions": []},
        {"facts": []},
        {"headline": "🔴" + "票" * 30},
        {"headline": "🔴 | " + "票" * 113},
        {"lines": ["票" * 301]},
        {"actions": [PAGE, *[Action("check", "立即查验", "https://piaoda.test/c")] * 4]},
        {"actions": [PAGE, Action("check", "一二三四五六七八九十一二三四", "https://piaoda.test/c")]},
    ],
)
def test_what_would_be_cut_on_display_is_no_card(changes):
    assert action_card(SHORT, LIMITS["wecom"])
    assert not action_card(replace(SHORT, **changes), LIMITS["wecom"])


def test_a_fact_too_long_for_its_column_is_quoted():
    card = action_card(replace(SHORT, facts=[("购买方的名称", "上××"), ("备注", "票" * 27)]), LIMITS["wecom"])
    assert "horizontal_content_list" not in card
    assert card["quote_area"]["quote_text"].startswith(f"购买方的名称：上××\n备注：{'票' * 27}\n")
