"""Settings: a right file is read as it is meant; a wrong one stops the start and says where, what, what instead."""

# ruff: noqa: E501 - the tables of faults are read across, one fault a line

from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from app.clock import Scale
from app.domain.alerting_policy import OutagePolicy
from app.domain.breaker import BreakerPolicy
from app.domain.deadline import Deadline, Deadlines
from app.domain.errors import ConfigurationError
from app.domain.identity import Kind
from app.domain.invoice import Family
from app.domain.plan import CHANNEL_LADDER, PROOF_DAILY_AT, Budget, Rechecks
from app.settings import Configuration, Settings, load, reference
from app.settings.process import Process, variable
from app.tax.adapter import ANY_NAME
from app.tax.registry import ADAPTERS

EXAMPLE = Path(__file__).parents[2] / "examples" / "piaoda.yaml"
WEBHOOK_SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=synthetic"
SECRETS = {
    "NUONUO_APP_SECRET": "nuonuo-hidden",
    "BAIDU_API_KEY": "baidu-hidden",
    "BAIDU_SECRET_KEY": "baidu-hidden",
    "ERP_WEBHOOK_SECRET": WEBHOOK_SECRET,
}
NUONUO = "{adapter: nuonuo, credentials: {app_key: k, app_secret: s}"
KEYS = "{api_key: k, secret_key: s}"
BAIDU = "{adapter: baidu, credentials: {api_key: k, secret_key: s}"


@pytest.fixture
def given(tmp_path):
    """Loads `text` as piaoda.yaml, beside an environment."""

    def load_text(text: str, **environ: str) -> Settings:
        (tmp_path / "piaoda.yaml").write_text(text, encoding="utf-8")
        return load(environ, tmp_path)

    return load_text


@pytest.fixture
def refused(given):
    """The lines of the refusal, without its heading."""

    def refuse(text: str, **environ: str) -> list[str]:
        with pytest.raises(ConfigurationError) as caught:
            given(text, **environ)
        return str(caught.value).splitlines()[1:]

    return refuse


@pytest.fixture
def example(tmp_path):
    copy(EXAMPLE, tmp_path / "piaoda.yaml")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "wecom").write_text(WECOM + "\n", encoding="utf-8")
    return load(SECRETS, tmp_path)


# --- what is right


def test_nothing_given_means_every_default(tmp_path):
    settings = load({}, tmp_path)
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert not settings.database_url
    assert settings.bootstrap_key is None
    assert settings.data_dir == tmp_path / ".piaoda"
    assert (settings.log_level, settings.language, settings.console_access) == ("info", "zh", "key")
    assert settings.scale == Scale()
    assert settings.config == Configuration()


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "accounts:\ndestinations:\n"])
def test_an_empty_file_and_empty_sections_mean_every_default(given, text):
    assert given(text).config == Configuration()


def test_the_defaults_are_the_domains_own():
    config = Configuration()
    assert config.budget.value == Budget()
    assert config.deadlines.value == Deadlines()
    assert config.rechecks.value == Rechecks()
    assert config.breaker.value == BreakerPolicy()
    assert config.alerts.outage.value == OutagePolicy()


def test_the_example_file_loads(example):
    config = example.config
    assert config.default_account == "nuonuo-main"
    assert config.accounts["nuonuo-main"].proof == "baidu-main"
    assert config.accounts["nuonuo-main"].limits.batch == 50
    assert config.destinations["finance"].gather == timedelta(seconds=30)
    assert config.destinations["erp"].minimum_amount == Decimal("1000.00")
    assert config.limits.body_bytes == 1024**2
    assert config.delivery.ladder[-1] == timedelta(hours=24)
    assert sum(config.delivery.ladder, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)


def test_the_example_file_shows_every_knob():
    text = EXAMPLE.read_text(encoding="utf-8")
    assert [name for name in knobs(Configuration) if f"{name}:" not in text] == []


def knobs(section: type[BaseModel]) -> set[str]:
    found: set[str] = set()
    for name, field in section.model_fields.items():
        found |= {name, *(knob for inner in sections_in(field.annotation) for knob in knobs(inner))}
    return found


def sections_in(kind: Any) -> list[type[BaseModel]]:
    if isinstance(kind, type):
        return [kind] if issubclass(kind, BaseModel) else []
    return [section for argument in getattr(kind, "__args__", ()) for section in sections_in(argument)]


def test_secrets_are_masked_wherever_settings_are_shown(example):
    shown = f"{example!r} {example} {example.config.accounts!r} {example.config.accounts['nuonuo-main'].account('n')}"
    for secret in (*SECRETS.values(), "synthetic"):
        assert secret not in shown


