"""Settings of alerts: destinations by what their kind declares, the policy, people, announced silences, the secret."""

# ruff: noqa: E501 - the tables of faults are read across, one fault a line

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from app.channels.channel import Kind
from app.channels.registry import CHANNELS
from app.domain.alerting_policy import AlertPolicy, Level, OutagePolicy
from app.domain.errors import ConfigurationError
from app.domain.hours import Hours, weekdays
from app.domain.identity import Kind as InvoiceKind
from app.domain.incident import Trouble
from app.settings import load, secret_of
from app.settings.workdays import china, every_day

SYNTHETIC = {
    "post": Kind(
        CHANNELS["slack"].make,
        url="none",
        credentials={"password": "of the mail account"},
        optional={"user": "if it is another"},
        options={"host": "the mail server", "port": "465 or 587"},
        to="mail addresses",
    ),
    "bot": Kind(
        CHANNELS["slack"].make, url="optional", hosts=("api.bot.example", "*.bot.example"), credentials={"token": ""}
    ),
    "mute": Kind(CHANNELS["slack"].make, hosts=("hooks.mute.example",), confirms=False),
}
CHAT = "{kind: slack, url: 'https://hooks.slack.com/x'%s}"
HOOK = "{kind: webhook, url: 'https://x.cn', secrets: [whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=]}"
CHATS = f"destinations: {{a: {CHAT % ''}, b: {CHAT % ', mentions: [U1]'}, w: {HOOK}, t: {{kind: mute, url: 'https://hooks.mute.example/x'}}}}\n"


@pytest.fixture
def given(tmp_path):
    def load_text(text, **environ):
        (tmp_path / "piaoda.yaml").write_text(text, encoding="utf-8")
        return load(environ, tmp_path, known_channels={**CHANNELS, **SYNTHETIC})

    return load_text


@pytest.fixture
def refused(given):
    def refuse(text, **environ):
        with pytest.raises(ConfigurationError) as caught:
            given(text, **environ)
        return str(caught.value).splitlines()[1:]

    return refuse


# --- what is right


def test_a_destination_carries_all_that_its_kind_asks_for(given):
    text = """
people: {li: {email: li@example.com}}
destinations:
  d:
    kind: post
    credentials: {password: {env: MAIL}, user: piaoda}
    to: [li@example.com, wang@example.com]
    options: {host: smtp.example.com, port: "465"}
    person: li
    fields: [invoice.number, incident]
    kinds: [digital_special]
    labels: {region/part: 华北}
    ordered: true
    latest_only: true
    rate: 2.5
    concurrency: 3
"""
    settings = given(text, MAIL="hidden").config.destinations["d"]
    destination = settings.destination("d")
    assert destination.credentials == {"password": "hidden", "user": "piaoda"}
    assert (destination.url, destination.to) == ("", ("li@example.com", "wang@example.com"))
    assert destination.options == {"host": "smtp.example.com", "port": "465"}
    assert (destination.person, destination.fields, destination.form) == (
        "li",
        ("invoice.number", "incident"),
        "standard",
    )
    assert (settings.kinds, settings.labels) == ((InvoiceKind.DIGITAL_SPECIAL,), {"region/part": "华北"})
    assert (settings.ordered, settings.latest_only, settings.rate, settings.concurrency) == (True, True, 2.5, 3)
    assert "hidden" not in f"{settings!r} {destination!r}"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", ""),
        (", url: 'https://api.bot.example/v2'", "https://api.bot.example/v2"),
        (", url: 'https://cn.bot.example/v2'", "https://cn.bot.example/v2"),
        (", url: 'http://127.0.0.1:9/v2'", "http://127.0.0.1:9/v2"),
    ],
)
def test_an_optional_address_is_the_tools_own_or_one_that_egress_opens(given, url, expected):
    text = f"egress: {{allow: ['127.0.0.1:9']}}\ndestinations: {{d: {{kind: bot, credentials: {{token: t}}{url}}}}}"
    assert given(text).config.destinations["d"].destination("d").url == expected


def test_nothing_written_about_alerts_is_the_domains_policy_with_chinas_calendar(given):
    policy = given(CHATS).config.alerts.value
    assert policy.hours.calendar is china
    assert replace(policy, hours=Hours()) == AlertPolicy()
    assert (policy.levels, policy.acknowledge_for) == ((Level(),), timedelta(hours=4))


