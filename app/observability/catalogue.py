"""Every metric we export, declared once: name, type, labels, help. One rule: what is not here is not shown.

`docs/metrics.md` is `document()`, dashboards and alerts are checked against `CATALOGUE`. No invoice, seller
or buyer ever becomes a label. Buckets of latencies are business deadlines, so that "within four hours" is
read off, not guessed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from app.domain.identity import Kind
from app.domain.invoice import Cause, Outcome, State
from app.domain.lifecycle import TRANSITIONS

Type = Literal["counter", "gauge", "histogram"]

NO_STATE = "none"
"""`before` of an invoice's first transition."""

NO_KIND = "unknown"
"""`kind` of an invoice whose kind neither the event nor the number tells."""

OTHER = "other"
"""The account, channel or code that stands for all that came too late to have a name of their own."""

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Label:
    """`values` is the closed list; empty when the operator's configuration decides."""

    name: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """One metric.

    `moves`: the combinations of label values that can occur, where that is not all of them.
    `zero`: exported as 0 while there is nothing to count. Not for instants, where 0 means 1970 and would
    raise an alarm: those are absent while there is nothing to point at.
    `fold`: what makes one number of several accounts or channels.
    """

    name: str
    type: Type
    labels: tuple[Label, ...]
    help: str
    buckets: tuple[float, ...] = ()
    moves: tuple[tuple[str, ...], ...] = ()
    zero: bool = True
    fold: Literal["sum", "min", "max"] = "sum"
    since: str = "0.1"

    @property
    def label_names(self) -> tuple[str, ...]:
        return tuple(label.name for label in self.labels)

    @property
    def replicas(self) -> str:
        """What makes one number of several replicas: they show the same gauges, but count their own work."""
        return "max" if self.type == "gauge" else "sum"

    def combinations(self, accounts: Sequence[str], channels: Sequence[str]) -> Iterable[tuple[str, ...]]:
        """Every combination of label values known when the service starts."""
        configured = {ACCOUNT: tuple(accounts), CHANNEL: tuple(channels)}
        return self.moves or product(*(configured.get(label, label.values) for label in self.labels))


ACCOUNT = Label("account")
CHANNEL = Label("channel")
STATE = Label("state", tuple(State))
BEFORE = Label("before", (NO_STATE, *State))
AFTER = Label("after", tuple(State))
CAUSE = Label("cause", tuple(Cause))
KIND = Label("kind", (*Kind, NO_KIND))
OUTCOME = Label("outcome", tuple(Outcome))
PROVIDER = Label("provider")
CODE = Label("code")
LOOP = Label("loop", ("poller", "watchdog", "notifier", "alerter"))
VERSION = Label("version")
EVENT_RESULT = Label("result", ("accepted", "duplicate", "conflict", "invalid"))
DELIVERY_RESULT = Label("result", ("delivered", "retry", "permanent", "misconfigured", "unknown"))

_MOVES = tuple(
    (before or NO_STATE, after, cause) for before, moves in TRANSITIONS.items() for cause, after in moves.items()
)

