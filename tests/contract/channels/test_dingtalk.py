"""DingTalk's robot: signed once, calling people where it can, with buttons where nobody is called."""

import json

from app.channels import dingtalk
from app.channels.channel import Result
from app.channels.dingtalk import DINGTALK
from tests.contract.channels.conftest import KEY, Answer
from tests.contract.channels.messages import FULL, NOW, late, parcel


def test_a_known_signature():
    assert dingtalk.signature("SECtest", 1_767_323_045_000) == "6CG3N1%2BfFJyxLdz6lCF8cfo909dra8zNKTGsCm%2BjSRg%3D"


async def test_the_signature_is_encoded_once_and_dated_now(receiver, connect):
    await connect(DINGTALK, credentials={"secret": "SECtest"}).send([parcel(late())])
    stamp = round(NOW.timestamp() * 1_000)
    assert receiver.calls[0].path.endswith(f"&timestamp={stamp}&sign={dingtalk.signature('SECtest', stamp)}")
    assert "%25" not in receiver.calls[0].path


async def test_a_robot_without_a_secret_is_called_as_it_is(receiver, connect):
    await connect(DINGTALK).send([parcel(late())])
    assert receiver.calls[0].query == {"key": KEY}


def test_people_are_called_in_the_text_and_in_at():
    (document,) = dingtalk.flowing(FULL, ["13800000000", "manager01", "all"])
    assert document["at"] == {"atMobiles": ["13800000000"], "atUserIds": ["manager01"], "isAtAll": True}
    assert "@13800000000 @manager01 @all" in document["markdown"]["text"]


def test_shows_buttons_where_nobody_is_called():
    (document,) = dingtalk.card(FULL, [])
    assert [button["actionURL"] for button in document["actionCard"]["btns"]] == [a.url for a in FULL.actions]
    assert not dingtalk.card(FULL, ["13800000000"])


async def test_a_type_it_refuses_goes_out_as_text_at_once(receiver, connect):
    receiver.answer = [Answer(200, json.dumps({"errcode": code})) for code in (400105, 0)]
    assert (await connect(DINGTALK).send([parcel(late())])).result is Result.DELIVERED
    assert [call.json()["msgtype"] for call in receiver.calls] == ["markdown", "text"]