def test_a_policy_is_read_as_it_is_written(given):
    text = """
alerts:
  levels:
    - {after: 0s, to: [a]}
    - {after: 30m, to: [a, b], mention: true, when: working_hours, at_least: 5, minimum_amount: "10000.00"}
  group_by: [account, seller, region]
  region_label: province
  gather: 1m
  update_every: 5m
  remind_after: [2h]
  acknowledge_for: 8h
  hours: {opens: "08:30", closes: "17:30", zone: Asia/Urumqi, calendar: every_day}
  outage: {patience: 1m, share: 0.5, at_least: 10, within: 5m, steady: 2m, drain: 15m}
  mute_causes: [abnormal]
"""
    expected = AlertPolicy(
        levels=(
            Level(to=("a",)),
            Level(timedelta(minutes=30), ("a", "b"), True, "working_hours", 5, Decimal("10000.00")),
        ),
        group_by=frozenset({"account", "seller", "region"}),
        region_label="province",
        gather=timedelta(minutes=1),
        update_every=timedelta(minutes=5),
        remind_after=(timedelta(hours=2),),
        acknowledge_for=timedelta(hours=8),
        hours=Hours(time(8, 30), time(17, 30), "Asia/Urumqi", every_day),
        outage=OutagePolicy(*(timedelta(minutes=1), 0.5, 10), *(timedelta(minutes=n) for n in (5, 2, 15))),
        mute_causes=frozenset({Trouble.ABNORMAL}),
    )
    assert given(CHATS + text).config.alerts.value == expected


def test_the_calendar_may_be_of_plain_weekdays(given):
    assert given("alerts: {hours: {calendar: weekdays}}").config.alerts.value.hours.calendar is weekdays


def test_a_tool_that_never_confirms_may_stand_beside_one_that_does(given):
    assert given(CHATS + "alerts: {levels: [{to: [t, a]}]}").config.alerts.levels[0].to == ("t", "a")


def test_people_may_do_everything_unless_told_otherwise(given):
    people = given("people: {li: {slack: U012AB3CD, wecom: lifang}, wang: {wecom: wangw, may: [check]}}").config.people
    assert people["li"].may == ("acknowledge", "silence", "check")
    assert (people["wang"].may, people["wang"].wecom) == (("check",), "wangw")


def test_silences_and_maintenance_are_read_with_their_offset(given):
    span = "starts_at: 2026-12-01T22:00:00+08:00, ends_at: 2026-12-02T06:00:00+08:00, reason: moving"
    config = given(
        f"accounts: {{n: {{adapter: nuonuo, credentials: {{app_key: k, app_secret: s}}}}}}\n{CHATS}"
        f"silences: [{{matchers: {{cause: [outage], account: [n], endpoint: [w]}}, {span}}}]\n"
        f"maintenance: [{{accounts: [n], pause_deadlines: true, {span}}}]"
    ).config
    (silence,), (window,) = config.silences, config.maintenance
    assert silence.matchers.value == {"cause": ["outage"], "account": ["n"], "endpoint": ["w"]}
    assert silence.starts_at == window.starts_at == datetime(2026, 12, 1, 14, tzinfo=UTC)
    assert (window.accounts, window.pause_deadlines, window.reason) == (("n",), True, "moving")


EVERY_KIND = {
    "webhook": "url: 'https://x.cn', secrets: [whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=], form: cloudevents, options: {source: /books}",
    "slack": "url: 'https://hooks.slack.com/x'",
    "slack_app": "credentials: {token: xoxb-synthetic}, to: [C0123456789]",
    "wecom": "url: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=synthetic'",
    "wecom_app": "credentials: {corp_id: ww0, secret: synthetic, agent_id: '1000002'}, to: ['user:lifang']",
    "dingtalk": "url: 'https://oapi.dingtalk.com/robot/send?access_token=synthetic', credentials: {secret: SECsynthetic}",
    "feishu": "url: 'https://open.larksuite.com/open-apis/bot/v2/hook/synthetic'",
    "teams": "url: 'https://prod-1.westus.logic.azure.com/workflows/synthetic'",
    "email": "to: [li@example.com], options: {host: smtp.example.com, port: '587', from: piaoda@example.com}",
    "sms": "credentials: {access_key_id: synthetic, access_key_secret: synthetic}, to: ['13800000000'], options: {sign_name: 票达, template: SMS_0}",
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(CHANNELS.keys() - {"apprise"}))  # its extra is not always installed
def test_every_kind_of_destination_can_be_written(given, kind):
    other = f"other: {CHAT % ''}"  # beside a tool that confirms nothing
    config = given(f"destinations: {{d: {{kind: {kind}, {EVERY_KIND[kind]}}}, {other}}}").config
    assert config.destinations["d"].destination("d").kind == kind


