"""What every channel promises, against a real HTTP receiver: one call, one judged receipt, no secret told."""

import base64
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.channels import slack, slack_dress, wecom
from app.channels.channel import Destination, Failure, Result, Toolbox
from app.channels.cutting import called, cut, fit, framed, utf8
from app.channels.limits import LIMITS
from app.channels.registry import CHANNELS
from app.channels.reply import FAILURES, mask, unreachable
from app.channels.webhook import verify
from app.domain.alert import Action, Alert
from app.domain.errors import EgressError
from app.egress import Allowed, Egress
from tests.contract.receiving import KEY, NOW, SECRET, Answer, FixedClock, escalated, overdue, parcel, receiving

OTHER = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()

DELIVERED, RETRY, PERMANENT = Result.DELIVERED, Result.RETRY, Result.PERMANENT
MISCONFIGURED, UNKNOWN = Result.MISCONFIGURED, Result.UNKNOWN


@pytest.fixture
async def receiver():
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def egress():
    egress = Egress(allow=[Allowed.parse("127.0.0.1")])
    yield egress
    await egress.close()


@pytest.fixture
def connect(receiver, egress):
    """A channel of a kind to the receiver; further words change the destination."""

    def make(kind, **changes):
        given = {"url": receiver.url, "secrets": (SECRET,), **NEEDED.get(kind, {}), **changes}
        return CHANNELS[kind].make(Destination(name="finance", kind=kind, **given), Toolbox(egress, FixedClock()))

    return make


def errcode(code):
    return json.dumps({"errcode": code, "errmsg": "hint: [1767323045] from ip: 203.0.113.77"})


NEEDED = {
    "slack_app": {"credentials": {"token": KEY}, "to": ("C0123456789",)},
    "wecom_app": {"credentials": {"corp_id": "ww01", "secret": KEY, "agent_id": "1000002"}, "to": ("user:zhang",)},
}

SUCCESS = {
    "webhook": Answer(204),
    "slack": Answer(200, "ok"),
    "slack_app": Answer(200, '{"ok": true, "channel": "C0123456789", "ts": "1767323045.000100"}'),
    "wecom": Answer(200, errcode(0)),
    "wecom_app": Answer(200, '{"errcode": 0, "access_token": "granted", "expires_in": 7200}'),
}

REPLIES = {
    "webhook": [
        (Answer(200, "whatever"), DELIVERED),
        (Answer(202), DELIVERED),
        (Answer(301, "", {"location": "/elsewhere"}), RETRY),
        (Answer(400), RETRY),
        (Answer(401), RETRY),
        (Answer(404), RETRY),
        (Answer(408), RETRY),
        (Answer(410), PERMANENT),
        (Answer(425), RETRY),
        (Answer(429), RETRY),
        (Answer(500), RETRY),
        (Answer(502), RETRY),
        (Answer(503), RETRY),
    ],
    "slack": [
        (Answer(200, "ok"), DELIVERED),
        (Answer(200, "<html>login</html>"), UNKNOWN),
        (Answer(200, ""), UNKNOWN),
        (Answer(302, "", {"location": "/elsewhere"}), UNKNOWN),
        (Answer(400, "invalid_payload"), PERMANENT),
        (Answer(400, "no_text"), PERMANENT),
        (Answer(400, "too_many_attachments"), PERMANENT),
        (Answer(400, "msg_blocks_too_long"), PERMANENT),
        (Answer(400, "invalid_blocks"), PERMANENT),
        (Answer(400, "invalid_token"), MISCONFIGURED),
        (Answer(400, "user_not_found"), MISCONFIGURED),
        (Answer(403, "action_prohibited"), MISCONFIGURED),
        (Answer(403, "posting_to_general_channel_denied"), MISCONFIGURED),
        (Answer(403, "team_disabled"), MISCONFIGURED),
        (Answer(404, "channel_not_found"), MISCONFIGURED),
        (Answer(404, "no_service"), MISCONFIGURED),
        (Answer(404, "no_service_id"), MISCONFIGURED),
        (Answer(404, "no_team"), MISCONFIGURED),
        (Answer(410, "channel_is_archived"), MISCONFIGURED),
        (Answer(418, "a_word_nobody_knows"), UNKNOWN),
        (Answer(429, "rate_limited"), RETRY),
        (Answer(500, "rollup_error"), RETRY),
        (Answer(503, "<html>"), RETRY),
    ],
    "wecom": [
        (Answer(200, errcode(0)), DELIVERED),
        *[(Answer(200, errcode(code)), RETRY) for code in (-1, 6000, 45009, 45033)],
        *[(Answer(200, errcode(code)), MISCONFIGURED) for code in (93000, 40003, 46004)],
        *[
            (Answer(200, errcode(code)), PERMANENT)
            for code in (40058, 45002, 44004, 40007, 40008, 40009, 40033, 40035, 40063, 42039, 45001, 45034)
        ],
        (Answer(200, errcode(99999)), UNKNOWN),
        (Answer(200, "<html>proxy</html>"), UNKNOWN),
        (Answer(200, ""), UNKNOWN),
        (Answer(200, "[]"), UNKNOWN),
        (Answer(200, "[" * 100_000), UNKNOWN),
        (Answer(200, '{"errmsg":"ok"}'), UNKNOWN),
        (Answer(200, '{"errcode":false}'), UNKNOWN),
        (Answer(200, '{"errcode":"0"}'), UNKNOWN),
        (Answer(404, errcode(0)), UNKNOWN),
        (Answer(302, "", {"location": "/elsewhere"}), UNKNOWN),
        (Answer(429, ""), RETRY),
        (Answer(502, "<html>"), RETRY),
    ],
}

