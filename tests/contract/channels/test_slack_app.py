"""A Slack application: one message an incident, kept up to date, with its story below; and Slack's signature."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels import slack_app, slack_dress
from app.channels.channel import Destination, Failure, Result
from app.channels.slack_app import SLACK_APP
from app.channels.slack_signature import verify_slack
from app.domain.alert import Action, Alert
from tests.contract.channels.conftest import Answer
from tests.contract.channels.messages import ALERTS, INCIDENT, PEOPLE, parcel, told
from tests.contract.channels.messages import FULL as ALERT

TOKEN = "xoxb-1111-2222-synthetic0"
ROOM = "C0123456789"
ROOT = "1767323045.000100"
GIVEN = {"to": (ROOM,), "credentials": {"token": TOKEN, "signing_secret": "shh"}, "mentions": ("U1",)}

DELIVERED, RETRY, PERMANENT = Result.DELIVERED, Result.RETRY, Result.PERMANENT
MISCONFIGURED, UNKNOWN = Result.MISCONFIGURED, Result.UNKNOWN


def good(ts=ROOT):
    return Answer(200, json.dumps({"ok": True, "channel": ROOM, "ts": ts}))


def error(code, status=200, **headers):
    return Answer(status, json.dumps({"ok": False, "error": code}), headers)


@pytest.fixture
def app(receiver, tools):
    """An application that speaks to the receiver; further words change the destination."""

    def make(*, link=True, **changes):
        toolbox = replace(tools, link=(lambda act, incident: f"https://piaoda.test/{act}/{incident}") if link else None)
        url = f"http://{urlsplit(receiver.url).netloc}/api"
        return SLACK_APP.make(
            Destination(**{"name": "ops", "kind": "slack_app", "url": url, **GIVEN, **changes}), toolbox
        )

    return make


def later(reason="grew", mention=False, **incident):
    payload = told("incident.updated", **incident)
    notice = {**payload["data"]["notice"], "sequence": 2, "reason": reason, "mention": mention}
    return replace(parcel({**payload, "data": {**payload["data"], "notice": notice}}), thread=f"{ROOM}:{ROOT}")


async def test_the_first_message_is_a_root_with_buttons(receiver, app):
    receiver.answer = good()
    receipt = await app().send([parcel(told())])
    (call,) = receiver.calls
    document = call.json()
    assert (receipt.result, receipt.thread, receipt.failure) == (DELIVERED, f"{ROOM}:{ROOT}", None)
    assert call.path == "/api/chat.postMessage"
    assert call.headers["authorization"] == f"Bearer {TOKEN}"
    assert document["channel"] == ROOM
    assert "<@U1>" in json.dumps(document["blocks"])
    buttons = {button["action_id"]: button for block in document["blocks"] for button in block.get("elements", ())}
    assert buttons["acknowledge"]["value"] == buttons["silence"]["value"] == INCIDENT
    assert "url" not in buttons["acknowledge"]
    assert buttons["open"]["url"] == f"https://piaoda.test/open/{INCIDENT}"


async def test_without_a_signing_secret_there_are_links_for_nobody_could_prove_a_click(receiver, app):
    receiver.answer = good()
    await app(credentials={"token": TOKEN}).send([parcel(told())])
    text = receiver.calls[0].body.decode()
    assert "action_id" not in text
    assert f"<https://piaoda.test/acknowledge/{INCIDENT}|" in text


async def test_where_nobody_can_reach_us_there_are_neither_buttons_nor_links(receiver, app):
    receiver.answer = good()
    assert (await app(link=False).send([parcel(told())])).result is DELIVERED
    assert "piaoda.test" not in receiver.calls[0].body.decode()


async def test_a_later_message_changes_the_root_and_is_told_below_it(receiver, app):
    receiver.answer = [good(), good("1767323999.000200")]
    receipt = await app().send([later()])
    update, reply = receiver.calls
    assert (receipt.result, receipt.thread) == (DELIVERED, f"{ROOM}:{ROOT}")
    assert update.path == "/api/chat.update"
    assert (update.json()["channel"], update.json()["ts"]) == (ROOM, ROOT)
    assert reply.path == "/api/chat.postMessage"
    assert (reply.json()["channel"], reply.json()["thread_ts"]) == (ROOM, ROOT)
    assert reply.json()["reply_broadcast"] is False
    assert "<@U1>" not in reply.body.decode() + update.body.decode()


@pytest.mark.parametrize(
    ("reason", "mention", "level", "shown"),
    [
        ("grew", False, 2, False),
        ("reminder", False, 1, False),
        ("level", False, 2, True),
        ("level", True, 2, True),
        ("resolved", False, 1, False),
        ("resolved", False, 2, True),
        ("recovered", False, 3, True),
        ("still_late", False, 2, True),
    ],
)
async def test_a_reply_shows_in_the_channel_when_people_must_know(reason, mention, level, shown, receiver, app):
    receiver.answer = [good(), good()]
    await app().send([later(reason, mention, level=level)])
    assert receiver.calls[1].json()["reply_broadcast"] is shown
    assert ("<@U1>" in receiver.calls[1].body.decode()) is mention


@pytest.mark.parametrize("code", ["cant_update_message", "edit_window_closed", "a_word_nobody_knows"])
async def test_a_root_that_cannot_be_changed_still_gets_its_reply(code, receiver, app):
    receiver.answer = [error(code), good("1767323999.000200")]
    receipt = await app().send([later()])
    assert (receipt.result, receipt.thread) == (DELIVERED, f"{ROOM}:{ROOT}")
    assert receiver.calls[1].json()["thread_ts"] == ROOT


async def test_a_root_that_was_deleted_is_posted_again(receiver, app):
    receiver.answer = [error("message_not_found"), good("1767324000.000300")]
    receipt = await app().send([later()])
    assert (receipt.result, receipt.thread) == (DELIVERED, f"{ROOM}:1767324000.000300")
    assert receiver.calls[1].path == "/api/chat.postMessage"
    assert "thread_ts" not in receiver.calls[1].json()


async def test_a_thread_that_is_gone_gets_a_new_root(receiver, app):
    receiver.answer = [good(), error("thread_not_found"), good("1767324000.000300")]
    receipt = await app().send([later()])
    assert (receipt.result, receipt.thread) == (DELIVERED, f"{ROOM}:1767324000.000300")


@pytest.mark.parametrize(
    ("answer", "result"), [(error("ratelimited", 429), RETRY), (error("not_in_channel"), MISCONFIGURED)]
)
async def test_where_the_root_could_not_be_asked_nothing_is_posted_so_that_a_retry_doubles_nothing(
    answer, result, receiver, app
):
    receiver.answer = [answer]
    assert (await app().send([later()])).result is result
    assert len(receiver.calls) == 1


async def test_blocks_that_slack_dislikes_go_out_once_more_as_text(receiver, app):
    receiver.answer = [error("invalid_blocks"), good()]
    receipt = await app().send([parcel(told())])
    assert receipt.result is DELIVERED
    assert receiver.calls[1].json()["blocks"] == receiver.calls[1].json()["attachments"] == []
    assert receiver.calls[1].json()["text"].count("\n") > 3


async def test_text_that_slack_dislikes_ends_there(receiver, app):
    receiver.answer = [error("invalid_blocks"), error("msg_too_long")]
    receipt = await app().send([parcel(told())])
    assert (receipt.result, receipt.code) == (PERMANENT, "msg_too_long")
    assert len(receiver.calls) == 2


async def test_a_broken_call_after_a_changed_root_is_for_the_ladder(receiver, app):
    receiver.answer = [good(), None]
    receipt = await app(timeout=0.4).send([later()])
    assert (receipt.result, receipt.failure) == (RETRY, Failure.TIMEOUT)


CODES = [
    *[(code, RETRY) for code in ("ratelimited", "rate_limited", "message_limit_exceeded", "internal_error",
      "fatal_error", "request_timeout", "service_unavailable", "team_added_to_org")],
    *[(code, MISCONFIGURED) for code in ("channel_not_found", "is_archived", "not_in_channel", "invalid_auth",
      "account_inactive", "token_revoked", "missing_scope", "channel_type_not_supported", "messages_tab_disabled",
      "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
      "restricted_action_non_threadable_channel", "restricted_action_thread_locked", "access_denied",
      "ekm_access_denied", "enterprise_is_restricted", "no_permission", "not_allowed_token_type", "not_authed",
      "org_login_required", "team_access_not_granted", "team_not_found", "token_expired",
      "two_factor_setup_required")],
    *[(code, PERMANENT) for code in ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long",
      "too_many_attachments", "attachment_payload_limit_exceeded", "invalid_attachments", "no_text",
      "invalid_arguments", "invalid_arg_name", "invalid_array_arg", "invalid_charset", "invalid_post_type",
      "missing_post_type", "cant_update_message", "edit_window_closed", "message_not_found", "thread_not_found",
      "cannot_reply_to_message")],
    ("a_word_nobody_knows", UNKNOWN),
]  # fmt: skip


def test_every_code_of_the_table_is_tried_here():
    assert {code for code, _ in CODES} >= set(slack_app.ANSWERS) - {"ok"}


@pytest.mark.parametrize(("code", "result"), CODES)
async def test_each_error_is_judged_by_its_word(code, result, receiver, app):
    receiver.answer = error(code)
    receipt = await app().send([parcel(told())])
    assert (receipt.result, receipt.code, receipt.thread) == (result, code, "")
    assert receipt.failure


ODD = [
    Answer(200, "<html>proxy</html>"), Answer(200, ""), Answer(200, "[]"), Answer(200, "[" * 100_000),
    Answer(200, '{"ok": "true"}'), Answer(200, '{"ok": 1}'), Answer(200, '{"ok": false}'),
    Answer(200, '{"ok": false, "error": 7}'), Answer(200, '{"ok": false, "error": "<b>"}'), Answer(404, '{"ok": true}'),
    Answer(302, "", {"location": "/elsewhere"}),
]  # fmt: skip


@pytest.mark.parametrize("answer", ODD)
async def test_an_answer_that_is_not_slack_s_says_nothing(answer, receiver, app):
    receiver.answer = answer
    receipt = await app().send([parcel(told())])
    assert (receipt.result, receipt.failure, receipt.code) == (UNKNOWN, Failure.UNCLEAR, "")
    assert len(receiver.calls) == 1


async def test_a_huge_answer_is_not_read(receiver, app):
    receiver.answer = Answer(200, " " * 400_000)
    receipt = await app().send([parcel(told())])
    assert (receipt.code, receipt.failure) == ("too_large", Failure.PROTOCOL)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_slack_says_how_long_to_wait(status, receiver, app):
    receiver.answer = Answer(status, "", {"retry-after": "30"})
    receipt = await app().send([parcel(told())])
    assert (receipt.result, receipt.retry_after) == (RETRY, 30.0)


async def test_an_echo_of_the_token_is_masked(receiver, app):
    receiver.answer = Answer(200, json.dumps({"ok": False, "error": f"no {TOKEN}"}))
    assert TOKEN not in repr(await app().send([parcel(told())]))


async def test_a_good_answer_without_a_place_is_good_and_has_no_thread(receiver, app):
    receiver.answer = Answer(200, '{"ok": true, "ts": 7}')
    receipt = await app().send([parcel(told())])
    assert (receipt.result, receipt.thread) == (DELIVERED, "")


def test_more_than_slack_takes_in_all_is_no_blocks(app):
    pages = [Action(name, "立即查验", "https://piaoda.test/" + "x" * 2_900) for name in ("open", "check", "runbook")]
    alert = Alert("票", [("备注", "票" * 900)] * 6, ["票" * 3_000], urgent=True, actions=pages, incident=INCIDENT)
    assert not slack_dress.blocks(alert, (), app()._deeds(alert))
    assert slack_dress.blocks(replace(alert, actions=pages[:1]), (), app()._deeds(replace(alert, actions=pages[:1])))


@given(ALERTS, PEOPLE)
def test_nothing_is_larger_than_slack_takes(alert, people):
    buttons = [slack_app._button(action, INCIDENT) for action in alert.actions]
    deeds = [{"type": "actions", "elements": buttons}] if buttons else []
    alert = replace(alert, headline=alert.headline or "-", facts=alert.facts[:6])
    for document in slack_dress.blocks(alert, people, deeds):
        below = [block for attachment in document["attachments"] for block in attachment["blocks"]]
        texts = [block["text"]["text"] for block in (*document["blocks"], *below) if "text" in block]
        assert all(0 < len(text) <= 3_000 for text in texts)
        assert sum(map(len, texts)) <= 13_200
        assert 0 < len(document["text"]) <= 4_000
    (document,) = slack_dress.text(alert, people)
    assert 0 < len(document["text"]) <= 4_000


@pytest.mark.parametrize("long", [{"label": "a" * 76}, {"url": "https://piaoda.test/" + "x" * 3_000}])
def test_a_button_or_a_link_that_slack_would_not_take_is_not_cut_but_told_as_text(long, app):
    alert = replace(ALERT, actions=[replace(ALERT.actions[0], **long)])
    assert not slack_dress.blocks(alert, (), app()._deeds(alert))
    assert slack_dress.blocks(ALERT, (), app()._deeds(ALERT))


@pytest.mark.parametrize("changes", [{"to": ()}, {"to": ("C1", "C2")}, {"credentials": {}}])
def test_an_application_needs_a_token_and_one_channel(changes, app):
    with pytest.raises(ValueError, match="ops needs a token"):
        app(**changes)


# The signature of Slack's calls

AT = datetime.fromtimestamp(1_767_323_045, UTC)
OURS = "v0=1d46e2e98fb7e30e7f3d65f43ad2dc39525df9d95fd19e1558ac1184cb9c8989"


def test_our_vector_is_verified():
    assert verify_slack("test-signing-secret", "1767323045", b"payload=%7B%7D", OURS, AT)


def test_the_vector_that_slack_publishes_is_verified():
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    given = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    then = datetime.fromtimestamp(1_531_420_618, UTC)
    assert verify_slack("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body, given, then)


@pytest.mark.parametrize("away", [-301, 301])
def test_a_call_older_or_newer_than_five_minutes_is_refused(away):
    now = AT + timedelta(seconds=away)
    assert not verify_slack("test-signing-secret", "1767323045", b"payload=%7B%7D", OURS, now)


def test_an_empty_secret_verifies_nothing():
    forged = hmac.new(b"", b"v0:1767323045:x", hashlib.sha256).hexdigest()
    assert not verify_slack("", "1767323045", b"x", f"v0={forged}", AT)


@given(st.text(max_size=30) | st.just("1767323045"), st.binary(max_size=60), st.text(max_size=80))
def test_whatever_a_stranger_sends_the_answer_is_no(timestamp, body, signature):
    assert not verify_slack("test-signing-secret", timestamp, body, signature, AT)