def test_an_account_leaves_its_masks_for_the_adapter(example):
    account = example.config.accounts["nuonuo-main"].account("nuonuo-main")
    assert account.credentials == {"app_key": "demo", "app_secret": "nuonuo-hidden"}
    assert (account.name, account.timeout) == ("nuonuo-main", 15.0)


def test_a_destination_leaves_its_masks_for_the_channel(example):
    finance, erp = (example.config.destinations[name].destination(name) for name in ("finance", "erp"))
    assert (finance.kind, finance.url) == ("wecom", WECOM)
    assert (erp.secrets, dict(erp.headers)) == ((WEBHOOK_SECRET,), {"X-Tenant": "demo"})


def test_one_table_of_credentials_is_one_generation(given):
    account = given(f"accounts: {{a: {BAIDU}}}}}").config.accounts["a"]
    assert list(account.generations("a")) == [(account.account("a"), None)]


def test_two_generations_stand_newest_first_and_their_end_never_reaches_the_adapter(given):
    new, old = "{api_key: k2, secret_key: s2, expires_at: 2027-01-31}", "{api_key: k1, secret_key: s1}"
    account = given(f"accounts: {{a: {{adapter: baidu, credentials: [{new}, {old}]}}}}").config.accounts["a"]
    (newest, end), (older, unknown) = account.generations("a")

    assert (newest.credentials, older.credentials) == (
        {"api_key": "k2", "secret_key": "s2"},
        {"api_key": "k1", "secret_key": "s1"},
    )
    assert (end, unknown, account.expires_at) == (datetime(2027, 1, 30, 16, tzinfo=UTC), None, end)
    assert newest.token_key != older.token_key
    assert newest == account.account("a")


def test_credentials_may_end_at_an_instant(given):
    text = "accounts: {a: {adapter: baidu, credentials: {api_key: k, secret_key: s, expires_at: 2027-01-31T18:00:00+08:00}}}"
    assert given(text).config.accounts["a"].expires_at == datetime(2027, 1, 31, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("claims", "end"),
    [
        (b'{"exp": 1801324800}', datetime(2027, 1, 30, 16, tzinfo=UTC)),
        (b'{"exp": "soon"}', None),
        (b'{"exp": 1e300}', None),
        (b"[1]", None),
        (b"{", None),
    ],
)
def test_a_token_among_the_credentials_tells_its_own_end(given, claims, end):
    token = f"e30.{urlsafe_b64encode(claims).decode().rstrip('=')}.c2ln"
    text = f"accounts: {{a: {{adapter: baidu, credentials: {{api_key: k.e.y, secret_key: {token}}}}}}}"
    assert given(text).config.accounts["a"].expires_at == end
    written = text.replace("api_key", "expires_at: 2026-01-01, api_key")
    assert given(written).config.accounts["a"].expires_at == datetime(2025, 12, 31, 16, tzinfo=UTC)


def test_an_adapter_may_take_credentials_of_any_name(tmp_path):
    (tmp_path / "piaoda.yaml").write_text("accounts: {a: {adapter: own, credentials: {pin: '1', 'x': '2'}}}", "utf-8")
    own = replace(ADAPTERS["nuonuo"], credentials=("pin",), optional=(ANY_NAME,))
    account = load({}, tmp_path, known_adapters={"own": own}).config.accounts["a"].account("a")
    assert account.credentials == {"pin": "1", "x": "2"}


def test_an_account_without_addresses_uses_the_providers_own(given):
    account = given(f"accounts: {{a: {NUONUO}}}}}").config.accounts["a"].account("a")
    assert (account.url, account.token_url) == (ADAPTERS["nuonuo"].url, ADAPTERS["nuonuo"].token_url)


def test_an_account_without_a_plan_follows_its_familys(given):
    config = given(f"accounts: {{a: {NUONUO}, proof: b}}, b: {BAIDU}}}}}").config
    channel = config.accounts["a"].schedule("a", ADAPTERS["nuonuo"].capabilities)
    proof = config.accounts["b"].schedule("b", replace(ADAPTERS["baidu"].capabilities, same_day=False))
    assert (channel.ladder, channel.every, channel.proof) == (CHANNEL_LADDER, timedelta(hours=1), "b")
    assert (proof.family, proof.daily_at, proof.same_day) == (Family.PROOF, PROOF_DAILY_AT, False)


