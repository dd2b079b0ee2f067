"""Traces recorded by OpenTelemetry's SDK, an optional extra: `pip install piaoda[otel]`. It alone knows OpenTelemetry.

One rule: everything is bounded and nothing waits. Spans queue in the SDK and are dropped when the collector is away; a
call about many invoices records the first of them. The SDK speaks by itself, past our egress: its address is the
operator's, in the variables of OpenTelemetry (`OTEL_…`), which it reads itself.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import entry_points
from itertools import islice
from threading import Thread

from opentelemetry.context import Context
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from app.domain.errors import ConfigurationError
from app.domain.trace import Trace
from app.observability.tracing import Answering, Step, Traces, Work

MOST = 32
"""Things of one call that get a span of their own, and traces that one request or call is linked with."""

CLOSE_WITHIN = 5.0
"""Seconds that the end of the process waits for the collector."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OUR_FAULT = 500
_OTLP = "otlp_proto_http"


class Recording:
    """Everything recorded goes to the provider's processors."""

    records = True

    def __init__(self, provider: TracerProvider, version: str) -> None:
        self._provider, self._tracer = provider, provider.get_tracer("piaoda", version)

    def request(self, method: str, came: Trace | None) -> Answering:
        known = method if method in _METHODS else "_OTHER"
        span = self._tracer.start_span(known, _within(came), SpanKind.SERVER, {"http.request.method": known})
        return _Answer(span, known, came)

    def step(
        self, work: Work, whose: str, traces: Traces, facts: Mapping[str, str], *, since: int | None = None
    ) -> Step:
        found = ((id_, trace) for id_, trace in traces.items() if trace and trace.sampled)
        kept = dict(islice(found, MOST))
        if not kept:
            return Step(traces)
        name, kind = f"{work.name} {whose}".strip(), SpanKind.CLIENT if work.outward else SpanKind.INTERNAL
        began = since or time.time_ns()

        def span(within: Context, kind: SpanKind, told: Mapping[str, str | int], links: Sequence[Link]) -> Span:
            return self._tracer.start_span(name, within, kind, {**facts, **told}, links, start_time=began)

        if len(traces) == 1:
            own = {id_: span(_within(trace), kind, {work.thing: id_}, ()) for id_, trace in kept.items()}
            return _Recorded(traces, own, None)
        whole = span(Context(), kind, {"piaoda.things": len(traces)}, [Link(_context(each)) for each in kept.values()])
        part = [Link(whole.get_span_context())]
        own = {id_: span(_within(trace), SpanKind.INTERNAL, {work.thing: id_}, part) for id_, trace in kept.items()}
        return _Recorded(traces, own, whole)

    def close(self) -> None:
        sending = Thread(target=self._provider.shutdown, name="last traces", daemon=True)
        sending.start()
        sending.join(CLOSE_WITHIN)


class _Recorded(Step):
    """`own`: the span of each thing that is recorded; `whole`: that of the one call about several of them."""

    def __init__(self, traces: Traces, own: Mapping[str, Span], whole: Span | None) -> None:
        recorded = {id_: _trace(span) for id_, span in own.items() if span.is_recording()}
        super().__init__({**traces, **recorded})
        self._own, self._whole, self._recorded = own, whole, recorded

    def onward(self, thing: str) -> Trace | None:
        return self._recorded.get(thing) or super().onward(thing)

    def became(self, endings: Iterable[tuple[str, str, bool]]) -> None:
        failures: list[str] = []
        all_failed = True
        for id_, word, failed in endings:
            all_failed = all_failed and failed
            failures += [word] * failed
            if span := self._own.get(id_):
                span.set_attribute("piaoda.outcome", word)
                if failed:
                    _fail(span, word)
        if self._whole and failures and all_failed:
            _fail(self._whole, failures[0])

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for span in (*self._own.values(), *([self._whole] if self._whole else [])):
            if kind:
                _fail(span, kind.__name__)
            span.end()


class _Answer:
    def __init__(self, span: Span, method: str, came: Trace | None) -> None:
        self._span, self._method = span, method
        self._links = 0
        self.trace = _trace(span) if span.is_recording() else came

    def link(self, traces: Iterable[Trace]) -> None:
        for trace in islice(traces, MOST - self._links):
            self._span.add_link(_context(trace))
            self._links += 1

    def answered(self, route: str, status: int) -> None:
        if route:
            self._span.update_name(f"{self._method} {route}")
            self._span.set_attribute("http.route", route)
        if status:
            self._span.set_attribute("http.response.status_code", status)
        if status >= _OUR_FAULT:
            _fail(self._span, str(status))
        self._span.end()


def recording(environ: Mapping[str, str], version: str) -> Recording:
    """Records into what `OTEL_TRACES_EXPORTER` names, OTLP over HTTP where it names nothing."""
    ours = Resource({"service.name": "piaoda", "service.version": version})
    provider = TracerProvider(resource=ours.merge(OTELResourceDetector().detect()), shutdown_on_exit=False)
    for name in environ.get("OTEL_TRACES_EXPORTER", "").split(",") or [""]:
        provider.add_span_processor(BatchSpanProcessor(_exporter(name.strip() or "otlp")))
    return Recording(provider, version)


def _exporter(name: str) -> SpanExporter:
    found = entry_points(group="opentelemetry_traces_exporter", name=_OTLP if name == "otlp" else name)
    for entry in found:
        made: SpanExporter = entry.load()()
        return made
    raise ConfigurationError(f"OTEL_TRACES_EXPORTER: nothing that is called {name} is installed; otlp or console is.")


def _context(trace: Trace) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if trace.sampled else TraceFlags.DEFAULT)
    return SpanContext(int(trace.id, 16), int(trace.span, 16), is_remote=True, trace_flags=flags)


def _within(trace: Trace | None) -> Context:
    """The context of a span that follows upon `trace`; without one it begins a trace."""
    return set_span_in_context(NonRecordingSpan(_context(trace)), Context()) if trace else Context()


def _trace(span: Span) -> Trace:
    told = span.get_span_context()
    return Trace(f"{told.trace_id:032x}", f"{told.span_id:016x}", told.trace_flags.sampled)


def _fail(span: Span, kind: str) -> None:
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR))
