"""Traces: when they are recorded, what a span is the child of, and how much of one call is recorded at most."""

import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, DEFAULT_ON
from opentelemetry.trace import SpanKind

from app.domain.errors import ConfigurationError
from app.domain.trace import Trace
from app.observability.otel import MOST, Recording
from app.observability.tracing import CHECK, SETTLE, Untraced, configured

HERE = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
CAME = Trace("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
FACTS = {"piaoda.account": "a"}


def numbered(count, *, sampled=True):
    return {f"i{n}": Trace(f"{n + 1:032x}", f"{n + 1:016x}", sampled) for n in range(count)}


@pytest.fixture
def spans():
    return InMemorySpanExporter()


@pytest.fixture
def recording(spans):
    def make(sampler=DEFAULT_ON):
        provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(spans))
        return Recording(provider, "0")

    return make


def parents(spans):
    """The span that each span is the child of, by name."""
    return {one.name: one.parent and f"{one.parent.span_id:016x}" for one in spans.get_finished_spans()}


# --- on and off ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"OTEL_SERVICE_NAME": "piaoda"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        HERE | {"OTEL_SDK_DISABLED": "TRUE"},
        HERE | {"OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_without_a_collector_or_where_it_is_refused_nothing_is_recorded(environ):
    assert not configured(environ, "0").records


@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])
def test_a_collector_turns_it_on(name):
    tracing = configured({name: "http://127.0.0.1:9"}, "0")
    tracing.close()

    assert tracing.records


def test_an_exporter_that_nobody_installed_stops_the_start_and_says_so():
    with pytest.raises(ConfigurationError, match="OTEL_TRACES_EXPORTER: nothing that is called zipkin"):
        configured({"OTEL_TRACES_EXPORTER": "zipkin"}, "0")


def test_without_the_extra_nothing_is_recorded_and_one_line_says_why(monkeypatch, caplog):
    monkeypatch.delitem(sys.modules, "app.observability.otel", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)

    assert not configured(HERE, "0").records
    assert [record.getMessage() for record in caplog.records] == [
        "no traces: the extra is not installed, pip install piaoda[otel]"
    ]


def test_off_a_trace_goes_on_with_another_span_for_each_who_is_told():
    with Untraced().step(CHECK, "a", {"i": CAME, "j": None}, FACTS) as step:
        first, second = step.onward("i"), step.onward("i")

    assert step.traces == {"i": CAME, "j": None}
    assert {first.id, second.id} == {CAME.id}
    assert len({CAME.span, first.span, second.span}) == 3
    assert step.onward("j") is None


# --- what is recorded ----------------------------------------------------------------------------------------------


def test_a_call_about_one_invoice_is_a_span_of_its_trace(recording, spans):
    with recording().step(CHECK, "a", {"i": CAME}, FACTS) as step:
        step.became([("i", "found_match", False)])
    [span] = spans.get_finished_spans()

    assert (span.name, span.kind, f"{span.context.trace_id:032x}") == ("check a", SpanKind.CLIENT, CAME.id)
    assert span.attributes == FACTS | {"piaoda.invoice.id": "i", "piaoda.outcome": "found_match"}
    assert parents(spans) == {"check a": CAME.span}
    assert step.traces["i"] == step.onward("i") == Trace(CAME.id, f"{span.context.span_id:016x}")
    assert step.kept == CAME.id