def test_a_written_plan_replaces_the_familys(given):
    text = f'accounts: {{a: {NUONUO}, plan: {{ladder: [1.5s, 8m30s, 1d], daily_at: ["21:00", 09:00]}}}}}}'
    plan = given(text).config.accounts["a"].schedule("a", ADAPTERS["nuonuo"].capabilities)
    assert plan.ladder == (timedelta(seconds=1.5), timedelta(seconds=510), timedelta(days=1))
    assert (plan.every, plan.daily_at) == (None, (time(9), time(21)))


def test_limits_narrow_what_the_adapter_can_do(given):
    account = given(f"accounts: {{a: {NUONUO}, limits: {{rate: 3, batch: 7}}}}}}").config.accounts["a"]
    narrowed = account.capabilities(ADAPTERS["nuonuo"].capabilities)
    assert (narrowed.rate, narrowed.batch) == (3.0, 7)
    assert narrowed.concurrency == ADAPTERS["nuonuo"].capabilities.concurrency


def test_kinds_change_only_the_deadlines_they_name(given):
    text = "deadlines: {kinds: {digital_special: {overdue_after: 2h, escalate_after: 3h}}}"
    deadlines = given(text).config.deadlines.value
    assert deadlines.kinds[Kind.DIGITAL_SPECIAL] == Deadline(timedelta(hours=2), timedelta(hours=3))
    assert deadlines.kinds[Kind.VAT_SPECIAL] == Deadlines().kinds[Kind.VAT_SPECIAL]


def test_the_first_account_is_the_default_one(given):
    assert given(f"accounts: {{b: {BAIDU}}}, a: {NUONUO}}}}}").config.default_account == "b"
    assert given("").config.default_account is None


def test_anchors_and_aliases_are_fine(given):
    config = given(f"accounts:\n  a: &one {NUONUO}}}\n  b: *one\n").config
    assert config.accounts["a"] == config.accounts["b"]


def test_the_adapters_that_are_known_are_handed_in(tmp_path):
    (tmp_path / "piaoda.yaml").write_text("accounts: {a: {adapter: own, credentials: {pin: '1'}}}", encoding="utf-8")
    own = replace(ADAPTERS["nuonuo"], credentials=("pin",), url="https://own.example.cn/ask")
    assert load({}, tmp_path, known_adapters={"own": own}).config.accounts["a"].url == "https://own.example.cn/ask"


def test_settings_cannot_be_changed(example):
    with pytest.raises(ValidationError):
        example.port = 1
    with pytest.raises(ValidationError):
        example.config.budget.reserve = 0
    with pytest.raises(TypeError):
        example.config.accounts["other"] = None


def test_a_chat_address_may_lead_to_a_literal_address_that_egress_opens(given):
    text = 'egress: {allow: ["127.0.0.1:9000"]}\ndestinations: {s: {kind: slack, url: "http://127.0.0.1:9000/x"}}'
    assert given(text).config.destinations["s"].destination("s").url == "http://127.0.0.1:9000/x"


def test_secret_files_are_looked_for_beside_the_configuration(tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "key").write_text(" s3 \n", encoding="utf-8")
    text = "accounts: {a: {adapter: nuonuo, credentials: {app_key: k, app_secret: {file: key}}}}"
    (tmp_path / "etc" / "p.yaml").write_text(text, encoding="utf-8")
    settings = load({"PIAODA_CONFIG": "etc/p.yaml"}, tmp_path)
    assert settings.config.accounts["a"].account("a").credentials["app_secret"] == "s3"


# --- what is wrong in piaoda.yaml


