"""E-mail over real SMTP: secured before a word is said, judged by the server's reply, one thread an incident."""

import asyncio
import logging
from dataclasses import replace
from email import policy
from email.parser import BytesParser

import pytest
from hypothesis import given, settings

from app.channels import mail
from app.channels.channel import Destination, Failure, Result, Toolbox
from app.channels.letter import SUBJECT, Envelope, letter
from app.channels.mail import EMAIL
from app.egress import Allowed, Egress
from tests.contract.channels.conftest import FixedClock
from tests.contract.channels.mailbox import client_tls, open_mailbox
from tests.contract.channels.messages import ALERTS, EVIL, FULL, INCIDENT, NOW, late, parcel, told

PASSWORD = "geheimes-wort"
READERS = ("a@example.test", "b@example.test")
LETTER = Envelope("piaoda@example.test", READERS, "<own@example.test>", "<root@example.test>", NOW)


@pytest.fixture
async def mailbox():
    async with open_mailbox(implicit=False) as mailbox:
        yield mailbox


@pytest.fixture
async def egress():
    egress = Egress(allow=[Allowed.parse("127.0.0.1")], tls=client_tls())
    yield egress
    await egress.close()


@pytest.fixture
def write_to(egress):
    def make(port, **changes):
        destination = Destination(
            name="finance", kind="email", to=READERS,
            options={"host": "127.0.0.1", "port": str(port), "from": "piaoda@example.test"},
            credentials={"username": "piaoda", "password": PASSWORD},
        )  # fmt: skip
        return EMAIL.make(replace(destination, **changes), Toolbox(egress, FixedClock()))

    return make


async def test_a_mail_is_taken_by_a_server_with_starttls(mailbox, write_to):
    receipt = await write_to(mailbox.port).send([parcel(late())])
    assert (receipt.result, receipt.code, receipt.failure) == (Result.DELIVERED, "250", None)
    assert mailbox.login == ["piaoda", PASSWORD]
    assert len(mailbox.mails) == 1
    assert mailbox.lines[-1] == "QUIT"


async def test_a_mail_is_taken_by_a_server_with_tls_from_the_start(write_to, monkeypatch):
    async with open_mailbox(implicit=True) as mailbox:
        monkeypatch.setattr(mail, "IMPLICIT_TLS", mailbox.port)
        assert (await write_to(mailbox.port).send([parcel(late())])).result is Result.DELIVERED
        assert all(mailbox.secure)


def test_tls_from_the_start_is_for_port_465():
    assert mail.IMPLICIT_TLS == 465


async def test_before_the_line_is_secured_nothing_is_said_but_hello(mailbox, write_to):
    await write_to(mailbox.port).send([parcel(late())])
    plain = [line.split(" ")[0] for line, secure in zip(mailbox.lines, mailbox.secure, strict=True) if not secure]
    assert plain == ["EHLO", "STARTTLS"]


async def test_a_server_without_starttls_is_told_nothing(mailbox, write_to):
    mailbox.starttls = False
    receipt = await write_to(mailbox.port).send([parcel(late())])
    assert (receipt.result, receipt.failure) == (Result.MISCONFIGURED, Failure.TLS)
    assert not [line for line in mailbox.lines if line.split(" ")[0] in {"AUTH", "MAIL", "DATA"}]


async def test_a_server_that_takes_no_login_is_not_told_one(mailbox, write_to):
    mailbox.logins = ["250 HELP"]
    receipt = await write_to(mailbox.port).send([parcel(late())])
    assert (receipt.result, receipt.code) == (Result.MISCONFIGURED, "no_login")
    assert not mailbox.mails


async def test_a_certificate_nobody_vouches_for_is_no_line(mailbox):
    egress = Egress(allow=[Allowed.parse("127.0.0.1")])
    destination = Destination(
        name="finance", kind="email", to=READERS,
        options={"host": "127.0.0.1", "port": str(mailbox.port), "from": "piaoda@example.test"},
    )  # fmt: skip
    receipt = await EMAIL.make(destination, Toolbox(egress, FixedClock())).send([parcel(late())])
    assert (receipt.result, receipt.failure) == (Result.RETRY, Failure.TLS)
    assert not mailbox.mails


async def test_without_a_user_name_nobody_logs_in(mailbox, write_to):
    assert (await write_to(mailbox.port, credentials={}).send([parcel(late())])).result is Result.DELIVERED
    assert not [line for line in mailbox.lines if line.startswith("AUTH")]


