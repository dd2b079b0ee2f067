"""Value files that nobody wrote, five hundred in all. One rule: whatever they say, what is rendered is coherent."""

import json

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.deploy import chart
from tests.deploy.chart import VERSIONS, merged, refusal, render
from tests.deploy.test_chart_values import CONTRADICTIONS

_SETTINGS = settings(
    max_examples=500,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # a file that fails is short enough to be read as it is
    suppress_health_check=list(HealthCheck),
)
# Among them what YAML would take for something other than a text.
_names = st.sampled_from(["a", "no", "on", "y", "null", "true", "piaoda", "my-piaoda-2", "e1", "z" * 53])
_texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30)
_labels = st.dictionaries(
    st.sampled_from(["team", "on", "example.com/a"]), st.sampled_from(["", "1", "true", "a.b_c-d", "1e3"]), max_size=2
)
_annotations = st.dictionaries(st.sampled_from(["example.com/a", "b"]), _texts, max_size=2)
_hosts = st.lists(st.sampled_from(["a.example.com", "*.b.example.com", "c.example.com"]), min_size=1, unique=True)
_ranges = st.lists(st.sampled_from(["192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32"]), unique=True)
_timeouts = st.sampled_from(["0.5s", "15s", "20s", "1m30s", "2m"])


def _some(**knobs):
    """Each knob turned or left alone."""
    return st.fixed_dictionaries({}, optional=knobs)


def _every(**knobs):
    return st.fixed_dictionaries(knobs)


_budgets = st.sampled_from(
    [
        {},
        {"enabled": False},
        {"maxUnavailable": "50%"},
        {"minAvailable": "25%", "maxUnavailable": None},
        {"minAvailable": 1, "maxUnavailable": None},
    ]
)
_component = {
    "podDisruptionBudget": _budgets,
    "replicas": st.integers(2, 9),
    "podLabels": _labels,
    "podAnnotations": _annotations,
    "nodeSelector": _labels,
    "tolerations": st.sampled_from([[], [{"key": "dedicated", "operator": "Exists"}]]),
    "affinity": st.sampled_from([{}, {"podAntiAffinity": {}}]),
    "topologySpreadConstraints": st.sampled_from(
        [None, [], [{"maxSkew": 2, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}]]
    ),
    "priorityClassName": st.sampled_from(["", "business"]),
    "resources": st.sampled_from([{}, {"limits": {"cpu": 2, "memory": "1Gi"}}, {"requests": {"cpu": "0.5"}}]),
}
_autoscaling = _every(enabled=st.just(True), minReplicas=st.integers(2, 5), maxReplicas=st.integers(5, 50))
_keda = st.one_of(
    _every(enabled=st.just(True), trigger=st.just("postgresql"), minReplicas=st.integers(2, 4)),
    _every(
        enabled=st.just(True),
        minReplicas=st.just(2),
        dueChecksPerReplica=st.integers(1, 10_000_000),
        prometheus=_every(
            serverAddress=st.just("http://prometheus:9090"),
            matchers=st.sampled_from(["", 'namespace="x"', 'cluster="a",namespace="{{ .Release.Namespace }}"']),
            authenticationRef=st.sampled_from(["", "asks"]),
        ),
    ),
)
_scaling = st.one_of(st.just({}), _every(autoscaling=_autoscaling), _every(keda=_keda))
_workers = st.builds(merged, _some(**_component), _scaling)
_configurations = st.one_of(
    st.just({}),
    _every(config=_some(accounts=st.dictionaries(_names, _every(limits=_every(timeout=_timeouts)), max_size=2))),
    _every(config=_some(destinations=st.dictionaries(_names, _every(timeout=_timeouts), max_size=2))),
    _every(
        configText=st.sampled_from(["{}\n", "# 注释\nbudget: {reserve: 1}\n\n\n", "   \n  budget:\n    reserve: 1\n"])
    ),
    _every(existingConfigMap=_every(name=_names, key=st.sampled_from(["piaoda.yaml", "x.yml"]))),
)
_secrets = _every(
    database=_every(existingSecret=_names, key=st.sampled_from(["url", "uri", "DATABASE_URL", "1", "true"])),
    secret=_some(existingSecret=_names),
    bootstrapKey=_some(existingSecret=_names),
    files=st.lists(
        _every(existingSecret=_names, directory=st.sampled_from(["accounts", "chats", "x-1"])),
        unique_by=lambda each: each["directory"],
        max_size=3,
    ),
)
_policies = _some(
    enabled=st.booleans(),
    ingress=_some(fromNamespaces=st.lists(_every(name=st.sampled_from(["a", "b"])), max_size=2)),
    metrics=_some(fromNamespaces=st.lists(_every(name=st.sampled_from(["a", "b"])), max_size=2)),
    egress=_some(
        database=_some(ports=st.lists(st.integers(1, 65_535), min_size=1, max_size=2, unique=True)),
        internet=_some(denyPrivate=st.booleans(), **{"except": _ranges}),
    ),
)
_observed = _some(
    serviceMonitor=_every(enabled=st.booleans(), labels=_labels),
    rules=_every(enabled=st.sampled_from([False, False, False, True]), labels=_labels),
)
_doors = _some(
    ingress=_every(
        enabled=st.booleans(), hosts=_hosts, className=st.sampled_from(["", "nginx"]), annotations=_annotations
    ),
    httpRoute=_every(enabled=st.booleans(), hostnames=_hosts, parentRefs=st.just([{"name": "public"}])),
)
_whole = _some(
    nameOverride=_names,
    fullnameOverride=st.sampled_from(["", "no", "front", "x" * 40]),
    namespaceOverride=st.sampled_from(["", "finance"]),
    commonLabels=_labels,
    commonAnnotations=_annotations,
    image=_some(
        tag=st.sampled_from(["", "1.0", "1e3", "v2_rc.1", "_", "7" * 128, "x-" * 64]),
        digest=st.sampled_from(["", "sha256:" + "a" * 64]),
        pullPolicy=st.sampled_from(["Always", "Never"]),
    ),
    imagePullSecrets=st.sampled_from([[], [{"name": "registry"}]]),
    publicUrl=st.sampled_from(["", "https://piaoda.example.com"]),
    logLevel=st.sampled_from(["debug", "info"]),
    consoleAccess=st.sampled_from(["key", "off"]),
    databaseConnections=st.integers(1, 200),
    migrations=_some(
        mode=st.sampled_from(["hook", "gitops", "off"]),
        ttlSecondsAfterFinished=st.sampled_from([None, 0, 1_000_000]),
        annotations=_annotations,
    ),
    preStopSeconds=st.integers(0, 60),
    serviceAccount=st.sampled_from([{}, {"create": False}, {"create": False, "name": "own"}, {"name": "ours"}]),
    service=_some(port=st.integers(1, 65_535), type=st.sampled_from(["ClusterIP", "NodePort", "LoadBalancer"])),
    updateStrategy=st.sampled_from([{}, {"maxSurge": "25%"}]),
    networkPolicy=_policies,
    metrics=_observed,
    tests=_some(enabled=st.booleans()),
    extraEnv=st.lists(_every(name=st.sampled_from(["A", "B"]), value=_texts), unique_by=lambda each: each["name"]),
    api=st.builds(merged, _some(**_component), st.one_of(st.just({}), _every(autoscaling=_autoscaling))),
    worker=_workers,
)
_files = st.builds(merged, _whole, _doors, _configurations, _every(secrets=_secrets))


