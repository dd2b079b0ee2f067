"""Gauges: values read at one moment and shown whole. One rule: a scrape never sees half of a reading, and what is no
longer there disappears.

Those of the database are made when a `Reading` comes in; those of this replica at the scrape itself.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import starmap
from typing import Any

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from app.domain.reading import Present, Reading
from app.observability import catalogue
from app.observability.catalogue import ACCOUNT, CHANNEL, Declaration

Value = float | datetime | timedelta
Column = Mapping[Any, Value]
"""Values by the values of the labels: a tuple, or the one itself."""

_STRANGERS = 100
_FOLD: Mapping[str, Callable[[float, float], float]] = {"sum": operator.add, "min": min, "max": max}


class Names:
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


class Gauges:
    """A collector of what the last reading of the database says, and of what this replica has under way."""

    def __init__(self, accounts: Names, channels: Names) -> None:
        self._names = {ACCOUNT: accounts, CHANNEL: channels}
        self.present: Callable[[], Present] = Present
        self.take(Reading())

    def take(self, reading: Reading) -> None:
        self._read = list(starmap(self._family, _of_the_database(reading)))

    def collect(self) -> Iterator[Metric]:
        yield from self._read
        yield from starmap(self._family, _of_this_replica(self.present()))

    def _family(self, metric: Declaration, column: Column) -> Metric:
        family = GaugeMetricFamily(metric.name, metric.help, labels=metric.label_names)
        values = self._values(metric, column)
        for labels, value in (self._zeros(metric) | values).items():
            family.add_metric(labels, value)
        return family

    def _values(self, metric: Declaration, column: Column) -> dict[tuple[str, ...], float]:
        values: dict[tuple[str, ...], float] = {}
        for key, value in column.items():
            labels, number = self._labels(metric, key if isinstance(key, tuple) else (key,)), _number(value)
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


def _number(value: Value) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


def _of_the_database(reading: Reading) -> Iterable[tuple[Declaration, Column]]:
    return (
        (catalogue.INVOICES, reading.invoices),
        (catalogue.OLDEST_UNSYNCED, reading.oldest_unsynced_issued_at),
        (catalogue.CHECKS_DUE, reading.checks_due),
        (catalogue.ACCOUNT_UP, reading.accounts_up),
        (catalogue.ACCOUNT_LAST_SUCCESS, reading.last_success_at),
        (catalogue.BREAKER_OPEN, reading.breakers_open),
        (catalogue.CALLS_USED, reading.calls_used),
        (catalogue.CALLS_LIMIT, reading.calls_limit),
        (catalogue.CREDENTIAL_EXPIRY, reading.credentials_expire_at),
        (catalogue.INCIDENTS_OPEN, reading.incidents_open),
        (catalogue.DELIVERIES_PENDING, reading.deliveries_pending),
        (catalogue.OLDEST_DELIVERY_DUE, reading.oldest_delivery_due_at),
        (catalogue.READOUT, _alone(reading.at)),
    )


def _of_this_replica(present: Present) -> Iterable[tuple[Declaration, Column]]:
    pools = present.pools.items()
    states = (((name, state), getattr(pool, state)) for name, pool in pools for state in catalogue.CONNECTION.values)
    return (
        (catalogue.CALLS_IN_FLIGHT, present.calls),
        (catalogue.DATABASE_CONNECTIONS, dict(states)),
        (catalogue.DATABASE_CONNECTIONS_LIMIT, {name: pool.limit for name, pool in pools}),
        (catalogue.DATABASE_WAITING, {name: pool.waiting for name, pool in pools}),
        (catalogue.EVENTS_WAITING, _alone(present.events_waiting)),
        (catalogue.SENDS_IN_FLIGHT, _alone(present.sends)),
        (catalogue.CLOCK_OFFSET, _alone(present.clock_offset)),
    )


def _alone(value: Value | None) -> Column:
    """The one value of a gauge without labels."""
    return {} if value is None else {(): value}
