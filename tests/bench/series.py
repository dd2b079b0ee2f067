"""Lags over time, put together from several workers. One rule: a worker tells quantiles and counts, not every lag."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Told = Sequence[Mapping[str, Any]]
Weighted = list[tuple[float, float]]
"""Values in seconds, each with how many lags it stands for."""


def window(told: Told, begin: float, end: float) -> dict[str, float]:
    """Checks a second, and the lags asked from second `begin` to `end` of a run: p50, p99 and the worst, in ms."""
    lags = sorted(_weighted(told, range(round(begin), round(end))))
    count = sum(weight for _, weight in lags)
    return {
        "rate": count / max(1, round(end) - round(begin)),
        "p50_ms": quantile(lags, 0.5) * 1e3,
        "p99_ms": quantile(lags, 0.99) * 1e3,
        "max_ms": lags[-1][0] * 1e3 if lags else 0.0,
    }


def quantile(lags: Weighted, share: float) -> float:
    """Of values in order; zero of none."""
    left = share * sum(weight for _, weight in lags)
    for value, weight in lags:
        left -= weight
        if left <= 0:
            return value
    return lags[-1][0] if lags else 0.0


def _weighted(told: Told, seconds: Iterable[int]) -> Weighted:
    return [pair for one in told for second in seconds for pair in _second(one["lags"].get(str(second)))]


def _second(kept: Mapping[str, Any] | None) -> Weighted:
    if not kept:
        return []
    return [(value, kept["count"] / len(kept["lags"])) for value in kept["lags"]]
