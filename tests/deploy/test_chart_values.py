"""Values: each is described, an unknown one is refused, and those that contradict each other are told so in words."""

import json
from pathlib import Path

import pytest
import yaml

from deploy.helm import made
from tests.deploy.chart import CHART, NEEDED, merged, refusal, render

SCHEMA = json.loads((CHART / "values.schema.json").read_text("utf-8"))
VALUES = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))

HPA, KEDA = {"autoscaling": {"enabled": True}}, {"keda": {"enabled": True, "prometheus": {"serverAddress": "http://p"}}}
CONTRADICTIONS = [
    ({"worker": merged(HPA, KEDA)}, "worker.autoscaling.enabled and worker.keda.enabled are both true"),
    ({"worker": {"keda": {"enabled": True}}}, "worker.keda.prometheus.serverAddress is empty"),
    ({"secrets": {"database": {"existingSecret": ""}}}, "secrets.database.existingSecret is empty"),
    ({"api": {"enabled": False}, "worker": {"enabled": False}}, "nothing would run"),
    ({"config": {"budget": {}}, "configText": "{}"}, "config and configText are both given"),
    (
        {"config": {"budget": {}}, "existingConfigMap": {"name": "c"}},
        "config and existingConfigMap.name are both given",
    ),
    ({"configText": "a: [", "terminationGracePeriodSeconds": 60}, "configText is not YAML"),
    ({"terminationGracePeriodSeconds": 29}, "terminationGracePeriodSeconds 29 is shorter than 30"),
    (
        {"preStopSeconds": 60, "terminationGracePeriodSeconds": 60},
        "terminationGracePeriodSeconds 60 is shorter than 85",
    ),
    (
        {"terminationGracePeriodSeconds": 60, "config": {"accounts": {"baidu": {"limits": {"timeout": "1m"}}}}},
        "shorter than a call: accounts.baidu.limits.timeout is 1m, with preStopSeconds 5 and 5 to close at least 70",
    ),
    (
        {"terminationGracePeriodSeconds": 60, "configText": "destinations: {erp: {timeout: 2m}}"},
        "destinations.erp.timeout is 2m",
    ),
    ({"migrations": {"mode": "sometimes"}}, "/migrations/mode"),
    ({"ingress": {"enabled": True}}, "ingress.hosts is empty"),
    ({"httpRoute": {"enabled": True, "parentRefs": [{"name": "g"}]}}, "httpRoute.hostnames is empty"),
    ({"httpRoute": {"enabled": True, "hostnames": ["a.example.com"]}}, "httpRoute.parentRefs is empty"),
    ({"api": {"enabled": False}, "ingress": {"enabled": True, "hosts": ["a.example.com"]}}, "nothing for an ingress"),
    ({"worker": {"replicas": 0}}, "worker.replicas is 0 and worker.podDisruptionBudget.enabled is true"),
    ({"api": {"podDisruptionBudget": {"minAvailable": 1}}}, "has minAvailable and maxUnavailable"),
    ({"api": {"podDisruptionBudget": {"maxUnavailable": None}}}, "has neither minAvailable nor maxUnavailable"),
    ({"api": {"podDisruptionBudget": {"maxUnavailable": 0}}}, "no node could ever be drained"),
    (
        {"api": {"podDisruptionBudget": {"maxUnavailable": None, "minAvailable": 2}}},
        "api.podDisruptionBudget.minAvailable 2 leaves none of 2 replicas to spare",
    ),
    ({"api": {"autoscaling": {"enabled": True, "minReplicas": 9}}}, "api.autoscaling.minReplicas 9 is more than"),
    ({"worker": {"keda": merged(KEDA["keda"], {"minReplicas": 9})}}, "worker.keda.minReplicas 9 is more than"),
    ({"commonLabels": {"app.kubernetes.io/name": "mine"}}, "app.kubernetes.io/name is a label of the chart's own"),
    ({"worker": {"podLabels": {"helm.sh/chart": "mine"}}}, "helm.sh/chart is a label of the chart's own"),
    ({"secrets": {"files": [{"existingSecret": "a", "directory": "secret"}]}}, "the directory secret twice"),
    ({"extraEnv": [{"name": "PIAODA_SECRET", "value": "s"}]}, "extraEnv has PIAODA_SECRET"),
    ({"extraEnv": [{"name": "PIAODA_DATABASE_URL_FILE", "value": "s"}]}, "extraEnv has PIAODA_DATABASE_URL_FILE"),
    ({"metrics": {"rules": {"enabled": True, "runbookBaseUrl": ""}}}, "every alert links its runbook"),
    ({"updateStrategy": {"maxSurge": 0}}, "no replica could ever be replaced"),
    ({"api": {"podDisruptionBudget": {"minAvailable": "51%", "maxUnavailable": None}}}, "51% leaves none of 2"),
    (
        {"api": {"autoscaling": {"enabled": True}, "resources": {"requests": {"cpu": None}}}},
        "api.resources.requests.cpu is empty",
    ),
]


