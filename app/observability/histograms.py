"""Histograms, counted here: the library's take a lock or two for each observation, and a check brings many at once.

One rule: all of a histogram is told from one event loop, so that nothing here needs a lock.
"""

import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client.metrics_core import HistogramMetricFamily, Metric
from prometheus_client.samples import Exemplar
from prometheus_client.utils import floatToGoString

from app.observability.catalogue import Declaration

_INFINITY = "+Inf"


class Distribution:
    """The observations of one combination of labels, in seconds."""

    __slots__ = ("_bounds", "_counts", "_exemplars", "_sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds, self._counts, self._sum = bounds, [0] * (len(bounds) + 1), 0.0
        self._exemplars: dict[int, Exemplar] = {}

    def observe(self, seconds: float, trace_id: str | None = None) -> None:
        """One more, which `trace_id` shows, where there is one. Two machines' clocks may disagree: a negative time
        would take from the sum, and counts as none at all.
        """
        seconds = max(0.0, seconds)
        place = bisect_left(self._bounds, seconds)
        self._counts[place] += 1
        self._sum += seconds
        if trace_id:
            self._exemplars[place] = Exemplar({"trace_id": trace_id}, seconds, time.time())

    def shown(self, into: HistogramMetricFamily, labels: Sequence[str]) -> None:
        names = [*map(floatToGoString, self._bounds), _INFINITY]
        buckets: list[tuple[str, float] | tuple[str, float, Exemplar]] = []
        for place, bucket in enumerate(zip(names, accumulate(self._counts), strict=True)):
            exemplar = self._exemplars.get(place)
            buckets.append((*bucket, exemplar) if exemplar else bucket)
        into.add_metric(labels, buckets, self._sum)


class Histograms:
    """A collector of the declared ones. Each combination of labels appears with its first observation."""

    def __init__(self, declared: Sequence[Declaration]) -> None:
        self._of: dict[Declaration, dict[tuple[str, ...], Distribution]] = {metric: {} for metric in declared}

    def of(self, metric: Declaration, *labels: str) -> Distribution:
        found = self._of[metric]
        return found.get(labels) or found.setdefault(labels, Distribution(metric.buckets))

    def collect(self) -> Iterator[Metric]:
        for metric, found in self._of.items():
            family = HistogramMetricFamily(metric.name, metric.help, labels=metric.label_names)
            for labels, distribution in found.items():
                distribution.shown(family, labels)
            yield family