KINDS = pytest.mark.parametrize("kind", sorted(SUCCESS))
ELSEWHERE = " ".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("channels/test_*.py"))


def test_every_kind_of_channel_stands_in_a_contract():
    assert all(kind in SUCCESS or kind.upper() in ELSEWHERE for kind in CHANNELS)
    assert all(kind in REPLIES or f"{kind.upper()}.make" in ELSEWHERE for kind in SUCCESS)


def test_every_answer_in_a_driver_s_table_stands_in_this_contract():
    spoken = {answer.body for answer, _ in REPLIES["slack"]}
    assert set(slack.ANSWERS) <= spoken
    coded = {answer.body for answer, _ in REPLIES["wecom"]}
    assert {errcode(int(code)) for code in wecom.ANSWERS} <= coded


@pytest.mark.parametrize(
    ("kind", "answer", "result"),
    [(kind, answer, result) for kind, rows in REPLIES.items() for answer, result in rows],
)
async def test_each_reply_is_judged_by_its_body(kind, answer, result, receiver, connect):
    receiver.answer = answer
    receipt = await connect(kind).send([parcel()])
    assert (receipt.result, receipt.status) == (result, answer.status)
    assert (receipt.failure is None) == (result is DELIVERED) or kind == "webhook"
    assert len(receiver.calls) == (2 if receipt.code in UNFIT.get(kind, ()) else 1)


UNFIT = {
    "slack": {"invalid_payload", "no_text", "too_many_attachments", "msg_blocks_too_long", "invalid_blocks"},
    "wecom": {"40058", "45002", "40008", "40033", "40035", "40063", "42039", "45034"},
}
BLAME = [
    ("slack", Answer(429, "rate_limited"), Failure.RATE_LIMITED),
    ("slack", Answer(503, ""), Failure.SERVER_ERROR),
    ("slack", Answer(404, "no_team"), Failure.REFUSED),
    ("slack", Answer(200, "<html>"), Failure.UNCLEAR),
    ("wecom", Answer(200, errcode(45009)), Failure.RATE_LIMITED),
    ("wecom", Answer(200, errcode(-1)), Failure.SERVER_ERROR),
    ("wecom", Answer(200, errcode(93000)), Failure.REFUSED),
    ("wecom", Answer(200, errcode(12345)), Failure.UNCLEAR),
]


@pytest.mark.parametrize(("kind", "answer", "failure"), BLAME)
async def test_a_failed_attempt_says_why_in_one_word(kind, answer, failure, receiver, connect):
    receiver.answer = answer
    assert (await connect(kind).send([parcel()])).failure is failure


def test_every_way_of_not_getting_through_has_its_word():
    receipts = [unreachable(EgressError(reason, "x")) for reason in FAILURES]
    assert all(receipt.failure is FAILURES[receipt.code] for receipt in receipts)
    assert [receipt.code for receipt in receipts if receipt.result is MISCONFIGURED] == ["refused"]


