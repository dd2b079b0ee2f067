"""The chart: what it makes of the value files in ci/, and of single values, is what a cluster takes and can use."""

import ipaddress
import json
import tomllib
from pathlib import Path

import helm_python as helm
import pytest
import yaml

from app import main, settings
from tests.deploy import chart
from tests.deploy.chart import CHART, NEEDED, VERSIONS, merged, of_kind, pods, render

ROOT = Path(__file__).parents[2]
FILES = sorted((CHART / "ci").glob("*-values.yaml"))
FULL = chart.values_of(CHART / "ci" / "full-values.yaml")
INSIDE = {"/metrics", "/livez", "/readyz"}
METADATA = ("169.254.169.254", "100.100.100.200", "fd00:ec2::254", "169.254.170.2")


@pytest.fixture(params=FILES, ids=lambda path: path.name.removesuffix("-values.yaml"))
def values(request):
    return chart.values_of(request.param)


def test_helm_finds_nothing_to_complain_of(values):
    told = helm.lint(str(CHART), values, strict=True)
    assert told["errors"] == []
    assert [each["error"] for each in told["messages"]] in ([], ["icon is recommended"])


def test_every_kubernetes_takes_every_object_and_knows_every_key(values):
    documents = render(values)
    assert [fault for version in VERSIONS for each in documents if (fault := chart.fault(each, version))] == []


def test_names_are_unique_selectors_find_pods_and_everything_mounted_is_there(values):
    assert chart.incoherent(render(values), values) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_an_unknown_key_would_be_found(version):
    deployment = of_kind(render(NEEDED), "Deployment")[0]
    deployment["spec"]["replicaz"] = 1
    assert "replicaz" in chart.fault(deployment, version)


@pytest.mark.parametrize("kind", ["ServiceMonitor", "PrometheusRule", "ScaledObject", "HTTPRoute"])
def test_an_unknown_key_of_an_operators_kind_would_be_found(kind):
    files = [CHART / "ci" / f"{name}-values.yaml" for name in ("full", "keda", "httproute")]
    document = of_kind([each for file in files for each in render(chart.values_of(file))], kind)[0]
    document["spec"]["intervall"] = "1s"
    assert "intervall" in chart.fault(document, VERSIONS[-1])


def _kept(documents, folder):
    """The files of `documents` as a pod sees them, below `folder`; gives its environment."""
    config = next(each for each in of_kind(documents, "ConfigMap") if each["metadata"]["name"].endswith("-config"))
    pod = next(pod for owner, pod in pods(documents) if owner["kind"] == "Deployment")
    given = {each["name"]: each["value"] for each in pod["spec"]["containers"][0]["env"] if "value" in each}
    for name, text in config["data"].items():
        (folder / name).write_text(text.replace("/run/secrets/piaoda", str(folder)), "utf-8")
    for name in ("nuonuo-app-key", "nuonuo-app-secret", "baidu-api-key", "baidu-secret-key"):
        _write(folder / "accounts" / name, "synthetic")
    _write(folder / "destinations" / "wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=synthetic")
    _write(folder / "destinations" / "erp", "whsec_" + "MDEy" * 12)
    _write(folder / "database" / "value", "postgresql://piaoda@db.example.com/piaoda")
    _write(folder / "secret" / "value", "0123456789abcdef" * 2)
    _write(folder / "bootstrap-key" / "value", "synthetic-key-of-at-least-some-length")
    return {
        name: value.replace("/run/secrets/piaoda", str(folder)).replace("/etc/piaoda", str(folder))
        for name, value in given.items()
        if name.startswith("PIAODA_")
    }


def _write(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text + "\n", "utf-8")


def test_the_service_takes_what_the_chart_gives_it(values, tmp_path):
    if "existingConfigMap" in values:
        values = merged(values, {"existingConfigMap": {"name": ""}})
    chosen = settings.load(_kept(render(values), tmp_path), tmp_path)
    assert chosen.database_url.get_secret_value().startswith("postgresql://")
    assert list(chosen.config.accounts) == list(values.get("config", {}).get("accounts", {}))


