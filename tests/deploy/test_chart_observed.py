"""What the chart gives to Prometheus, Grafana and KEDA. One rule: it is what deploy/ has, and it answers."""

import json
import re

import pytest
import yaml

from app.domain.lanes import LANES
from app.observability import catalogue
from tests.deploy.chart import CHART, NEEDED, merged, of_kind, render

MOST_BYTES = 1_048_576  # of a ConfigMap
RULES = CHART.parents[1] / "prometheus" / "rules"


def _groups(**given):
    values = merged(NEEDED, {"metrics": {"rules": {"enabled": True, **given}}})
    return of_kind(render(values), "PrometheusRule")[0]["spec"]["groups"]


def _alerts(groups):
    return {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}


def test_the_rules_are_those_of_the_repository_unless_told_otherwise():
    sources = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(RULES.glob("*.yaml"))]
    assert _groups() == [group for source in sources for group in source["groups"]]


def test_links_and_severities_are_the_operators_own():
    given = {
        "runbookBaseUrl": "https://wiki.example.com/piaoda/",
        "dashboardBaseUrl": "https://graphs.example.com/",
        "severities": {"page": "critical", "ticket": "warning", "info": "none"},
    }
    alerts = _alerts(_groups(**given)).values()
    assert {rule["labels"]["severity"] for rule in alerts} <= {"critical", "warning", "none"}
    for rule in alerts:
        assert re.fullmatch(r"https://wiki\.example\.com/piaoda/\w+\.md", rule["annotations"]["runbook_url"])
        assert rule["annotations"]["dashboard_url"].startswith("https://graphs.example.com/d/")


def test_an_alert_that_is_not_wanted_is_left_out_and_nothing_else():
    every, fewer = _alerts(_groups()), _alerts(_groups(disabled=["PiaodaWatchdog"]))
    assert every.keys() - fewer.keys() == {"PiaodaWatchdog"}


def test_the_monitor_finds_both_services_under_the_name_that_the_rules_ask_for():
    documents = render(merged(NEEDED, {"metrics": {"serviceMonitor": {"enabled": True}}, "nameOverride": "other"}))
    (monitor,) = of_kind(documents, "ServiceMonitor")
    wanted = monitor["spec"]["selector"]["matchLabels"]
    found = [
        each["metadata"]
        for each in of_kind(documents, "Service")
        if wanted.items() <= each["metadata"]["labels"].items()
    ]
    assert [each["name"] for each in found] == ["demo-other-api", "demo-other-worker"]
    assert {each["labels"][monitor["spec"]["jobLabel"]] for each in found} == {"piaoda"}


def test_installations_in_two_namespaces_are_two_jobs_and_own_relabelling_comes_after():
    own = {"targetLabel": "cluster", "replacement": "shanghai"}
    values = merged(NEEDED, {"metrics": {"serviceMonitor": {"enabled": True, "relabelings": [own]}}})
    (monitor,) = of_kind(render(values), "ServiceMonitor")
    job = {"sourceLabels": ["__meta_kubernetes_namespace"], "targetLabel": "job", "replacement": "$1/piaoda"}
    assert monitor["spec"]["endpoints"][0]["relabelings"] == [job, own]


@pytest.mark.parametrize("languages", [["zh"], ["en"], ["zh", "en"]])
def test_dashboards_come_in_the_chosen_languages_one_a_map(languages):
    values = merged(NEEDED, {"metrics": {"dashboards": {"enabled": True, "languages": languages}}})
    maps = [each for each in of_kind(render(values), "ConfigMap") if "grafana_dashboard" in each["metadata"]["labels"]]
    boards = [json.loads(text) for each in maps for text in each["data"].values()]
    sources = [path for language in languages for path in (CHART / "files" / "dashboards" / language).glob("*.json")]
    assert sources
    assert len(maps) == len(boards) == len(sources)
    assert {board["uid"] for board in boards} == {json.loads(path.read_text("utf-8"))["uid"] for path in sources}
    assert all(len(text.encode()) < MOST_BYTES for each in maps for text in each["data"].values())
    assert {each["metadata"]["annotations"]["grafana_folder"] for each in maps} == {"Piaoda 票达"}


def _triggers(**keda):
    values = merged(
        NEEDED, {"worker": {"keda": {"enabled": True, "prometheus": {"serverAddress": "http://p"}, **keda}}}
    )
    return of_kind(render(values), "ScaledObject")[0]["spec"]["triggers"]


def test_prometheus_is_asked_for_metrics_that_there_are():
    known = {declared.name for declared in vars(catalogue).values() if isinstance(declared, catalogue.Declaration)}
    queries = [trigger["metadata"]["query"] for trigger in _triggers()]
    assert queries == [
        'sum(max by (account) (piaoda_checks_due{namespace="prod"}))',
        'sum(max by (channel) (piaoda_deliveries_pending{namespace="prod"}))',
    ]
    assert {name for query in queries for name in re.findall(r"piaoda_\w+", query)} <= known


async def test_the_database_is_asked_what_it_answers_from_its_indexes(database):
    queries = [trigger["metadata"]["query"] for trigger in _triggers(trigger="postgresql")]
    assert f"generate_series({LANES[0]}, {LANES[-1]})" in queries[0]
    async with database.connection() as connection:
        assert [await connection.fetchval(query) for query in queries] == [0, 0]
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(
            "INSERT INTO invoice_counts (tenant, account, state, shard, n) VALUES ('default', 'a', 'pending', 0, 1)"
        )
        await connection.execute(
            "INSERT INTO schedule (tenant, invoice_id, account, lane, due_at)"
            " SELECT 'default', gen_random_uuid(), 'a', n % 32, now() + (n - 7) * interval '1 hour'"
            " FROM generate_series(1, 20) AS n"
        )
        await connection.execute("SET session_replication_role = DEFAULT")
        assert await connection.fetchval(queries[0]) == 7
        await connection.execute("SET enable_seqscan = off")
        plans = ["\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {query}")) for query in queries]
    assert "schedule_due" in plans[0]
    assert "deliveries_due" in plans[1]


def test_the_database_is_reached_with_the_secret_that_the_service_has():
    values = {"worker": {"keda": {"enabled": True, "trigger": "postgresql"}}, "secrets": {"database": {"key": "uri"}}}
    documents = render(merged(NEEDED, values))
    (authentication,) = of_kind(documents, "TriggerAuthentication")
    assert authentication["spec"]["secretTargetRef"] == [
        {"parameter": "connection", "name": "piaoda-database", "key": "uri"}
    ]
    triggers = of_kind(documents, "ScaledObject")[0]["spec"]["triggers"]
    assert {each["authenticationRef"]["name"] for each in triggers} == {authentication["metadata"]["name"]}