def test_a_call_about_many_is_one_span_linked_with_theirs(recording, spans):
    traces = numbered(3) | {"none": None, "unkept": Trace("f" * 32, "f" * 16, sampled=False)}
    with recording().step(CHECK, "a", traces, FACTS) as step:
        step.became([("i0", "transient", True), ("i1", "not_found", False), ("i2", "not_found", False)])
    *own, whole = spans.get_finished_spans()

    assert whole.kind is SpanKind.CLIENT
    assert whole.parent is None
    assert [f"{link.context.trace_id:032x}" for link in whole.links] == [traces[f"i{n}"].id for n in range(3)]
    assert whole.attributes["piaoda.things"] == 5
    assert [(f"{one.context.trace_id:032x}", f"{one.parent.span_id:016x}") for one in own] == [
        (traces[id_].id, traces[id_].span) for id_ in ("i0", "i1", "i2")
    ]
    assert {link.context.span_id for one in own for link in one.links} == {whole.context.span_id}
    assert [one.attributes.get("error.type") for one in own] == ["transient", None, None]
    assert "error.type" not in whole.attributes
    assert step.traces["none"] is None
    assert step.traces["unkept"] == traces["unkept"]


def test_of_a_call_about_very_many_the_first_are_recorded_and_all_go_on(recording, spans):
    traces = numbered(MOST * 3)
    with recording().step(CHECK, "a", traces, FACTS) as step:
        pass

    assert len(spans.get_finished_spans()) == MOST + 1
    assert {id_: trace.id for id_, trace in step.traces.items()} == {id_: trace.id for id_, trace in traces.items()}


def test_a_call_about_nothing_that_is_kept_records_nothing(recording, spans):
    traces = numbered(2, sampled=False) | {"none": None}
    with recording().step(CHECK, "a", traces, FACTS) as step:
        assert step.kept is None

    assert (spans.get_finished_spans(), step.traces) == ((), traces)


def test_what_raises_passes_and_is_on_the_span(recording, spans):
    with pytest.raises(ValueError, match="secret"), recording().step(CHECK, "a", {"i": CAME}, FACTS):
        raise ValueError("secret")
    [span] = spans.get_finished_spans()

    assert span.attributes["error.type"] == "ValueError"
    assert not span.events
    assert "secret" not in span.to_json()


def test_what_is_over_begins_when_it_began(recording, spans):
    with recording().step(SETTLE, "", {"i": CAME}, FACTS, since=1_000):
        pass
    [span] = spans.get_finished_spans()

    assert (span.name, span.kind, span.start_time) == ("settle", SpanKind.INTERNAL, 1_000)


# --- requests ------------------------------------------------------------------------------------------------------


def test_a_request_is_a_span_by_its_route_and_what_follows_hangs_below_it(recording, spans):
    answering = recording().request("GET", CAME)
    answering.answered("/v1/invoices/{invoice_id}", 503)
    [span] = spans.get_finished_spans()

    assert (span.name, span.kind) == ("GET /v1/invoices/{invoice_id}", SpanKind.SERVER)
    assert span.attributes == {
        "http.request.method": "GET", "http.route": "/v1/invoices/{invoice_id}", "http.response.status_code": 503,
        "error.type": "503",
    }  # fmt: skip
    assert answering.trace == Trace(CAME.id, f"{span.context.span_id:016x}")


def test_a_request_without_a_trace_begins_one(recording, spans):
    answering = recording().request("BREW", None)
    answering.answered("", 0)
    [span] = spans.get_finished_spans()

    assert (span.name, span.parent, dict(span.attributes)) == ("_OTHER", None, {"http.request.method": "_OTHER"})
    assert answering.trace.id == f"{span.context.trace_id:032x}"


@pytest.mark.parametrize("came", [None, CAME])
def test_where_the_sampler_wants_nothing_only_what_came_goes_on(recording, spans, came):
    answering = recording(ALWAYS_OFF).request("POST", came)
    answering.link([CAME])
    answering.answered("/v1/events", 202)

    assert (answering.trace, spans.get_finished_spans()) == (came, ())


def test_the_traces_that_a_request_is_linked_with_are_bounded(recording, spans):
    answering = recording().request("POST", None)
    for _ in range(2):
        answering.link(numbered(MOST).values())
    answering.answered("/v1/events", 200)
    [span] = spans.get_finished_spans()

    assert len(span.links) == MOST
