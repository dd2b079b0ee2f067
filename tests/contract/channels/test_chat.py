"""What all chat tools share: one deadline a send, and a plainer form at once where a form was refused."""

import json
from dataclasses import replace

import pytest

from app.channels import slack, slack_dress
from app.channels.channel import Destination, Failure, Result
from app.channels.chat import Chat, Tool
from app.channels.limits import LIMITS
from app.channels.slack import SLACK
from app.channels.wecom import WECOM
from tests.contract.channels.conftest import Answer
from tests.contract.channels.messages import INCIDENT, late, parcel, told

DELIVERED, RETRY, PERMANENT = Result.DELIVERED, Result.RETRY, Result.PERMANENT


def code(errcode):
    return Answer(200, json.dumps({"errcode": errcode, "errmsg": "x"}))


@pytest.fixture
def linked(connect, tools):
    """A channel whose alerts have links."""

    def make(kind, **changes):
        channel = connect(kind, **changes)
        channel._tools = replace(tools, link=lambda act, incident: f"https://piaoda.test/{act}/{incident}")
        return channel

    return make


def calm(payload):
    return {**payload, "data": {**payload["data"], "notice": {**payload["data"]["notice"], "mention": False}}}


async def test_an_incident_is_a_card_that_leads_to_its_page(receiver, linked):
    receiver.answer = code(0)
    assert (await linked(WECOM, mentions=("zhang",)).send([parcel(calm(told()))])).result is DELIVERED
    (call,) = receiver.calls
    card = call.json()["template_card"]
    assert (call.json()["msgtype"], card["card_type"]) == ("template_card", "text_notice")
    assert card["card_action"] == {"type": 1, "url": f"https://piaoda.test/open/{INCIDENT}"}
    assert "zhang" not in call.body.decode()


async def test_people_are_called_by_a_text_before_the_card(receiver, linked):
    receiver.answer = [code(0), code(0)]
    assert (await linked(WECOM, mentions=("zhang", "li")).send([parcel(told())])).result is DELIVERED
    text, card = (call.json() for call in receiver.calls)
    assert text["text"]["mentioned_list"] == ["zhang", "li"]
    assert card["msgtype"] == "template_card"
    assert card["template_card"]["main_title"]["title"] in text["text"]["content"]


async def test_a_call_that_was_heard_is_not_repeated_because_its_card_failed(receiver, linked):
    receiver.answer = [code(0), code(45009)]
    assert (await linked(WECOM, mentions=("zhang",)).send([parcel(told())])).result is DELIVERED


async def test_where_the_call_fails_no_card_is_posted(receiver, linked):
    receiver.answer = code(45009)
    receipt = await linked(WECOM, mentions=("zhang",)).send([parcel(told())])
    assert len(receiver.calls) == 1
    assert (receipt.result, receipt.failure, receipt.retry_after) == (RETRY, Failure.RATE_LIMITED, 60.0)


@pytest.mark.parametrize("errcode", [40058, 45002])
async def test_a_form_that_wecom_refuses_goes_out_once_more_as_text(errcode, receiver, connect):
    receiver.answer = [code(errcode), code(0)]
    assert (await connect(WECOM).send([parcel(late())])).result is DELIVERED
    refused, plain = (call.json() for call in receiver.calls)
    assert (refused["msgtype"], plain["msgtype"]) == ("markdown", "text")
    assert "25112000000000000001" in plain["text"]["content"]


@pytest.mark.parametrize("word", ["invalid_blocks", "msg_blocks_too_long"])
async def test_blocks_that_slack_refuses_go_out_once_more_as_text(word, receiver, connect):
    receiver.answer = [Answer(400, word), Answer(200, "ok")]
    assert (await connect(SLACK).send([parcel(late())])).result is DELIVERED
    assert set(receiver.calls[1].json()) == {"text"}


async def test_a_name_in_plain_text_cannot_mention_or_link_either(receiver, connect):
    receiver.answer = [code(40058), code(0)]
    payload = late()
    payload["data"]["invoice"]["seller"]["name"] = "<@all><a href='http://evil.example'>点我</a>"
    await connect(WECOM).send([parcel(payload)])
    content = receiver.calls[1].json()["text"]["content"]
    assert "点我" in content
    assert "<" not in content


async def test_text_that_is_refused_too_is_the_end(receiver, connect):
    receiver.answer = [code(40058), code(40058)]
    receipt = await connect(WECOM).send([parcel(late())])
    assert (receipt.result, receipt.failure) == (PERMANENT, Failure.REFUSED)
    assert len(receiver.calls) == 2


async def test_what_was_refused_in_its_plainest_form_is_not_sent_again(receiver, tools):
    receiver.answer = [Answer(400, "no_text")] * 2
    tool = Tool((slack_dress.text,), slack.judge, frozenset({"no_text"}))
    destination = Destination(name="finance", kind="slack", url=receiver.url)
    assert (await Chat(tool, destination, tools).send([parcel(late())])).result is PERMANENT
    assert len(receiver.calls) == 1


async def test_all_calls_of_a_send_share_its_deadline(receiver, connect):
    receiver.answer = [code(40058), None]
    receipt = await connect(WECOM, timeout=0.3).send([parcel(late())])
    assert (receipt.result, receipt.failure) == (RETRY, Failure.TIMEOUT)
    assert "0.3 s" not in receipt.detail


async def test_a_destination_s_fields_hold_for_chat_too(receiver, connect):
    receiver.answer = code(0)
    await connect(WECOM, fields=("invoice.number",)).send([parcel(late())])
    text = receiver.calls[0].body.decode()
    assert "25112000000000000001" in text
    assert "北京示例科技有限公司" not in text


def test_no_robot_is_asked_faster_than_it_takes_even_where_a_send_is_two_messages():
    assert 60 / WECOM.gap * 2 < LIMITS["wecom"]["posts"]
