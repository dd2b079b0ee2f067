"""`piaoda doctor` about destinations and the calendar: a line each, on real sockets, and no message is sent."""

import asyncio
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cli import destination, doctor
from app.clock import DatabaseClock
from app.egress import Allowed, Egress
from app.settings import load
from app.settings.alerts import HoursSettings
from app.settings.workdays import known_until

CERTIFICATE = Path(__file__).parent / "data" / "receiver.test.pem"
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
HOOK = "{kind: webhook, secrets: [%s], url: 'https://%s/SECRET'}"
MAIL = "{kind: email, to: [li@example.com], options: {host: receiver.test, from: p@example.com, port: '%s'}}"

SMS = (
    "{kind: sms, credentials: {access_key_id: k, access_key_secret: s}, to: ['13800000000'], "
    "options: {sign_name: n, template: SMS_0}}"
)


@pytest.fixture
async def receiver():
    """Speaks TLS on `port`; `heard` is what was said to it."""
    heard = []

    async def listen(reader, writer):
        with suppress(ConnectionError):
            heard.append(await reader.read(4096))
        writer.transport.abort()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=context)
    server.port, server.heard = server.sockets[0].getsockname()[1], heard
    yield server
    server.close()


@pytest.fixture
async def looked_at(tmp_path):
    """The findings about the destination `d`; every name leads to this machine; `allow` opens it."""
    opened = []

    async def look(body, allow=("127.0.0.1",)):
        (tmp_path / "piaoda.yaml").write_text(f"destinations: {{d: {body}}}", encoding="utf-8")
        settings = load({}, tmp_path).config.destinations["d"]
        opened.append(
            Egress(
                resolver=resolve, allow=[Allowed.parse(rule) for rule in allow],
                tls=ssl.create_default_context(cafile=CERTIFICATE),
            )
        )  # fmt: skip
        return await destination.findings("d", settings, opened[-1])

    async def resolve(host, port):
        return ["127.0.0.1"]

    yield look
    for egress in opened:
        await egress.close()


async def test_a_destination_that_can_be_reached_is_told_without_a_word_to_it(receiver, looked_at):
    configuration, way = await looked_at(HOOK % (SECRET, f"receiver.test:{receiver.port}"))
    assert (configuration.what, configuration.says) == (
        "destination d, configuration",
        "webhook, zh, hears every event",
    )
    assert (way.ok, way.do) == (True, "")
    assert "the certificate is good" in way.says
    assert "SECRET" not in f"{configuration}{way}"
    assert b"".join(receiver.heard) == b""


@pytest.mark.parametrize(
    ("host", "allow", "do"),
    [
        ("other.test", ["127.0.0.1"], "the certificate is not one we trust"),
        ("receiver.test", ["127.0.0.2"], "open it under egress: allow:"),
    ],
)
async def test_the_step_that_fails_says_what_to_do(receiver, looked_at, host, allow, do):
    _, way = await looked_at(HOOK % (SECRET, f"{host}:{receiver.port}"), allow)
    assert way.ok is False
    assert do in way.do
    assert "SECRET" not in str(way)


async def test_a_mail_server_is_looked_at_as_far_as_its_port_tells(receiver, looked_at):
    configuration, way = await looked_at(MAIL % receiver.port)
    assert "email, zh, to 1 receiver, hears incidents" in configuration.says
    assert (way.ok, "STARTTLS is not tried" in way.says) == (True, True)


async def test_a_mail_server_that_speaks_tls_at_once_shows_its_certificate(receiver, looked_at, monkeypatch):
    monkeypatch.setattr(destination, "IMPLICIT_TLS", receiver.port)
    _, good = await looked_at(MAIL % receiver.port)
    _, bad = await looked_at((MAIL % receiver.port).replace("receiver.test", "other.test"))
    assert (good.ok, "the certificate is good" in good.says) == (True, True)
    assert (bad.ok, "certificate" in bad.do) == (False, True)


async def test_a_tool_without_an_address_of_its_own_is_not_looked_at(looked_at):
    _, way = await looked_at(SMS)
    assert way.ok is None


def test_the_calendar_is_known_until_its_last_announcement():
    end = known_until()
    known = doctor._calendar(HoursSettings(), DatabaseClock(datetime(end.year, 6, 1, tzinfo=UTC)))
    unknown = doctor._calendar(HoursSettings(), DatabaseClock(datetime(end.year + 1, 6, 1, tzinfo=UTC)))
    other = doctor._calendar(HoursSettings(calendar="every_day"), DatabaseClock(datetime(2199, 6, 1, tzinfo=UTC)))
    assert (known.ok, known.do, str(end) in known.says) == (True, "", True)
    assert f"the holidays of {end.year + 1} are not known" in unknown.says
    assert "chinesecalendar" in unknown.do
    assert other.do == ""