@KINDS
async def test_a_redirect_is_never_followed(kind, receiver, connect):
    receiver.answer = Answer(307, "", {"location": "/elsewhere"})
    receipt = await connect(kind).send([parcel()])
    assert receipt.result is not DELIVERED
    assert len(receiver.calls) == 1


@KINDS
async def test_a_connection_broken_off_is_for_the_ladder(kind, receiver, connect):
    receiver.answer = "reset"
    receipt = await connect(kind).send([parcel()])
    assert (receipt.result, receipt.status, receipt.code) == (RETRY, 0, "reset")
    assert len(receiver.calls) == 1


@KINDS
async def test_silence_ends_at_the_destination_s_own_timeout(kind, receiver, connect):
    receiver.answer = None
    receipt = await connect(kind, timeout=0.2).send([parcel()])
    assert (receipt.result, receipt.code) == (RETRY, "timeout")


@KINDS
async def test_nobody_listening_is_for_the_ladder(kind, connect, unused_tcp_port):
    receipt = await connect(kind, url=f"http://127.0.0.1:{unused_tcp_port}/x").send([parcel()])
    assert (receipt.result, receipt.code) == (RETRY, "connect")


@KINDS
async def test_an_address_the_guard_refuses_is_a_matter_of_configuration(kind, connect, receiver):
    receipt = await connect(kind, url="https://169.254.169.254/latest").send([parcel()])
    assert (receipt.result, receipt.code) == (MISCONFIGURED, "refused")


@KINDS
@pytest.mark.parametrize("status", [200, 404, 429, 500])
async def test_an_echo_of_the_url_and_the_secret_is_masked(kind, status, receiver, connect, caplog):
    caplog.set_level(logging.DEBUG)
    receiver.answer = Answer(status, f"no such {receiver.url} {SECRET} 25112000000000000001 203.0.113.77")
    channel = connect(kind)
    told = repr(await channel.send([parcel()])) + repr(channel) + caplog.text
    assert KEY not in told
    assert SECRET not in told
    assert "25112000000000000001" not in told
    assert "203.0.113.77" not in told


async def test_a_key_that_the_excerpt_would_cut_in_half_is_masked_whole(receiver, connect):
    receiver.answer = Answer(500, "x " * 124 + KEY)
    assert KEY[:8] not in (await connect("webhook").send([parcel()])).detail


def test_a_mention_is_never_cut_in_half():
    (document,) = wecom.flowing(replace(FULL, headline="票", actions=()), EVERYBODY)
    names = document["markdown"]["content"].split("\n")[-2]
    assert names.startswith("<@somebody-0000> ")
    assert all(word in {*(f"<@{name}>" for name in EVERYBODY), "…"} for word in names.split())
    assert called(["<@much-too-long>"], 10) == "…"


@KINDS
async def test_an_unreachable_url_is_masked_too(kind, connect, receiver, caplog, unused_tcp_port):
    caplog.set_level(logging.DEBUG)
    channel = connect(kind, url=f"http://127.0.0.1:{unused_tcp_port}/{KEY}?key={KEY}")
    assert KEY not in repr(await channel.send([parcel()])) + repr(channel) + caplog.text


@KINDS
async def test_chinese_goes_out_as_utf_8_and_never_as_escapes(kind, receiver, connect):
    receiver.answer = SUCCESS[kind]
    assert (await connect(kind).send([parcel()])).result is DELIVERED
    assert "北京示例科技有限公司".encode() in receiver.calls[-1].body
    assert b"\\u" not in receiver.calls[-1].body


@pytest.mark.parametrize(
    "text",
    [
        "https://user:pass@example.com/services/T1/B2/abc",
        "whsec_abc+/=",
        "key=5a1f0c3e-7777-4d2b-9abc-0123456789ab",
        "from 203.0.113.77",
        "tax id 91110105100000024M",
    ],
)
def test_masking_leaves_nothing_to_use(text):
    masked = mask(text)
    for secret in ("T1", "pass", "abc", "5a1f", "203.0", "24M"):
        assert secret not in masked


def test_masking_leaves_the_words_that_explain():
    assert mask("posting_to_general_channel_denied (45009)") == "posting_to_general_channel_denied (45009)"


# Webhooks


