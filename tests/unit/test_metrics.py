"""The metrics as a scraper sees them, against a literal copy of what we promise."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import prometheus_client
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text
from prometheus_client.samples import Sample

from app.channels.channel import Result
from app.domain.identity import Kind
from app.domain.invoice import Cause, Outcome, State
from app.domain.reading import Reading
from app.observability.catalogue import CATALOGUE, DELIVERY_RESULT, document
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
    "piaoda_build_info": ("gauge", ("version",)),
}

INSTANT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ACCOUNTS = tuple(f"account-{n}" for n in range(10))
CHANNELS = ("webhook", "slack", "wecom", "dingtalk", "feishu", "teams", "email")
FULL = Reading(
    invoices={(State.PENDING, "nuonuo"): 3},
    oldest_unsynced_issued_at={"nuonuo": INSTANT},
    checks_due={"nuonuo": 2},
    accounts_up={"nuonuo": True},
    breakers_open={"nuonuo": False},
    credentials_expire_at={"nuonuo": INSTANT},
    incidents_open={"nuonuo": 1},
    deliveries_pending={"slack": 4},
    oldest_delivery_due_at={"slack": INSTANT},
)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("0.1.0", accounts=["nuonuo"], channels=["slack"])


def exercise(metrics: Metrics, accounts: tuple[str, ...], channels: tuple[str, ...]) -> None:
    """Everything that can happen, once."""
    metrics.events("accepted")
    metrics.transition(None, State.PENDING, Cause.ISSUED)
    metrics.loop_succeeded("poller", INSTANT)
    metrics.unlisted("nuonuo", "E9999")
    for account in accounts:
        metrics.check(account, Outcome.NOT_FOUND)
        metrics.call(account, 0.2)
        metrics.lag(account, 3)
        metrics.synced(account, Kind.DIGITAL_ORDINARY, 600)
    for channel in channels:
        metrics.delivery(channel, "delivered", 2)
    metrics.gauges(FULL)


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

    assert exported == {name: (kind, set(labels)) for name, (kind, labels) in PROMISED.items()}


def test_the_catalogue_says_what_is_promised():
    assert {metric.name: (metric.type, metric.label_names) for metric in CATALOGUE} == PROMISED


def test_the_published_page_is_made_from_the_catalogue():
    page = Path(__file__).parents[2] / "docs" / "metrics.md"
    command = "python -c \"from app.observability.catalogue import document; print(document(), end='')\""
    assert page.read_text("utf-8") == document(), f"write it anew: {command} > docs/metrics.md"


@pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: metric.name)
def test_names_follow_the_rules_of_the_trade(metric):
    assert metric.name.startswith("piaoda_")
    assert metric.name == metric.name.lower()
    assert metric.name.endswith("_total") == (metric.type == "counter")
    assert metric.name.endswith("_seconds") or not metric.buckets
    assert not metric.name.endswith(("_count", "_sum", "_bucket", "_milliseconds", "_minutes", "_ratio_percent"))
    assert metric.help.endswith(".")


def test_promtool_finds_nothing_to_say(metrics):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed")
    exercise(metrics, ("nuonuo",), ("slack",))

    lint = subprocess.run([promtool, "check", "metrics"], input=metrics.render()[0], capture_output=True, check=False)

    assert (lint.returncode, lint.stdout, lint.stderr) == (0, b"", b"")


def test_a_counter_starts_at_zero_so_that_its_first_event_shows_as_an_increase(metrics):
    assert value(metrics, "piaoda_events_total", result="conflict") == 0
    assert value(metrics, "piaoda_checks_total", account="nuonuo", outcome="auth") == 0
    assert value(metrics, "piaoda_deliveries_total", channel="slack", result="permanent") == 0
    assert value(metrics, "piaoda_transitions_total", before="none", after="pending", cause="issued") == 0


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


def test_what_is_no_longer_in_a_reading_is_no_longer_shown(metrics):
    metrics.gauges(FULL)
    metrics.gauges(Reading())
    assert value(metrics, "piaoda_invoices", state="pending", account="nuonuo") == 0
    assert value(metrics, "piaoda_oldest_unsynced_issued_timestamp_seconds", account="nuonuo") is None
    assert value(metrics, "piaoda_delivery_oldest_due_timestamp_seconds", channel="slack") is None


def test_a_loop_tells_when_it_last_succeeded(metrics):
    metrics.loop_succeeded("notifier", INSTANT)
    assert value(metrics, "piaoda_loop_last_success_timestamp_seconds", loop="notifier") == INSTANT.timestamp()


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
    assert len(list(samples(Metrics("0.1.0", ACCOUNTS, CHANNELS)))) < 500


def test_ten_accounts_and_seven_channels_at_full_work_cost_fewer_than_eight_hundred_series():
    metrics = Metrics("0.1.0", ACCOUNTS, CHANNELS)
    exercise(metrics, ACCOUNTS, CHANNELS)
    assert len(list(samples(metrics))) < 800


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