def test_an_egress_proxy_is_written_as_an_origin(given):
    assert given("egress: {proxy: 'http://10.0.0.9:3128'}").config.egress.proxy == "http://10.0.0.9:3128"
    assert given("").config.egress.proxy is None


# --- what is wrong


@pytest.mark.parametrize(
    ("body", "what", "hint"),
    [
        ("kind: email, to: [li@example.com], options: {from: p@example.com}", "options.host is missing", "options.host: the mail server"),
        ("kind: email, to: [Li <li@example.com>], options: {host: h.example.com, from: p@example.com}", "name@host", "to: mail addresses"),
        ("kind: wecom_app, credentials: {corp_id: w, secret: hidden, agent_id: '1'}, to: [lifang]", "user:", "party:2"),
        ("kind: apprise, credentials: {service: 'ntfys://hidden'}", "past the guard", "options.unguarded: yes"),
        ("kind: webhook, url: 'https://x.cn', secrets: [whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=], headers: {Host: hidden}", "", ""),
    ],
)  # fmt: skip
def test_what_only_the_channel_knows_is_told_at_the_start(refused, body, what, hint):
    (line,) = refused(f"destinations: {{d: {{{body}}}, other: {CHAT % ''}}}")
    said, _, hinted = line.partition(" (hint: ")
    assert ": destinations.d: " in said
    assert what in said
    assert hint in hinted
    assert "hidden" not in line


@pytest.mark.parametrize(
    "proxy", ["https://p.example:3128", "http://p.example/x", "p.example:3128", "http://u:hidden@p:1"]
)
def test_an_egress_proxy_that_is_none_is_refused(refused, proxy):
    (line,) = refused(f"egress: {{proxy: '{proxy}'}}")
    assert ": egress.proxy: " in line
    assert "hidden" not in line


DESTINATION_FAULTS = [
    ("{kind: slack}", "url", "is missing", "https://hooks.slack.com/…, or {env: NAME}"),
    ("{kind: post, url: 'https://x.cn/hidden', credentials: {password: p}, to: [a]}", "url", "not used by this kind", "take the key away"),
    ("{kind: bot, url: 'https://bot.example.evil.cn/hidden', credentials: {token: t}}", "url", "foreign host", "https://api.bot.example/"),
    ("{kind: bot}", "credentials", "lacks token", "add token: {env: NAME}"),
    ("{kind: bot, credentials: {tokn: hidden}}", "credentials", "lacks token", "did you mean token?"),
    ("{kind: bot, credentials: {token: t, pin: hidden}}", "credentials.pin", "is no credential of bot", "one of: token"),
    ("{kind: slack, url: 'https://hooks.slack.com/x', credentials: {token: hidden}}", "credentials.token", "is no credential of slack", "none are defined"),
    ("{kind: post, credentials: {password: p}}", "to", "who shall be told", "mail addresses"),
    ("{kind: post, credentials: {password: p}, to: ['']}", "to", "who shall be told", "mail addresses"),
    ("{kind: slack, url: 'https://hooks.slack.com/x', to: [a]}", "to", "is not used by slack", "its url"),
    ("{kind: post, credentials: {password: p}, to: [a], options: {hots: x}}", "options.hots", "is no option of post", "did you mean host?"),
    ("{kind: post, credentials: {password: p}, to: [a], options: {port: 465}}", "options.port", "must be text", "in quotes"),
    ("{kind: slack, url: 'https://hooks.slack.com/x', form: cloudevents}", "form", "for webhooks alone", "take the key away"),
    ("{kind: slack, url: 'https://hooks.slack.com/x', form: cloud}", "form", "allowed values", "did you mean cloudevents?"),
    ("{kind: slack, url: 'https://hooks.slack.com/x', person: li}", "person", "names nobody", "one of: wang"),
    ("{kind: slack, url: 'https://hooks.slack.com/x', fields: ['invoice.*']}", "fields[0]", "not the path of a field", "invoice.number"),
    ("{kind: slack, url: 'https://hooks.slack.com/x', kinds: [vat_specal]}", "kinds[0]", "allowed values", "did you mean vat_special?"),
    ("{kind: slack, url: 'https://hooks.slack.com/x', labels: {'a b': c}}", "labels.a b", "not the name of a label", "slash"),
    ("{kind: slack, url: 'https://hooks.slack.com/x', ordered: 1}", "ordered", "true or false", "without quotes"),
]  # fmt: skip

