"""The metrics of a real service on a real database: each moves when the thing happens, and all replicas agree on what
is in the database.
"""

import asyncio
import socket
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from datetime import timedelta

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families as read_text

from app import main, serving, settings, telling
from app.api import security
from app.domain.errors import DatabaseUnavailable
from app.observability.catalogue import CATALOGUE
from app.serving import Roles
from app.store import deliveries
from app.store.events import accept
from app.store.intake import FLIGHTS
from app.store.keys import ApiKeys
from app.store.lateness import move_late
from tests.conftest import NOON, TENANT, HandClock
from tests.integration.conftest import EVENT
from tests.integration.engine.crew import Hearing, Knowing, notifier, poller
from tests.integration.store.conftest import admission, invoice, issued
from tests.integration.waiting import settled, until

LATE = NOON + timedelta(hours=25)
CONFIGURATION = """
accounts:
  proof: {adapter: baidu, credentials: {api_key: k, secret_key: s}, url: "http://127.0.0.1:9"}
destinations:
  room: {kind: wecom, url: "https://127.0.0.1:9/hook"}
alerts: {levels: [{to: [room]}], gather: 0s}
egress: {allow: [127.0.0.1]}
"""
NOWHERE = "postgresql://nobody@127.0.0.1:9/nothing"


def shown(metrics) -> Mapping[tuple[str, ...], float]:
    """Every series by its name and its labels' values, in the order of the labels' names."""
    families = read_text(metrics.render()[0].decode())
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in families
        for sample in family.samples
    }


class Hand(HandClock):
    """Moved by hand, and never compared with the database's clock."""

    offset = None


@pytest.fixture
def build(tmp_path):
    (tmp_path / "piaoda.yaml").write_text(CONFIGURATION)

    def make(url, **more):
        return main.build(settings.load({"PIAODA_DATABASE_URL": url, **more}, tmp_path), url)

    return make


@pytest.fixture
async def service(build, database_url):
    made = build(database_url, PIAODA_DATABASE_CONNECTIONS="1")
    yield made
    await asyncio.gather(made.database.close(), made.work.close(), made.egress.close())