@pytest.mark.parametrize(("given", "sentence"), CONTRADICTIONS, ids=[sentence[:40] for _, sentence in CONTRADICTIONS])
def test_values_that_contradict_each_other_are_refused_with_a_sentence(given, sentence):
    assert sentence in refusal(merged(NEEDED, given))


def test_all_contradictions_are_told_at_once():
    told = refusal(merged(NEEDED, {"terminationGracePeriodSeconds": 1, "ingress": {"enabled": True}}))
    assert "terminationGracePeriodSeconds 1" in told
    assert "ingress.hosts" in told


def _tables(schema, path=()):
    """Every table of values, with the path to it."""
    if schema.get("additionalProperties") is False:
        yield path, schema
    for name, part in schema.get("properties", {}).items():
        yield from _tables(part, (*path, name))


TABLES = [path for path, _ in _tables(SCHEMA)]


@pytest.mark.parametrize("path", TABLES, ids=".".join)
def test_an_unknown_value_is_refused_wherever_it_stands(path):
    given = {"nobodyKnows": 1}
    for name in reversed(path):
        given = {name: given}
    assert "nobodyKnows" in refusal(merged(NEEDED, given))


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"api": {"replicas": "2"}}, "/api/replicas"),
        ({"image": {"digest": "latest"}}, "/image/digest"),
        ({"worker": {"keda": {"minReplicas": 0}}}, "/worker/keda/minReplicas"),
        ({"publicUrl": "https://piaoda.example.com/path/more"}, "/publicUrl"),
        ({"secrets": {"files": [{"existingSecret": "a", "directory": "../etc"}]}}, "/secrets/files/0/directory"),
        ({"worker": {"keda": {"trigger": "cron"}}}, "/worker/keda/trigger"),
        ({"networkPolicy": {"egress": {"database": {"ports": []}}}}, "/networkPolicy/egress/database/ports"),
        ({"fullnameOverride": "a.b"}, "/fullnameOverride"),
        ({"terminationGracePeriodSeconds": -1}, "/terminationGracePeriodSeconds"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(given, place):
    assert place in refusal(merged(NEEDED, given))


def test_schema_and_values_have_the_same_names_and_each_is_described():
    for path, table in _tables(SCHEMA):
        assert table["description"], path
        defaults = VALUES
        for name in path:
            defaults = defaults[name]
        names = {name for name, part in table["properties"].items() if part["description"]}
        optional = {"global"} if not path else {"successThreshold", "initialDelaySeconds", "claims"}
        assert defaults.keys() == table["properties"].keys() - optional | (defaults.keys() & optional), path
        assert names == table["properties"].keys(), path


def test_the_defaults_need_one_secret_and_nothing_else():
    assert "secrets.database.existingSecret" in refusal({})
    assert render(NEEDED)


def test_the_chart_has_the_version_of_the_service_and_the_copies_are_current():
    written = made.files()
    assert {path: text for path, text in written.items() if not _same(path, text)} == {}
    assert made.strays(written) == []


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text