def test_the_longest_example_passes_through_the_chart_unchanged(tmp_path):
    text = (ROOT / "examples" / "piaoda.yaml").read_text("utf-8")
    rendered = [
        render(merged(NEEDED, given)) for given in ({"configText": text}, {"config": helm.values_from_yaml(text)})
    ]
    maps = [of_kind(documents, "ConfigMap")[0]["data"]["piaoda.yaml"] for documents in rendered]
    assert maps[0].strip() == text.strip()
    environ = {
        "NUONUO_APP_SECRET": "s",
        "BAIDU_API_KEY": "k",
        "BAIDU_SECRET_KEY": "s",
        "ERP_WEBHOOK_SECRET": "whsec_" + "MDEy" * 12,
    }
    _write(tmp_path / "secrets" / "wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=synthetic")
    read = []
    for number, kept in enumerate(maps):
        (tmp_path / f"{number}.yaml").write_text(kept, "utf-8")
        read.append(settings.load(environ | {"PIAODA_CONFIG": f"{number}.yaml"}, tmp_path).config)
    assert read[0] == read[1]


def test_a_new_version_changes_no_selector():
    before, after = (
        render(merged(FULL, {"image": {"tag": tag, "digest": ""}, "commonLabels": {"team": team}}))
        for tag, team in (("1.0.0", "a"), ("2.0.0", "b"))
    )
    assert [each["spec"]["selector"] for each in of_kind(before, "Deployment", "Service", "PodDisruptionBudget")] == [
        each["spec"]["selector"] for each in of_kind(after, "Deployment", "Service", "PodDisruptionBudget")
    ]


