"""The metrics as a scraper sees them, against a literal copy of what we promise."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import prometheus_client
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text
from prometheus_client.samples import Sample

from app.channels.channel import Result
from app.domain.identity import Kind
from app.domain.incident import Reason
from app.domain.invoice import Cause, Outcome, State
from app.domain.reading import Connections, Present, Reading
from app.observability.catalogue import CATALOGUE, DELIVERY_RESULT, EVERY_LOOP, LOOP, REASON, STATUS, SURFACE
from app.observability.catalogue_page import STANDARD, at_start, document
from app.observability.metrics import Metrics

# What dashboards and alerts hold on to, copied by hand: a change here breaks somebody's alarm.
PROMISED = {
    "piaoda_events_total": ("counter", ("result",)),
    "piaoda_invoices": ("gauge", ("state", "account")),
    "piaoda_transitions_total": ("counter", ("before", "after", "cause")),
    "piaoda_sync_latency_seconds": ("histogram", ("account", "kind")),
    "piaoda_oldest_unsynced_issued_timestamp_seconds": ("gauge", ("account",)),
    "piaoda_checks_total": ("counter", ("account", "outcome")),
    "piaoda_unlisted_codes_total": ("counter", ("provider", "code")),
    "piaoda_check_duration_seconds": ("histogram", ("account",)),
    "piaoda_check_lag_seconds": ("histogram", ("account",)),
    "piaoda_checks_due": ("gauge", ("account",)),
    "piaoda_account_up": ("gauge", ("account",)),
    "piaoda_account_breaker_open": ("gauge", ("account",)),
    "piaoda_account_credential_expiry_timestamp_seconds": ("gauge", ("account",)),
    "piaoda_deliveries_total": ("counter", ("channel", "result")),
    "piaoda_delivery_lag_seconds": ("histogram", ("channel",)),
    "piaoda_deliveries_pending": ("gauge", ("channel",)),
    "piaoda_delivery_oldest_due_timestamp_seconds": ("gauge", ("channel",)),
    "piaoda_loop_last_success_timestamp_seconds": ("gauge", ("loop",)),
    "piaoda_incidents_open": ("gauge", ("account",)),
    "piaoda_deadlines_total": ("counter", ("account", "result")),
    "piaoda_account_last_success_timestamp_seconds": ("gauge", ("account",)),
    "piaoda_account_calls_used": ("gauge", ("account",)),
    "piaoda_account_calls_limit": ("gauge", ("account",)),
    "piaoda_calls_in_flight": ("gauge", ("account",)),
    "piaoda_stale_results_total": ("counter", ("account",)),
    "piaoda_loop_failures_total": ("counter", ("loop",)),
    "piaoda_loop_step_duration_seconds": ("histogram", ("loop",)),
    "piaoda_database_connections": ("gauge", ("pool", "state")),
    "piaoda_database_connections_limit": ("gauge", ("pool",)),
    "piaoda_database_waiting": ("gauge", ("pool",)),
    "piaoda_database_wait_seconds": ("histogram", ("pool",)),
    "piaoda_http_requests_total": ("counter", ("surface", "status")),
    "piaoda_http_request_duration_seconds": ("histogram", ("surface",)),
    "piaoda_events_waiting": ("gauge", ()),
    "piaoda_sends_in_flight": ("gauge", ()),
    "piaoda_alerts_total": ("counter", ("reason",)),
    "piaoda_readout_timestamp_seconds": ("gauge", ()),
    "piaoda_clock_offset_seconds": ("gauge", ()),
    "piaoda_build_info": ("gauge", ("version",)),
}

INSTANT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ACCOUNTS = tuple(f"account-{n}" for n in range(10))
CHANNELS = ("webhook", "slack", "wecom", "dingtalk", "feishu", "teams", "email")
FULL = Reading(
    at=INSTANT,
    invoices={(State.PENDING, "nuonuo"): 3},
    oldest_unsynced_issued_at={"nuonuo": INSTANT},
    checks_due={"nuonuo": 2},
    accounts_up={"nuonuo": True},
    last_success_at={"nuonuo": INSTANT},
    breakers_open={"nuonuo": False},
    calls_used={"nuonuo": 7},
    calls_limit={"nuonuo": 1000},
    credentials_expire_at={"nuonuo": INSTANT},
    incidents_open={"nuonuo": 1},
    deliveries_pending={"slack": 4},
    oldest_delivery_due_at={"slack": INSTANT},
)
BUSY = Present(
    calls={"nuonuo": 3},
    pools={"api": Connections(2, 1, 10, 4), "worker": Connections(5, 0, 5, 0)},
    events_waiting=6,
    sends=8,
    clock_offset=timedelta(seconds=-1.5),
)
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("0.1.0", accounts=["nuonuo"], channels=["slack"])


def exercise(metrics: Metrics, accounts: tuple[str, ...], channels: tuple[str, ...]) -> None:
    """Everything that can happen, once."""
    metrics.events("accepted")
    metrics.transition(None, State.PENDING, Cause.ISSUED)
    metrics.request("events", "2xx", 0.002)
    metrics.loop_succeeded("poller", INSTANT)
    metrics.loop_stepped("poller", 0.2, failed=True)
    metrics.alert(Reason.OPENED)
    metrics.waited("api", 0.0)
    metrics.unlisted("nuonuo", "E9999")
    for account in accounts:
        metrics.transition(State.PENDING, State.SYNCED, Cause.CONFIRMED, account=account)
        metrics.stale(account, 1)
        metrics.check(account, Outcome.NOT_FOUND)
        metrics.call(account, 0.2)
        metrics.lag(account, 3)
        metrics.synced(account, Kind.DIGITAL_ORDINARY, 600)
    for channel in channels:
        metrics.delivery(channel, "delivered", 2)
    metrics.gauges(FULL)
    metrics.present(lambda: BUSY)


def families(metrics: Metrics) -> dict[str, prometheus_client.Metric]:
    return {family.name: family for family in read_text(metrics.render()[0].decode())}


def samples(metrics: Metrics) -> Iterator[Sample]:
    return (sample for family in families(metrics).values() for sample in family.samples)


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    found = [s.value for s in samples(metrics) if s.name == name and s.labels == labels]
    assert len(found) < 2, "the same series twice"
    return found[0] if found else None


def test_every_promised_metric_is_exported_with_its_type_and_labels_and_no_other(metrics):
    exercise(metrics, ("nuonuo",), ("slack",))

    exported = {}
    for family in families(metrics).values():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        exported[name] = (family.type, labels)

    standard = {name: exported.pop(name, None) for name in STANDARD}
    assert exported == {name: (kind, set(labels)) for name, (kind, labels) in PROMISED.items()}
    assert None not in standard.values()


def test_the_catalogue_says_what_is_promised():
    assert {metric.name: (metric.type, metric.label_names) for metric in CATALOGUE} == PROMISED


def test_the_published_page_is_made_from_the_catalogue():
    page = Path(__file__).parents[2] / "docs" / "metrics.md"
    assert page.read_text("utf-8") == document(), "write it anew: make generate"


@pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: metric.name)
def test_names_follow_the_rules_of_the_trade(metric):
    assert metric.name.startswith("piaoda_")
    assert metric.name == metric.name.lower()
    assert metric.name.endswith("_total") == (metric.type == "counter")
    assert metric.name.endswith("_seconds") or not metric.buckets
    assert not metric.name.endswith(("_count", "_sum", "_bucket", "_milliseconds", "_minutes", "_ratio_percent"))
    assert metric.help.endswith(".")


def test_a_counter_starts_at_zero_so_that_its_first_event_shows_as_an_increase(metrics):
    assert value(metrics, "piaoda_events_total", result="conflict") == 0
    assert value(metrics, "piaoda_checks_total", account="nuonuo", outcome="auth") == 0
    assert value(metrics, "piaoda_deliveries_total", channel="slack", result="permanent") == 0
    assert value(metrics, "piaoda_transitions_total", before="none", after="pending", cause="issued") == 0


@pytest.mark.parametrize("metric", [each for each in CATALOGUE if each.type == "counter"], ids=lambda each: each.name)
def test_every_combination_of_a_counters_labels_is_there_from_the_start(metrics, metric):
    zeros = [s.labels for s in samples(metrics) if s.name == metric.name and s.value == 0]
    shown = {tuple(labels[name] for name in metric.label_names) for labels in zeros}
    wanted = {tuple(map(str, labels)) for labels in metric.combinations(["nuonuo"], ["slack"])}

    assert shown == wanted
    assert wanted or metric.name == "piaoda_unlisted_codes_total"


def test_only_moves_that_the_state_machine_allows_are_counted_from_the_start(metrics):
    moves = [s for s in samples(metrics) if s.name == "piaoda_transitions_total"]
    assert len(moves) == 23
    assert not [s for s in moves if s.labels["before"] == "voided"]


def test_the_first_transition_comes_from_none(metrics):
    metrics.transition(None, State.PENDING, Cause.ISSUED, count=3)
    assert value(metrics, "piaoda_transitions_total", before="none", after="pending", cause="issued") == 3


def test_events_are_counted_by_the_batch(metrics):
    metrics.events("accepted", 500)
    metrics.events("accepted")
    assert value(metrics, "piaoda_events_total", result="accepted") == 501


def test_sync_latency_is_measured_against_business_deadlines(metrics):
    metrics.synced("nuonuo", None, 4 * 3600)

    def within(le: str) -> float | None:
        return value(metrics, "piaoda_sync_latency_seconds_bucket", account="nuonuo", kind="unknown", le=le)

    assert (within("3600.0"), within("14400.0"), within("259200.0")) == (0, 1, 1)
    assert CATALOGUE[3].buckets[0] == 1
    assert CATALOGUE[3].buckets[-1] == 72 * 3600


def test_a_confirmation_from_before_the_issue_counts_as_none_at_all(metrics):
    metrics.synced("nuonuo", Kind.VAT_ROLL, -5)
    assert value(metrics, "piaoda_sync_latency_seconds_sum", account="nuonuo", kind="vat_roll") == 0


def test_a_failed_delivery_has_no_lag(metrics):
    metrics.delivery("slack", Result.RETRY, None)
    assert value(metrics, "piaoda_deliveries_total", channel="slack", result="retry") == 1
    assert value(metrics, "piaoda_delivery_lag_seconds_count", channel="slack") is None


def test_delivery_results_are_those_of_the_channels():
    assert DELIVERY_RESULT.values == tuple(Result)


def test_instants_are_absent_until_there_is_something_to_point_at(metrics):
    assert value(metrics, "piaoda_oldest_unsynced_issued_timestamp_seconds", account="nuonuo") is None
    assert value(metrics, "piaoda_account_up", account="nuonuo") is None
    assert value(metrics, "piaoda_invoices", state="overdue", account="nuonuo") == 0
    assert value(metrics, "piaoda_loop_last_success_timestamp_seconds", loop="watchdog") == 0


def test_a_reading_is_shown(metrics):
    metrics.gauges(FULL)
    assert value(metrics, "piaoda_invoices", state="pending", account="nuonuo") == 3
    assert value(metrics, "piaoda_oldest_unsynced_issued_timestamp_seconds", account="nuonuo") == INSTANT.timestamp()
    assert value(metrics, "piaoda_checks_due", account="nuonuo") == 2
    assert value(metrics, "piaoda_account_up", account="nuonuo") == 1
    assert value(metrics, "piaoda_account_breaker_open", account="nuonuo") == 0
    assert value(metrics, "piaoda_incidents_open", account="nuonuo") == 1
    assert value(metrics, "piaoda_deliveries_pending", channel="slack") == 4
    assert value(metrics, "piaoda_delivery_oldest_due_timestamp_seconds", channel="slack") == INSTANT.timestamp()


def test_what_an_account_may_be_asked_is_shown_and_how_it_fares(metrics):
    name, absent = "piaoda_account_last_success_timestamp_seconds", "piaoda_account_calls_limit"
    assert (value(metrics, name, account="nuonuo"), value(metrics, absent, account="nuonuo")) == (None, None)

    metrics.gauges(FULL)

    assert value(metrics, name, account="nuonuo") == INSTANT.timestamp()
    assert value(metrics, "piaoda_account_calls_used", account="nuonuo") == 7
    assert value(metrics, absent, account="nuonuo") == 1000


def test_a_scrape_tells_how_old_its_reading_is(metrics):
    assert value(metrics, "piaoda_readout_timestamp_seconds") is None
    metrics.gauges(FULL)
    assert value(metrics, "piaoda_readout_timestamp_seconds") == INSTANT.timestamp()


def test_what_is_under_way_is_looked_at_by_each_scrape(metrics):
    moments = iter([Present(), BUSY, Present()])
    metrics.present(lambda: next(moments))

    assert value(metrics, "piaoda_sends_in_flight") == 0
    exported = families(metrics)
    assert value(metrics, "piaoda_sends_in_flight") == 0

    def shown(name: str) -> dict[tuple[str, ...], float]:
        return {tuple(sample.labels.values()): sample.value for sample in exported[name].samples}

    assert shown("piaoda_calls_in_flight") == {("nuonuo",): 3}
    assert shown("piaoda_database_connections") == {
        ("api", "busy"): 2,
        ("api", "idle"): 1,
        ("worker", "busy"): 5,
        ("worker", "idle"): 0,
    }
    assert shown("piaoda_database_connections_limit") == {("api",): 10, ("worker",): 5}
    assert shown("piaoda_database_waiting") == {("api",): 4, ("worker",): 0}
    assert shown("piaoda_events_waiting") == {(): 6}
    assert shown("piaoda_sends_in_flight") == {(): 8}
    assert shown("piaoda_clock_offset_seconds") == {(): -1.5}


def test_the_clocks_offset_is_absent_before_the_databases_clock_was_seen(metrics):
    metrics.present(lambda: Present(clock_offset=None))
    assert value(metrics, "piaoda_clock_offset_seconds") is None
    assert value(metrics, "piaoda_events_waiting") == 0


def test_what_is_no_longer_in_a_reading_is_no_longer_shown(metrics):
    metrics.gauges(FULL)
    metrics.gauges(Reading())
    assert value(metrics, "piaoda_invoices", state="pending", account="nuonuo") == 0
    assert value(metrics, "piaoda_oldest_unsynced_issued_timestamp_seconds", account="nuonuo") is None
    assert value(metrics, "piaoda_delivery_oldest_due_timestamp_seconds", channel="slack") is None


def test_a_loop_tells_when_it_last_succeeded(metrics):
    metrics.loop_succeeded("notifier", INSTANT)
    assert value(metrics, "piaoda_loop_last_success_timestamp_seconds", loop="notifier") == INSTANT.timestamp()


def test_a_loop_that_nobody_is_woken_for_tells_of_its_failures_alone(metrics):
    metrics.loop_succeeded("upkeep", INSTANT)
    metrics.loop_stepped("upkeep", 0.1, failed=False)
    metrics.loop_stepped("upkeep", 0.1, failed=True)
    metrics.loop_stepped("watchdog", 0.1, failed=False)

    assert set(EVERY_LOOP.values) > set(LOOP.values)
    assert value(metrics, "piaoda_loop_failures_total", loop="upkeep") == 1
    assert value(metrics, "piaoda_loop_failures_total", loop="watchdog") == 0
    assert value(metrics, "piaoda_loop_step_duration_seconds_count", loop="watchdog") == 1
    assert {s.labels["loop"] for s in samples(metrics) if s.name.startswith("piaoda_loop_l")} == set(LOOP.values)
    assert not [s for s in samples(metrics) if s.name.startswith("piaoda_loop_s") and s.labels["loop"] == "upkeep"]


DECIDING = {(State.PENDING, State.SYNCED): "met", (State.PENDING, State.OVERDUE): "missed",
            (State.PENDING, State.ESCALATED): "missed"}  # fmt: skip


@pytest.mark.parametrize("before", [None, *State])
@pytest.mark.parametrize("after", State)
def test_a_deadline_is_met_or_missed_with_the_move_away_from_pending(metrics, before, after):
    metrics.transition(before, after, Cause.MANUAL, account="nuonuo")

    counted = {s.labels["result"]: s.value for s in samples(metrics) if s.name == "piaoda_deadlines_total"}

    decided = DECIDING.get((before, after))
    assert counted == {result: float(result == decided) for result in ("met", "missed")}


def test_requests_are_counted_by_surface_and_status(metrics):
    for surface in SURFACE.values:
        for status in STATUS.values:
            metrics.request(surface, status, 0.03)

    assert value(metrics, "piaoda_http_requests_total", surface="events", status="429") == 1
    assert value(metrics, "piaoda_http_request_duration_seconds_count", surface="console") == len(STATUS.values)
    assert value(metrics, "piaoda_http_request_duration_seconds_bucket", surface="api", le="0.025") == 0


def test_notices_are_counted_by_a_closed_list_of_reasons(metrics):
    for reason in Reason:
        metrics.alert(reason)
    assert {s.value for s in samples(metrics) if s.name == "piaoda_alerts_total"} == {1.0}
    assert REASON.values == tuple(Reason)


@pytest.mark.parametrize("openmetrics", [True, False])
def test_a_recorded_trace_is_the_exemplar_of_its_observation_in_openmetrics_alone(metrics, openmetrics):
    metrics.synced("nuonuo", None, 600, TRACE)
    metrics.call("nuonuo", 0.2, TRACE)
    metrics.delivery("slack", "delivered", 2, TRACE)

    body = metrics.render("application/openmetrics-text" if openmetrics else "")[0].decode()

    marked = [line.split("{")[0] for line in body.splitlines() if f'# {{trace_id="{TRACE}"}}' in line]
    named = ["piaoda_sync_latency_seconds", "piaoda_check_duration_seconds", "piaoda_delivery_lag_seconds"]
    assert marked == [f"{name}_bucket" for name in named if openmetrics]
    assert len(list(read_openmetrics(body) if openmetrics else read_text(body))) > len(CATALOGUE)


def test_without_a_trace_there_is_no_exemplar(metrics):
    exercise(metrics, ("nuonuo",), ("slack",))
    assert b"trace_id" not in metrics.render("application/openmetrics-text")[0]


def test_gauges_say_whether_all_replicas_show_the_same_or_their_own():
    own = {"calls_in_flight", "database_connections", "database_connections_limit", "database_waiting",
           "events_waiting", "sends_in_flight"}  # fmt: skip
    gauges = {metric.name.removeprefix("piaoda_"): metric.replicas for metric in CATALOGUE if metric.type == "gauge"}
    assert {name for name, fold in gauges.items() if fold == "sum"} == own
    assert {metric.replicas for metric in CATALOGUE if metric.type != "gauge"} == {"sum"}


def test_the_running_version_is_a_label(metrics):
    assert value(metrics, "piaoda_build_info", version="0.1.0") == 1


def test_an_unknown_account_is_counted_under_its_own_name(metrics):
    metrics.check("baiwang", Outcome.AUTH)
    assert value(metrics, "piaoda_checks_total", account="baiwang", outcome="auth") == 1


def test_the_hundred_and_first_unknown_account_is_called_other(metrics):
    for number in range(150):
        metrics.check(f"typo-{number}", Outcome.NOT_FOUND)
    metrics.check("typo-99", Outcome.NOT_FOUND)
    assert value(metrics, "piaoda_checks_total", account="typo-99", outcome="not_found") == 2
    assert value(metrics, "piaoda_checks_total", account="typo-100", outcome="not_found") is None
    assert value(metrics, "piaoda_checks_total", account="other", outcome="not_found") == 50


def test_an_unlisted_code_is_counted_by_provider_and_code(metrics):
    for _ in range(2):
        metrics.unlisted("nuonuo", "E9999")
    metrics.unlisted("baidu", "E9999")
    assert value(metrics, "piaoda_unlisted_codes_total", provider="nuonuo", code="E9999") == 2
    assert value(metrics, "piaoda_unlisted_codes_total", provider="baidu", code="E9999") == 1


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("", "_"),
        ("70-3.1_x", "70-3.1_x"),
        ("系统忙 E1", "_E1"),
        ('a"} 1\npiaoda_forged 1', "a_1_piaoda_forged_1"),
        ("x" * 90, "x" * 40),
    ],
)
def test_an_unlisted_code_is_cleaned_before_it_becomes_a_label(metrics, code, label):
    metrics.unlisted("nuonuo", code)
    assert value(metrics, "piaoda_unlisted_codes_total", provider="nuonuo", code=label) == 1


def test_the_fifty_first_unlisted_code_of_a_provider_is_called_other(metrics):
    for number in range(60):
        metrics.unlisted("nuonuo", f"E{number}")
    metrics.unlisted("baidu", "E59")
    assert value(metrics, "piaoda_unlisted_codes_total", provider="nuonuo", code="E49") == 1
    assert value(metrics, "piaoda_unlisted_codes_total", provider="nuonuo", code="E50") is None
    assert value(metrics, "piaoda_unlisted_codes_total", provider="nuonuo", code="other") == 10
    assert value(metrics, "piaoda_unlisted_codes_total", provider="baidu", code="E59") == 1


def test_configured_accounts_keep_their_names_however_many_they_are():
    metrics = Metrics("0.1.0", accounts=[f"configured-{n}" for n in range(300)], channels=[])
    metrics.check("configured-299", Outcome.AUTH)
    metrics.check("a-stranger", Outcome.AUTH)
    assert value(metrics, "piaoda_checks_total", account="configured-299", outcome="auth") == 1
    assert value(metrics, "piaoda_checks_total", account="a-stranger", outcome="auth") == 1


def test_accounts_that_share_the_name_other_are_folded_by_what_the_number_means(metrics):
    names = [f"typo-{number:03}" for number in range(102)]
    metrics.gauges(
        Reading(
            invoices={(State.OVERDUE, name): 1 for name in names},
            oldest_unsynced_issued_at={
                name: datetime(2026, 1, 1, 0, n % 60, tzinfo=UTC) for n, name in enumerate(names)
            },
            accounts_up={name: name != "typo-100" for name in names},
            breakers_open={name: name == "typo-100" for name in names},
        )
    )
    assert value(metrics, "piaoda_invoices", state="overdue", account="other") == 2
    oldest = datetime(2026, 1, 1, 0, 40, tzinfo=UTC).timestamp()
    assert value(metrics, "piaoda_oldest_unsynced_issued_timestamp_seconds", account="other") == oldest
    assert value(metrics, "piaoda_account_up", account="other") == 0
    assert value(metrics, "piaoda_account_breaker_open", account="other") == 1


def test_ten_accounts_cost_fewer_than_five_hundred_series():
    assert len(list(samples(Metrics("0.1.0", ACCOUNTS, CHANNELS)))) == at_start(10, 7) < 500


@pytest.mark.parametrize(("accounts", "channels"), [(0, 0), (1, 0), (0, 1), (10, 7), (3, 2)])
def test_the_published_number_of_series_is_the_true_one(accounts, channels):
    metrics = Metrics("0.1.0", ACCOUNTS[:accounts], CHANNELS[:channels])
    assert len(list(samples(metrics))) == at_start(accounts, channels)
    assert f"{at_start(0, 0)} + 31·a + 6·c" in document()


def test_ten_accounts_and_seven_channels_at_full_work_cost_fewer_than_a_thousand_series():
    metrics = Metrics("0.1.0", ACCOUNTS, CHANNELS)
    exercise(metrics, ACCOUNTS, CHANNELS)
    assert len(list(samples(metrics))) < 1000


def test_two_services_in_one_process_do_not_count_together(metrics):
    other = Metrics("0.1.0", accounts=[], channels=[])
    metrics.events("accepted")
    assert value(other, "piaoda_events_total", result="accepted") == 0
    assert "piaoda" not in prometheus_client.generate_latest().decode()


@pytest.mark.parametrize("accept", ["", "application/openmetrics-text"])
def test_creation_times_are_not_exported(metrics, accept):
    exercise(metrics, ("nuonuo",), ("slack",))
    assert b"_created" not in metrics.render(accept)[0]


@pytest.mark.parametrize("accept", ["", "*/*", "text/plain", "text/html;version=x", "nonsense;;;,"])
def test_the_text_format_is_the_default(metrics, accept):
    assert metrics.render(accept)[1] == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize("version", ["1.0.0", "0.0.1", "abc", ""])
def test_openmetrics_is_spoken_when_asked_for(metrics, version):
    exercise(metrics, ("nuonuo",), ("slack",))

    body, content_type = metrics.render(f"application/openmetrics-text;version={version};q=0.6,*/*;q=0.1")

    assert content_type.startswith("application/openmetrics-text; version=1.0.0")
    assert {family.name for family in read_openmetrics(body.decode())} == set(families(metrics))


def test_a_strange_account_name_cannot_forge_a_series(metrics):
    name = 'a"} 1\npiaoda_forged 1\n'
    metrics.check(name, Outcome.AUTH)
    assert "piaoda_forged" not in families(metrics)
    assert value(metrics, "piaoda_checks_total", account=name, outcome="auth") == 1
