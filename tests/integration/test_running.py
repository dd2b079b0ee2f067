"""A whole service, built and run: which loops a role runs, what it answers, and how it drains."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from app import main, serving, settings
from app.api import security
from app.serving import Roles
from app.store.keys import ApiKeys
from tests.conftest import NOON, TENANT
from tests.integration.waiting import somebody_waits, until

LOOPS = {"clock", "watchdog"}
STRUCTURED = "application/cloudevents+json"
VOID = {
    "specversion": "1.0", "type": "invoice.voided", "source": "/billing", "id": "1",
    "data": {"number": "26112000000000000001", "reason": "开票有误"},
}  # fmt: skip


@pytest.fixture
def service(database_url, tmp_path):
    return main.build(settings.load({"PIAODA_DATABASE_URL": database_url}, tmp_path), database_url)


@pytest.fixture
def listener():
    return socket.create_server(("127.0.0.1", 0))


@pytest.fixture
async def client(listener):
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30) as opened:
        yield opened


@pytest.fixture
async def key(database):
    made = security.mint()
    await ApiKeys(database).add(TENANT, "billing", security.digest(made.text), ["events:write"], NOON)
    return made.text


def at_work():
    return LOOPS & {task.get_name() for task in asyncio.all_tasks()}


async def test_a_replica_that_only_answers_follows_the_databases_clock_and_does_no_work(service, database):
    present = await database.time()
    service.clock.follow(present - timedelta(days=365))
    async with serving.running(service, Roles(worker=False)):
        assert at_work() == {"clock"}
        await until(lambda: service.clock.now() >= present)

    assert at_work() == set()


async def test_a_replica_that_works_runs_every_loop(service):
    async with serving.running(service, Roles()):
        assert at_work() == LOOPS


async def test_a_replica_that_only_works_answers_for_its_health_and_nothing_else(service, listener, client):
    async with serving.running(service, Roles(api=False), listener):
        statuses = [(await client.get(path)).status_code for path in ("/livez", "/readyz", "/metrics", "/v1/invoices")]

    assert statuses == [200, 200, 200, 404]


async def test_a_replica_that_drains_says_so_and_closes_its_door(service, listener, client):
    async with serving.running(service, Roles(), listener):
        assert await service.ready() == []
        assert (await client.get("/readyz")).status_code == 200

    assert await service.ready() == ["This replica is shutting down."]
    with pytest.raises(httpx2.ConnectError):
        await client.get("/livez")


async def test_an_event_on_its_way_in_when_a_replica_drains_is_written_and_answered(
    service, listener, client, key, database
):
    async def stopped_while_it_writes():
        async with serving.running(service, Roles(), listener):
            await somebody_waits(database)

    headers = {"Authorization": f"Bearer {key}", "Content-Type": STRUCTURED}
    async with database.transaction() as tx:
        await tx.execute("LOCK TABLE early_voids")
        replica = asyncio.create_task(stopped_while_it_writes())
        telling = asyncio.create_task(client.post("/v1/events", json=VOID, headers=headers))
        await until(lambda: service.draining or replica.done())
    answer = await telling
    await replica
    async with database.connection() as connection:
        kept = await connection.fetchval("SELECT count(*) FROM early_voids")

    assert (answer.status_code, kept) == (202, 1)


async def test_every_replica_shows_when_the_newest_credentials_end(database, database_url, tmp_path):
    (tmp_path / "piaoda.yaml").write_text(
        "accounts: {a: {adapter: baidu, credentials: [{api_key: k2, secret_key: s2, expires_at: 2027-01-31},"
        " {api_key: k1, secret_key: s1, expires_at: 2026-01-31}]}, b: {adapter: baidu, credentials:"
        " {api_key: k, secret_key: s}}}",
        encoding="utf-8",
    )
    chosen = settings.load({"PIAODA_DATABASE_URL": database_url}, tmp_path)
    shown = []
    for _ in range(2):
        replica = main.build(chosen, database_url)
        await replica.readout()
        shown += [line for line in replica.metrics.render()[0].decode().splitlines() if "credential_expiry" in line]
        await replica.database.close()

    series = [line.rpartition(" ") for line in shown if not line.startswith("#")]
    assert {name for name, _, _ in series} == {'piaoda_account_credential_expiry_timestamp_seconds{account="a"}'}
    assert [float(value) for _, _, value in series] == [datetime(2027, 1, 30, 16, tzinfo=UTC).timestamp()] * 2


async def test_a_worker_reminds_of_credentials_that_end(database_url, tmp_path, caplog):
    (tmp_path / "piaoda.yaml").write_text(
        "accounts: {a: {adapter: baidu, credentials: {api_key: k, secret_key: s, expires_at: 2026-01-31}}}", "utf-8"
    )
    service = main.build(settings.load({"PIAODA_DATABASE_URL": database_url}, tmp_path), database_url)
    for _ in range(2):
        await service.upkeep()
    await service.work.close()

    assert [record.account for record in caplog.records if record.name == "app.tax.expiry"] == ["a"]