ACCOUNT_FAULTS = [
    ("acounts: {}", "1:1: acounts", "is not a known key", "did you mean accounts?"),
    (f"accounts: {{a: {NUONUO}, limit: {{}}}}}}", "1:75: accounts.a.limit", "not a known key", "did you mean limits?"),
    ("accounts:\n  a: {adapter: nuono}", "2:7: accounts.a.adapter", "not a known adapter", "did you mean nuonuo?"),
    ("accounts:\n  a: {url: 'https://x.cn'}", "2:3: accounts.a.adapter", "is missing", "adapter: nuonuo"),
    ("accounts:\n  a b: " + NUONUO + "}", "2:3: accounts.a b", "is not a name", "letters, digits"),
    ("accounts:\n  a: 5", "2:3: accounts.a", "must be a section", "key: value"),
    (f"accounts: {{a: {NUONUO}, url: x}}}}", "1:75: accounts.a.url", "cannot be called", "https://"),
    (f"accounts: {{a: {NUONUO}, proof: b}}}}", "1:75: accounts.a.proof", "names no account", "one of: a"),
    (f"accounts: {{a: {NUONUO}, proof: a}}}}", "1:75: accounts.a.proof", "asked by handle", "查验"),
    (f"accounts: {{a: {NUONUO}}}}}\ndefault_account: b", "2:1: default_account", "names no account", "one of: a"),
    ("accounts: {a: {adapter: nuonuo, credentials: {app_key: k}}}", "1:33: accounts.a.credentials", "lacks app_secret", "add app_secret: {env: NAME}"),
    ("accounts: {a: {adapter: nuonuo, credentials: {app_key: k, app_secrt: s}}}", "1:33: accounts.a.credentials", "lacks app_secret", "did you mean app_secret?"),
    ("accounts: {a: {adapter: nuonuo, credentials: {app_key: k, app_secret: {env: NOPE}}}}", "1:59: accounts.a.credentials.app_secret", "environment variable NOPE is not set", "set NOPE"),
    ("accounts: {a: {adapter: nuonuo, credentials: {app_key: k, app_secret: {file: none}}}}", "1:59: accounts.a.credentials.app_secret", "secret file none cannot be read", "mount the file"),
    ("accounts: {a: {adapter: nuonuo, credentials: {app_key: 007, app_secret: s}}}", "1:47: accounts.a.credentials.app_key", "must be text", "in quotes"),
    ("accounts: {a: {adapter: nuonuo, credentials: {app_key: '', app_secret: s}}}", "1:47: accounts.a.credentials.app_key", "is empty", "{env: NAME}"),
    ("accounts: {a: {adapter: nuonuo, credentials: {app_key: {var: X}, app_secret: s}}}", "1:47: accounts.a.credentials.app_key", "is not a secret", "{env: NAME}"),
    ("accounts: {a: {adapter: baidu, credentials: {api_key: k, secret_key: s, api_kye: k}}}", "1:73: accounts.a.credentials.api_kye", "is no credential of this adapter", "did you mean api_key?"),
    ("accounts: {a: {adapter: baidu, credentials: {api_key: k, secret_key: s, expires: x}}}", "1:73: accounts.a.credentials.expires", "is no credential of this adapter", "did you mean expires_at?"),
    ("accounts: {a: {adapter: baidu, credentials: {api_key: k, secret_key: s, expires_at: soon}}}", "1:73: accounts.a.credentials.expires_at", "neither a day nor an instant", "2027-01-31"),
    ("accounts: {a: {adapter: baidu, credentials: {api_key: k, secret_key: s, expires_at: 20270131}}}", "1:73: accounts.a.credentials.expires_at", "neither a day nor an instant", "2027-01-31"),
    ("accounts: {a: {adapter: baidu, credentials: {api_key: k, secret_key: s, expires_at: 0001-01-01}}}", "1:73: accounts.a.credentials.expires_at", "neither a day nor an instant", "2027-01-31"),
    ("accounts: {a: {adapter: baidu, credentials: {api_key: k, secret_key: s, expires_at: 2027-01-31 09:00}}}", "1:73: accounts.a.credentials.expires_at", "must carry its offset", "+08:00"),
    ("accounts: {a: {adapter: baidu, credentials: []}}", "1:32: accounts.a.credentials", "one table, or a list of two", "the newest first"),
    (f"accounts: {{a: {{adapter: baidu, credentials: [{KEYS}, {KEYS}, {KEYS}]}}}}", "1:32: accounts.a.credentials", "one table, or a list of two", "take the oldest away"),
    (f"accounts: {{a: {{adapter: baidu, credentials: [{KEYS}, {{api_key: k}}]}}}}", "1:75: accounts.a.credentials[1]", "lacks secret_key", "add secret_key: {env: NAME}"),
    (f"accounts: {{a: {{adapter: baidu, credentials: [{KEYS}, {{api_key: k, secret_key: s, pin: p}}]}}}}", "1:103: accounts.a.credentials[1].pin", "is no credential of this adapter", "one of: api_key, expires_at, secret_key"),
    (f"accounts: {{a: {{adapter: baidu, credentials: [{KEYS}, {{api_key: k, secret_key: {{env: NOPE}}}}]}}}}", "1:88: accounts.a.credentials[1].secret_key", "variable NOPE is not set", "set NOPE"),
    ("accounts: {a: {adapter: baidu, credentials: [k]}}", "1:46: accounts.a.credentials[0]", "must be a section", "key: value"),
    ("accounts: {a: {adapter: baidu, credentials: k}}", "1:32: accounts.a.credentials", "must be a section", "key: value"),
    (f"accounts: {{a: {NUONUO}, limits: {{rate: 0}}}}}}", "1:84: accounts.a.limits.rate", "0 is out of range", "from 0.001 to 1000"),
    (f"accounts: {{a: {NUONUO}, limits: {{rate: .nan}}}}}}", "1:84: accounts.a.limits.rate", "must be a number", "quotes"),
    (f"accounts: {{a: {NUONUO}, limits: {{batch: 51}}}}}}", "1:84: accounts.a.limits.batch", "more than the adapter takes", "at most 50"),
    (f"accounts: {{a: {NUONUO}, limits: {{concurrency: 0}}}}}}", "1:84: accounts.a.limits.concurrency", "0 is out of range", "from 1 to 100"),
    (f"accounts: {{a: {NUONUO}, limits: {{timeout: 0s}}}}}}", "1:84: accounts.a.limits.timeout", "0s is out of range", "from 0.1s to 5m"),
    (f"accounts: {{a: {NUONUO}, plan: {{ladder: [90s, 30s], every: 1h}}}}}}", "1:82: accounts.a.plan.ladder", "must ascend", "[30s, 90s"),
    (f"accounts: {{a: {NUONUO}, plan: {{every: 1h}}}}}}", "1:75: accounts.a.plan.ladder", "is missing", "ladder: [30s"),
    (f"accounts: {{a: {NUONUO}, plan: {{ladder: [1s]}}}}}}", "1:75: accounts.a.plan.daily_at", "and so is every", "every: 1h"),
    (f"accounts: {{a: {NUONUO}, plan: {{ladder: [1s], every: 1h, daily_at: [09:00]}}}}}}", "1:107: accounts.a.plan.daily_at", "beside every", "either every"),
    (f"accounts: {{a: {NUONUO}, plan: {{ladder: [1s], daily_at: [9:00]}}}}}}", "1:107: accounts.a.plan.daily_at[0]", "not a time of day", '"09:00"'),
]  # fmt: skip