ALERT_FAULTS = [
    ("alerts: {levels: []}", "alerts.levels", "nobody would be told", "at least one level"),
    ("alerts: {levels: [{after: 1h}, {after: 30m}]}", "alerts.levels", "must ascend", "0s, then 30m"),
    ("alerts: {levels: [{after: 1h}, {after: 1h}]}", "alerts.levels", "must ascend", "0s, then 30m"),
    ("alerts: {levels: [{to: [finance]}]}", "alerts.levels[0].to[0]", "names no destination", "one of: a, b, t, w"),
    ("alerts: {levels: [{to: [a, w]}]}", "alerts.levels[0].to[1]", "is not a chat", "name a chat"),
    ("alerts: {levels: [{to: [a]}, {after: 1h, to: [t]}]}", "alerts.levels[1].to", "mute never says whether anybody sees", "another kind"),
    ("alerts: {levels: [{to: [a], mention: true}]}", "alerts.levels[0].mention", "calls nobody by name", "destinations.a.mentions"),
    ("alerts: {levels: [{when: nights}]}", "alerts.levels[0].when", "allowed values", "always, working_hours"),
    ("alerts: {group_by: [buyer]}", "alerts.group_by[0]", "allowed values", "account"),
    ("alerts: {remind_after: [4h, 1h]}", "alerts.remind_after", "must ascend", "30s"),
    ("alerts: {hours: {opens: '18:00'}}", "alerts.hours.closes", "later than opens", "09:00"),
    ("alerts: {hours: {zone: Asia/Beijing}}", "alerts.hours.zone", "not a time zone", "Asia/Shanghai"),
    ("alerts: {hours: {zone: ../secret}}", "alerts.hours.zone", "not a time zone", "Asia/Shanghai"),
    ("alerts: {hours: {calendar: chinese}}", "alerts.hours.calendar", "allowed values", "did you mean china?"),
    ("alerts: {mute_causes: [late]}", "alerts.mute_causes[0]", "allowed values", "deadline"),
    ("people: {li: {slack: '@li'}}", "people.li.slack", "not a member of Slack", "U012AB3CD"),
    ("people: {li: {wecom: ' '}}", "people.li.wecom", "not a userid", "lifang"),
    ("people: {li: {email: 'a b@example.com'}}", "people.li.email", "not a mail address", "li@example.com"),
    ("people: {li: {may: [void]}}", "people.li.may[0]", "allowed values", "acknowledge"),
    ("people: {li: {wecom: one}, wang: {wecom: one}}", "people.wang.wecom", "somebody else's too", "one entry"),
    ("silences: [{matchers: {}, starts_at: 2026-12-01T22:00:00Z, ends_at: 2026-12-02T22:00:00Z, reason: r}]", "silences[0].matchers", "everything would be silent", "cause"),
    ("silences: [{matchers: {account: [x]}, starts_at: 2026-12-01T22:00:00Z, ends_at: 2026-12-02T22:00:00Z, reason: r}]", "silences[0].matchers.account[0]", "names no account", "none"),
    ("maintenance: [{starts_at: 2026-12-01T22:00:00, ends_at: 2026-12-02T22:00:00Z, reason: r}]", "maintenance[0].starts_at", "must carry its offset", "+08:00"),
    ("maintenance: [{starts_at: 2026-12-01T22:00:00Z, ends_at: soon, reason: r}]", "maintenance[0].ends_at", "not an instant", "+08:00"),
    ("maintenance: [{starts_at: 2026-12-01T22:00:00Z, ends_at: 2026-12-01T22:00:00Z, reason: r}]", "maintenance[0].ends_at", "later than starts_at", "2026"),
    ("maintenance: [{starts_at: 2026-12-01T22:00:00Z, ends_at: 2026-12-01T23:00:00Z, reason: ' '}]", "maintenance[0].reason", "is empty", "why"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "key", "what", "hint"), DESTINATION_FAULTS)
def test_a_destination_that_does_not_fit_its_kind_is_told_with_key_and_hint(refused, body, key, what, hint):
    (line,) = refused(f"people: {{wang: {{wecom: wang}}}}\ndestinations: {{d: {body}}}")
    said, _, hinted = line.partition(" (hint: ")
    assert f": destinations.d.{key}: " in said
    assert what in said
    assert hint in hinted
    assert "hidden" not in line