async def test_a_webhook_sends_the_stored_bytes_signed_and_dated_now(receiver, connect):
    sent = parcel()
    await connect("webhook", secrets=(SECRET, OTHER)).send([sent])
    call = receiver.calls[0]
    assert call.body == sent.body.encode()
    assert call.headers["webhook-id"] == sent.id
    assert call.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert call.headers["content-type"] == "application/json"
    assert call.headers["user-agent"].startswith("Piaoda")
    for secret in (SECRET, OTHER):
        assert verify([secret], call.headers, call.body, NOW)


async def test_a_webhook_carries_the_headers_of_its_destination(receiver, connect):
    await connect("webhook", headers={"Authorization": "Bearer abc"}).send([parcel()])
    assert receiver.calls[0].headers["authorization"] == "Bearer abc"


@pytest.mark.parametrize("name", ["Host", "webhook-id", "Webhook-Signature", "Content-Type", "Connection", "TE"])
def test_a_header_that_would_shadow_ours_is_refused(name, connect):
    with pytest.raises(ValueError, match=name):
        connect("webhook", headers={name: "x"})


@pytest.mark.parametrize(("name", "value"), [("x y", "a"), ("x", "a\r\nhost: b"), ("", "a"), ("x", "中")])
def test_a_header_that_http_does_not_allow_is_refused(name, value, connect):
    with pytest.raises(ValueError, match="HTTP"):
        connect("webhook", headers={name: value})


def test_a_webhook_without_a_secret_is_refused(connect):
    with pytest.raises(ValueError, match="finance has no secret"):
        connect("webhook", secrets=())


async def test_410_disables_the_webhook(receiver, connect):
    receiver.answer = Answer(410, "gone")
    receipt = await connect("webhook").send([parcel()])
    assert receipt.gone


def http_date(delta):
    return format_datetime(NOW + delta, usegmt=True)


WAITS = [
    ("120", 120.0),
    ("0", 0.0),
    ("999999999", 86400.0),
    ("9" * 5000, 86400.0),
    (http_date(timedelta(minutes=5)), 300.0),
    (http_date(timedelta(days=9)), 86400.0),
    (http_date(timedelta(days=-1)), 0.0),
    ("Mon, 23 Nov 2026 07:35:00 -0000", 300.0),
    ("-5", None),
    ("1.5", None),
    ("soon", None),
    ("", None),
    ("Mon, 99 Nov 2026 07:35:00 GMT", None),
]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize(("text", "seconds"), WAITS)
async def test_retry_after_is_obeyed_in_both_forms_up_to_a_day(status, text, seconds, receiver, connect):
    receiver.answer = Answer(status, "", {"retry-after": text})
    assert (await connect("webhook").send([parcel()])).retry_after == seconds


@pytest.mark.parametrize("status", [301, 400, 404])
async def test_retry_after_means_nothing_beside_other_statuses(status, receiver, connect):
    receiver.answer = Answer(status, "", {"retry-after": "120"})
    assert (await connect("webhook").send([parcel()])).retry_after is None


async def test_of_a_reply_only_the_first_256_bytes_are_kept_on_one_line(receiver, connect):
    receiver.answer = Answer(500, "票\r\n\x00" * 500)
    detail = (await connect("webhook").send([parcel()])).detail
    assert len(detail.encode()) <= 256
    assert detail.isprintable()


# Chat


async def test_slack_is_told_how_long_to_wait(receiver, connect):
    receiver.answer = Answer(429, "rate_limited", {"retry-after": "30"})
    assert (await connect("slack").send([parcel()])).retry_after == 30.0


async def test_wecom_that_is_asked_too_often_waits_a_minute(receiver, connect):
    receiver.answer = Answer(200, errcode(45009))
    receipt = await connect("wecom").send([parcel()])
    assert (receipt.retry_after, receipt.code) == (60.0, "45009")


CHATS = pytest.mark.parametrize("kind", ["slack", "wecom"])


@CHATS
async def test_a_parcel_without_its_payload_is_read_from_its_body(kind, receiver, connect):
    receiver.answer = SUCCESS[kind]
    await connect(kind).send([replace(parcel(), payload={})])
    assert "2511…0001".encode() in receiver.calls[0].body


@CHATS
async def test_a_flood_becomes_one_message(kind, receiver, connect):
    receiver.answer = SUCCESS[kind]
    channel = connect(kind)
    await channel.send([parcel(overdue(f"25112000000000{n:06d}")) for n in range(channel.batch)])
    assert len(receiver.calls) == 1
    assert "…另有 95 张".encode() in receiver.calls[0].body


