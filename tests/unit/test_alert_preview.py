"""`piaoda alerts preview`: every kind of message, for every tool, and nothing leaves the house."""

import asyncio
import json
import re
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from app.channels.channel import Destination
from app.channels.registry import CHANNELS
from app.cli.alerts import app
from app.cli.preview import Nowhere, of_every_kind, preview
from app.cli.samples import samples
from app.domain.errors import ConfigurationError, EgressError

CHATS = [name for name, kind in CHANNELS.items() if kind.chat]
NAMES = [sample.name for sample in samples()]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, ["preview", *words])


@pytest.fixture(scope="module")
def told():
    return json.loads(CliRunner().invoke(app, ["preview", "--json"]).stdout)


def test_every_sample_is_shown_to_every_kind_of_chat(told):
    assert [each["name"] for each in told] == NAMES
    assert all(list(each["documents"]) == CHATS for each in told)


@pytest.mark.parametrize("kind", [name for name in CHATS if CHANNELS[name].hosts and name != "sms"])
def test_what_a_tool_would_be_posted_holds_line_1(told, kind):
    for each in told:
        posted = json.dumps(each["documents"][kind], ensure_ascii=False)
        assert each["alert"]["headline"].split(" | ")[0] in posted


def test_a_text_message_says_how_grave_how_many_and_which(told):
    (posted,) = told[NAMES.index("outage")]["documents"]["sms"]
    assert json.loads(posted["TemplateParam"]) == {"severity": "严重", "count": "10000", "code": "000003"}


def test_no_credential_is_shown_that_a_driver_asks_for_a_token_with(told):
    assert all("secret" not in json.dumps(each["documents"]["wecom_app"]) for each in told)


def test_what_speaks_past_our_egress_is_never_tried(told, monkeypatch):
    monkeypatch.setitem(CHANNELS, "apprise", replace(CHANNELS["apprise"], make=explode))
    assert not asyncio.run(preview(samples()[0], [Destination("ntfy", "apprise")], "zh")).documents["ntfy"]


def explode(*_):
    raise AssertionError("this would have sent")


def test_the_terminal_shows_line_1_of_every_sample(run):
    shown = run("--language", "en").stdout
    assert all(name in shown for name in NAMES)
    assert "🚨 Tax system cannot be asked" in shown


def test_the_page_stands_alone(run, tmp_path):
    assert run("--html", "alerts.html", "--language", "both").exit_code == 0
    page = (tmp_path / "alerts.html").read_text("utf-8")
    assert "税务系统查不了 · Tax system cannot be asked" in page
    assert all(f'id="{name}"' in page for name in NAMES)
    assert not re.search(r"<(script|img|link|iframe)|@import|url\(", page)


def test_a_kind_of_chat_can_be_chosen_by_itself(run):
    told = json.loads(run("--destination", "slack", "--json").stdout)
    assert all(list(each["documents"]) == ["slack"] for each in told)


def test_an_own_destination_is_shown_with_its_language_and_its_allowed_fields(run, tmp_path):
    (tmp_path / "piaoda.yaml").write_text(
        "destinations:\n  finance:\n    kind: slack\n    url: https://hooks.slack.com/services/T0/B0/secret\n"
        "    language: en\n    fields: [invoices.number, incident.cause]\n",
        "utf-8",
    )
    ran = run("--destination", "finance", "--json")
    first = json.loads(ran.stdout)[0]
    assert first["alert"]["headline"].startswith("🔴 Invoice overdue | invoice 2544…8421")
    assert "北京示例科技有限公司" not in json.dumps(first["alert"], ensure_ascii=False)
    assert "B0/secret" not in ran.stdout


def test_a_destination_that_is_nowhere_is_refused_with_the_kinds_there_are(run):
    refused = run("--destination", "pager").exception
    assert isinstance(refused, ConfigurationError)
    assert ", ".join(CHATS) in str(refused)


def test_a_language_we_do_not_speak_is_refused(run):
    assert run("--language", "fr").exit_code == 2


async def test_no_line_is_opened_not_even_for_mail():
    with pytest.raises(EgressError):
        await Nowhere().connect("mail.example.com", 465)


def test_a_destination_that_cannot_be_made_shows_the_alert_alone():
    broken = Destination("mail", "slack_app", credentials={})
    shown = asyncio.run(preview(samples()[0], [broken], "zh"))
    assert shown.alert.headline
    assert not shown.documents["mail"]


def test_there_is_a_made_up_destination_of_every_kind():
    assert [to.kind for to in of_every_kind()] == CHATS
