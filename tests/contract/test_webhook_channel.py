"""A webhook as its receiver sees it and as people read of it afterwards: bodies, classes of failure, the record."""

import json
from datetime import timedelta
from email.utils import format_datetime

import pytest

from app.channels.channel import Destination, Failure, Result, Toolbox
from app.channels.record import LARGEST, READ
from app.channels.webhook import SOURCE, Webhook, unusable_header, verify
from app.domain.message import encode
from app.egress import Allowed, Egress
from tests.contract.receiving import KEY, NOW, SECRET, Answer, FixedClock, overdue, parcel, receiving

CUSTOM = "erp-password-without-digits"
NUMBER = "25112000000000000001"


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
def webhook(receiver, egress):
    def make(**changes):
        given = {"url": receiver.url, "secrets": (SECRET,), "headers": {"X-Password": CUSTOM}, **changes}
        return Webhook(Destination(name="erp", kind="webhook", **given), Toolbox(egress, FixedClock()))

    return make


def payload():
    return overdue(NUMBER, id="i1", state="overdue")


# --- the body ------------------------------------------------------------------------------------------------------


async def test_the_stored_text_goes_out_byte_for_byte(receiver, webhook):
    given = parcel(payload())
    receipt = await webhook().send([given])
    assert receiver.calls[0].body == given.body.encode()
    assert receiver.calls[0].headers["content-type"] == "application/json"
    assert receipt.exchange.request_body == ""


async def test_a_receiver_with_a_list_of_fields_sees_these_alone(receiver, webhook):
    receipt = await webhook(fields=("invoice.number", "diagnosis.code")).send([parcel(payload())])
    [call] = receiver.calls
    assert call.json()["data"] == {
        "invoice": {"id": "i1", "number": NUMBER},
        "transition": {"sequence": 2},
        "diagnosis": {"code": "not_uploaded"},
    }
    assert verify([SECRET], call.headers, call.body, NOW)
    assert receipt.exchange.request_body == call.body.decode()


async def test_a_cloudevent_is_structured_and_signed_like_any_other(receiver, webhook):
    given = parcel(payload())
    await webhook(form="cloudevents").send([given])
    [call] = receiver.calls
    assert call.headers["content-type"] == "application/cloudevents+json"
    assert call.json() == {
        "specversion": "1.0",
        "id": given.id,
        "source": SOURCE,
        "type": "invoice.overdue",
        "time": given.payload["timestamp"],
        "subject": NUMBER,
        "sequence": "0000000002",
        "datacontenttype": "application/json",
        "data": given.payload["data"],
    }
    assert call.headers["webhook-id"] == given.id
    assert verify([SECRET], call.headers, call.body, NOW)


async def test_the_operator_names_source_and_prefix_of_cloudevents(receiver, webhook):
    options = {"source": "https://piaoda.example.com", "type_prefix": "com.example."}
    await webhook(form="cloudevents", options=options).send([parcel(payload())])
    event = receiver.calls[0].json()
    assert (event["source"], event["type"]) == ("https://piaoda.example.com", "com.example.invoice.overdue")


async def test_the_subject_of_a_cloudevent_does_not_tell_a_number_that_is_not_allowed(receiver, webhook):
    await webhook(form="cloudevents", fields=("invoice.state",)).send([parcel(payload())])
    assert receiver.calls[0].json()["subject"] == "i1"
    assert NUMBER.encode() not in receiver.calls[0].body


async def test_a_cloudevent_about_an_incident_has_its_id_and_notice(receiver, webhook):
    about = {"incident": {"id": "n1"}, "notice": {"sequence": 12}}
    given = parcel({"type": "incident.updated", "timestamp": "2026-11-22T03:00:00Z", "data": about})
    await webhook(form="cloudevents").send([given])
    event = receiver.calls[0].json()
    assert (event["subject"], event["sequence"]) == ("n1", "0000000012")


@pytest.mark.parametrize("changes", [{}, {"fields": ("invoice",)}, {"form": "cloudevents"}])
async def test_every_attempt_sends_the_same_bytes(receiver, webhook, changes):
    for _ in range(3):
        await webhook(**changes).send([parcel(payload())])
    assert len({call.body for call in receiver.calls}) == 1


# --- what became of it ---------------------------------------------------------------------------------------------

IN_A_MINUTE = {"retry-after": format_datetime(NOW + timedelta(minutes=1), usegmt=True)}
NO_YEAR, NO_ZONE = "Mon, 01 Jan 99999999999999 00:00:00 GMT", f"Mon, 01 Jan 2024 00:00:00 +{'9' * 20}"


@pytest.mark.parametrize(
    ("answer", "result", "failure", "wait"),
    [
        (Answer(200), Result.DELIVERED, None, None),
        (Answer(299), Result.DELIVERED, None, None),
        (Answer(302, headers={"location": "/there"}), Result.RETRY, Failure.REDIRECT, None),
        (Answer(400), Result.RETRY, Failure.CLIENT_ERROR, None),
        (Answer(404, headers={"retry-after": "9"}), Result.RETRY, Failure.CLIENT_ERROR, None),
        (Answer(408), Result.RETRY, Failure.CLIENT_ERROR, None),
        (Answer(410), Result.PERMANENT, Failure.GONE, None),
        (Answer(429, headers={"retry-after": "120"}), Result.RETRY, Failure.RATE_LIMITED, 120.0),
        (Answer(429, headers=IN_A_MINUTE), Result.RETRY, Failure.RATE_LIMITED, 60.0),
        (Answer(500, headers={"retry-after": "7"}), Result.RETRY, Failure.SERVER_ERROR, 7.0),
        (Answer(503, headers=IN_A_MINUTE), Result.RETRY, Failure.SERVER_ERROR, 60.0),
        (Answer(503, headers={"retry-after": "soon"}), Result.RETRY, Failure.SERVER_ERROR, None),
        (Answer(503, headers={"retry-after": NO_YEAR}), Result.RETRY, Failure.SERVER_ERROR, None),
        (Answer(503, headers={"retry-after": NO_ZONE}), Result.RETRY, Failure.SERVER_ERROR, None),
        (Answer(600), Result.RETRY, Failure.UNCLEAR, None),
    ],
)
async def test_a_reply_is_judged_by_its_status(receiver, webhook, answer, result, failure, wait):
    receiver.answer = answer
    receipt = await webhook().send([parcel()])
    assert (receipt.result, receipt.failure, receipt.retry_after) == (result, failure, wait)
    assert receipt.gone is (failure is Failure.GONE)