@given(_files, st.sampled_from(VERSIONS), _names)
@settings(_SETTINGS, max_examples=60)
def test_whatever_the_values_a_cluster_takes_it_and_can_use_it(values, version, release):
    used(values, version, release)


@pytest.mark.slow
@pytest.mark.timeout(600)
@given(_files, st.sampled_from(VERSIONS), _names)
@_SETTINGS
def test_whatever_five_hundred_values_a_cluster_takes_it_and_can_use_it(values, version, release):
    used(values, version, release)


def used(values, version, release):
    note(f"{release}: {json.dumps(values, ensure_ascii=False)}")
    documents = render(values, name=release)
    assert [fault for each in documents if (fault := chart.fault(each, version))] == []
    assert chart.incoherent(documents, values) == []
    assert all(len(each["metadata"]["name"]) <= 63 for each in documents)


@given(_files, st.sampled_from(CONTRADICTIONS))
@settings(_SETTINGS, max_examples=50)
def test_whatever_else_is_set_a_contradiction_is_refused_with_its_sentence(values, contradiction):
    wrong, sentence = contradiction
    kept = {key: value for key, value in values.items() if key not in {"api", "worker", "preStopSeconds", *wrong}}
    assert sentence in refusal(merged({"secrets": values["secrets"]}, kept, wrong)) or _turned_by(sentence, values)


def _turned_by(sentence, values):
    """A contradiction needs the other side as it is by default."""
    return "config" in sentence and {"config", "configText", "existingConfigMap"} & values.keys()
