"""/metrics and /v1/stats against the rows: every metric that is promised is there, and every figure is true."""

from collections import Counter

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.acceptance.story import Story, rows
from tests.processes import PATIENCE, until

PROMISED = {
    "piaoda_events", "piaoda_invoices", "piaoda_transitions", "piaoda_sync_latency_seconds",
    "piaoda_oldest_unsynced_issued_timestamp_seconds", "piaoda_checks", "piaoda_check_duration_seconds",
    "piaoda_check_lag_seconds", "piaoda_checks_due", "piaoda_account_up", "piaoda_account_breaker_open",
    "piaoda_account_credential_expiry_timestamp_seconds", "piaoda_deliveries", "piaoda_delivery_lag_seconds",
    "piaoda_deliveries_pending", "piaoda_delivery_oldest_due_timestamp_seconds",
    "piaoda_loop_last_success_timestamp_seconds", "piaoda_incidents_open", "piaoda_build_info",
}  # fmt: skip
"""Counters without their `_total`, as the exposition format's parser names families."""


def families(story: Story) -> dict[str, Metric]:
    return {
        family.name: family for family in text_string_to_metric_families(story.service.call("GET", "/metrics").text)
    }


def samples(story: Story, name: str, *labels: str) -> Counter[tuple[str, ...]]:
    """The values of a family that are not zero, by the given labels."""
    found = families(story)[name].samples
    return Counter({tuple(one.labels[label] for label in labels): int(one.value) for one in found if one.value})


def grouped(story: Story, columns: str, table: str, where: str = "true") -> Counter[tuple[str, ...]]:
    statement = f"SELECT {columns}, count(*) AS n FROM {table} WHERE {where} GROUP BY {columns}"
    found = [tuple(row.values()) for row in rows(story.town.database_url, statement)]
    return Counter({tuple(value or "none" for value in values): n for *values, n in found})


def test_every_promised_metric_is_there_and_every_figure_is_true(story: Story):
    good, bad, open_ = (story.invoice(account="solo") for _ in range(3))
    story.becomes(story.issue(good, upload_after=0, visible_after=0), "synced")
    story.becomes(story.issue(bad, upload="fail", upload_after=0), "escalated")
    story.issue(open_, upload="stuck")
    assert story.service.call("POST", "/v1/events", json=open_).json()["duplicate"]
    assert story.service.call("POST", "/v1/events", json={**good, "reference": "another"}).status_code == 409
    assert story.service.call("POST", "/v1/events", json={"number": "1"}).status_code == 422
    story.webhooks(good, 1)

    assert set(families(story)) >= PROMISED
    agree(story, "piaoda_invoices", "state, account", "invoices")
    agree(story, "piaoda_checks", "account, outcome", "checks")
    events = samples(story, "piaoda_events", "result")
    assert events["accepted",] >= len(story.told)
    assert {("duplicate",), ("conflict",), ("invalid",)} <= set(events)
    delivered = grouped(story, "state", "deliveries", "destination = 'erp'")["delivered",]
    until(  # a delivery is counted after its commit, so the count may come a moment later
        lambda: samples(story, "piaoda_deliveries", "channel", "result")["webhook", "delivered"] >= delivered,
        "every delivery is counted",
    )
    counts = story.service.get("/v1/stats")["invoices"]
    assert sum(counts.values()) == grouped(story, "tenant", "invoices")["default",]


def test_every_move_is_counted_whoever_made_it(story: Story):
    invoice = story.invoice(account="solo")
    id_ = story.issue(invoice, upload="stuck")
    assert story.service.call("POST", f"/v1/invoices/{id_}/void", json={"reason": "重复开具"}).is_success

    agree(story, "piaoda_transitions", "before, after, cause", "transitions", within=3)


def agree(story: Story, name: str, labels: str, table: str, within: float = PATIENCE) -> None:
    """Waits until a metric is what the rows of a table say: the gauges' reading is at most two seconds old."""

    def look() -> bool:
        return samples(story, name, *labels.split(", ")) == grouped(story, labels, table)

    until(look, f"{name} is what {table} hold", within)