OTHER_FAULTS = [
    ("budget: {checks_per_day: 5, reserve: 5}", "1:29: budget.reserve", "leaves no question", "below checks_per_day (5)"),
    ("budget: {checks_per_day: 1}", "1:1: budget.reserve", "leaves no question", "below checks_per_day (1)"),
    ("budget: {checks_per_day: '5'}", "1:10: budget.checks_per_day", "whole number", "without quotes"),
    ("budget: {reserve: true}", "1:10: budget.reserve", "whole number", "without quotes"),
    ("deadlines: {default: {overdue_after: 72h, escalate_after: 72h}}", "1:43: deadlines.default.escalate_after", "longer than overdue_after", "overdue_after: 24h"),
    ("deadlines: {default: {overdue_after: 72h}}", "1:13: deadlines.default.escalate_after", "is missing", "escalate_after: 72h"),
    ("deadlines: {kinds: {vat_specal: {overdue_after: 1h, escalate_after: 2h}}}", "1:21: deadlines.kinds.vat_specal", "allowed values", "did you mean vat_special?"),
    ("deadlines: {grace: 1 hour}", "1:13: deadlines.grace", "not a duration", "8m30s"),
    ("deadlines: {grace: 60}", "1:13: deadlines.grace", "not a duration", "30s"),
    ("rechecks: {after: 1d}", "1:12: rechecks.after", "must be a list", "[a, b]"),
    ("rechecks: {after: [7d, 1d]}", "1:12: rechecks.after", "must ascend", "30s, 90s"),
    ("rechecks: {month_end: yes}", "1:12: rechecks.month_end", "true or false", "without quotes"),
    ("amount_tolerance: 0.01", "1:1: amount_tolerance", "not an amount", "in quotes"),
    ("amount_tolerance: '-1.00'", "1:1: amount_tolerance", "-1.00 is out of range", "from 0.00 to 1000.00"),
    ("amount_tolerance: 'NaN'", "1:1: amount_tolerance", "not an amount", '"100.00"'),
    ("breaker: {pause: 1h}", "1:1: breaker.longest_pause", "shorter than pause", "longest_pause: 10m"),
    ("delivery: {ladder: [5s, 0s]}", "1:12: delivery.ladder", "must ascend", "[0s, 5s"),
    ("delivery: {ladder: []}", "1:12: delivery.ladder", "is empty", "at least one step"),
    ("delivery: {jitter: 1}", "1:12: delivery.jitter", "1 is out of range", "from 0 to 0.9"),
    ("egress: {allow: [intranet]}", "1:18: egress.allow[0]", "not an address", "10.2.0.0/16:443"),
    ("loops: 5", "1:1: loops", "must be a section", "key: value"),
    ("loops: {poll_every: 0s}", "1:9: loops.poll_every", "0s is out of range", "from 0.05s to 10m"),
    ("limits: {body_bytes: 65536}", "1:10: limits.body_bytes", "has no unit", "64KB"),
    ("limits: {body_bytes: 1 megabyte}", "1:10: limits.body_bytes", "not a size", "1MB"),
    ("limits: {body_bytes: 5B}", "1:10: limits.body_bytes", "5B is out of range", "from 1KB to 64MB"),
    ("destinations: {d: {url: 'https://x.cn'}}", "1:16: destinations.d.kind", "is missing", "kind: webhook"),
    ("destinations: {d: {kind: slak, url: 'https://x.cn'}}", "1:20: destinations.d.kind", "not a known kind", "did you mean slack?"),
    ("destinations: {d: {kind: webhook, url: 'https://x.cn'}}", "1:16: destinations.d.secrets", "always signed", "{env: ERP_WEBHOOK_SECRET}"),
    ("destinations: {d: {kind: webhook, url: 'https://x.cn', secrets: [short]}}", "1:56: destinations.d.secrets", "no usable secret", "whsec_"),
    ("destinations: {d: {kind: slack, url: 'https://hooks.slack.com.evil.cn/x'}}", "1:33: destinations.d.url", "foreign host", "https://hooks.slack.com/"),
    ("destinations: {d: {kind: slack, url: 'http://hooks.slack.com/x'}}", "1:33: destinations.d.url", "foreign host", "https://hooks.slack.com/"),
    ("destinations: {d: {kind: wecom, url: 'https://example.cn/x'}}", "1:33: destinations.d.url", "foreign host", "https://qyapi.weixin.qq.com/"),
    ("egress: {allow: ['127.0.0.1:9']}\ndestinations: {d: {kind: wecom, url: 'http://127.0.0.1/x'}}", "2:33: destinations.d.url", "foreign host", "egress.allow"),
    ("destinations: {d: {kind: slack, url: 'https://hooks.slack.com/x', events: [invoice.overdu]}}", "1:76: destinations.d.events[0]", "allowed values", "did you mean invoice.overdue?"),
    ("destinations: {d: {kind: slack, url: 'https://hooks.slack.com/x', language: fr}}", "1:67: destinations.d.language", "allowed values", "both, en, zh"),
    ("destinations: {d: {kind: slack, url: 'https://hooks.slack.com/x', accounts: [x]}}", "1:78: destinations.d.accounts[0]", "names no account", "none are defined"),
    ("destinations: {d: {kind: slack, url: 'https://hooks.slack.com/x', minimum_amount: 5}}", "1:67: destinations.d.minimum_amount", "not an amount", "in quotes"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "what", "hint"), ACCOUNT_FAULTS + OTHER_FAULTS)
