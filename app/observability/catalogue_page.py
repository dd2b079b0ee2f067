"""`docs/metrics.md`. One rule: every row, list and sum is made from the catalogue; the words around them are here."""

from collections.abc import Iterable
from math import prod

from app.observability.catalogue import CATALOGUE, Declaration, Label

STANDARD = (
    "process_cpu_seconds_total",
    "process_open_fds",
    "process_max_fds",
    "process_resident_memory_bytes",
    "process_virtual_memory_bytes",
    "process_start_time_seconds",
)
"""What every process that Prometheus knows tells of itself; not ours, and on Linux alone."""

_PREFACE = """\
# Metrics

Made from `app/observability/catalogue.py`; a test compares them. `GET /metrics` answers in the Prometheus
text format, or in OpenMetrics when the request's `Accept` asks for it.

*Over replicas* is how to make one number of several replicas, *over labels* how to make one of several
accounts or channels. Gauges that count rows come from the database, so every replica shows the same: take the
max, never add them up. Gauges of what a replica has under way are its own, like all counters and histograms: add
those up.

A metric whose name ends in `_timestamp_seconds` is an instant, not an age: alert on `time() - x`, which keeps
growing even when the service hangs. Histograms appear with their first observation, everything else is there
from the start unless its meaning says otherwise.

Accounts and channels that were not configured at start keep their own name up to the hundredth; those after
it share the name `other`. So do a provider's unlisted codes after the fiftieth; such a series begins with 1, for
nobody knows the code before.

In OpenMetrics, buckets of `piaoda_sync_latency_seconds`, `piaoda_check_duration_seconds` and
`piaoda_delivery_lag_seconds` name a trace as their exemplar (`trace_id`) where one was recorded.
"""

_SERIES = """
## How many series

Of *a* accounts and *c* kinds of destinations a replica shows {start} series at the start: {example} with
ten accounts and seven kinds. The rest comes with what it tells of: so many each, for every combination of labels
that occurs.
"""


def document() -> str:
    """The text of `docs/metrics.md`."""
    head = "| metric | type | labels | over replicas | over labels | meaning | since |"
    sections = (
        _PREFACE,
        *(head, "|---|---|---|---|---|---|---|", *map(_row, CATALOGUE)),
        f"\nBeside them stand the usual ones of the process: {', '.join(f'`{name}`' for name in STANDARD)}.",
        "\n## Closed lists of label values\n",
        *_label_lines(),
        "\n## Buckets, in seconds\n",
        *_bucket_lines(),
        *_series_lines(),
    )
    return "\n".join(sections) + "\n"


def at_start(accounts: int, channels: int) -> int:
    """How many series a replica shows that has done nothing yet, with so many accounts and kinds of destinations."""
    named, kinds = [str(n) for n in range(accounts)], [str(n) for n in range(channels)]
    ours = sum(len(list(metric.combinations(named, kinds))) for metric in CATALOGUE if _is_there(metric))
    return ours + len(STANDARD) + 1  # the version of `piaoda_build_info`


def _is_there(metric: Declaration) -> bool:
    return metric.zero and metric.type != "histogram"


def _row(metric: Declaration) -> str:
    labels = ", ".join(f"`{name}`" for name in metric.label_names)
    cells = (f"`{metric.name}`", metric.type, labels, metric.replicas, metric.fold, metric.help, metric.since)
    return f"| {' | '.join(cells)} |"


def _label_lines() -> Iterable[str]:
    of: dict[Label, list[str]] = {}
    for metric in CATALOGUE:
        for label in metric.labels:
            of.setdefault(label, []).append(f"`{metric.name}`")
    for label, metrics in of.items():
        if label.values:
            yield f"- `{label.name}` of {', '.join(metrics)}: {', '.join(f'`{value}`' for value in label.values)}"


def _bucket_lines() -> Iterable[str]:
    return (f"- `{metric.name}`: {', '.join(map(str, metric.buckets))}" for metric in CATALOGUE if metric.buckets)


def _series_lines() -> Iterable[str]:
    fixed = at_start(0, 0)
    start = f"{fixed} + {at_start(1, 0) - fixed}·a + {at_start(0, 1) - fixed}·c"
    yield _SERIES.format(start=start, example=at_start(10, 7))
    yield from (f"- `{metric.name}`: {_later(metric)}" for metric in CATALOGUE if not _is_there(metric))


def _later(metric: Declaration) -> str:
    """A histogram has its buckets, the one without a bound, the sum and the count."""
    each = len(metric.buckets) + 3 if metric.type == "histogram" else 1
    closed = prod(len(label.values) for label in metric.labels if label.values)
    most = f"at most {closed} × " if closed > 1 else ""
    of = " and ".join(f"`{name}`" for name in metric.label_names)
    return f"{most}{each}" + (f", by {of}" if of else "")