@pytest.mark.parametrize(
    ("verb", "reply", "result", "code"),
    [
        ("BANNER", "421 busy", Result.RETRY, "421"),
        ("BANNER", "554 not here", Result.PERMANENT, "554"),
        ("AUTH", "535 5.7.8 wrong", Result.MISCONFIGURED, "535"),
        ("AUTH", "534 too weak", Result.MISCONFIGURED, "534"),
        ("AUTH", "538 encrypt", Result.MISCONFIGURED, "538"),
        ("AUTH", "454 later", Result.RETRY, "454"),
        ("MAIL", "530 log in first", Result.MISCONFIGURED, "530"),
        ("MAIL", "553 not your address", Result.MISCONFIGURED, "553"),
        ("MAIL", "451 later", Result.RETRY, "451"),
        ("RCPT", "550 nobody", Result.PERMANENT, "550"),
        ("RCPT", "450 greylisted", Result.RETRY, "450"),
        ("DATA", "451 later", Result.RETRY, "451"),
        ("DATA", "554 no", Result.PERMANENT, "554"),
        ("BODY", "452 full", Result.RETRY, "452"),
        ("BODY", "552 too large", Result.PERMANENT, "552"),
        ("BODY", "550 spam", Result.PERMANENT, "550"),
        ("STARTTLS", "454 not now", Result.RETRY, "454"),
        ("BANNER", "HTTP/1.1 200 OK", Result.RETRY, "protocol"),
        ("EHLO", "250-" + "x" * 40_000, Result.RETRY, "protocol"),
    ],
)
async def test_the_server_s_reply_decides(verb, reply, result, code, mailbox, write_to):
    mailbox.replies[verb] = reply
    receipt = await write_to(mailbox.port).send([parcel(late())])
    assert (receipt.result, receipt.code) == (result, code)
    assert receipt.failure in {Failure.REFUSED, Failure.PROTOCOL}
    assert receipt.result is not Result.DELIVERED


@pytest.mark.parametrize("verb", ["BANNER", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BODY"])
async def test_a_hang_up_is_for_the_ladder(verb, mailbox, write_to):
    mailbox.replies[verb] = ""
    receipt = await write_to(mailbox.port).send([parcel(late())])
    assert (receipt.result, receipt.failure) == (Result.RETRY, Failure.CONNECTION)


@pytest.mark.parametrize("verb", ["BANNER", "STARTTLS", "AUTH", "RCPT", "BODY"])
async def test_silence_ends_at_the_timeout_of_the_whole_conversation(verb, mailbox, write_to):
    mailbox.replies[verb] = None
    receipt = await write_to(mailbox.port, timeout=0.5).send([parcel(late())])
    assert (receipt.result, receipt.failure) == (Result.RETRY, Failure.TIMEOUT)


async def test_a_server_slow_at_every_word_has_no_more_time_than_one_slow_at_one(mailbox, write_to):
    mailbox.pause = 0.2
    receipt = await write_to(mailbox.port, timeout=0.7).send([parcel(late())])
    assert (receipt.result, receipt.failure) == (Result.RETRY, Failure.TIMEOUT)
    assert not mailbox.mails


async def test_what_is_taken_stays_taken_though_the_farewell_fails(mailbox, write_to):
    mailbox.replies["QUIT"] = ""
    assert (await write_to(mailbox.port).send([parcel(late())])).result is Result.DELIVERED


async def test_one_address_of_two_is_enough_and_the_other_is_told(mailbox, write_to):
    mailbox.replies["RCPT TO:<b@example.test>"] = "550 nobody"
    receipt = await write_to(mailbox.port).send([parcel(late())])
    assert (receipt.result, receipt.detail) == (Result.DELIVERED, "1 of 2 addresses refused")


async def test_if_one_refused_address_may_pass_later_the_mail_is_tried_again(mailbox, write_to):
    mailbox.replies |= {"RCPT TO:<a@example.test>": "550 nobody", "RCPT TO:<b@example.test>": "451 later"}
    assert (await write_to(mailbox.port).send([parcel(late())])).result is Result.RETRY


async def test_nobody_listening_is_for_the_ladder(write_to, unused_tcp_port):
    receipt = await write_to(unused_tcp_port).send([parcel(late())])
    assert (receipt.result, receipt.failure) == (Result.RETRY, Failure.CONNECTION)


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("169.254.169.254", "465"),
        ("10.0.0.5", "587"),
        ("8.8.8.8", "22"),
        ("[::1]", "465"),
        ("a b", "465"),
        ("x", "99999"),
    ],
)
async def test_an_address_the_guard_refuses_is_a_matter_of_configuration(host, port, tools):
    destination = Destination(
        name="finance", kind="email", to=READERS, options={"host": host, "port": port, "from": "piaoda@example.test"}
    )
    tools = replace(tools, egress=Egress())
    receipt = await EMAIL.make(destination, tools).send([parcel(late())])
    assert (receipt.result, receipt.failure) == (Result.MISCONFIGURED, Failure.GUARDED)