@pytest.mark.parametrize("answer", [Answer(200, "x" * 300_000), Answer(200, "no", {"content-encoding": "gzip"})])
async def test_who_took_the_message_may_say_anything_in_whatever_length(receiver, webhook, answer):
    receiver.answer = answer
    receipt = await webhook().send([parcel()])
    assert (receipt.result, receipt.status) == (Result.DELIVERED, 200)


async def test_a_redirect_is_not_followed(receiver, webhook):
    receiver.answer = Answer(307, headers={"location": receiver.url})
    await webhook().send([parcel()])
    assert len(receiver.calls) == 1


async def test_what_got_no_reply_is_on_record_too(receiver, webhook):
    receiver.answer = "reset"
    receipt = await webhook().send([parcel()])
    assert receipt.failure is Failure.CONNECTION
    assert receipt.exchange.request_headers["webhook-id"] == parcel().id
    assert (receipt.exchange.reply_headers, receipt.exchange.reply_body) == ({}, "")


# --- the record ----------------------------------------------------------------------------------------------------


async def test_the_record_shows_what_was_sent_without_its_secrets(receiver, webhook):
    receipt = await webhook().send([parcel()])
    shown = receipt.exchange.request_headers
    assert shown["webhook-signature"] == "v1,***"
    assert shown["X-Password"] == "***gits"
    assert shown["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert CUSTOM not in str(receipt)


async def test_a_receiver_that_echoes_what_it_got_betrays_nobody(receiver, webhook):
    def echo(call):
        said = json.dumps({"headers": dict(call.headers), "secret": SECRET, "at": receiver.url})
        return Answer(400, said, {"location": receiver.url, "set-cookie": f"id={KEY}", "x-request-id": CUSTOM})

    receiver.answer = echo
    receipt = await webhook().send([parcel()])
    for secret in (CUSTOM, SECRET, KEY):
        assert secret not in str(receipt)
    assert "set-cookie" not in receipt.exchange.reply_headers
    assert "content-length" in receipt.exchange.reply_headers


async def test_a_secret_at_the_edge_of_what_is_read_is_not_shown_in_half(receiver, webhook):
    half = KEY[:8]
    words = "word-0123456789 " * LARGEST
    receiver.answer = Answer(400, words[: READ - len(half) - 1] + " " + KEY)
    kept = (await webhook().send([parcel()])).exchange.reply_body
    assert kept.startswith("*** ***")
    assert half not in kept


@pytest.mark.parametrize("said", ["bearer-pass", "query-pass"])
async def test_a_receiver_that_quotes_a_part_of_a_credential_betrays_nobody(receiver, webhook, said):
    receiver.answer = Answer(401, f"no such token: {said}", {"x-request-id": said})
    hook = webhook(url=f"{receiver.url}&token=query-pass", headers={"Authorization": "Bearer bearer-pass"})
    assert said not in str(await hook.send([parcel()]))


async def test_however_long_the_words_of_a_reply_are_it_holds_up_nobody(receiver, webhook):
    word = "a" * (READ - 1)  # where the time grows with the square, this takes longer than a test may
    receiver.answer = Answer(500, f'{word}" and more', {"location": word[:4_000]})
    receipts = [await webhook().send([parcel()]) for _ in range(60)]
    assert {receipt.status for receipt in receipts} == {500}


async def test_a_long_reply_is_cut_and_what_a_database_refuses_is_taken_out(receiver, webhook):
    receiver.answer = Answer(500, "a\x00b\x1b[31m\n" + "好" * 20_000)
    kept = (await webhook().send([parcel()])).exchange.reply_body
    assert kept.startswith("a b [31m\n好")
    assert LARGEST - 3 <= len(kept.encode()) <= LARGEST


@pytest.mark.parametrize("name", ["Host", "webhook-signature", "Content-Type", "Transfer-Encoding", "a b", "a\r\nb"])
def test_headers_that_are_ours_or_malformed_cannot_be_set(webhook, name):
    assert unusable_header(name, "x")
    with pytest.raises(ValueError, match="header"):
        webhook(headers={name: "x"})


@pytest.mark.parametrize("value", [" x", "x ", "\tx", "a\r\nb: c", "é"])
def test_a_header_that_no_call_could_carry_cannot_be_set(webhook, value):
    assert unusable_header("X-Key", value)
    with pytest.raises(ValueError, match="header"):
        webhook(headers={"X-Key": value})


@pytest.mark.parametrize("value", ["", "x", "Bearer a b"])
def test_a_header_that_a_call_can_carry_can_be_set(value):
    assert unusable_header("X-Key", value) == ""


def test_our_encoding_is_the_one_that_is_stored():
    assert encode(payload()) == json.dumps(payload(), ensure_ascii=False, separators=(",", ":"))