def test_a_wrong_setting_is_told_with_place_key_and_hint(refused, text, place, what, hint):
    (line,) = refused(text)
    said, _, hinted = line.partition(" (hint: ")
    assert said.startswith(f"piaoda.yaml:{place}: ")
    assert what in said
    assert hint in hinted


def test_all_faults_are_told_in_the_order_of_the_file(refused):
    lines = refused("budgt: {}\nloops: 5\negress: {allow: [x]}\n", PIAODA_PORT="many", PIAODA_PRT="1")
    assert [line.split(": ")[0] for line in lines] == [
        "environment", "environment", "piaoda.yaml:1:1", "piaoda.yaml:2:1", "piaoda.yaml:3:18",
    ]  # fmt: skip


def test_one_wrong_section_does_not_hide_a_cross_fault_in_another(refused):
    text = f"loops: 5\naccounts: {{a: {NUONUO}, proof: b}}}}\ndefault_account: c\nbudget: {{reserve: 9}}\n"
    assert [line.split(": ")[1] for line in refused(text)] == [
        "loops", "accounts.a.proof", "default_account", "budget.reserve",
    ]  # fmt: skip


# --- what is wrong with the file itself


@pytest.mark.parametrize(
    ("text", "place", "what", "hint"),
    [
        ("budget:\n\treserve: 1", "2:1", "cannot start any token", "never with tabs"),
        ("budget: {reserve: 1", "1:20", "expected", "indentation"),
        ("a: 1\n b: 2", "2:3", "not allowed here", "indentation"),
        ("a: *nowhere", "1:4", "undefined alias", "in quotes"),
        ("budget: {}\nbudget: {}", "2:1", "budget: is given twice", "first in line 1"),
        ("? [a, b]\n: 1", "1:3", "a key that is not a word", "key: value"),
        ("a: !!python/object/apply:os.system [id]", "1:4", "a tag is not allowed", "in quotes"),
        ("a: !!binary aGk=", "1:4", "a tag is not allowed", "in quotes"),
        ("a: 1\n---\nb: 2", "2:1", "another document", "indentation"),
        ("budget: {}\nnote: \x07", "2:1", "a control character", "remove it"),
        ("a: " + "[" * 50, "1:23", "nested too deeply", "at most 20 levels"),
        ("a: &a [*a]", "1:4", "too many values", "fewer aliases"),
        ("# " + "x" * 1_000_000, None, "larger than 1 MB", "settings only"),
    ],
)
def test_a_broken_file_is_told_with_place_and_hint(refused, text, place, what, hint):
    line = next(line for line in refused(text) if what in line)
    assert line.startswith(f"piaoda.yaml:{place}: " if place else "piaoda.yaml: ")
    assert hint in line


