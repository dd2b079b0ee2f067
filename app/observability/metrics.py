"""What the service counts about itself. One rule: others say what happened, only this file knows Prometheus.

Counters and histograms count this replica's work. The gauges that count rows are made from the last `Reading`
of the database and swapped whole: a scrape never sees half of one, and what is no longer there disappears.
Histograms appear with their first observation: the quantile of nothing is nothing, and they are what most
series are spent on.
"""

import operator
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import starmap
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.openmetrics import exposition as openmetrics

from app.domain.identity import Kind
from app.domain.invoice import Cause, Outcome, State
from app.domain.reading import Reading
from app.observability import catalogue
from app.observability.catalogue import ACCOUNT, CATALOGUE, CHANNEL, Declaration

_STRANGERS = 100
_CODES = 50
_LONGEST_CODE = 40
_NOT_IN_CODES = re.compile(r"[^A-Za-z0-9._-]+")

_FOLD: Mapping[str, Callable[[float, float], float]] = {"sum": operator.add, "min": min, "max": max}


class _Names:
    """Values of one label: configured ones and the first `strangers` are themselves, the rest `other`.

    A client may write any account into an event: its typing errors must not fill the monitoring's memory.
    """

    def __init__(self, configured: Iterable[str] = (), strangers: int = _STRANGERS) -> None:
        self._known = dict.fromkeys(configured)
        self._most = len(self._known) + strangers

    def __call__(self, name: str) -> str:
        if name not in self._known and len(self._known) >= self._most:
            return catalogue.OTHER
        self._known.setdefault(name)
        return name

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)