def test_a_webhook_takes_one_parcel_at_a_time(connect):
    assert connect("webhook").batch == 1


@CHATS
async def test_people_are_mentioned_on_escalation_only(kind, receiver, connect):
    receiver.answer = SUCCESS[kind]
    channel = connect(kind, mentions=("zhang",))
    await channel.send([parcel(overdue())])
    await channel.send([parcel(overdue()), parcel(escalated())])
    calm, urgent = (call.body for call in receiver.calls)
    assert b"<@zhang>" not in calm
    assert b"<@zhang>" in urgent


@CHATS
async def test_a_name_cannot_mention_link_or_add_lines(kind, receiver, connect):
    receiver.answer = SUCCESS[kind]
    name = "甲<!channel><@all>[点这里](http://evil.example)\n**✅ 已同步**"
    await connect(kind).send([parcel(overdue(seller={"name": name}))])
    text = receiver.calls[0].body.decode()
    assert "<@all>" not in text
    assert "<!channel>" not in text
    assert "evil.example)\\n" not in text
    if kind == "wecom":
        assert "[点这里]" not in text


async def test_wecom_shows_the_whole_alert(receiver, connect):
    receiver.answer = SUCCESS["wecom"]
    await connect("wecom").send([parcel()])
    document = receiver.calls[0].json()
    assert document["msgtype"] == "markdown"
    assert document["markdown"]["content"].split("\n") == [
        "**🔴 发票逾期 | 2511…0001 超过时限 6 小时，税务系统仍未查到 | ¥1,060.00**",
        "> 发票号码：25112000000000000001",
        "> 销方 → 购方：北京示例科技有限公司 → 上××",
        "> 价税合计：¥1,060.00（其中税额 ¥60.00）",
        "> 开票时间：2026-11-22 09:30 +08:00",
        "> 确认时限：2026-11-23 09:30 +08:00，已超过 6 小时",
        "> 查询账户：nuonuo-main",
        "",
        "原因：税务系统查无此票。",
        "处理：请重新上传。",
    ]


async def test_slack_shows_the_whole_alert_and_a_fallback_text(receiver, connect):
    receiver.answer = SUCCESS["slack"]
    await connect("slack", language="en").send([parcel(overdue(seller={"name": "A & B <Ltd>"}))])
    document = receiver.calls[0].json()
    line = "🔴 Invoice overdue | 2511…0001 6 h past its deadline, still not in the tax system | ¥1,060.00"
    (header,), (below,) = document["blocks"], document["attachments"]
    fields, lines = below["blocks"]
    assert below["color"] == "#a30200"
    assert document["text"] == header["text"]["text"] == line
    assert fields["fields"][1]["text"] == "*Seller → buyer*\nA &amp; B &lt;Ltd&gt; → 上××"
    assert lines["text"]["text"] == "Reason: The tax system does not have it.\nNext step: Upload it again."


WORDS = st.text(alphabet=st.sampled_from("a9&<>票🔴 *[_"), max_size=5_000)
ACTIONS = st.builds(
    Action,
    name=st.sampled_from(["open", "acknowledge", "silence", "check", "runbook"]),
    label=st.text(alphabet="立即查验a&<", min_size=1, max_size=40),
    url=st.text(alphabet="a/?=&|", max_size=3_500).map("https://piaoda.example/".__add__),
)
ALERTS = st.builds(
    Alert,
    headline=st.text(alphabet="a&<票🔴 |", min_size=1, max_size=5_000),
    facts=st.lists(st.tuples(st.sampled_from(["发票号码", "Invoice number"]), WORDS), max_size=6),
    lines=st.lists(WORDS, max_size=8),
    urgent=st.booleans(),
    tone=st.sampled_from(["trouble", "warning", "good", "news"]),
    actions=st.lists(ACTIONS, max_size=7),
    footer=WORDS,
    incident=st.sampled_from(["", "0193a1b2-0000-7000-8000-000000000009"]),
)
MENTIONS = st.lists(st.text(alphabet="abc1", min_size=1, max_size=64), max_size=80)

LINKS = [Action("open", "查看详情", "https://piaoda.example/" + "a" * 300)] * 5
FULL = Alert("票" * 5_000, [("发票号码", "&<票🔴" * 5_000)] * 6, ["&<票🔴" * 900] * 8, True, "trouble", LINKS, "事件 1")
EVERYBODY = [f"somebody-{n:04d}" for n in range(500)]