def test_a_file_that_is_a_list_is_refused(refused):
    (line,) = refused("- a\n- b\n")
    assert line == "piaoda.yaml:1:1: must be a section (hint: write `key: value` lines below it, indented)"


def test_a_billion_laughs_are_refused_at_once(refused):
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (line,) = refused("\n".join(layers))
    assert "unfolds to too many values" in line


def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path):
    (tmp_path / "piaoda.yaml").write_bytes("loops: {}\n# 发票".encode("gbk"))
    with pytest.raises(ConfigurationError, match=r"piaoda\.yaml:2:1: is not UTF-8 text \(hint: save the file as"):
        load({}, tmp_path)


def test_a_byte_order_mark_is_no_fault(tmp_path):
    (tmp_path / "piaoda.yaml").write_bytes("loops: {batch: 7}\n".encode("utf-8-sig"))
    assert load({}, tmp_path).config.loops.batch == 7


def test_a_named_file_that_is_missing_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match=r"piaoda\.yaml: cannot be read: No such file.*PIAODA_CONFIG"):
        load({"PIAODA_CONFIG": "piaoda.yaml"}, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "accounts: {a: {adapter: nuonuo, credentials: {app_key: hidden, app_secret: [hidden]}, limits: 5}}",
        "destinations: {d: {kind: slack, url: 'https://example.cn/hidden'}}",
        "destinations: {d: {kind: slack, url: 'https://user:hidden@hooks.slack.com/x'}}",
        "destinations: {d: {kind: webhook, url: 'https://x.cn', secrets: [hidden]}}",
        "a: {app_secret: *hidden}",
        "a: {app_secret: !hidden}",
        "a: {app_secret: &hidden 1, b: &hidden 2, c: }}",
    ],
)
def test_a_refusal_never_repeats_a_secret(refused, text):
    assert "hidden" not in "\n".join(refused(text))


def test_a_refusal_carries_no_library_error_with_the_values(given):
    with pytest.raises(ConfigurationError) as caught:
        given("loops: 5")
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


# --- process settings


def test_process_settings_come_from_the_environment(tmp_path):
    environ = {
        "PIAODA_HOST": "0.0.0.0",
        "PIAODA_PORT": "9000",
        "PIAODA_DATABASE_URL": "postgresql://piaoda:hidden@db/piaoda",
        "PIAODA_DATA_DIR": "/var/lib/piaoda",
        "PIAODA_BOOTSTRAP_KEY": "hidden-too",
        "PIAODA_LOG_LEVEL": "DEBUG",
        "PIAODA_LANG": "en",
        "PIAODA_CONSOLE_ACCESS": "off",
        "PATH": "/usr/bin",
    }
    settings = load(environ, tmp_path)
    assert (settings.host, settings.port, settings.data_dir) == ("0.0.0.0", 9000, Path("/var/lib/piaoda"))
    assert settings.database_url.get_secret_value() == "postgresql://piaoda:hidden@db/piaoda"
    assert settings.bootstrap_key.get_secret_value() == "hidden-too"
    assert (settings.log_level, settings.language, settings.console_access) == ("debug", "en", "off")
    assert "hidden" not in repr(settings)


def test_a_scaled_clock_has_its_origin(tmp_path):
    environ = {"PIAODA_CLOCK_SCALE": "60", "PIAODA_CLOCK_ORIGIN": "2026-11-22T09:00:00+08:00"}
    assert load(environ, tmp_path).scale == Scale(60.0, datetime(2026, 11, 22, 1, tzinfo=UTC))


