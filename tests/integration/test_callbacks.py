"""Buttons pressed in chat tools, as the tools tell of them, and as those who are none of them do."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI

from app.api import callbacks, problems
from app.api.callbacks import Callbacks
from app.channels import wecom_crypto
from app.channels.channel import Destination
from app.domain.acting import Act, People, Person
from app.domain.alerting_policy import AlertPolicy
from app.domain.errors import DatabaseUnavailable, EgressError
from app.store.incident_log import IncidentLog
from tests.conftest import NOON, TENANT
from tests.integration.incidents import Doors, add_incident

AES_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
DESTINATIONS = {
    "chat": Destination("chat", "slack_app", credentials={"signing_secret": "test-signing-secret"}),
    "corp": Destination(
        "corp", "wecom_app", credentials={"token": "tokentest", "encoding_aes_key": AES_KEY, "corp_id": "wwtestcorp"}
    ),
    "bare": Destination("bare", "slack_app"),
}
PEOPLE = People(
    {
        "li": Person("li", known_as={"slack": "U1", "wecom": "li"}),
        "wang": Person("wang", frozenset({Act.CHECK}), {"slack": "U2", "wecom": "wang"}),
        "zhao": Person("zhao"),
    }
)
STAMP = str(int(NOON.timestamp()))
WHISPER = "https://hooks.slack.com/actions/T1/1/x"


@dataclass
class Outside:
    """The way out, as far as Slack's `response_url`: what was said to whom."""

    said: list = field(default_factory=list)
    away: bool = False

    async def request(self, method, url, *, content, **_):
        if self.away:
            raise EgressError("timeout", "away")
        self.said.append((url, json.loads(content)))


@dataclass
class House(Doors):
    def __post_init__(self):
        self.outside, self.incidents = Outside(), IncidentLog(self.database)
        self.app = FastAPI()
        problems.install(self.app)
        served = Callbacks(self.incidents, DESTINATIONS, PEOPLE, AlertPolicy(), self.clock, self.outside, TENANT)
        self.app.include_router(callbacks.router(served))


@pytest.fixture
def house(database, clock):
    return House(database, clock)


@pytest.fixture
async def client(house):
    async with house.client(key=None) as talking:
        yield talking


@pytest.fixture
async def known(database):
    return await add_incident(database)


@pytest.fixture
def state(database):
    """Who acknowledged, and how many silences and spent calls there are."""

    async def fetch():
        async with database.connection() as connection:
            return (
                await connection.fetchval("SELECT max(acknowledged_by) FROM incidents"),
                await connection.fetchval("SELECT count(*) FROM silences"),
                await connection.fetchval("SELECT count(*) FROM used_links"),
            )

    return fetch


NOTHING = (None, 0, 0)