EVENTS = Declaration("piaoda_events_total", "counter", (EVENT_RESULT,), "Events received, by what became of them.")
INVOICES = Declaration("piaoda_invoices", "gauge", (STATE, ACCOUNT), "Invoices by the state they are in.")
TRANSITIONS_MADE = Declaration(
    "piaoda_transitions_total",
    "counter",
    (BEFORE, AFTER, CAUSE),
    "Moves of invoices from one state to another, by cause.",
    moves=_MOVES,
)
SYNC_LATENCY = Declaration(
    "piaoda_sync_latency_seconds",
    "histogram",
    (ACCOUNT, KIND),
    "Time from an invoice's issue to its confirmation by the tax system.",
    buckets=(1, 5, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, 24 * HOUR, 72 * HOUR),
)
OLDEST_UNSYNCED = Declaration(
    "piaoda_oldest_unsynced_issued_timestamp_seconds",
    "gauge",
    (ACCOUNT,),
    "Issue time of the oldest invoice that is not synced; absent when there is none.",
    zero=False,
    fold="min",
)
CHECKS = Declaration(
    "piaoda_checks_total", "counter", (ACCOUNT, OUTCOME), "Checks of invoices at a tax system, by outcome."
)
UNLISTED_CODES = Declaration(
    "piaoda_unlisted_codes_total",
    "counter",
    (PROVIDER, CODE),
    "Answers with a provider's code that stands in no table: it was taken for `transient`, somebody has to look it up.",
    zero=False,
)
CHECK_DURATION = Declaration(
    "piaoda_check_duration_seconds",
    "histogram",
    (ACCOUNT,),
    "How long one call to a tax system took.",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 15),
)
CHECK_LAG = Declaration(
    "piaoda_check_lag_seconds",
    "histogram",
    (ACCOUNT,),
    "How late a due check was begun.",
    buckets=(1, 5, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR),
)
CHECKS_DUE = Declaration("piaoda_checks_due", "gauge", (ACCOUNT,), "Checks that are due and not yet begun.")
ACCOUNT_UP = Declaration(
    "piaoda_account_up",
    "gauge",
    (ACCOUNT,),
    "1 when the account's last calls brought answers, 0 when not; absent while nobody knows.",
    zero=False,
    fold="min",
)
BREAKER_OPEN = Declaration(
    "piaoda_account_breaker_open",
    "gauge",
    (ACCOUNT,),
    "1 while the account is not asked, because it kept failing.",
    fold="max",
)
CREDENTIAL_EXPIRY = Declaration(
    "piaoda_account_credential_expiry_timestamp_seconds",
    "gauge",
    (ACCOUNT,),
    "When the account's credentials end; absent when that is not known.",
    zero=False,
    fold="min",
)
DELIVERIES = Declaration(
    "piaoda_deliveries_total",
    "counter",
    (CHANNEL, DELIVERY_RESULT),
    "Attempts to deliver a message, by result.",
)
DELIVERY_LAG = Declaration(
    "piaoda_delivery_lag_seconds",
    "histogram",
    (CHANNEL,),
    "Time from a transition to its receiver's acceptance.",
    buckets=(1, 5, 30, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 24 * HOUR),
)
DELIVERIES_PENDING = Declaration(
    "piaoda_deliveries_pending", "gauge", (CHANNEL,), "Messages not yet delivered nor given up."
)
OLDEST_DELIVERY_DUE = Declaration(
    "piaoda_delivery_oldest_due_timestamp_seconds",
    "gauge",
    (CHANNEL,),
    "When the longest waiting delivery was due; absent when none waits.",
    zero=False,
    fold="min",
)
LOOP_LAST_SUCCESS = Declaration(
    "piaoda_loop_last_success_timestamp_seconds",
    "gauge",
    (LOOP,),
    "When a loop last finished a step; 0 while it has not.",
    fold="min",
)
INCIDENTS_OPEN = Declaration("piaoda_incidents_open", "gauge", (ACCOUNT,), "Open incidents.")
BUILD_INFO = Declaration("piaoda_build_info", "gauge", (VERSION,), "1, labelled with the running version.", fold="max")

CATALOGUE = (
    EVENTS,
    INVOICES,
    TRANSITIONS_MADE,
    SYNC_LATENCY,
    OLDEST_UNSYNCED,
    CHECKS,
    UNLISTED_CODES,
    CHECK_DURATION,
    CHECK_LAG,
    CHECKS_DUE,
    ACCOUNT_UP,
    BREAKER_OPEN,
    CREDENTIAL_EXPIRY,
    DELIVERIES,
    DELIVERY_LAG,
    DELIVERIES_PENDING,
    OLDEST_DELIVERY_DUE,
    LOOP_LAST_SUCCESS,
    INCIDENTS_OPEN,
    BUILD_INFO,
)

_PREFACE = """\
# Metrics

Made from `app/observability/catalogue.py`; a test compares them. `GET /metrics` answers in the Prometheus
text format, or in OpenMetrics when the request's `Accept` asks for it.

*Over replicas* is how to make one number of several replicas, *over labels* how to make one of several
accounts or channels. Gauges that count rows come from the database, so every replica shows the same: never
add them up.

A metric whose name ends in `_timestamp_seconds` is an instant, not an age: alert on `time() - x`, which keeps
growing even when the service hangs. Histograms appear with their first observation, everything else is there
from the start unless its meaning says otherwise.

Accounts and channels that were not configured at start keep their own name up to the hundredth; those after
it share the name `other`. So do a provider's unlisted codes after the fiftieth; such a series begins with 1, for
nobody knows the code before.
"""


def _row(metric: Declaration) -> str:
    labels = ", ".join(f"`{name}`" for name in metric.label_names)
    cells = (f"`{metric.name}`", metric.type, labels, metric.replicas, metric.fold, metric.help, metric.since)
    return f"| {' | '.join(cells)} |"


def _label_lines() -> Iterable[str]:
    closed = ((metric, label) for metric in CATALOGUE for label in metric.labels if label.values)
    for label, metric in {label: metric for metric, label in closed}.items():
        yield f"- `{label.name}` of `{metric.name}`: {', '.join(f'`{value}`' for value in label.values)}"


def _bucket_lines() -> Iterable[str]:
    return (f"- `{metric.name}`: {', '.join(map(str, metric.buckets))}" for metric in CATALOGUE if metric.buckets)


def document() -> str:
    """The text of `docs/metrics.md`."""
    head = "| metric | type | labels | over replicas | over labels | meaning | since |"
    rows = (head, "|---|---|---|---|---|---|---|", *map(_row, CATALOGUE))
    sections = (
        _PREFACE,
        *rows,
        "\n## Closed lists of label values\n",
        *_label_lines(),
        "\n## Buckets, in seconds\n",
        *_bucket_lines(),
    )
    return "\n".join(sections) + "\n"
