"""Apprise, the optional extra, against a real receiver: agreed to, bounded, and never taken at its word."""

import logging
import sys

import pytest

from app.channels.apprise import APPRISE
from app.channels.channel import Destination, Failure, Result
from app.channels.limits import LIMITS
from tests.contract.channels.conftest import Answer
from tests.contract.channels.messages import late, parcel

pytest.importorskip("apprise")
# Its mail plug-in imports this module.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def connect(receiver, tools):
    def make(**changes):
        service = receiver.url.replace("http://", "json://")
        given = {"credentials": {"service": service}, "options": {"unguarded": "yes"}, "timeout": 5.0, **changes}
        return APPRISE.make(Destination(name="tail", kind="apprise", **given), tools)

    return make


async def test_what_apprise_sent_is_delivered_but_unconfirmed(receiver, connect):
    receipt = await connect().send([parcel(late())])
    assert (receipt.result, receipt.code, receipt.failure) == (Result.DELIVERED, "unconfirmed", None)
    told = receiver.calls[0].json()
    assert "2511…0001" in told["title"]
    assert "北京示例科技有限公司" in told["message"]
    assert len(told["message"]) <= LIMITS["apprise"]["body"]


async def test_one_call_and_no_retry_whatever_comes_back(receiver, connect):
    receiver.answer = Answer(500, "<html>")
    receipt = await connect().send([parcel(late())])
    assert (receipt.result, receipt.failure) == (Result.UNKNOWN, Failure.UNCLEAR)
    assert len(receiver.calls) == 1


async def test_a_flood_is_one_message(receiver, connect):
    await connect().send([parcel(late(f"2511200000000000{number:04}")) for number in range(50)])
    assert len(receiver.calls) == 1


@pytest.mark.parametrize("wish", ["", "&redirect=yes"])
async def test_a_redirect_is_never_followed(wish, receiver, connect):
    receiver.answer = Answer(307, "", {"location": "/elsewhere"})
    service = receiver.url.replace("http://", "json://") + wish
    receipt = await connect(credentials={"service": service}).send([parcel(late())])
    assert receipt.result is Result.UNKNOWN
    assert len(receiver.calls) == 1


async def test_silence_ends_at_the_timeout(receiver, connect):
    receiver.answer = None
    receipt = await connect(timeout=0.3).send([parcel(late())])
    assert (receipt.result, receipt.failure) == (Result.RETRY, Failure.TIMEOUT)


@pytest.mark.parametrize("options", [{}, {"unguarded": "no"}, {"unguarded": ""}])
def test_nobody_calls_past_the_guard_without_having_agreed(options, connect):
    with pytest.raises(ValueError, match="unguarded: yes"):
        connect(options=options)


def test_a_service_apprise_does_not_know_is_refused_and_not_repeated(connect):
    with pytest.raises(ValueError, match="cannot read") as caught:
        connect(credentials={"service": "nonsense://secret-in-it"})
    assert "secret-in-it" not in str(caught.value)


def test_without_the_extra_the_operator_is_told_what_to_install(connect, monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ValueError, match=r"piaoda\[apprise\]"):
        connect()


async def test_no_key_stands_in_a_receipt_or_a_log(receiver, connect, caplog):
    caplog.set_level(logging.INFO)
    receiver.answer = Answer(400, f"no such {receiver.url}")
    channel = connect(credentials={"service": receiver.url.replace("http://", "json://user:geheimes-wort@")})
    seen = repr(await channel.send([parcel(late())])) + repr(channel) + caplog.text
    assert not [secret for secret in ("geheimes-wort", "5a1f0c3e-7777") if secret in seen]


def test_it_is_never_the_only_one_to_tell():
    assert not APPRISE.confirms