@pytest.fixture
async def call(service, database):
    """Calls the whole application with a key that may do all."""
    key = security.mint()
    await ApiKeys(database).add(TENANT, "ann", security.digest(key.text), ["admin"], NOON)
    transport = httpx2.ASGITransport(main.application(service), raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {key.text}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://piaoda", headers=headers) as client:
        yield client.request


@pytest.fixture
def tell(database):
    async def told(*numbers):
        return await accept(database, TENANT, [issued(invoice(n)) for n in numbers], NOON, admission)

    return told


async def asked(service, clock, adapter):
    """The account is asked what is due, for the metrics of `service`."""
    clock.at = NOON + timedelta(hours=1)
    asking = poller(service.work, clock, adapter)
    asking._metrics = asking._settler._metrics = service.metrics
    await asking.step()
    await asking.finish(30)


async def test_a_confirmation_in_time_meets_the_deadline(service, clock, tell):
    await tell(1, 2)
    await asked(service, clock, Knowing())

    assert shown(service.metrics)["piaoda_deadlines_total", "proof", "met"] == 2
    assert shown(service.metrics)["piaoda_deadlines_total", "proof", "missed"] == 0


async def test_an_invoice_that_the_watchdog_finds_late_has_missed_its_deadline(service, tell):
    await tell(1, 2, 3)
    service.clock = Hand(LATE)

    await main._watchdog(service).step()

    assert shown(service.metrics)["piaoda_deadlines_total", "proof", "missed"] == 3


async def test_a_confirmation_by_hand_meets_the_deadline_of_its_account(service, tell, call):
    (told,) = await tell(1)
    path, body = f"/v1/invoices/{told.id}/resolve", {"reason": "seen", "evidence": "screen"}

    replies = [await call("POST", path, json=body) for _ in range(2)]

    assert [reply.status_code for reply in replies] == [200, 200]
    assert shown(service.metrics)["piaoda_deadlines_total", "proof", "met"] == 1
    assert shown(service.metrics)["piaoda_transitions_total", "synced", "pending", "manual"] == 1


async def test_an_accounts_last_success_is_shown_once_it_has_answered(service, clock, tell):
    name = ("piaoda_account_last_success_timestamp_seconds", "proof")
    await tell(1)
    await service.readout()
    assert name not in shown(service.metrics)

    await asked(service, clock, Knowing())
    await service.readout()

    assert shown(service.metrics)[name] == pytest.approx(clock.at.timestamp())


class Robbed(Knowing):
    """While it answers, somebody else takes the leases."""

    def __init__(self, database):
        super().__init__()
        self.database = database

    async def check(self, invoices):
        async with self.database.connection() as connection:
            await connection.execute("UPDATE schedule SET lease = lease + 1")
        return await super().check(invoices)


async def test_an_answer_whose_lease_was_lost_is_counted(service, clock, tell, database):
    await tell(1)
    await asked(service, clock, Robbed(database))

    assert shown(service.metrics)["piaoda_stale_results_total", "proof"] == 1
    assert shown(service.metrics)["piaoda_checks_total", "proof", "found_match"] == 0


async def test_a_call_is_in_flight_as_long_as_it_has_its_place(service):
    def flying():
        return shown(service.metrics)["piaoda_calls_in_flight", "proof"]

    service.clock.follow(await service.work.time())
    await service.turns.step()
    async with service.turns.shares["proof"].turn():
        assert flying() == 1
    assert flying() == 0


async def test_loops_that_cannot_reach_the_database_count_their_failures(build):
    service = build(NOWHERE)
    async with serving.running(service, Roles()):
        await until(lambda: shown(service.metrics)["piaoda_loop_failures_total", "watchdog"] > 0)
        await until(lambda: shown(service.metrics)["piaoda_loop_failures_total", "turns"] > 0)

    assert shown(service.metrics)["piaoda_loop_step_duration_seconds_count", "watchdog"] > 0
    assert shown(service.metrics)["piaoda_loop_last_success_timestamp_seconds", "watchdog"] == 0


async def test_a_loop_that_works_tells_how_long_its_steps_take(service):
    async with serving.running(service, Roles()):
        await until(lambda: shown(service.metrics)["piaoda_loop_last_success_timestamp_seconds", "watchdog"] > 0)

    assert shown(service.metrics)["piaoda_loop_step_duration_seconds_count", "watchdog"] > 0
    assert shown(service.metrics)["piaoda_loop_failures_total", "watchdog"] == 0


@pytest.mark.parametrize("pool", ["api", "worker"])
async def test_a_pool_shows_who_holds_its_connections_and_who_waits_and_for_how_long(service, pool):
    database = {"api": service.database, "worker": service.work}[pool]

    def held():
        now = shown(service.metrics)
        return (
            now["piaoda_database_connections", pool, "busy"],
            now["piaoda_database_connections", pool, "idle"],
            now["piaoda_database_waiting", pool],
        )

    assert held() == (0, 0, 0)
    async with database.connection():
        waiting = asyncio.create_task(database.time())
        await until(lambda: held() == (1, 0, 1))
    await waiting

    assert held() == (0, 1, 0)
    assert shown(service.metrics)["piaoda_database_connections_limit", pool] == 1
    assert shown(service.metrics)["piaoda_database_wait_seconds_count", pool] == 2


async def test_who_waits_in_vain_has_waited_too(line):
    waits = []
    database = serving.main.Database(line.url, size=1, patience=0.2, waited=waits.append)
    async with database.connection():
        with suppress(DatabaseUnavailable):
            await database.time()
    await database.close()

    assert len(waits) == 2
    assert waits[1] >= 0.2


async def test_events_that_wait_for_the_next_commit_are_shown(service, call):
    def waiting():
        return shown(service.metrics)["piaoda_events_waiting",]

    def send(number):
        return asyncio.create_task(service.intake.accept(TENANT, [issued(invoice(number))], NOON))

    async with service.database.connection():
        sent = []
        for flight in range(FLIGHTS):
            sent.append(send(flight))
            await until(lambda: service.database.connections.waiting == len(sent))  # they are on their way
        sent += [send(8), send(9)]
        await until(lambda: waiting() == 2)
    await asyncio.gather(*sent)

    assert waiting() == 0


class Slow(Hearing):
    def __init__(self):
        super().__init__()
        self.reached, self.gate = asyncio.Event(), asyncio.Event()

    async def send(self, parcels):
        self.reached.set()
        await self.gate.wait()
        return await super().send(parcels)


async def test_sends_under_way_are_shown(service, database, clock, tell):
    await deliveries.declare(database, TENANT, [deliveries.Subscription("erp", "webhook", ["invoice.overdue"])])
    await tell(1)
    clock.at = LATE
    await move_late(database, TENANT, LATE, 100)
    service.notifier, channel = notifier(database, clock, slow := Slow()), slow
    stepping = asyncio.create_task(service.notifier.step())
    await channel.reached.wait()

    assert shown(service.metrics)["piaoda_sends_in_flight",] == 1

    channel.gate.set()
    await stepping
    await service.notifier.finish(30)
    assert shown(service.metrics)["piaoda_sends_in_flight",] == 0


async def test_a_notice_is_counted_by_its_reason(service, database, tell):
    await deliveries.declare(database, TENANT, telling.subscriptions(service.settings, service.clock))
    service.clock = Hand(LATE)
    await tell(1)
    alerter = telling.alerter(service)
    await alerter.step()
    await move_late(database, TENANT, LATE, 100)
    async with database.connection() as connection:
        await settled(connection)
    for _ in range(3):
        service.clock.pass_(minutes=5)
        await alerter.step()

    assert shown(service.metrics)["piaoda_alerts_total", "opened"] == 1
    assert shown(service.metrics)["piaoda_alerts_total", "resolved"] == 0


async def test_the_readout_tells_its_instant_and_keeps_it_while_the_database_is_away(service, build, call):
    instant = ("piaoda_readout_timestamp_seconds",)
    assert instant not in shown(service.metrics)
    assert (await call("GET", "/metrics")).status_code == 200
    first = shown(service.metrics)[instant]

    service.database = build(NOWHERE).database
    await service.readout()

    assert shown(service.metrics)[instant] == first


async def test_a_clock_that_is_ahead_of_the_databases_shows_by_how_much(service):
    offset = ("piaoda_clock_offset_seconds",)
    assert offset not in shown(service.metrics)

    await service.follow()
    assert abs(shown(service.metrics)[offset]) < 60  # the same machine's

    service.clock.follow(await service.work.time() - timedelta(hours=1))
    assert shown(service.metrics)[offset] == pytest.approx(3600, abs=60)


REQUESTS = [
    ("POST", "/v1/events", {"json": EVENT}, ("2xx", "events")),
    ("POST", "/v1/events", {"json": {}}, ("4xx", "events")),
    ("POST", "/v1/events", {"json": EVENT, "headers": {"authorization": "Bearer x"}}, ("4xx", "events")),
    ("GET", "/v1/invoices", {}, ("2xx", "api")),
    ("GET", "/livez", {}, ("2xx", "health")),
    ("POST", "/callbacks/slack/nobody", {}, ("4xx", "callbacks")),
    ("GET", "/sign-in", {}, ("2xx", "console")),
    ("GET", "/nothing", {}, ("4xx", "console")),
]


async def test_every_request_is_counted_and_timed_once_with_its_surface_and_status(service, call):
    for method, path, request, counted in REQUESTS:
        before = shown(service.metrics)
        await call(method, path, **request)
        after = shown(service.metrics)
        count, timed = "piaoda_http_requests_total", "piaoda_http_request_duration_seconds_count"

        assert {key[1:] for key in after if key[0] == count and after[key] > before[key]} == {counted}
        assert after[timed, counted[1]] == before.get((timed, counted[1]), 0) + 1


async def test_a_replica_that_drains_is_not_ready_and_that_is_no_fault_of_its_own(service, call):
    service.draining = True
    await call("GET", "/readyz")
    assert shown(service.metrics)["piaoda_http_requests_total", "503", "health"] == 1
    assert shown(service.metrics)["piaoda_http_requests_total", "5xx", "health"] == 0


async def test_a_replica_that_only_works_counts_its_requests_too(service):
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with serving.running(service, Roles(api=False), listener), httpx2.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{url}/metrics")).status_code == 200
        assert shown(service.metrics)["piaoda_http_requests_total", "2xx", "health"] == 1


async def test_two_replicas_show_the_same_of_the_database_and_their_own_of_themselves(build, database_url, tell, clock):
    await tell(1, 2)
    async with AsyncExitStack() as stack:
        replicas = [build(database_url) for _ in range(2)]
        for one in replicas:
            stack.push_async_callback(one.database.close)
            stack.push_async_callback(one.work.close)
            stack.push_async_callback(one.egress.close)
        await asked(replicas[0], clock, Knowing())
        for one in replicas:
            one.clock = replicas[0].clock
            await one.readout()
        first, second = (shown(one.metrics) for one in replicas)

    same = {metric.name for metric in CATALOGUE if metric.type == "gauge" and metric.replicas == "max"}
    own = {"piaoda_readout_timestamp_seconds", "piaoda_clock_offset_seconds"}  # each by its own watch
    agreed = [{key: n for key, n in each.items() if key[0] in same - own} for each in (first, second)]
    assert agreed[0] == agreed[1]
    assert agreed[0]["piaoda_invoices", "proof", "synced"] == 2
    assert agreed[0]["piaoda_account_up", "proof"] == 1
    assert [each["piaoda_checks_total", "proof", "found_match"] for each in (first, second)] == [2, 0]
