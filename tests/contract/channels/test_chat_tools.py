"""DingTalk, Feishu and Teams against a real receiver: each reply judged by its body, each message within its limits."""

import json
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given, settings

from app.channels import dingtalk, feishu, teams
from app.channels.channel import Failure, Result
from app.channels.chat import encoded
from app.channels.dingtalk import DINGTALK
from app.channels.feishu import FEISHU
from app.channels.limits import LIMITS
from app.channels.teams import TEAMS
from app.egress import Reply
from tests.contract.channels.conftest import KEY, Answer
from tests.contract.channels.messages import ALERTS, CROWD, EVIL, FULL, HEAVY, NOW, PEOPLE, late, parcel

DELIVERED, RETRY, PERMANENT = Result.DELIVERED, Result.RETRY, Result.PERMANENT
MISCONFIGURED, UNKNOWN = Result.MISCONFIGURED, Result.UNKNOWN
TOOLS = {
    "dingtalk": (DINGTALK, (dingtalk.card, dingtalk.flowing, dingtalk.text)),
    "feishu": (FEISHU, (feishu.card, feishu.text)),
    "teams": (TEAMS, (teams.card, teams.text)),
}
EACH = pytest.mark.parametrize("name", sorted(TOOLS))


def errcode(code):
    return json.dumps({"errcode": code, "errmsg": "why"})


def code(number, msg="why"):
    return json.dumps({"code": number, "msg": msg, "data": {}})


def error(word):
    return json.dumps({"error": {"code": word, "message": "why"}})


GARBAGE = [
    "<html>login</html>", "", "[]", "[" * 100_000, "null", "\x00", '{"errmsg":"ok","msg":"ok"}',
    '{"errcode":"0","code":"0"}', '{"errcode":false,"code":false,"StatusCode":false}',
]  # fmt: skip

REPLIES = {
    "dingtalk": [
        (Answer(200, errcode(0)), DELIVERED, None),
        (Answer(200, errcode(-1)), RETRY, None),
        *[(Answer(200, errcode(number)), RETRY, 600.0) for number in (410100, 130101)],
        *[
            (Answer(200, errcode(number)), MISCONFIGURED, None)
            for number in (310000, 300001, 300005, 400101, 400013, 400102, 400106)
        ],
        *[
            (Answer(200, errcode(number)), PERMANENT, None)
            for number in (400105, 430101, 430102, 430103, 430104, 90030)
        ],
        (Answer(404, errcode(0)), UNKNOWN, None),
    ],
    "feishu": [
        (Answer(200, code(0)), DELIVERED, None),
        (Answer(200, '{"StatusCode":0,"StatusMessage":"success"}'), DELIVERED, None),
        (Answer(200, code(11232)), RETRY, 60.0),
        (Answer(200, code(9499, "Too Many Request")), RETRY, 60.0),
        (Answer(400, code(9499, "too many request")), RETRY, 60.0),
        (Answer(400, code(9499, "Bad Request")), PERMANENT, None),
        (Answer(200, code(19036)), PERMANENT, None),
        *[(Answer(200, code(number)), MISCONFIGURED, None) for number in (19001, 19021, 19022, 19024)],
        (Answer(400, code(19001)), MISCONFIGURED, None),
        (Answer(404, code(0)), UNKNOWN, None),
    ],
    "teams": [
        (Answer(202), DELIVERED, None),
        (Answer(400, error("TriggerInputSchemaMismatch")), PERMANENT, None),
        (Answer(400, error("WorkflowTriggerIsNotEnabled")), MISCONFIGURED, None),
        (Answer(400, error("Other")), PERMANENT, None),
        *[(Answer(status, error("Other")), MISCONFIGURED, None) for status in (401, 403, 404, 410)],
        (Answer(408), RETRY, None),
        (Answer(413), PERMANENT, None),
    ],
}  # fmt: skip
FOR_ALL = [
    *[(Answer(200, body), UNKNOWN, None) for body in GARBAGE],
    (Answer(200, errcode(99_999)), UNKNOWN, None),
    (Answer(200, code(99_999)), UNKNOWN, None),
    (Answer(302, "", {"location": "/elsewhere"}), UNKNOWN, None),
    (Answer(429, "", {"retry-after": "7"}), RETRY, 7.0),
    (Answer(500, "<html>"), RETRY, None),
    (Answer(503, "<html>", {"retry-after": "30"}), RETRY, 30.0),
]


@pytest.mark.parametrize(
    ("name", "answer", "result", "wait"), [(name, *row) for name in TOOLS for row in [*REPLIES[name], *FOR_ALL]]
)
async def test_each_reply_is_judged_by_its_body(name, answer, result, wait, receiver, connect):
    receiver.answer = answer
    receipt = await connect(TOOLS[name][0]).send([parcel(late())])
    assert (receipt.result, receipt.status, receipt.retry_after) == (result, answer.status, wait)
    assert (receipt.failure is None) is (result is DELIVERED)


