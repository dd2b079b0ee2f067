"""One trace from an event over its check to the webhook: `traceparent` honoured, kept, recorded and passed on."""

import contextlib
import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from threading import Lock

import httpx2
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app import main, serving, settings
from app.api import security
from app.domain.trace import Trace, read
from app.serving import Roles
from app.simulator.serving import serving as serving_beside
from app.store.keys import ApiKeys
from tests.acceptance.story import BUYER, ERP, Story, configuration
from tests.conftest import NOON, TENANT
from tests.integration.conftest import EVENT
from tests.processes import KEY, Tempo, until
from tests.town import town

CAME = Trace("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
OWN = Trace("5bf92f3577b34da6a3ce929d0e0e4736", "10f067aa0ba902b7", sampled=False)
MALFORMED = ["", "00-0-0-00", str(CAME).upper(), f"ff{str(CAME)[2:]}", f"{CAME}-more"]
THERE = {"upload_after": 0, "visible_after": 0}  # at the tax system, from the first moment
SERVER, CLIENT = 2, 3  # opentelemetry.proto.trace.v1.Span.SpanKind


class Collector:
    """An OpenTelemetry collector, as an ASGI application: what it got, as OTLP's own messages."""

    def __init__(self):
        self._requests, self._writing = [], Lock()

    async def __call__(self, scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        with self._writing:
            self._requests.append((scope["path"], ExportTraceServiceRequest.FromString(body)))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    @property
    def paths(self):
        with self._writing:
            return {path for path, _ in self._requests}

    @property
    def resources(self):
        with self._writing:
            return [each.resource for _, request in self._requests for each in request.resource_spans]

    @property
    def named(self):
        """All spans that have arrived, by name; a later one of the same name counts."""
        return {one.name: one for one in self._all()}

    def _all(self):
        with self._writing:
            groups = [each for _, request in self._requests for each in request.resource_spans]
        return [span for group in groups for scope in group.scope_spans for span in scope.spans]

    def spans(self, trace):
        """The spans of `trace` that have arrived, in the order of their beginning."""
        found = self._all()
        return sorted(
            (one for one in found if one.trace_id.hex() == trace.id), key=lambda one: one.start_time_unix_nano
        )

    def raw(self):
        with self._writing:
            return "".join(str(request) for _, request in self._requests)


# --- without a collector -------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def answering(database, database_url, folder):
    """A service that answers, and a key that may do all."""
    key, listener = security.mint(), socket.create_server(("127.0.0.1", 0))
    await ApiKeys(database).add(TENANT, "billing", security.digest(key.text), ["admin"], NOON)
    service = main.build(settings.load({"PIAODA_DATABASE_URL": database_url}, folder), database_url)
    url, headers = f"http://127.0.0.1:{listener.getsockname()[1]}", {"Authorization": f"Bearer {key.text}"}
    async with (
        serving.running(service, Roles(worker=False), listener),
        httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=30) as opened,
    ):
        yield opened


@pytest.fixture
async def client(database, database_url, tmp_path):
    async with answering(database, database_url, tmp_path) as opened:
        yield opened


def numbered(n, **envelope):
    """A CloudEvent that tells of the n-th invoice."""
    data = EVENT | {"number": f"{25112000000000000000 + n}"}
    return {"specversion": "1.0", "type": "invoice.issued", "source": "/billing", "id": str(n), "data": data} | envelope


async def tell(client, content, kind, **headers):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
    answer = await client.post("/v1/events", content=body, headers=headers)
    assert answer.is_success, answer.text
    return answer


async def kept(rows):
    return [told for (told,) in await rows("SELECT traceparent FROM invoices ORDER BY number")]


async def test_the_trace_of_a_request_is_kept_with_its_invoice(client, rows):
    await tell(client, EVENT, "application/json", traceparent=str(CAME))

    assert await kept(rows) == [str(CAME)]


async def test_without_a_trace_nothing_is_kept(client, rows):
    await tell(client, EVENT, "application/json")

    assert await kept(rows) == [None]


@pytest.mark.parametrize("malformed", MALFORMED)
async def test_what_is_no_trace_is_as_if_nobody_had_sent_it(client, rows, malformed):
    ours = {"traceparent": malformed, "ce_traceparent": malformed}
    envelope = {"ce_specversion": "1.0", "ce_type": "invoice.issued", "ce_source": "/billing", "ce_id": "1"}
    await tell(client, EVENT, "application/json", **ours, **envelope)
    await tell(client, numbered(2, traceparent=malformed), "application/cloudevents+json", traceparent=malformed)

    assert await kept(rows) == [None, None]


async def test_a_trace_that_is_told_twice_is_nobodys(client, rows):
    headers = [("Content-Type", "application/json"), ("traceparent", str(CAME)), ("traceparent", str(OWN))]
    answer = await client.post("/v1/events", content=json.dumps(EVENT).encode(), headers=headers)

    assert (answer.status_code, await kept(rows)) == (202, [None])


async def test_a_cloudevent_brings_its_own_trace_in_a_header(client, rows):
    envelope = {"ce_specversion": "1.0", "ce_type": "invoice.issued", "ce_source": "/billing", "ce_id": "1"}
    await tell(client, EVENT, "application/json", traceparent=str(CAME), ce_traceparent=str(OWN), **envelope)

    assert await kept(rows) == [str(OWN)]


@pytest.mark.parametrize("unusable", [7, {"a": 1}, None])
async def test_a_cloudevent_brings_its_own_trace_as_an_attribute(client, rows, unusable):
    await tell(client, numbered(1, traceparent=str(OWN)), "application/cloudevents+json", traceparent=str(CAME))
    await tell(client, numbered(2, traceparent=unusable), "application/cloudevents+json", traceparent=str(CAME))

    assert await kept(rows) == [str(OWN), str(CAME)]


async def test_of_a_batch_each_has_its_own_trace_or_that_of_the_request(client, rows):
    events = [numbered(1, traceparent=str(OWN)), numbered(2)]
    await tell(client, events, "application/cloudevents-batch+json", traceparent=str(CAME))

    assert await kept(rows) == [str(OWN), str(CAME)]


async def test_of_an_upload_each_line_has_its_own_trace_or_that_of_the_request(client, rows):
    lines = [numbered(1, traceparent=str(OWN)), numbered(2)["data"]]
    body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    await tell(client, body, "application/x-ndjson", traceparent=str(CAME))

    assert await kept(rows) == [str(OWN), str(CAME)]


async def test_the_same_event_in_another_trace_is_the_same_event(client, rows):
    first = await tell(client, EVENT, "application/json", traceparent=str(CAME), idempotency_key="once")
    again = await tell(client, EVENT, "application/json", traceparent=str(OWN), idempotency_key="once")

    assert (first.json()["duplicate"], again.json()["duplicate"]) == (False, True)
    assert await kept(rows) == [str(CAME)]


# --- with one ------------------------------------------------------------------------------------------------------


@pytest.fixture
def recorded(database, database_url, tmp_path, monkeypatch):
    """Runs a service that records; what it recorded is there when it has ended."""

    @contextlib.asynccontextmanager
    async def run():
        collector = Collector()
        with serving_beside(collector) as url:
            monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
            async with answering(database, database_url, tmp_path) as client:
                yield client, collector

    return run


async def test_an_event_hangs_below_its_request_and_stays_in_a_trace_of_its_own(recorded, rows):
    nearer = Trace(CAME.id, "1" * 16)
    events = [numbered(1), numbered(2, traceparent=str(nearer)), numbered(3, traceparent=str(OWN))]
    async with recorded() as (client, collector):
        await tell(client, events, "application/cloudevents-batch+json", traceparent=str(CAME))
    span = collector.named["POST /v1/events"]
    ours = str(Trace(CAME.id, span.span_id.hex()))

    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (CAME.id, CAME.span)
    assert await kept(rows) == [ours, ours, str(OWN)]
    assert [link.trace_id.hex() for link in span.links] == [OWN.id]


async def test_the_header_of_a_cloudevent_leads_on_as_the_transports_does(recorded, rows):
    envelope = {"ce_specversion": "1.0", "ce_type": "invoice.issued", "ce_source": "/billing", "ce_id": "1"}
    async with recorded() as (client, collector):
        await tell(client, EVENT, "application/json", traceparent="broken", ce_traceparent=str(CAME), **envelope)
    span = collector.named["POST /v1/events"]

    assert (span.trace_id.hex(), span.parent_span_id.hex(), len(span.links)) == (CAME.id, CAME.span, 0)
    assert await kept(rows) == [str(Trace(CAME.id, span.span_id.hex()))]


async def test_every_request_of_the_api_is_recorded_by_its_route_alone(recorded):
    async with recorded() as (client, collector):
        for path in (
            "/v1/invoices/11111111-1111-7111-8111-111111111111?q=25112000000000000001",
            "/v1/nothing",
            "/livez",
        ):
            await client.get(path)
        await client.post("/v1/events", content=b"{", headers={"Content-Type": "application/json"})

    found = {name: attributes(span)["http.response.status_code"] for name, span in collector.named.items()}
    assert found == {"GET /v1/invoices/{invoice_id}": 404, "GET": 404, "POST /v1/events": 400}
    assert "11111111" not in collector.raw()


# --- the whole way -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def story_of(tmp_path, database_url, environment) -> Iterator[Story]:
    def made(simulator, receiver):
        return configuration(simulator, receiver) | {"rechecks": {"after": ["30d"], "month_end": False}}

    with town(tmp_path, database_url, Tempo.starting(timedelta(hours=10), 60.0), made) as place:
        place.environment |= environment
        yield Story(place, place.service().ready())


def tell_of(story, invoice, trace):
    story.town.simulator.register(invoice, **THERE)
    answer = story.service.call("POST", "/v1/events", json=invoice, headers={"traceparent": str(trace)})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def webhook(story, invoice):
    """The headers of the webhook that told that it is there."""
    story.webhooks(invoice, 1)
    hits = [hit for hit in story.town.receiver.hits(ERP) if invoice["number"] in hit.body.decode()]
    return [hit.headers for hit in hits]


def attributes(span):
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_one_trace_leads_from_the_event_over_its_check_to_the_webhook(tmp_path, database_url):
    collector = Collector()
    with serving_beside(collector) as url:
        collecting = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_BSP_SCHEDULE_DELAY": "50",
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
        }  # fmt: skip
        with story_of(tmp_path, database_url, collecting) as story:
            invoice = story.invoice(account="solo")
            invoice_id = tell_of(story, invoice, CAME)
            [headers] = webhook(story, invoice)
            until(lambda: any(one.name == "settle" for one in collector.spans(CAME)), "the last step is recorded")
            exemplars = story.service.call("GET", "/metrics", headers={"accept": "application/openmetrics-text"}).text
            unasked = story.invoice(account="solo")
            story.issue(unasked, **THERE)
            [began] = webhook(story, unasked)
            assert story.service.stop() == 0
            log = story.service.log

    told = read(headers["traceparent"])
    spans = collector.spans(CAME)
    by_id = {one.span_id.hex(): one for one in spans}
    [delivered] = [one for one in spans if one.name == "deliver webhook"]
    checked = by_id[delivered.parent_span_id.hex()]
    accepted = by_id[checked.parent_span_id.hex()]

    assert told.id == CAME.id
    assert told.span == delivered.span_id.hex()
    assert (accepted.name, checked.name) == ("POST /v1/events", "check solo")
    assert accepted.parent_span_id.hex() == CAME.span
    assert (accepted.kind, checked.kind, delivered.kind) == (SERVER, CLIENT, CLIENT)
    assert attributes(checked)["piaoda.invoice.id"] == invoice_id
    assert attributes(checked)["piaoda.outcome"] == "found_match"
    assert attributes(delivered)["messaging.message.id"] == headers["webhook-id"]
    assert checked.span_id in {one.parent_span_id for one in spans if one.name == "settle"}

    # Without one it begins here, and no way is mixed with another.
    assert read(began["traceparent"]).id != CAME.id
    assert {"POST /v1/events", "deliver webhook"} <= {one.name for one in collector.spans(read(began["traceparent"]))}

    # Who asks elsewhere finds it again: in the log, at the histograms, by the service's name.
    lines = [json.loads(line) for line in log.splitlines()]
    assert {line["event"] for line in lines if line.get("trace_id") == CAME.id} >= {"check", "delivery"}
    assert f'# {{trace_id="{CAME.id}"}}' in exemplars
    assert collector.paths == {"/v1/traces"}
    [resource] = {one.SerializeToString() for one in collector.resources}
    assert all(word in resource.decode("latin-1") for word in ("piaoda", "deployment.environment.name"))

    # And nothing that is nobody's business.
    secret = [KEY, *BUYER.values(), invoice["seller"]["tax_id"], invoice["number"], story.town.simulator.url]
    assert not [word for word in secret if word in collector.raw()]


def test_without_a_collector_the_trace_is_passed_on_all_the_same(tmp_path, database_url):
    with story_of(tmp_path, database_url, {}) as story:
        invoice, unasked = story.invoice(account="solo"), story.invoice(account="solo")
        tell_of(story, invoice, CAME)
        story.issue(unasked, **THERE)
        [headers] = webhook(story, invoice)
        [bare] = webhook(story, unasked)

    told = read(headers["traceparent"])
    assert (told.id, told.sampled) == (CAME.id, True)
    assert told.span != CAME.span
    assert "traceparent" not in bare