def test_a_label_or_annotation_given_in_two_places_stands_once_and_the_nearer_wins():
    given = {
        "commonLabels": {"team": "finance", "release": "all"},
        "commonAnnotations": {"kubectl.kubernetes.io/default-container": "other", "note": "all"},
        "api": {"podLabels": {"team": "billing"}, "podAnnotations": {"note": "api"}},
        "metrics": {"serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}}},
        "service": {"labels": {"team": "network"}},
    }
    documents = render(merged(NEEDED, given))
    pod = next(pod for owner, pod in pods(documents) if owner["metadata"]["name"].endswith("-api"))["metadata"]
    assert (pod["labels"]["team"], pod["labels"]["release"], pod["annotations"]["note"]) == ("billing", "all", "api")
    assert pod["annotations"]["kubectl.kubernetes.io/default-container"] == "piaoda"
    assert of_kind(documents, "ServiceMonitor")[0]["metadata"]["labels"]["release"] == "prometheus"


def test_a_release_that_no_service_can_be_named_after_is_refused():
    for name in ("123", "fapiao.prod"):
        with pytest.raises(helm.HelmError, match="give fullnameOverride"):
            render(NEEDED, name=name)
        assert render(merged(NEEDED, {"fullnameOverride": "fapiao"}), name=name)


def test_the_digest_wins_over_the_tag():
    digest = "sha256:" + "0" * 64
    given = {"image": {"repository": "r", "tag": "1.2.3", "digest": digest}}
    images = {c["image"] for _, pod in pods(render(merged(NEEDED, given))) for c in pod["spec"]["containers"]}
    assert images == {f"r@{digest}"}


def test_no_registry_is_named():
    images = {c["image"] for _, pod in pods(render(NEEDED)) for c in pod["spec"]["containers"]}
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert images == {f"piaoda:{version}"}


def test_a_changed_configuration_replaces_the_pods():
    def annotations(config):
        return of_kind(render(merged(NEEDED, {"config": config})), "Deployment")[0]["spec"]["template"]["metadata"]

    assert annotations({})["annotations"] != annotations({"amount_tolerance": "0.01"})["annotations"]


def test_secrets_are_files_and_never_variables():
    for _, pod in pods(render(FULL)):
        ours = pod["spec"]["containers"][0].get("env", ())
        assert not [each for each in ours if "secretKeyRef" in each.get("valueFrom", {})]
        assert not {"PIAODA_DATABASE_URL", "PIAODA_SECRET", "PIAODA_BOOTSTRAP_KEY"} & {each["name"] for each in ours}


def _job(**given):
    return of_kind(render(merged(NEEDED, given)), "Job")


def test_the_hook_migrates_before_anything_else_is_there():
    (job,) = _job()
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert [volume["name"] for volume in job["spec"]["template"]["spec"]["volumes"]] == ["tmp", "secret-database"]


def test_with_gitops_each_image_has_a_migration_of_its_own_name():
    gitops = {"migrations": {"mode": "gitops"}}
    first, again, other = (_job(**gitops, image={"tag": tag})[0]["metadata"] for tag in ("1", "1", "2"))
    assert first["name"] == again["name"] != other["name"]
    assert "annotations" not in first
    assert not any("digest" in each["metadata"]["name"] for each in _job(**gitops))


def test_nobody_migrates_when_it_is_off():
    assert _job(migrations={"mode": "off"}) == []


def test_each_deployment_has_its_part():
    parts = {each["metadata"]["name"]: each for each in of_kind(render(NEEDED), "Deployment")}
    args = {name: each["spec"]["template"]["spec"]["containers"][0]["args"] for name, each in parts.items()}
    assert args == {
        "demo-piaoda-api": ["piaoda", "serve", "--api-only"],
        "demo-piaoda-worker": ["piaoda", "serve", "--worker-only"],
    }


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({}, 45),
        ({"preStopSeconds": 30}, 70),
        ({"config": {"accounts": {"a": {"limits": {"timeout": "1m30s"}}}}}, 100),
        ({"configText": "destinations: {erp: {timeout: 2m}}"}, 130),
        ({"config": {"accounts": {"a": {"limits": {"timeout": "20s"}}}}}, 45),
        ({"terminationGracePeriodSeconds": 300}, 300),
    ],
)
def test_a_replica_has_time_to_end_its_longest_call(given, seconds):
    pod = of_kind(render(merged(NEEDED, given)), "Deployment")[0]["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] == seconds


def test_scaled_deployments_leave_their_replicas_to_the_scaler():
    for name in ("hpa", "keda"):
        documents = render(chart.values_of(CHART / "ci" / f"{name}-values.yaml"))
        worker = next(d for d in of_kind(documents, "Deployment") if d["metadata"]["name"].endswith("-worker"))
        assert "replicas" not in worker["spec"]


@pytest.mark.parametrize("private", [True, False])
def test_no_policy_lets_anybody_ask_a_cloud_for_credentials(private):
    given = {"networkPolicy": {"enabled": True, "egress": {"internet": {"denyPrivate": private}}}}
    policies = of_kind(render(merged(NEEDED, given)), "NetworkPolicy")
    peers = [to for policy in policies for rule in policy["spec"]["egress"] for to in rule.get("to", ())]
    open_to = [to["ipBlock"] for to in peers if "ipBlock" in to]
    parts = {each["metadata"]["name"].rpartition("-")[2] for each in policies}
    assert parts == {"api", "worker", "migrate", "test"}
    for address in map(ipaddress.ip_address, METADATA):
        for block in open_to:
            ranges = [ipaddress.ip_network(block["cidr"]), *map(ipaddress.ip_network, block["except"])]
            assert address not in ranges[0] or any(address in each for each in ranges[1:])
    assert (ipaddress.ip_network("10.0.0.0/8") in [ipaddress.ip_network(e) for e in open_to[0]["except"]]) is private


def test_the_public_paths_are_those_of_the_api_without_health_and_metrics():
    chosen = settings.load({}, ROOT / "deploy")
    served = main.application(main.build(chosen, "postgresql://nobody@127.0.0.1:1/nothing"))
    heads = {"/" + path.strip("/").split("/")[0] for path in _paths(served.routes)}
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    assert set(values["ingress"]["paths"]) == heads - INSIDE
    assert values["httpRoute"]["paths"] == values["ingress"]["paths"]


def _paths(routes, before=""):
    for route in routes:
        if path := getattr(route, "path", None):
            yield before + path
        else:
            yield from _paths(route.original_router.routes, before + getattr(route, "prefix", ""))


def test_the_example_of_a_database_is_one_and_its_secret_is_the_one_that_is_read():
    (cluster,) = yaml.safe_load_all((CHART.parent / "examples" / "cloudnative-pg.yaml").read_text("utf-8"))
    assert chart.fault(cluster, VERSIONS[0]) == ""
    database = chart.values_of(CHART / "ci" / "cnpg-values.yaml")["secrets"]["database"]
    # https://cloudnative-pg.io/documentation: <cluster>-app, with host, port, user, password, dbname, uri, …
    assert database == {"existingSecret": f"{cluster['metadata']['name']}-app", "key": "uri"}
    assert json.dumps(cluster["spec"]["postgresql"]["synchronous"]["number"]) == "1"