def slack(incident, act="acknowledge", user="U1", stamp=STAMP, secret="test-signing-secret", **changes):
    """Body and headers of a press in Slack."""
    action = {"type": "button", "action_id": act, "value": incident}
    payload = {"type": "block_actions", "user": {"id": user}, "actions": [action], "response_url": WHISPER} | changes
    body = urlencode({"payload": json.dumps(payload)}).encode()
    mac = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"content": body, "headers": {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={mac}"}}


def wecom(incident, act="acknowledge", user="li", stamp=STAMP, token="tokentest", event="template_card_event"):
    """Body and query of a press in WeCom."""
    inner = (
        f"<xml><ToUserName>wwtestcorp</ToUserName><FromUserName>{user}</FromUserName><MsgType>event</MsgType>"
        f"<Event>{event}</Event><EventKey>{act}:{incident}</EventKey><TaskId>t1</TaskId></xml>"
    )
    sealed = wecom_crypto.encrypt(AES_KEY, "wwtestcorp", inner.encode())
    signed = wecom_crypto.signature(token, stamp, "n1", sealed)
    query = {"msg_signature": signed, "timestamp": stamp, "nonce": "n1"}
    return {"content": f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode(), "params": query}


TOOLS = [
    ("/callbacks/slack/chat", slack, "U2"), ("/callbacks/wecom/corp", wecom, "wang"),
]  # fmt: skip
each_tool = pytest.mark.parametrize(("path", "press", "lesser"), TOOLS, ids=["slack", "wecom"])


@each_tool
async def test_a_press_acts_in_the_name_of_the_person_once(client, known, state, path, press, lesser):
    told = press(known)
    assert [(await client.post(path, **told)).status_code for _ in range(3)] == [200] * 3
    assert await state() == ("li", 0, 1)
    await client.post(path, **press(known, "silence"))
    assert (await state())[1] == 1


@each_tool
async def test_who_is_not_known_or_not_allowed_does_nothing(client, known, state, path, press, lesser):
    for user in (lesser, "stranger", ""):
        assert (await client.post(path, **press(known, user=user))).status_code == 200
    assert await state() == NOTHING


@each_tool
async def test_a_call_that_is_not_proved_does_nothing(client, known, state, path, press, lesser):
    wrong = {slack: {"secret": "another"}, wecom: {"token": "another"}}[press]
    minutes = [str(int((NOON + timedelta(seconds=each)).timestamp())) for each in (-301, 301)]
    for told in (press(known, **wrong), *(press(known, stamp=each) for each in (*minutes, "", "x", "9" * 30))):
        assert (await client.post(path, **told)).status_code == 401
    for lost in ({"headers": {}}, {"params": {}}, {"content": b"{}"}):
        if lost.keys() <= press(known).keys():
            assert (await client.post(path, **press(known) | lost)).status_code == 401
    assert await state() == NOTHING


@each_tool
async def test_another_destination_or_none_is_404(client, known, path, press, lesser):
    for name in ("nobody", next(each for each in ("chat", "corp") if not path.endswith(each))):
        assert (await client.post(f"{path.rpartition('/')[0]}/{name}", **press(known))).status_code == 404


@each_tool
@pytest.mark.parametrize("act", ["open", "destroy", "", "acknowledge:x"])
async def test_what_is_no_act_of_ours_is_taken_politely(client, known, state, path, press, lesser, act):
    assert (await client.post(path, **press(known, act))).status_code == 200
    assert (await client.post(path, **press("no-uuid"))).status_code == 200
    assert await state() == NOTHING


@each_tool
async def test_an_incident_that_is_over_takes_nothing(client, database, state, path, press, lesser):
    over = await add_incident(database, state="resolved")
    assert (await client.post(path, **press(over))).status_code == 200
    assert (await state())[0] is None


@each_tool
async def test_a_body_that_is_too_large_is_refused(client, known, path, press, lesser):
    assert (await client.post(path, **press(known) | {"content": b"x" * 70_000})).status_code == 413


async def test_a_destination_without_secret_believes_nobody(client, known, state):
    assert (await client.post("/callbacks/slack/bare", **slack(known, secret=""))).status_code == 401
    assert await state() == NOTHING


async def test_slack_whispers_to_who_pressed(house, client, known):
    await client.post("/callbacks/slack/chat", **slack(known, user="U9"))
    await client.post("/callbacks/slack/chat", **slack(known, user="U2"))
    await client.post("/callbacks/slack/chat", **slack(known))
    await client.post("/callbacks/slack/chat", **slack(known))
    texts = [said["text"] for _, said in house.outside.said]
    expected = ("票达还不认识您", "您没有这项权限", "2026-11-20 16:00 +08:00 之前不再提醒", "刚才已经处理过了")
    assert [text in said for text, said in zip(expected, texts, strict=True)] == [True] * 4
    assert {(url, said["response_type"], said["replace_original"]) for url, said in house.outside.said} == {
        (WHISPER, "ephemeral", False)
    }


@pytest.mark.parametrize("address", ["https://evil.example/x", "http://hooks.slack.com/x", "", 7, None])
async def test_nothing_is_said_anywhere_but_at_slack(house, client, known, state, address):
    assert (await client.post("/callbacks/slack/chat", **slack(known, response_url=address))).status_code == 200
    assert (house.outside.said, (await state())[0]) == ([], "li")


async def test_a_whisper_that_is_lost_hurts_nobody(house, client, known, state):
    house.outside.away = True
    assert (await client.post("/callbacks/slack/chat", **slack(known))).status_code == 200
    assert (await state())[0] == "li"


async def test_wecom_gets_its_echo_deciphered(client):
    sealed = wecom_crypto.encrypt(AES_KEY, "wwtestcorp", b"4321")
    query = {"timestamp": STAMP, "nonce": "n1", "echostr": sealed}
    signed = wecom_crypto.signature("tokentest", STAMP, "n1", sealed)
    answer = await client.get("/callbacks/wecom/corp", params=query | {"msg_signature": signed})
    assert (answer.status_code, answer.text) == (200, "4321")
    for wrong in ({}, {"msg_signature": "0" * 40}, {"msg_signature": signed, "echostr": ""}):
        assert (await client.get("/callbacks/wecom/corp", params=query | wrong)).status_code == 401


class Away:
    async def do(self, *_):
        raise DatabaseUnavailable("gone")


async def test_without_the_database_who_pressed_is_asked_to_press_again(database, clock, known):
    house = House(database, clock)
    app = house.app = FastAPI()
    app.include_router(
        callbacks.router(Callbacks(Away(), DESTINATIONS, PEOPLE, AlertPolicy(), clock, house.outside, TENANT))
    )
    async with house.client(key=None) as client:
        assert (await client.post("/callbacks/slack/chat", **slack(known))).status_code == 200
    [(_, said)] = house.outside.said
    assert "请稍后再按一次" in said["text"]


HOSTILE = [
    b"", b"\xff\xfe", b"payload=%", b"payload=[]", b"payload=" + b"[" * 5_000, b"<xml>", b"{" * 9_000,
    b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>', b"payload=%7B%22actions%22%3A7%7D",
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE)
async def test_whatever_a_stranger_sends_is_refused_and_raises_nothing(client, body):
    for path, _, _ in TOOLS:
        assert (await client.post(path, content=body)).status_code == 401
