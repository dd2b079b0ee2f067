"""Planted secrets, and a provider that repeats every one it is told: nobody else ever shows one."""

import logging
import re
import socket
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from app import main, serving, settings
from app.api import security
from app.cli import doctor
from app.domain.errors import ConfigurationError
from app.domain.secret import MASK
from app.serving import Roles
from app.store.keys import ApiKeys
from app.tax.generations import as_one
from tests.conftest import NOON, TENANT
from tests.integration.store.conftest import SELLER, invoice
from tests.integration.test_doctor import NEW, OLD, Provider
from tests.integration.waiting import until

KEY, OLD_KEY = "api-key-new-778899", "api-key-old-665544"
PLANTED = (NEW, OLD, KEY, OLD_KEY)
COUNTED = r'piaoda_checks_total{account="proof",outcome="transient"} [1-9]'
QUESTION = invoice(1, issued_at=datetime.now(UTC))
EVENT = {
    "number": "25112000000000000001", "kind": "digital_ordinary",
    "issued_at": (datetime.now(UTC) - timedelta(minutes=1)).isoformat(),
    "seller": {"tax_id": SELLER}, "amount": {"with_tax": "106.00"},
}  # fmt: skip


class Talkative(Provider):
    """Repeats keys, secrets and tokens in every field that explains something."""

    def _told(self, target):
        status, told = super()._told(target)
        if target.startswith("/ask"):
            every = " ".join((*PLANTED, *(f"token-of-{secret}" for secret in (NEW, OLD))))
            told = {"error_code": f"E {NEW}", "error_msg": f"{every} {target}", "log_id": NEW, "message": every}
        return status, told


@pytest.fixture
async def provider():
    async with Talkative() as opened:
        yield opened


@pytest.fixture
def chosen(provider, tmp_path, database_url):
    (tmp_path / "old").write_text(OLD, encoding="utf-8")
    (tmp_path / "piaoda.yaml").write_text(
        f"""
accounts:
  proof:
    adapter: baidu
    url: http://127.0.0.1:{provider.port}/ask
    token_url: http://127.0.0.1:{provider.port}/token
    credentials:
      - {{api_key: {KEY}, secret_key: {{env: NEW_SECRET}}, expires_at: 2020-01-01}}
      - {{api_key: {OLD_KEY}, secret_key: {{file: old}}}}
    plan: {{ladder: [0s, 1s], every: 1h}}
egress: {{allow: ["127.0.0.1"]}}
""",
        encoding="utf-8",
    )
    return settings.load({"NEW_SECRET": NEW, "PIAODA_DATABASE_URL": database_url}, tmp_path)


@pytest.fixture
def logged(caplog):
    """All that any logger said, at every level, with every extra."""
    caplog.set_level(logging.DEBUG)
    return lambda: "\n".join(f"{record.getMessage()} {record.__dict__!r}" for record in caplog.records)


def shown(text):
    """The secrets in `text`, in whole or by their ends."""
    forms = {secret: (secret, f"{secret[:4]}…{secret[-4:]}") for secret in PLANTED}
    return [secret for secret, ways in forms.items() if any(way in str(text) for way in ways)]


async def rows(database):
    """Everything that the database holds, as text."""
    async with database.connection() as connection:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return [
            row[0]
            for table in tables
            for row in await connection.fetch(f'SELECT t::text FROM "{table["tablename"]}" t')
        ]


@pytest.mark.parametrize("takes", [{NEW, OLD}, {OLD}, set()], ids=["both", "only the older", "none"])
async def test_no_answer_of_an_adapter_repeats_a_secret(chosen, provider, database, clock, logged, takes):
    provider.takes = takes
    service = main.build(chosen, "")
    adapter = as_one("proof", main.adapters(chosen, "proof", service.egress, database, clock))
    answers = [*await adapter.check([QUESTION]), await adapter.probe()]
    await service.egress.close()

    assert MASK in answers[0].message
    assert shown(repr(answers)) == []
    assert shown(logged()) == []


async def test_settings_accounts_and_adapters_show_none(chosen, database, clock):
    account = chosen.config.accounts["proof"]
    service = main.build(chosen, "")
    adapters = main.adapters(chosen, "proof", service.egress, database, clock)
    things = (chosen, chosen.config, account, *account.generations("p"))

    assert shown(f"{things!r} {adapters!r} {service!r} {[str(thing) for thing in things]}") == []


async def test_doctor_shows_none(chosen, database, logged):
    findings = await doctor.examine(chosen, database)

    assert "not understood" in str([each.says for each in findings])
    assert shown(f"{findings!r} {[str(each) for each in findings]}") == []
    assert shown(logged()) == []


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(f"{{api_key: {KEY}}}", id="one is missing"),
        pytest.param(f"{{api_key: {KEY}, secret_key: [{NEW}]}}", id="a list for a secret"),
        pytest.param(f"{{api_key: {KEY}, secret_key: s, {NEW}: s}}", id="a secret for a key"),
        pytest.param(f"[{{api_key: {KEY}, secret_key: s, expires_at: {NEW}}}]", id="a secret for a day"),
        pytest.param(NEW, id="a secret for a table"),
    ],
)
def test_a_refusal_of_the_settings_repeats_no_value(tmp_path, fault):
    (tmp_path / "piaoda.yaml").write_text(f"accounts: {{a: {{adapter: baidu, credentials: {fault}}}}}", "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        settings.load({}, tmp_path)

    assert KEY not in str(caught.value)
    assert NEW not in str(caught.value).replace(f"credentials.{NEW}", "")  # a key is named, its value is not


async def test_a_service_at_work_keeps_and_shows_none(chosen, database, database_url, provider, logged):
    made = security.mint()
    await ApiKeys(database).add(TENANT, "admin", security.digest(made.text), ["admin"], NOON)
    service, listener = main.build(chosen, database_url), socket.create_server(("127.0.0.1", 0))
    url, key = f"http://127.0.0.1:{listener.getsockname()[1]}", {"authorization": f"Bearer {made.text}"}
    async with (
        serving.running(service, Roles(), listener),
        httpx2.AsyncClient(base_url=url, headers=key, trust_env=False, timeout=30) as client,
    ):
        told = await client.post("/v1/events", json=EVENT)
        mine = f"/v1/invoices/{told.json()['id']}"
        await until(lambda: re.search(COUNTED, service.metrics.render()[0].decode()))
        paths = ("/metrics", mine, f"{mine}/history", "/v1/invoices?sort=x", "/v1/nothing", "/v1/stats", "/console")
        seen = [(await client.get(path)).text for path in paths]
        seen.append((await client.post("/v1/events", json={**EVENT, "number": NEW[:3]})).text)

    kept = await rows(database)
    assert 'piaoda_unlisted_codes_total{code="E_",provider="baidu"}' in seen[0]
    assert any(MASK in row for row in kept), "the evidence of the answer is kept, without them"
    assert shown(seen) == []
    assert shown(kept) == []
    assert shown(logged()) == []
    assert "credentials have ended" in logged()