def test_every_code_of_a_table_is_given_by_a_receiver():
    for module, name in ((dingtalk, "dingtalk"), (feishu, "feishu"), (teams, "teams")):
        spoken = {module.judge(_reply(answer), NOW).code for answer, *_ in REPLIES[name]}
        assert set(module.ANSWERS) <= spoken


def _reply(answer):
    return Reply(answer.status, answer.headers, answer.body.encode())


async def test_what_teams_accepts_is_delivered_but_unconfirmed(receiver, connect):
    receiver.answer = Answer(202)
    receipt = await connect(TEAMS).send([parcel(late())])
    assert (receipt.result, receipt.code) == (DELIVERED, "unconfirmed")
    assert not TEAMS.confirms


@EACH
async def test_silence_ends_at_the_destination_s_timeout(name, receiver, connect):
    receiver.answer = None
    receipt = await connect(TOOLS[name][0], timeout=0.2).send([parcel(late())])
    assert (receipt.result, receipt.failure) == (RETRY, Failure.TIMEOUT)


@EACH
async def test_the_guard_s_refusal_is_a_matter_of_configuration(name, connect):
    receipt = await connect(TOOLS[name][0], url="https://169.254.169.254/robot?x=1").send([parcel(late())])
    assert (receipt.result, receipt.failure) == (MISCONFIGURED, Failure.GUARDED)


@EACH
@pytest.mark.parametrize("status", [200, 202, 400, 500])
async def test_no_secret_stands_in_a_receipt_or_a_log(name, status, receiver, connect, caplog):
    caplog.set_level(logging.DEBUG)
    receiver.answer = Answer(status, f"no such {receiver.url} SEC0123456789abcdef 25112000000000000001")
    channel = connect(TOOLS[name][0], credentials={"secret": "SEC0123456789abcdef"})
    told = repr(await channel.send([parcel(late())])) + repr(channel) + caplog.text
    assert not [secret for secret in (KEY, "SEC0123456789abcdef", "25112000000000000001") if secret in told]


@EACH
async def test_chinese_goes_out_as_utf_8(name, receiver, connect):
    await connect(TOOLS[name][0]).send([parcel(late())])
    assert "北京示例科技有限公司".encode() in receiver.calls[0].body


@EACH
@settings(deadline=None, max_examples=40)
@given(alert=ALERTS, people=PEOPLE)
@example(alert=HEAVY, people=CROWD)
@example(alert=HEAVY, people=["x" * 9_000] * 9)
@example(alert=HEAVY, people=[])
def test_whatever_is_told_fits_and_keeps_line_1_and_whole_links(name, alert, people):
    for form in TOOLS[name][1]:
        for document in form(alert, people):
            body = encoded(document)
            assert len(body) <= LIMITS[name]["body"]
            _links_are_whole(body.decode(), alert)


def _links_are_whole(body, alert):
    urls = {action.url for action in alert.actions}
    rest = body
    for url in sorted(urls, key=len, reverse=True):
        rest = rest.replace(url, "")
    assert "https://piaoda.test" not in rest


@EACH
def test_line_1_the_facts_the_links_and_the_footer_stand_in_every_form(name):
    for form in TOOLS[name][1]:
        for people in ([], ["13800000000"]):
            for document in form(FULL, people):
                body = encoded(document).decode()
                assert FULL.headline in body
                for _, value in FULL.facts:
                    assert value in body
                assert all(action.url in body for action in FULL.actions)
                assert all(part in body for part in (*FULL.lines, FULL.footer))


@EACH
def test_what_the_outside_said_becomes_no_link_and_no_mention(name):
    alert = replace(FULL, headline=EVIL, facts=(("卖方", EVIL),), lines=(EVIL,), footer=EVIL, actions=())
    for form in TOOLS[name][1]:
        for document in form(alert, []):
            body = json.dumps(_marked(document), ensure_ascii=False)
            assert not [bad for bad in ("<at", "](http", "http://evil", "<script") if bad in body]


def _marked(node):
    """The texts that a tool reads as markup: plain_text and titles are shown as they are."""
    if isinstance(node, dict):
        if node.get("tag") == "plain_text":
            return ""
        return [_marked(value) for key, value in node.items() if key not in {"title", "$schema"}]
    return [_marked(value) for value in node] if isinstance(node, list) else node


def test_a_wait_longer_than_a_day_is_a_day():
    answer = Answer(429, "", {"retry-after": "999999"})
    assert dingtalk.judge(_reply(answer), NOW).retry_after == timedelta(days=1).total_seconds()