@given(ALERTS, MENTIONS)
@example(FULL, EVERYBODY)
def test_wecom_never_gets_more_bytes_than_it_takes(alert, mentions):
    for document in (*wecom.card(alert, mentions), *wecom.flowing(alert, mentions), *wecom.text(alert, mentions)):
        shown = document[document["msgtype"]]
        assert utf8(shown.get("content", "")) <= {"text": 2_048, "markdown": 4_096}.get(document["msgtype"], 0)


@given(ALERTS, MENTIONS)
@example(FULL, EVERYBODY)
def test_slack_never_gets_more_than_it_takes(alert, mentions):
    for document in (*slack.card(alert, mentions), *slack_dress.text(alert, mentions)):
        assert 0 < len(document["text"]) <= 4_000
        blocks = [*document.get("blocks", ()), *(b for a in document.get("attachments", ()) for b in a["blocks"])]
        assert len(blocks) <= 50
        assert len(json.dumps(blocks, ensure_ascii=False)) <= 16_000
        for block in blocks:
            words = block.get("text", {}).get("text", "-")
            assert 0 < len(words) <= (150 if block["type"] == "header" else 3_000)
            assert len(block.get("fields", ())) <= 10
            assert all(0 < len(field["text"]) <= 2_000 for field in block.get("fields", ()))


LONG = st.lists(st.text(alphabet="a票🔴&<>", max_size=900), max_size=12)


@given(LONG, LONG)
def test_lists_and_diagnosis_give_way_before_line_1_and_the_links(facts, lines):
    alert = Alert("🔴 发票逾期 | 2511…0001", [("说明", fact) for fact in facts[:6]], lines, True, actions=LINKS[:3])
    (told,) = wecom.flowing(alert, ["zhang"])
    content = told["markdown"]["content"]
    assert content.startswith("**🔴 发票逾期 | 2511…0001**")
    assert content.count(f"[查看详情]({LINKS[0].url})") == 3
    assert content.endswith("<@zhang>")
    (plain,) = slack_dress.text(alert, ["zhang"])
    assert plain["text"].startswith("🔴 发票逾期 | 2511…0001")
    assert plain["text"].count(f"<{LINKS[0].url}|查看详情>") == 3


SIZES = st.sampled_from([len, utf8, slack_dress.escaped])
TEXTS = st.text(alphabet="a&<é票🔴", max_size=200)


@given(TEXTS, st.integers(10, 300), SIZES)
def test_a_cut_keeps_whole_characters_and_says_that_it_cut(text, limit, size: Callable[[str], int]):
    short = cut(text, limit, size)
    assert size(short) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
    assert short == text or size(text[: len(short)]) + size("…") > limit


@given(st.lists(TEXTS, min_size=1, max_size=8), st.integers(10, 300), SIZES)
def test_lines_are_dropped_whole_from_the_end_and_never_line_1(lines, limit, size: Callable[[str], int]):
    text = fit(lines, limit, size)
    assert size(text) <= limit
    kept = text.split("\n")
    if kept != lines:
        assert kept[-1].endswith("…")
        whole = kept[:-1] if len(kept) > 1 else []
        assert whole == lines[: len(whole)]
        assert whole or lines[0].startswith(kept[0].removesuffix("…"))


@given(TEXTS, st.lists(TEXTS, max_size=5), st.lists(TEXTS, max_size=5), st.integers(10, 300), SIZES)
def test_a_frame_keeps_its_last_lines_whole(first, middle, last, limit, size: Callable[[str], int]):
    text = framed(first, middle, last, limit, size)
    assert size(text) <= limit
    if size("\n".join([first, *middle, *last])) <= limit:
        assert [line for line in text.split("\n") if line] == [line for line in [first, *middle, *last] if line]
    if size("\n".join([first, *last])) + size("\n") <= limit:
        assert text.startswith(first)
        assert text.endswith("".join(f"\n{line}" for line in last))


def test_each_limit_says_who_says_so_and_when_it_was_read():
    assert set(CHANNELS) - {"webhook"} <= set(LIMITS)
    assert all(limits.source and limits.checked.year >= 2026 and limits.limits for limits in LIMITS.values())