@pytest.mark.parametrize("field", Process.model_fields)
def test_each_process_setting_may_come_from_a_file(tmp_path, field):
    values = {
        "port": "9", "database_connections": "9", "database_url": "postgresql://h/d", "log_level": "error", "language": "en", "console_access": "open",
        "clock_origin": "2026-11-22T09:00:00+08:00", "clock_scale": "1", "config_file": "there.yaml",
        "secret": "synthetic" * 4, "public_url": "https://piaoda.example.com",
    }  # fmt: skip
    (tmp_path / "there.yaml").write_text("", encoding="utf-8")
    (tmp_path / "value").write_text(values.get(field, "v") + "\n", encoding="utf-8")
    name = variable(field)
    from_file = load({f"{name}_FILE": "value"}, tmp_path)
    assert from_file == load({name: values.get(field, "v")}, tmp_path)
    assert field in from_file.model_fields_set


def test_an_empty_variable_is_a_variable_not_given(tmp_path):
    assert load({"PIAODA_PORT": "", "PIAODA_LANG": " ", "PIAODA_HOST_FILE": ""}, tmp_path) == load({}, tmp_path)


@pytest.mark.parametrize(
    ("environ", "said", "hint"),
    [
        ({"PIAODA_PRT": "1"}, "PIAODA_PRT: is not a known setting", "did you mean PIAODA_PORT?"),
        ({"PIAODA_ZZZ": "1"}, "PIAODA_ZZZ: is not a known setting", "one of: PIAODA_BOOTSTRAP_KEY"),
        ({"PIAODA_SERVICE_HOST": "10.0.0.1"}, "PIAODA_SERVICE_HOST: is not", "enableServiceLinks: false"),
        (
            {"PIAODA_PORT_8000_TCP_ADDR": "10.0.0.1"},
            "PIAODA_PORT_8000_TCP_ADDR: is not",
            "enableServiceLinks: false",
        ),
        ({"PIAODA_PORT": "tcp://10.0.0.1:8000"}, "PIAODA_PORT: must be", "enableServiceLinks: false"),
        ({"PIAODA_PORT": "eight"}, "PIAODA_PORT: must be a whole number", "digits"),
        ({"PIAODA_PORT": "70000"}, "PIAODA_PORT: 70000 is out of range", "from 0 to 65535"),
        ({"PIAODA_LANG": "fr"}, "PIAODA_LANG: is not one of the allowed values", "one of: en, zh"),
        ({"PIAODA_LOG_LEVEL": "warn"}, "PIAODA_LOG_LEVEL: is not one of", "did you mean warning?"),
        ({"PIAODA_CONSOLE_ACCESS": "opne"}, "PIAODA_CONSOLE_ACCESS: is not one of", "did you mean open?"),
        ({"PIAODA_DATABASE_URL": "mysql://h/d"}, "PIAODA_DATABASE_URL: is not a PostgreSQL", "postgresql://"),
        ({"PIAODA_CLOCK_SCALE": "0"}, "PIAODA_CLOCK_SCALE: 0 is out of range", "from 0.001 to 1000000"),
        ({"PIAODA_CLOCK_SCALE": "nan"}, "PIAODA_CLOCK_SCALE: nan is out of range", "from 0.001"),
        ({"PIAODA_CLOCK_SCALE": "60"}, "PIAODA_CLOCK_SCALE: needs an origin", "set PIAODA_CLOCK_ORIGIN"),
        (
            {"PIAODA_CLOCK_ORIGIN": "2026-11-22T09:00:00"},
            "PIAODA_CLOCK_ORIGIN: must carry its offset",
            "+08:00",
        ),
        ({"PIAODA_HOST": "h", "PIAODA_HOST_FILE": "f"}, "PIAODA_HOST: is given, and so is", "unset one"),
        ({"PIAODA_HOST_FILE": "none"}, "PIAODA_HOST_FILE: cannot read", "holds the value of PIAODA_HOST"),
        (
            {"PIAODA_CONFIG_FILE": "lines"},
            "PIAODA_CONFIG_FILE: ",
            "to give the value itself, set PIAODA_CONFIG",
        ),
        ({"PIAODA_HOST_FILE": "empty"}, "PIAODA_HOST_FILE: ", "holds the value of PIAODA_HOST"),
    ],
)
def test_a_wrong_process_setting_is_told_with_its_name_and_a_hint(tmp_path, environ, said, hint):
    (tmp_path / "lines").write_text("accounts:\n  a: {}\n", encoding="utf-8")
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load(environ, tmp_path)
    _, line = str(caught.value).splitlines()
    assert line.startswith(f"environment: {said}")
    assert hint in line.partition("(hint: ")[2]


def test_the_reference_lists_every_process_setting_with_its_default():
    rows = reference().splitlines()
    assert rows[0] == "| name | default | meaning |"
    assert [row.split("`")[1] for row in rows[2:]] == [variable(field) for field in Process.model_fields]
    assert "| `PIAODA_PORT` | `8000` | The port to listen on; 0 takes a free one. |" in rows