class _Counted:
    """A collector of the gauges that the database's last reading gives."""

    def __init__(self, accounts: _Names, channels: _Names) -> None:
        self._names = {ACCOUNT: accounts, CHANNEL: channels}
        self.take(Reading())

    def take(self, reading: Reading) -> None:
        self._families = list(starmap(self._family, _columns(reading)))

    def collect(self) -> Iterable[Metric]:
        return self._families

    def _family(self, metric: Declaration, column: Mapping[Any, float | datetime]) -> Metric:
        family = GaugeMetricFamily(metric.name, metric.help, labels=metric.label_names)
        values = self._values(metric, column)
        for labels, value in (self._zeros(metric) | values).items():
            family.add_metric(labels, value)
        return family

    def _values(self, metric: Declaration, column: Mapping[Any, float | datetime]) -> dict[tuple[str, ...], float]:
        values: dict[tuple[str, ...], float] = {}
        for key, value in column.items():
            labels = self._labels(metric, key if isinstance(key, tuple) else (key,))
            number = value.timestamp() if isinstance(value, datetime) else float(value)
            values[labels] = _FOLD[metric.fold](values[labels], number) if labels in values else number
        return values

    def _labels(self, metric: Declaration, key: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(
            self._names[label](value) if label in self._names else value
            for label, value in zip(metric.labels, key, strict=True)
        )

    def _zeros(self, metric: Declaration) -> dict[tuple[str, ...], float]:
        known = metric.combinations(tuple(self._names[ACCOUNT]), tuple(self._names[CHANNEL]))
        return dict.fromkeys(known, 0.0) if metric.zero else {}


def _columns(reading: Reading) -> Iterable[tuple[Declaration, Mapping[Any, float | datetime]]]:
    return (
        (catalogue.INVOICES, reading.invoices),
        (catalogue.OLDEST_UNSYNCED, reading.oldest_unsynced_issued_at),
        (catalogue.CHECKS_DUE, reading.checks_due),
        (catalogue.ACCOUNT_UP, reading.accounts_up),
        (catalogue.BREAKER_OPEN, reading.breakers_open),
        (catalogue.CREDENTIAL_EXPIRY, reading.credentials_expire_at),
        (catalogue.INCIDENTS_OPEN, reading.incidents_open),
        (catalogue.DELIVERIES_PENDING, reading.deliveries_pending),
        (catalogue.OLDEST_DELIVERY_DUE, reading.oldest_delivery_due_at),
    )


class _WithoutCreated:
    """The registry less its `_created` series, which double every counter; the library's switch is global."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric


class Metrics:
    """`accounts` and `channels` are the configured names; others are let in as they come, up to a bound."""

    def __init__(self, version: str, accounts: Sequence[str], channels: Sequence[str]) -> None:
        self._registry = registry = CollectorRegistry()
        self._account, self._channel = _Names(accounts), _Names(channels)
        self._codes: defaultdict[str, _Names] = defaultdict(lambda: _Names(strangers=_CODES))
        self._counted = _Counted(self._account, self._channel)
        registry.register(self._counted)
        self._counters = {m: Counter(m.name, m.help, m.label_names, registry=registry) for m in _of_type("counter")}
        self._histograms = {
            m: Histogram(m.name, m.help, m.label_names, buckets=m.buckets, registry=registry)
            for m in _of_type("histogram")
        }
        self._loops = self._gauge(catalogue.LOOP_LAST_SUCCESS)
        self._gauge(catalogue.BUILD_INFO).labels(version).set(1)
        self._begin_at_zero(accounts, channels)
        events = self._counters[catalogue.EVENTS]
        self._events = {
            result: events.labels(result) for (result,) in catalogue.EVENTS.combinations(accounts, channels)
        }

    def events(self, result: str, count: int = 1) -> None:
        """`result`: accepted, duplicate, conflict or invalid."""
        self._events[result].inc(count)

    def transition(self, before: State | None, after: State, cause: Cause, count: int = 1) -> None:
        labels = (before or catalogue.NO_STATE, after, cause)
        self._counters[catalogue.TRANSITIONS_MADE].labels(*labels).inc(count)

    def synced(self, account: str, kind: Kind | None, latency_seconds: float) -> None:
        """An invoice was confirmed `latency_seconds` after its issue."""
        self._observe(catalogue.SYNC_LATENCY, latency_seconds, self._account(account), kind or catalogue.NO_KIND)

    def check(self, account: str, outcome: Outcome, count: int = 1) -> None:
        """`count` invoices were asked for with this outcome; one call may ask for many."""
        self._counters[catalogue.CHECKS].labels(self._account(account), outcome).inc(count)

    def unlisted(self, provider: str, code: str) -> None:
        """An answer of `provider` (an adapter's name) had a code that no table explains; it may be any text."""
        cleaned = _NOT_IN_CODES.sub("_", code)[:_LONGEST_CODE] or "_"
        self._counters[catalogue.UNLISTED_CODES].labels(provider, self._codes[provider](cleaned)).inc()

    def call(self, account: str, seconds: float) -> None:
        """One call to a tax system took `seconds` of real time."""
        self._observe(catalogue.CHECK_DURATION, seconds, self._account(account))

    def lag(self, account: str, *seconds: float) -> None:
        """Due checks were begun `seconds` late."""
        lags = self._histograms[catalogue.CHECK_LAG].labels(self._account(account))
        for late in seconds:
            lags.observe(max(0.0, late))

    def delivery(self, channel: str, result: str, lag_seconds: float | None) -> None:
        """One attempt; `lag_seconds` from the transition to the receiver's 2xx, None when there was none."""
        name = self._channel(channel)
        self._counters[catalogue.DELIVERIES].labels(name, result).inc()
        if lag_seconds is not None:
            self._observe(catalogue.DELIVERY_LAG, lag_seconds, name)

    def loop_succeeded(self, loop: str, at: datetime) -> None:
        """`loop` finished a step; has the shape of `Loop`'s `on_success`."""
        self._loops.labels(loop).set(at.timestamp())

    def gauges(self, reading: Reading) -> None:
        """Shows `reading`, and nothing of the one before it."""
        self._counted.take(reading)

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """Body and content type for a scrape; `accept` is the request's header."""
        shown = _WithoutCreated(self._registry)
        if "application/openmetrics-text" in accept:
            body: bytes = openmetrics.generate_latest(shown)  # type: ignore[no-untyped-call]
            return body, openmetrics.CONTENT_TYPE_LATEST
        return generate_latest(shown), CONTENT_TYPE_PLAIN_0_0_4

    def _gauge(self, metric: Declaration) -> Gauge:
        return Gauge(metric.name, metric.help, metric.label_names, registry=self._registry)

    def _observe(self, metric: Declaration, seconds: float, *labels: str) -> None:
        # Two machines' clocks may disagree; a negative time would take from the histogram's sum.
        self._histograms[metric].labels(*labels).observe(max(0.0, seconds))

    def _begin_at_zero(self, accounts: Sequence[str], channels: Sequence[str]) -> None:
        """A counter that appears at 1 hides its first event from `increase()`."""
        for metric, counter in self._counters.items():
            for labels in metric.combinations(accounts, channels):
                counter.labels(*labels)
        for (loop,) in catalogue.LOOP_LAST_SUCCESS.combinations(accounts, channels):
            self._loops.labels(loop)


def _of_type(kind: catalogue.Type) -> list[Declaration]:
    return [metric for metric in CATALOGUE if metric.type == kind]
