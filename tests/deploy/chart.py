"""The chart, rendered, and what a cluster would say to it. One rule: an unknown key is a fault, in every kind.

Kubernetes' own kinds are held against its schemas, those of operators against their models; both drop nothing unseen.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import helm_python as helm
import jsonschema
import kubernetes_validate
import yaml
from cloudcoil.models.keda import v1alpha1 as keda
from cloudcoil.models.prometheus_operator import v1 as operator
from referencing import Registry, Resource

CHART: Final = Path(__file__).parents[2] / "deploy" / "helm" / "piaoda"
VERSIONS: Final = tuple(f"1.{minor}.0" for minor in range(28, 38))
NEEDED: Final = {"secrets": {"database": {"existingSecret": "piaoda-database"}}}
_MODELS: Final = {
    "ServiceMonitor": operator.ServiceMonitor,
    "PrometheusRule": operator.PrometheusRule,
    "ScaledObject": keda.ScaledObject,
    "TriggerAuthentication": keda.TriggerAuthentication,
}
# Of each kind without a model, the keys that its definition has and we may use.
_KEYS: Final = {
    "HTTPRoute": {
        "parentRefs": {"name", "namespace", "sectionName"},
        "hostnames": set(),
        "rules": {"matches", "path", "type", "value", "backendRefs", "name", "port"},
    },
    "Cluster": {
        "instances": set(),
        "primaryUpdateStrategy": set(),
        "postgresql": {"synchronous", "method", "number", "dataDurability", "parameters", "max_connections"},
        "bootstrap": {"initdb", "database", "owner", "encoding"},
        "storage": {"size"},
        "walStorage": {"size"},
        "resources": {"requests", "limits", "cpu", "memory"},
        "affinity": {"enablePodAntiAffinity", "topologyKey", "podAntiAffinityType"},
        "enablePDB": set(),
    },
}
_MOST_MATCHES: Final = 8  # of a rule in an HTTPRoute, in the oldest definition that is in use

Document = dict[str, Any]
STABLE: Final = {f"app.kubernetes.io/{each}" for each in ("name", "instance", "component")}
USER: Final = 10001


class _Loader(yaml.CSafeLoader):
    """As Kubernetes reads: `=` alone is a text. No key stands twice, which Kustomize and with it Flux refuse."""

    def construct_once(self, node: yaml.MappingNode) -> Iterator[Document]:
        made: Document = {}
        yield made
        for key, value in node.value:
            name = self.construct_object(key, deep=True)
            assert name not in made, f"{name} stands twice{key.start_mark}"
            made[name] = self.construct_object(value, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:value", _Loader.construct_scalar)
_Loader.add_constructor("tag:yaml.org,2002:map", _Loader.construct_once)


def values_of(path: Path) -> dict[str, Any]:
    """A values file as helm reads it: a day stays the text that it is."""
    return helm.values_from_yaml(path.read_text("utf-8"))


@cache
def _loaded() -> helm.Chart:
    return helm.Chart.load(str(CHART))


def render(values: Mapping[str, Any], name: str = "demo", namespace: str = "prod") -> list[Document]:
    """Every object of a release. Raises helm.HelmError where helm would stop."""
    made = _loaded().render(dict(values), name=name, namespace=namespace)
    texts = [text for path, text in made.items() if not path.endswith("NOTES.txt")]
    return [document for text in texts for document in yaml.load_all(text, _Loader) if document]


def refusal(values: Mapping[str, Any]) -> str:
    """What helm says instead of rendering."""
    try:
        render(values)
    except helm.HelmError as error:
        return str(error)
    return ""


def merged(*several: Mapping[str, Any]) -> dict[str, Any]:
    """Values over values, as `-f` after `-f`."""
    whole: dict[str, Any] = {}
    for values in several:
        for key, value in values.items():
            both = isinstance(value, dict) and isinstance(whole.get(key), dict)
            whole[key] = merged(whole[key], value) if both else value
    return whole


def of_kind(documents: Iterable[Document], *kinds: str) -> list[Document]:
    return [document for document in documents if document["kind"] in kinds]


def name_of(document: Document) -> tuple[str, str, str]:
    return document["kind"], document["metadata"].get("namespace", ""), document["metadata"]["name"]


def pods(documents: Iterable[Document]) -> Iterator[tuple[Document, Document]]:
    """Each object that brings pods, with the pod that it brings."""
    for document in documents:
        if document["kind"] == "Pod":
            yield document, document
        elif document["kind"] in {"Deployment", "Job"}:
            yield document, document["spec"]["template"]


def check(document: Document, version: str) -> None:
    """Raises where a cluster of `version` would refuse or silently forget a part of `document`."""
    kind = document["kind"]
    if kind in _MODELS:
        lost = _flat(document) - _flat(_through(kind, document))
        assert not lost, f"{name_of(document)}: unknown {sorted(lost)}"
    elif kind in _KEYS:
        _known(document["spec"], _KEYS[kind])
    else:
        _strict(kind, document["apiVersion"], version).validate(document)


@cache
def _strict(kind: str, api_version: str, version: str) -> jsonschema.Draft202012Validator:
    """What kubernetes_validate would ask, made once: it reads all definitions anew for every object."""
    group = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api_version)
    schema = json.loads((_folder(version) / f"{kind.lower()}-{group}.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema, registry=Resource.from_contents(schema) @ _definitions(version))


@cache
def _definitions(version: str) -> Registry:
    return Resource.from_contents(json.loads((_folder(version) / "_definitions.json").read_text("utf-8"))) @ Registry()


def _folder(version: str) -> Path:
    return Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / f"v{version}-local-strict"


def _through(kind: str, document: Document) -> Document:
    return _MODELS[kind].model_validate(document).model_dump(mode="json", by_alias=True, exclude_unset=True)


def _flat(value: Any, at: str = "") -> set[str]:
    """The path of every leaf."""
    if isinstance(value, dict) and value:
        return set().union(*(_flat(part, f"{at}/{key}") for key, part in value.items()))
    if isinstance(value, list) and value:
        return set().union(*(_flat(part, f"{at}/{index}") for index, part in enumerate(value)))
    return {at}


def _known(spec: Document, keys: Mapping[str, set[str]]) -> None:
    for part, value in spec.items():
        assert part in keys, f"unknown {part}"
        used = {key for path in _flat(value) for key in path.split("/") if key and not key.isdigit()}
        assert used <= keys[part], f"unknown {used - keys[part]} in {part}"
    assert all(len(rule["matches"]) <= _MOST_MATCHES for rule in spec.get("rules", ()))


def fault(document: Document, version: str) -> str:
    """Why `check` would raise; empty where it would not."""
    try:
        check(document, version)
    except Exception as error:  # noqa: BLE001 - models and schemas have no error in common
        return f"{name_of(document)} on {version}: {error}"
    return ""


def incoherent(documents: list[Document], values: Mapping[str, Any]) -> list[str]:
    """What a cluster would take and nobody could use: names twice, selectors without pods, mounts of nothing."""
    return [*_twice(documents), *_astray(documents), *_missing(documents, values), *_soft(documents)]


def _twice(documents: list[Document]) -> Iterator[str]:
    names = [name_of(document) for document in documents]
    yield from (f"{name} is there twice" for name in {*names} if names.count(name) > 1)


def _astray(documents: list[Document]) -> Iterator[str]:
    """Selectors that find no pod of the release, and those that hang on what an upgrade changes."""
    labels = [pod["metadata"]["labels"] for _, pod in pods(documents)]
    for document in of_kind(documents, "Deployment", "Service", "NetworkPolicy", "PodDisruptionBudget"):
        spec = document["spec"]
        selector = spec.get("podSelector") or spec["selector"]
        wanted = selector.get("matchLabels", selector)
        if not any(wanted.items() <= each.items() for each in labels):
            yield f"{name_of(document)} selects no pod"
        if wanted.keys() != STABLE:
            yield f"{name_of(document)} selects by {sorted(wanted)}"


def _missing(documents: list[Document], values: Mapping[str, Any]) -> Iterator[str]:
    """Mounts without a volume, volumes of what neither the release has nor the values name."""
    made = {(d["kind"], d["metadata"]["name"]): d for d in of_kind(documents, "ConfigMap", "ServiceAccount")}
    named = set(strings(values)) | {"default"}
    for owner, pod in pods(documents):
        spec = pod["spec"]
        early = "helm.sh/hook" in owner["metadata"].get("annotations", {}) and owner["kind"] == "Job"
        wanted = [("ServiceAccount", spec["serviceAccountName"])]
        wanted += [("ConfigMap", v["configMap"]["name"]) for v in spec.get("volumes", ()) if "configMap" in v]
        wanted += [("Secret", v["secret"]["secretName"]) for v in spec.get("volumes", ()) if "secret" in v]
        for kind, name in wanted:
            there = made.get((kind, name))
            if there is None and name not in named:
                yield f"{name_of(owner)} needs {kind} {name}, which nobody makes"
            if there and early and "helm.sh/hook" not in there["metadata"].get("annotations", {}):
                yield f"{name_of(owner)} runs before {kind} {name} is there"
        volumes = {volume["name"] for volume in spec.get("volumes", ())}
        mounts = [mount for container in spec["containers"] for mount in container.get("volumeMounts", ())]
        yield from (f"{name_of(owner)} mounts {each['name']}" for each in mounts if each["name"] not in volumes)
        places = [mount["mountPath"] for mount in mounts]
        yield from (f"{name_of(owner)} mounts twice at {place}" for place in {*places} if places.count(place) > 1)


def _soft(documents: list[Document]) -> Iterator[str]:
    """Containers and pods that may do more than they need."""
    for owner, pod in pods(documents):
        spec = pod["spec"]
        hard = spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["runAsUser"] == USER
        sealed = spec["automountServiceAccountToken"] is False and spec["enableServiceLinks"] is False
        if not (hard and sealed and spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}):
            yield f"{name_of(owner)} is not hardened"
        for container in spec["containers"]:
            context = container.get("securityContext", {})
            if (
                context.get("readOnlyRootFilesystem") is not True
                or context.get("allowPrivilegeEscalation") is not False
            ):
                yield f"{name_of(owner)} may write or rise"
            if context.get("capabilities") != {"drop": ["ALL"]}:
                yield f"{name_of(owner)} has capabilities"


def strings(value: Any) -> Iterator[str]:
    """Every text in a tree."""
    if isinstance(value, Mapping):
        yield from (text for part in value.values() for text in strings(part))
    elif isinstance(value, list):
        yield from (text for part in value for text in strings(part))
    elif isinstance(value, str):
        yield value