@pytest.mark.parametrize(("text", "key", "what", "hint"), ALERT_FAULTS)
def test_a_wrong_alert_setting_is_told_with_key_and_hint(refused, text, key, what, hint):
    (line,) = refused(CHATS + text)
    said, _, hinted = line.partition(" (hint: ")
    assert f": {key}: " in said
    assert what in said
    assert hint in hinted


def test_a_tool_that_never_confirms_is_not_the_only_one_even_where_no_level_is_written(refused):
    (line,) = refused("destinations: {t: {kind: mute, url: 'https://hooks.mute.example/x'}}")
    assert "alerts.levels[0].to: would tell nobody for certain: mute never says whether anybody sees a message" in line


def test_a_destination_of_an_unknown_kind_hides_no_other_fault_and_makes_none(refused):
    lines = refused("destinations: {d: {kind: slak, url: 'https://x.cn'}}\nalerts: {levels: [{gone: 1}]}")
    assert [line.split(": ")[1] for line in lines] == ["destinations.d.kind", "alerts.levels[0].gone"]


# --- the secret and the public address


def test_a_given_secret_is_the_secret(given):
    assert secret_of(given("", PIAODA_SECRET="s" * 32)) == b"s" * 32


def test_without_a_secret_a_shared_database_has_none(given, tmp_path):
    assert secret_of(given("", PIAODA_DATABASE_URL="postgresql://h/d")) is None
    assert not (tmp_path / ".piaoda").exists()


def test_the_embedded_default_makes_a_secret_once_and_keeps_it_to_its_owner(given, tmp_path):
    made = secret_of(given(""))
    assert len(made) >= 32
    assert secret_of(given("")) == made
    kept = tmp_path / ".piaoda" / "secret"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert list(kept.parent.iterdir()) == [kept]


def test_of_many_processes_that_start_at_once_all_have_the_same_secret(given):
    settings = given("")
    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(secret_of, [settings] * 64))) == 1


@pytest.mark.parametrize("kept", [b"", b"short", b" " * 40])
def test_a_secret_that_was_damaged_is_never_made_anew(given, tmp_path, kept):
    """All that was sealed with the old one would be lost without a word."""
    (tmp_path / ".piaoda").mkdir()
    (tmp_path / ".piaoda" / "secret").write_bytes(kept)
    with pytest.raises(ConfigurationError, match="bring back the old file"):
        secret_of(given(""))


def test_a_secret_that_cannot_be_kept_stops_the_start(given, tmp_path):
    (tmp_path / ".piaoda").write_text("a file where the folder should be")
    with pytest.raises(ConfigurationError, match="PIAODA_SECRET"):
        secret_of(given(""))


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://Piaoda.Example.com/", "https://piaoda.example.com"),
        ("http://10.0.0.1:8000", "http://10.0.0.1:8000"),
        ("https://票达.example", "https://xn--mjzl17b.example"),
    ],
)
def test_the_public_address_is_kept_as_an_origin(given, url, kept):
    assert given("", PIAODA_PUBLIC_URL=url).public_url == kept


@pytest.mark.parametrize(
    ("environ", "said", "hint"),
    [
        ({"PIAODA_SECRET": "hidden" * 5}, "PIAODA_SECRET: is shorter than 32 characters", "openssl rand"),
        ({"PIAODA_PUBLIC_URL": "piaoda.example.com"}, "PIAODA_PUBLIC_URL: cannot be called", "https://"),
        ({"PIAODA_PUBLIC_URL": "https://u:hidden@piaoda.example.com"}, "PIAODA_PUBLIC_URL: cannot be", "https://"),
        ({"PIAODA_PUBLIC_URL": "https://piaoda.example.com/console"}, "PIAODA_PUBLIC_URL: has more than", "https://"),
        ({"PIAODA_PUBLIC_URL": "https://piaoda.example.com?a=hidden"}, "PIAODA_PUBLIC_URL: has more than", "https://"),
        ({"PIAODA_PUBLIC_URL": "https://piaoda.example.com#hidden"}, "PIAODA_PUBLIC_URL: has more than", "https://"),
    ],
)
def test_a_wrong_secret_or_address_is_told_without_repeating_it(refused, environ, said, hint):
    (line,) = refused("", **environ)
    assert line.startswith(f"environment: {said}")
    assert hint in line
    assert "hidden" not in line
