"""Feishu's robot: signed in the body, a card in the colour of its tone."""

import json
from dataclasses import replace

import pytest

from app.channels import feishu
from app.channels.channel import Result
from app.channels.chat import encoded
from app.channels.feishu import FEISHU
from tests.contract.channels.conftest import Answer
from tests.contract.channels.messages import FULL, NOW, late, parcel


def test_a_known_signature():
    assert feishu.signature("testsecret", 1_767_323_045) == "Mz1kaPU21ybbT7vLc4rEZaxc4822pAuwOuDYOkGwHX0="


async def test_the_signature_stands_in_the_body(receiver, connect):
    await connect(FEISHU, credentials={"secret": "testsecret"}).send([parcel(late())])
    body, stamp = receiver.calls[0].json(), int(NOW.timestamp())
    assert (body["timestamp"], body["sign"]) == (str(stamp), feishu.signature("testsecret", stamp))


async def test_without_a_secret_signs_nothing(receiver, connect):
    await connect(FEISHU).send([parcel(late())])
    assert set(receiver.calls[0].json()) == {"msg_type", "card"}


def test_what_a_signature_adds_is_within_what_is_kept_for_it():
    bare = {"msg_type": "text"}
    signed = {"timestamp": "1767323045", "sign": feishu.signature("testsecret", 1_767_323_045), **bare}
    assert len(encoded(signed)) - len(encoded(bare)) <= feishu.SIGNATURE


@pytest.mark.parametrize(
    ("tone", "colour"), [("trouble", "red"), ("warning", "orange"), ("good", "green"), ("news", "blue")]
)
def test_the_header_has_the_colour_of_the_tone(tone, colour):
    (document,) = feishu.card(replace(FULL, tone=tone), [])
    assert document["card"]["header"]["template"] == colour


def test_people_are_called_by_id_and_what_is_no_id_is_left_out():
    (document,) = feishu.card(FULL, ["ou_abc", 'x"></at><at id=all>'])
    assert "<at id=ou_abc></at>" in json.dumps(document)
    assert "id=all" not in json.dumps(document)


async def test_a_card_it_refuses_goes_out_as_text_at_once(receiver, connect):
    receiver.answer = [Answer(200, json.dumps({"code": code})) for code in (19036, 0)]
    assert (await connect(FEISHU).send([parcel(late())])).result is Result.DELIVERED
    assert [call.json()["msg_type"] for call in receiver.calls] == ["interactive", "text"]