async def test_no_secret_and_no_address_stands_in_a_receipt_or_a_log(mailbox, write_to, caplog):
    caplog.set_level(logging.DEBUG)
    mailbox.replies["AUTH"] = f"535 {PASSWORD} of <a@example.test> from 203.0.113.77 is wrong"
    channel = write_to(mailbox.port)
    seen = repr(await channel.send([parcel(late())])) + repr(channel) + caplog.text
    assert not [secret for secret in (PASSWORD, "a@example.test", "203.0.113.77") if secret in seen]
    assert "is wrong" in seen


@pytest.mark.parametrize(
    "changes",
    [
        {"to": ()},
        {"to": ("finance",)},
        {"to": ("a@example.test\r\nBcc: x@y.test",)},
        {"to": ("票 <a@example.test>",)},
        {"options": {"host": "h", "from": "x\n@y"}},
        {"options": {"host": "h", "from": "a@b.test", "port": "tls"}},
        {"options": {"from": "a@b.test"}},
        {"options": {"host": "h"}},
    ],
)
def test_an_address_that_is_none_is_refused_at_once(changes, write_to):
    with pytest.raises(ValueError, match="finance: "):
        write_to(587, **changes)


# Threads


async def ids(mailbox):
    return [(mail["Message-ID"], mail["In-Reply-To"], mail["References"]) for mail in mailbox.mails]


async def test_all_mails_of_an_incident_are_one_thread(mailbox, write_to):
    channel = write_to(mailbox.port)
    await channel.send([parcel(told(), id="m1")])
    await channel.send([parcel(told("incident.updated"), id="m2")])
    await channel.send([parcel(told("incident.resolved"), id="m3")])
    root = mailbox.mails[0]["Message-ID"]
    assert await ids(mailbox) == [
        (root, None, None),
        ("<m2.finance@example.test>", root, root),
        ("<m3.finance@example.test>", root, root),
    ]
    assert INCIDENT in root


async def test_another_attempt_is_the_same_mail_to_every_reader(mailbox, write_to):
    for _ in range(2):
        await write_to(mailbox.port).send([parcel(told("incident.updated"), id="m2")])
    first, second = await ids(mailbox)
    assert first == second


async def test_two_destinations_are_two_threads(mailbox, write_to):
    await write_to(mailbox.port).send([parcel(told())])
    await write_to(mailbox.port, name="boss").send([parcel(told())])
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 2


async def test_one_send_may_tell_of_many_invoices(mailbox, write_to):
    parcels = [parcel(late(f"2511200000000000{number:04}"), id=f"m{number}") for number in range(30)]
    await write_to(mailbox.port).send(parcels)
    assert len(mailbox.mails) == 1


async def test_mails_at_the_same_time_do_not_mix(mailbox, write_to):
    channel = write_to(mailbox.port)
    receipts = await asyncio.gather(*(channel.send([parcel(late(), id=f"m{number}")]) for number in range(5)))
    assert {receipt.result for receipt in receipts} == {Result.DELIVERED}
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 5


# The letter


def arrived(alert, envelope=LETTER):
    raw = letter(alert, envelope).as_bytes()
    assert raw.isascii()
    return BytesParser(policy=policy.SMTP).parsebytes(raw)


def parts(mail):
    return [mail.get_body([kind]).get_content() for kind in ("plain", "html")]


def test_a_letter_says_all_of_the_alert_in_text_and_in_html():
    mail = arrived(FULL)
    assert mail["Subject"] == FULL.headline
    assert (mail["To"], mail["Auto-Submitted"]) == ("a@example.test, b@example.test", "auto-generated")
    assert mail["Importance"] == "high"
    for text in parts(mail):
        assert all(value in text for _, value in FULL.facts)
        assert all(said in text for said in (FULL.headline, *FULL.lines, FULL.footer))
        assert all(action.url in text for action in FULL.actions)


def test_what_the_outside_said_is_escaped_in_html():
    odd = replace(FULL, headline=EVIL, facts=((EVIL, EVIL),), lines=(EVIL,), footer=EVIL)
    _, html = parts(arrived(odd))
    assert "<script" not in html
    assert "<at" not in html


def test_a_subject_has_no_line_break_and_adds_no_header():
    mail = arrived(replace(FULL, headline="逾期\r\nBcc: x@y.test\r\n\r\n<script>"))
    assert mail["Bcc"] is None
    assert mail["Subject"] == "逾期 Bcc: x@y.test <script>"


def test_a_quiet_message_is_not_marked_important():
    assert arrived(replace(FULL, urgent=False))["Importance"] is None


@settings(deadline=None, max_examples=40)
@given(alert=ALERTS)
def test_whatever_is_told_becomes_a_letter_of_lines_that_every_server_takes(alert):
    raw = letter(alert, LETTER).as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    mail = BytesParser(policy=policy.SMTP).parsebytes(raw)
    assert len(mail["Subject"] or "") <= SUBJECT
    assert mail["Bcc"] is None
