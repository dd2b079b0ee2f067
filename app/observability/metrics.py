"""What the service counts about itself. One rule: others say what happened, only this file knows Prometheus.

Counters and histograms count this replica's work; gauges are read (`gauges.py`). Histograms appear with their first
observation: the quantile of nothing is nothing, and they are what most series are spent on. Where a trace was recorded
its id goes with the observation, as an OpenMetrics exemplar.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics

from app.domain.identity import Kind
from app.domain.incident import Reason
from app.domain.invoice import Cause, Outcome, State
from app.domain.reading import Present, Reading
from app.observability import catalogue
from app.observability.catalogue import CATALOGUE, Declaration
from app.observability.gauges import Gauges, Names
from app.observability.histograms import Histograms

_CODES = 50
_LONGEST_CODE = 40
_NOT_IN_CODES = re.compile(r"[^A-Za-z0-9._-]+")
_DEADLINE = {State.SYNCED: "met", State.OVERDUE: "missed", State.ESCALATED: "missed"}
"""What a move away from pending says of the deadline."""


# Series that nobody asks for, one beside each counter. The switch is the library's own, for the whole process.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """`accounts` and `channels` are the configured names; others are let in as they come, up to a bound."""

    def __init__(self, version: str, accounts: Sequence[str], channels: Sequence[str]) -> None:
        self._registry = registry = CollectorRegistry()
        self._account, self._channel = Names(accounts), Names(channels)
        self._codes: defaultdict[str, Names] = defaultdict(lambda: Names(strangers=_CODES))
        self._read = Gauges(self._account, self._channel)
        registry.register(self._read)
        ProcessCollector(registry=registry)
        counters = {m: Counter(m.name, m.help, m.label_names, registry=registry) for m in _of_type("counter")}
        # One of so many labels is looked up once: some move with every request.
        self._counter: Callable[..., Counter] = cache(lambda m, *labels: counters[m].labels(*labels))
        self._histograms = Histograms(_of_type("histogram"))
        registry.register(self._histograms)
        self._loops = self._gauge(catalogue.LOOP_LAST_SUCCESS)
        self._gauge(catalogue.BUILD_INFO).labels(version).set(1)
        self._begin_at_zero(accounts, channels)

    def present(self, read: Callable[[], Present]) -> None:
        """From now on each scrape asks `read` for what this replica has under way."""
        self._read.present = read

    def events(self, result: str, count: int = 1) -> None:
        """`result`: accepted, duplicate, conflict or invalid."""
        self._counter(catalogue.EVENTS, result).inc(count)

    def request(self, surface: str, status: str, seconds: float) -> None:
        """A request was answered: see the catalogue's lists of surfaces and of status."""
        self._counter(catalogue.HTTP_REQUESTS, surface, status).inc()
        self._observe(catalogue.HTTP_DURATION, seconds, surface)

    def transition(
        self, before: State | None, after: State, cause: Cause, count: int = 1, *, account: str = ""
    ) -> None:
        """Moves of invoices of `account`, which only those need to name that may decide a deadline."""
        labels = (before or catalogue.NO_STATE, after, cause)
        self._counter(catalogue.TRANSITIONS_MADE, *labels).inc(count)
        if before is State.PENDING and (result := _DEADLINE.get(after)):
            self._counter(catalogue.DEADLINES, self._account(account), result).inc(count)

    def synced(self, account: str, kind: Kind | None, latency_seconds: float, trace_id: str | None = None) -> None:
        """An invoice was confirmed `latency_seconds` after its issue."""
        labels = (self._account(account), kind or catalogue.NO_KIND)
        self._observe(catalogue.SYNC_LATENCY, latency_seconds, *labels, trace_id=trace_id)

    def check(self, account: str, outcome: Outcome, count: int = 1) -> None:
        """`count` invoices were asked for with this outcome; one call may ask for many."""
        self._counter(catalogue.CHECKS, self._account(account), outcome).inc(count)

    def unlisted(self, provider: str, code: str) -> None:
        """An answer of `provider` (an adapter's name) had a code that no table explains; it may be any text."""
        cleaned = _NOT_IN_CODES.sub("_", code)[:_LONGEST_CODE] or "_"
        self._counter(catalogue.UNLISTED_CODES, provider, self._codes[provider](cleaned)).inc()

    def stale(self, account: str, count: int) -> None:
        """So many answers came after their lease was lost, and were not written."""
        self._counter(catalogue.STALE_RESULTS, self._account(account)).inc(count)

    def call(self, account: str, seconds: float, trace_id: str | None = None) -> None:
        """One call to a tax system took `seconds` of real time."""
        self._observe(catalogue.CHECK_DURATION, seconds, self._account(account), trace_id=trace_id)

    def lag(self, account: str, *seconds: float) -> None:
        """Due checks were begun `seconds` late."""
        lags = self._histograms.of(catalogue.CHECK_LAG, self._account(account))
        for late in seconds:
            lags.observe(late)

    def delivery(self, channel: str, result: str, lag_seconds: float | None, trace_id: str | None = None) -> None:
        """One attempt; `lag_seconds` from the transition to the receiver's 2xx, None when there was none."""
        name = self._channel(channel)
        self._counter(catalogue.DELIVERIES, name, result).inc()
        if lag_seconds is not None:
            self._observe(catalogue.DELIVERY_LAG, lag_seconds, name, trace_id=trace_id)

    def alert(self, reason: Reason) -> None:
        """A notice was told."""
        self._counter(catalogue.ALERTS, reason).inc()

    def waited(self, pool: str, seconds: float) -> None:
        """Somebody waited `seconds` for a connection of `pool`."""
        self._observe(catalogue.DATABASE_WAIT, seconds, pool)

    def loop_succeeded(self, loop: str, at: datetime) -> None:
        """`loop` finished a step; has the shape of `Loop`'s `on_success`."""
        if loop in catalogue.LOOP.values:
            self._loops.labels(loop).set(at.timestamp())

    def loop_stepped(self, loop: str, seconds: float, *, failed: bool) -> None:
        """A step of `loop` ended after `seconds`; has the shape of `Loop`'s `on_step`."""
        if failed:
            self._counter(catalogue.LOOP_FAILURES, loop).inc()
        if loop in catalogue.LOOP.values:
            self._observe(catalogue.LOOP_STEP_DURATION, seconds, loop)

    def gauges(self, reading: Reading) -> None:
        """Shows `reading`, and nothing of the one before it."""
        self._read.take(reading)

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """Body and content type for a scrape; `accept` is the request's header."""
        if "application/openmetrics-text" in accept:
            # Our names need no escaping; to be told so saves the library a third of its work.
            body: bytes = openmetrics.generate_latest(self._registry, openmetrics.ALLOWUTF8)  # type: ignore[no-untyped-call]
            return body, openmetrics.CONTENT_TYPE_LATEST
        return generate_latest(self._registry), CONTENT_TYPE_PLAIN_0_0_4

    def _gauge(self, metric: Declaration) -> Gauge:
        return Gauge(metric.name, metric.help, metric.label_names, registry=self._registry)

    def _observe(self, metric: Declaration, seconds: float, *labels: str, trace_id: str | None = None) -> None:
        self._histograms.of(metric, *labels).observe(seconds, trace_id)

    def _begin_at_zero(self, accounts: Sequence[str], channels: Sequence[str]) -> None:
        """A counter that appears at 1 hides its first event from `increase()`."""
        for metric in _of_type("counter"):
            for labels in metric.combinations(accounts, channels):
                self._counter(metric, *labels)
        for (loop,) in catalogue.LOOP_LAST_SUCCESS.combinations(accounts, channels):
            self._loops.labels(loop)


def _of_type(kind: catalogue.Type) -> list[Declaration]:
    return [metric for metric in CATALOGUE if metric.type == kind]
