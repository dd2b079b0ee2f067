"""`piaoda doctor` against a provider on a real socket and a real database: a line each, and what to do next."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from app import settings
from app.cli import doctor
from app.cli.main import app
from app.domain.breaker import Breaker
from app.domain.invoice import Outcome
from app.store import accounts
from app.store.database import Database
from tests.conftest import TENANT

NEW, OLD = "new-secret-0123456789", "old-secret-0123456789"


class Provider:
    """Grants a token to each secret it `takes`, and repeats in its refusal what it was told, as some do."""

    def __init__(self):
        self.takes = {NEW, OLD}
        self.heard, self.ahead, self.silent = [], 0, False
        self.says = {"VerifyResult": "1008", "VerifyMessage": "empty"}

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()

    async def _serve(self, reader, writer):
        head = await reader.read(4096)
        if not head.startswith((b"HEAD", b"POST")):  # TLS, which it does not speak
            writer.write(b"HTTP/1.1 400 X\r\n\r\n")
            writer.close()
            return
        first = head.split(b"\r\n")[0].decode()
        method, target, _ = first.split(" ")
        self.heard.append(f"{method} {urlsplit(target).path}")
        if self.silent:
            await reader.read()
        status, told = self._told(target)
        body = b"" if method == "HEAD" else json.dumps(told).encode()
        date = format_datetime(datetime.now(UTC) + timedelta(seconds=self.ahead), usegmt=True)
        head = f"HTTP/1.1 {status} X\r\ndate: {date}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    def _told(self, target):
        asked = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        if not target.startswith("/token"):
            return 200, self.says
        if (secret := asked["client_secret"]) in self.takes:
            return 200, {"access_token": f"token-of-{secret}", "expires_in": 86_400}
        return 200, {"error": "invalid_client", "error_description": f"unknown client secret {secret}"}


@pytest.fixture
async def provider():
    async with Provider() as opened:
        yield opened


@pytest.fixture
def set_up(provider, tmp_path):
    """The settings of one account at `provider`; `credentials` and `more` are YAML."""

    def write(credentials=f"{{api_key: key, secret_key: {NEW}}}", url="", more="", **environ):
        base = f"http://127.0.0.1:{provider.port}"
        (tmp_path / "piaoda.yaml").write_text(
            f"accounts:\n  proof: {{adapter: baidu, url: '{url or base}/ask', token_url: '{url or base}/token', "
            f"credentials: {credentials}, limits: {{timeout: 1s}}{more}}}\n"
            f"egress: {{allow: ['127.0.0.1']}}\n",
            encoding="utf-8",
        )
        return settings.load(environ, tmp_path)

    return write


@pytest.fixture
def examined(database):
    """The findings about the account, by the thing looked at."""

    async def examine(chosen):
        found = await doctor.examine(chosen, database)
        return {each.what.removeprefix("account proof, "): each for each in found if each.what.startswith("account")}

    return examine


async def test_an_account_that_works_has_a_line_for_each_thing(set_up, examined, provider):
    findings = await examined(set_up(f"{{api_key: key, secret_key: {NEW}, expires_at: 2099-01-31}}"))

    assert list(findings) == [
        "capabilities", "dns", "tcp", "tls", "http", "clock", "credentials", "expiry", "record",
    ]  # fmt: skip
    assert [what for what, each in findings.items() if not each.ok] == []
    assert "family proof" in findings["capabilities"].says
    assert "5 checks an invoice and day" in findings["capabilities"].says
    assert "1008" in findings["credentials"].says
    assert "ends 2099-01-31 00:00 Beijing time" in findings["expiry"].says
    assert provider.heard == ["HEAD /", "POST /token", "POST /ask"]


async def test_it_takes_the_token_that_all_replicas_share(set_up, examined, provider):
    for _ in range(3):
        await examined(set_up())

    assert provider.heard.count("POST /token") == 1


async def test_credentials_that_are_refused_are_told_with_the_code_and_what_to_do_but_not_shown(
    set_up, examined, provider
):
    provider.takes = set()
    refused = (await examined(set_up()))["credentials"]

    assert (refused.ok, refused.says) == (False, "refused: invalid_client unknown client secret ***")
    assert "provider's console" in refused.do


async def test_an_answer_that_nobody_understands_is_not_called_a_refusal(set_up, examined, provider):
    provider.says = {"error_code": "987654", "error_msg": "?"}
    strange = (await examined(set_up()))["credentials"]

    assert (strange.ok, strange.says) == (False, "not understood: 987654 ?")
    assert "ask the provider" in strange.do


BOTH = f"[{{api_key: key, secret_key: {NEW}}}, {{api_key: key, secret_key: {OLD}}}]"


async def test_both_generations_are_asked(set_up, examined):
    findings = await examined(set_up(BOTH))
    assert [(w, f.ok, f.do) for w, f in findings.items() if w.startswith("credentials")] == [
        ("credentials (newest)", True, ""),
        ("credentials (older)", True, ""),
    ]


async def test_the_newest_must_be_taken_and_older_ones_that_are_refused_may_go(set_up, examined, provider):
    provider.takes = {NEW}
    done = await examined(set_up(BOTH))
    provider.takes = {OLD}
    provider.says = {"error_code": "110", "error_msg": "token invalid"}
    neither = await examined(set_up(BOTH))

    assert (done["credentials (newest)"].ok, done["credentials (older)"].ok) == (True, True)
    assert "take them away" in done["credentials (older)"].do
    assert (neither["credentials (newest)"].ok, neither["credentials (older)"].ok) == (False, False)


@pytest.mark.parametrize(("days", "ok", "urgent"), [(29, True, True), (31, True, False), (-1, False, True)])
async def test_it_says_when_credentials_end(set_up, examined, days, ok, urgent):
    end = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    expiry = (await examined(set_up(f"{{api_key: key, secret_key: {NEW}, expires_at: '{end}'}}")))["expiry"]

    assert (expiry.ok, bool(expiry.do)) == (ok, urgent)


async def test_a_clock_that_is_wrong_is_told(set_up, examined, provider):
    provider.ahead = 90
    clock = (await examined(set_up()))["clock"]

    assert clock.ok is False
    assert "behind the provider's" in clock.says
    assert "NTP" in clock.do


@pytest.mark.parametrize(
    ("url", "failed"),
    [
        ("https://piaoda.invalid", "dns"),
        ("http://127.0.0.1:1", "tcp"),
        ("https://127.0.0.1:{port}", "tls"),
        ("https://10.0.0.1:443", "guard"),
    ],
)
async def test_the_first_step_that_fails_is_named_and_nothing_after_it_is_tried(
    set_up, examined, provider, url, failed
):
    findings = await examined(set_up(url=url.format(port=provider.port)))

    assert [what for what, each in findings.items() if each.ok is False] == [failed]
    assert findings[failed].do
    assert findings["credentials"].ok is None
    assert [line for line in provider.heard if "token" in line or "ask" in line] == []


async def test_a_provider_that_says_nothing_in_time_fails_at_http(set_up, examined, provider):
    provider.silent = True
    findings = await examined(set_up())

    assert (findings["http"].ok, findings["dns"].ok, findings["clock"].ok) == (False, None, None)
    assert findings["credentials"].says.startswith("not understood: timeout")


async def test_tokens_that_are_granted_elsewhere_are_looked_for_there(set_up, examined, provider):
    chosen = set_up()
    account = chosen.config.accounts["proof"].model_copy(update={"token_url": "http://127.0.0.1:1/token"})
    chosen = chosen.model_copy(update={"config": chosen.config.model_copy(update={"accounts": {"proof": account}})})
    findings = await examined(chosen)

    assert findings["account proof for tokens, tcp"].ok is False
    assert findings["tcp"].ok is True


async def test_a_paused_account_is_told_with_its_reason(set_up, examined, database):
    until = datetime(2099, 1, 1, tzinfo=UTC)
    state = Breaker(5, 1, until, Outcome.AUTH)
    await accounts.keep_breaker(database, TENANT, "proof", state, datetime.now(UTC))

    record = (await examined(set_up()))["record"]
    assert (record.ok, "because of auth" in record.says, bool(record.do)) == (False, True, True)


async def test_without_a_database_the_way_to_the_provider_is_still_looked_at(set_up, provider):
    nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing")
    findings = {each.what: each for each in await doctor.examine(set_up(), nowhere)}
    await nowhere.close()

    assert (findings["database"].ok, findings["account proof, http"].ok) == (False, True)
    assert (findings["account proof, credentials"].ok, findings["account proof, record"].ok) == (None, None)


async def test_deadlines_that_nobody_passes_on_are_told_with_the_command_that_sets_them(set_up, database_url):
    behind = Database(f"{database_url}{'&' if '?' in database_url else '?'}pooler=transaction")
    findings = {each.what: each for each in await doctor.examine(set_up(), behind)}
    await behind.close()

    assert (findings["deadlines"].ok, "ALTER ROLE" in findings["deadlines"].do) == (False, True)


async def test_an_empty_database_is_told_with_the_command_that_fills_it(set_up, database):
    async with database.connection() as connection:
        await connection.execute("DROP TABLE tokens")
    findings = {each.what: each for each in await doctor.examine(set_up(), database)}

    assert (findings["schema"].ok, "piaoda migrate" in findings["schema"].do) == (False, True)


def test_the_command_prints_lines_or_the_same_as_json(database_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PIAODA_TEST_DATABASE_URL", raising=False)  # the suite's own, which no setting may be named
    monkeypatch.setenv("PIAODA_DATABASE_URL", database_url)
    words, machine = (CliRunner().invoke(app, ["doctor", *options]) for options in ([], ["--json"]))
    findings = json.loads(machine.output)

    assert (words.exit_code, machine.exit_code) == (1, 1)
    assert {tuple(each) for each in findings} == {("what", "ok", "says", "do")}
    assert words.output.splitlines()[0] == (
        "FAIL  configuration: no account is configured: nobody will be asked; add one under accounts: in piaoda.yaml"
    )
    assert [each["what"] for each in findings] == [
        "configuration", "database", "schema", "durability", "deadlines", "clock", "calendar",
    ]  # fmt: skip
