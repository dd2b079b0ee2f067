"""Every metric we export, declared once: name, type, labels, help. One rule: what is not here is not shown.

`docs/metrics.md` is made from `CATALOGUE`, dashboards and alerts are checked against it. No invoice, seller or buyer
ever becomes a label. Buckets of latencies are business deadlines, so that "within four hours" is read off, not guessed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from app.domain.identity import Kind
from app.domain.incident import Reason
from app.domain.invoice import Cause, Outcome, State
from app.domain.lifecycle import TRANSITIONS

Type = Literal["counter", "gauge", "histogram"]
Replicas = Literal["sum", "max"]

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


@dataclass(frozen=True, slots=True, eq=False)
class Declaration:
    """One metric, equal to itself alone: what happens often is looked up by it.

    `moves`: the combinations of label values that can occur, where that is not all of them.
    `zero`: exported as 0 while there is nothing to count. Not for instants, where 0 means 1970 and would
    raise an alarm: those are absent while there is nothing to point at.
    `fold`: what makes one number of several accounts or channels.
    `replicas`: what makes one number of several replicas. Each counts its own work, so these add up; but gauges of what
    is in the database are the same at all of them.
    """

    name: str
    type: Type
    labels: tuple[Label, ...]
    help: str
    buckets: tuple[float, ...] = ()
    moves: tuple[tuple[str, ...], ...] = ()
    zero: bool = True
    fold: Literal["sum", "min", "max"] = "sum"
    replicas: Replicas = "sum"
    since: str = "0.1"

    @property
    def label_names(self) -> tuple[str, ...]:
        return tuple(label.name for label in self.labels)

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
EVERY_LOOP = Label("loop", (*LOOP.values, "turns", "clock", "upkeep", "statistics", "redelivery"))
POOL = Label("pool", ("api", "worker"))
CONNECTION = Label("state", ("busy", "idle"))
SURFACE = Label("surface", ("events", "api", "console", "callbacks", "health"))
STATUS = Label("status", ("2xx", "3xx", "4xx", "429", "5xx", "503"))
REASON = Label("reason", tuple(Reason))
VERSION = Label("version")
EVENT_RESULT = Label("result", ("accepted", "duplicate", "conflict", "invalid"))
DEADLINE_RESULT = Label("result", ("met", "missed"))
DELIVERY_RESULT = Label("result", ("delivered", "retry", "permanent", "misconfigured", "unknown"))

_MOVES = tuple(
    (before or NO_STATE, after, cause) for before, moves in TRANSITIONS.items() for cause, after in moves.items()
)

EVENTS = Declaration("piaoda_events_total", "counter", (EVENT_RESULT,), "Events received, by what became of them.")
INVOICES = Declaration(
    "piaoda_invoices", "gauge", (STATE, ACCOUNT), "Invoices by the state they are in.", replicas="max"
)
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
    replicas="max",
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
CHECKS_DUE = Declaration(
    "piaoda_checks_due", "gauge", (ACCOUNT,), "Checks that are due and not yet begun.", replicas="max"
)
ACCOUNT_UP = Declaration(
    "piaoda_account_up",
    "gauge",
    (ACCOUNT,),
    "1 when the account's last calls brought answers, 0 when not; absent while nobody knows.",
    zero=False,
    fold="min",
    replicas="max",
)
BREAKER_OPEN = Declaration(
    "piaoda_account_breaker_open",
    "gauge",
    (ACCOUNT,),
    "1 while the account is not asked, because it kept failing.",
    fold="max",
    replicas="max",
)
CREDENTIAL_EXPIRY = Declaration(
    "piaoda_account_credential_expiry_timestamp_seconds",
    "gauge",
    (ACCOUNT,),
    "When the account's credentials end; absent when that is not known.",
    zero=False,
    fold="min",
    replicas="max",
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
    "piaoda_deliveries_pending", "gauge", (CHANNEL,), "Messages not yet delivered nor given up.", replicas="max"
)
OLDEST_DELIVERY_DUE = Declaration(
    "piaoda_delivery_oldest_due_timestamp_seconds",
    "gauge",
    (CHANNEL,),
    "When the longest waiting delivery was due; absent when none waits.",
    zero=False,
    fold="min",
    replicas="max",
)
LOOP_LAST_SUCCESS = Declaration(
    "piaoda_loop_last_success_timestamp_seconds",
    "gauge",
    (LOOP,),
    "When a loop last finished a step; 0 while it has not.",
    fold="min",
    replicas="max",
)
INCIDENTS_OPEN = Declaration("piaoda_incidents_open", "gauge", (ACCOUNT,), "Open incidents.", replicas="max")
DEADLINES = Declaration(
    "piaoda_deadlines_total",
    "counter",
    (ACCOUNT, DEADLINE_RESULT),
    "Deadlines of invoices: met with the move from pending to synced, missed with that to overdue or escalated.",
)
ACCOUNT_LAST_SUCCESS = Declaration(
    "piaoda_account_last_success_timestamp_seconds",
    "gauge",
    (ACCOUNT,),
    "When the account last answered; absent before.",
    zero=False,
    fold="min",
    replicas="max",
)
CALLS_USED = Declaration(
    "piaoda_account_calls_used",
    "gauge",
    (ACCOUNT,),
    "Calls of today's quota used; absent without a limit.",
    zero=False,
    replicas="max",
)
CALLS_LIMIT = Declaration(
    "piaoda_account_calls_limit",
    "gauge",
    (ACCOUNT,),
    "Calls that today's quota allows; absent without a limit.",
    zero=False,
    replicas="max",
)
CALLS_IN_FLIGHT = Declaration(
    "piaoda_calls_in_flight", "gauge", (ACCOUNT,), "Calls to a tax system under way in this replica."
)
STALE_RESULTS = Declaration(
    "piaoda_stale_results_total",
    "counter",
    (ACCOUNT,),
    "Answers that came after their lease was lost and were not written.",
)
LOOP_FAILURES = Declaration("piaoda_loop_failures_total", "counter", (EVERY_LOOP,), "Steps of a loop that failed.")
LOOP_STEP_DURATION = Declaration(
    "piaoda_loop_step_duration_seconds",
    "histogram",
    (LOOP,),
    "How long a step of a loop took, its waiting for free hands included.",
    buckets=(0.01, 0.05, 0.25, 1, 5, 15),
)
DATABASE_CONNECTIONS = Declaration(
    "piaoda_database_connections", "gauge", (POOL, CONNECTION), "Connections of this replica to the database."
)
DATABASE_CONNECTIONS_LIMIT = Declaration(
    "piaoda_database_connections_limit", "gauge", (POOL,), "Most connections that this replica may open."
)
DATABASE_WAITING = Declaration(
    "piaoda_database_waiting", "gauge", (POOL,), "Callers of this replica that wait for a connection."
)
DATABASE_WAIT = Declaration(
    "piaoda_database_wait_seconds",
    "histogram",
    (POOL,),
    "How long callers waited for a connection, in vain or not.",
    buckets=(0.001, 0.01, 0.1, 1, 5),
)
HTTP_REQUESTS = Declaration(
    "piaoda_http_requests_total",
    "counter",
    (SURFACE, STATUS),
    "Requests answered; 4xx without 429, 5xx without 503.",
)
HTTP_DURATION = Declaration(
    "piaoda_http_request_duration_seconds",
    "histogram",
    (SURFACE,),
    "How long a request took, from its head to the end of its answer; not what the feed was asked to wait.",
    buckets=(0.005, 0.025, 0.1, 0.5, 2.5, 10),
)
EVENTS_WAITING = Declaration(
    "piaoda_events_waiting", "gauge", (), "Single events that wait in this replica for the next commit."
)
SENDS_IN_FLIGHT = Declaration("piaoda_sends_in_flight", "gauge", (), "Sends to destinations under way in this replica.")
ALERTS = Declaration("piaoda_alerts_total", "counter", (REASON,), "Notices that the alerter told, by reason.")
READOUT = Declaration(
    "piaoda_readout_timestamp_seconds",
    "gauge",
    (),
    "When the gauges of the database were last read; absent before.",
    zero=False,
    replicas="max",
)
CLOCK_OFFSET = Declaration(
    "piaoda_clock_offset_seconds",
    "gauge",
    (),
    "This machine's clock minus the database's, at the last look: of several, take max(abs(x)); absent before.",
    zero=False,
    replicas="max",
)
BUILD_INFO = Declaration(
    "piaoda_build_info", "gauge", (VERSION,), "1, labelled with the running version.", fold="max", replicas="max"
)

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
    DEADLINES,
    ACCOUNT_LAST_SUCCESS,
    CALLS_USED,
    CALLS_LIMIT,
    CALLS_IN_FLIGHT,
    STALE_RESULTS,
    LOOP_FAILURES,
    LOOP_STEP_DURATION,
    DATABASE_CONNECTIONS,
    DATABASE_CONNECTIONS_LIMIT,
    DATABASE_WAITING,
    DATABASE_WAIT,
    HTTP_REQUESTS,
    HTTP_DURATION,
    EVENTS_WAITING,
    SENDS_IN_FLIGHT,
    ALERTS,
    READOUT,
    CLOCK_OFFSET,
    BUILD_INFO,
)
