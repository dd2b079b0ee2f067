"""Traces: one from an event over its checks to the webhook that tells of it. The face of it, and its being off.

One rule: a trace explains and decides nothing. Without a collector a trace that came with an event is passed on and
nothing is recorded; `otel.py` records, and it alone knows OpenTelemetry.
"""

import logging
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, Self

from app.domain.trace import Trace

log = logging.getLogger(__name__)

Traces = Mapping[str, Trace | None]
"""Where each thing (an invoice, a message, by its id) stands in a trace; None: in none."""

COLLECTORS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER")
"""The variables that turn it on, OpenTelemetry's own."""


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of step. `thing`: the attribute that the ids of its traces are; `outward`: somebody else is called."""

    name: str
    thing: str
    outward: bool = True


CHECK = Work("check", "piaoda.invoice.id")
SETTLE = Work("settle", "piaoda.invoice.id", outward=False)
DELIVER = Work("deliver", "messaging.message.id")


class Step:
    """One step of work on things that may belong to traces; a context manager, it ends with the block.

    `traces`: where what follows of each hangs.
    """

    def __init__(self, traces: Traces) -> None:
        self.traces = traces

    @property
    def kept(self) -> str | None:
        """The id of one of its traces that somebody keeps: an exemplar."""
        return next((trace.kept for trace in self.traces.values() if trace and trace.sampled), None)

    def onward(self, thing: str) -> Trace | None:
        """What is sent along with `thing`: its trace, and a span that nobody has been told before."""
        trace = self.traces[thing]
        return trace.onward(random.getrandbits(64)) if trace else None

    def became(self, endings: Iterable[tuple[str, str, bool]]) -> None:
        """What became of each thing: its id, one closed word, and whether that is a failure of the step."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Ends it; what was raised passes."""


class Answering(Protocol):
    """A request that is being answered. `trace`: where the events in it hang that bring no trace of their own."""

    @property
    def trace(self) -> Trace | None: ...

    def link(self, traces: Iterable[Trace]) -> None:
        """Other traces that came with it."""

    def answered(self, route: str, status: int) -> None:
        """Ends it. `route`: the template of its path, empty where none fits. `status`: 0 where no answer began."""


class Tracing(Protocol):
    @property
    def records(self) -> bool: ...

    def request(self, method: str, came: Trace | None, /) -> Answering:
        """Begins the answer to a request that came with a trace or without one."""
        ...

    def step(
        self, work: Work, whose: str, traces: Traces, facts: Mapping[str, str], /, *, since: int | None = None
    ) -> Step:
        """Begins a step on all of `traces`, called after the work and `whose` (an account, a kind of channel).

        `facts` are attributes; none may tell of seller, buyer, secret or address. `since`: when it began, in
        nanoseconds of real time since 1970, where that is over.
        """
        ...

    def close(self) -> None:
        """Sends what was recorded; blocks for a few seconds where the collector is slow."""


class Untraced:
    """Nothing is recorded."""

    records = False

    def request(self, _method: str, came: Trace | None, /) -> Answering:
        return _Unrecorded(came)

    def step(
        self, _work: Work, _whose: str, traces: Traces, _facts: Mapping[str, str], /, *, since: int | None = None
    ) -> Step:
        del since
        return Step(traces)

    def close(self) -> None:
        """There is nothing to send."""


class _Unrecorded:
    def __init__(self, trace: Trace | None) -> None:
        self.trace = trace

    def link(self, traces: Iterable[Trace]) -> None:
        """Nothing is recorded."""

    def answered(self, route: str, status: int) -> None:
        """Nothing is recorded."""


def configured(environ: Mapping[str, str], version: str) -> Tracing:
    """Tracing as OpenTelemetry's variables want it: off where they name no collector, or the extra is not installed."""
    if not any(map(environ.get, COLLECTORS)) or _is_refused(environ):
        return Untraced()
    try:
        recorder: Any = import_module("app.observability.otel")
    except ImportError:
        log.warning("no traces: the extra is not installed, pip install piaoda[otel]")
        return Untraced()
    recording: Tracing = recorder.recording(environ, version)
    return recording


def _is_refused(environ: Mapping[str, str]) -> bool:
    disabled = environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    return disabled or environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none"
