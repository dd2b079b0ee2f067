"""PromQL for a metric of the catalogue. One rule: the catalogue says how replicas become one number, nobody else.

Replicas that show the same gauge (it comes from the database) are one number by max(), what each counts for itself is
added up. Labels that are not asked for are folded afterwards, as the catalogue says: a sum, the earliest, the worst.
"""

from typing import Final

from app.observability.catalogue import CATALOGUE, Declaration

METRICS: Final = {metric.name: metric for metric in CATALOGUE}

INTERVAL: Final = "$__rate_interval"
RANGE: Final = "$__range"

_JOB: Final = 'job=~"$job"'
_CHOSEN: Final = {"account": 'account=~"$account"', "kind": 'kind=~"$kind"'}


def selected(name: str, suffix: str = "", **only: str) -> str:
    """The chosen series of a metric, of the chosen accounts and kinds; `only`: a label's value, or several with `|`."""
    labels = METRICS[name].label_names
    assert set(only) <= {*labels, "le"}, f"{name} has no label {set(only) - set(labels)}"
    chosen = [_CHOSEN[label] for label in labels if label in _CHOSEN and label not in only]
    exact = [f"""{label}{"=~" if "|" in value else "="}"{value}\"""" for label, value in only.items()]
    return f"{name}{suffix}{{{', '.join([_JOB, *chosen, *exact])}}}"


def _by(how: str, labels: tuple[str, ...], what: str) -> str:
    return f"{how} by ({', '.join(labels)}) ({what})" if labels else f"{how}({what})"


def now(name: str, *by: str, **only: str) -> str:
    """What a gauge shows, by the labels asked for."""
    metric: Declaration = METRICS[name]
    if metric.fold == metric.replicas or set(by) == set(metric.label_names):
        return _by(metric.replicas, by, selected(name, **only))
    return _by(metric.fold, by, _by(metric.replicas, metric.label_names, selected(name, **only)))


def age(name: str, *by: str, **only: str) -> str:
    """How long ago the instant that a gauge shows is, in seconds. It keeps growing when the service hangs."""
    return f"time() - {now(name, *by, **only)}"


def rate(name: str, *by: str, suffix: str = "", over: str = INTERVAL, **only: str) -> str:
    """How often a second a counter (or a histogram's `_count`) goes up."""
    return _by("sum", by, f"rate({selected(name, suffix, **only)}[{over}])")


def grown(name: str, *by: str, suffix: str = "", over: str = RANGE, **only: str) -> str:
    """By how much a counter went up."""
    return _by("sum", by, f"increase({selected(name, suffix, **only)}[{over}])")


def quantile(share: float, name: str, *by: str, over: str = INTERVAL, **only: str) -> str:
    """What a histogram's `share` of observations stayed below, in seconds."""
    return f"histogram_quantile({share}, {rate(name, 'le', *by, suffix='_bucket', over=over, **only)})"


def mean(name: str, *by: str, over: str = INTERVAL) -> str:
    """A histogram's mean; nothing where nothing was observed."""
    count = rate(name, *by, suffix="_count", over=over)
    return f"{rate(name, *by, suffix='_sum', over=over)} / ({count} > 0)"


def within(name: str, seconds: int, *by: str, over: str) -> str:
    """Which share of a histogram's observations stayed below one of its buckets; nothing where there were none."""
    assert seconds in METRICS[name].buckets, f"{name} has no bucket of {seconds} s"
    inside = grown(name, *by, suffix="_bucket", over=over, le=f"{seconds:.1f}")
    return f"{inside} / ({grown(name, *by, suffix='_count', over=over)} > 0)"


def share(name: str, *by: str, over: str, **only: str) -> str:
    """Which share of a counter's growth is that of `only`; nothing where it did not grow."""
    return f"{grown(name, *by, over=over, **only)} / ({grown(name, *by, over=over)} > 0)"


def process(name: str) -> str:
    """What a metric of the process shows, by instance: standard ones, not of our catalogue."""
    return f"max by (instance) ({name}{{{_JOB}}})"


def or_zero(expression: str) -> str:
    """0 where there is nothing: nothing went wrong, or nothing could."""
    return f"({expression}) or vector(0)"
