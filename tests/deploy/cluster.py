"""podman in a cluster's place: plays what the chart renders, and ends a pod as a kubelet would.

One rule: of a manifest only that is changed which podman 4.3 cannot do. It shares the machine's network, so a component
has one pod, on a port of its own, and nothing to map; it turns HTTP probes into curl, so they are asked from here; it
refuses a secret volume that does not say whether it is optional; and of Job it knows only the pod.
"""

import copy
import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import yaml

from app.demo.processes import free_port
from tests.deploy.chart import of_kind
from tests.deploy.containers import Podman
from tests.processes import until

Document = dict[str, Any]
_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


@dataclass(frozen=True)
class Pod:
    """One that runs. `probes`: paths, by the probe's name; `hook`: what is run in it before SIGTERM."""

    id: str
    container: str
    port: int
    probes: Mapping[str, str]
    hook: tuple[str, ...]
    grace: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def passes(self, probe: str) -> bool:
        try:
            return httpx2.get(self.url + self.probes[probe], timeout=5).is_success
        except httpx2.TransportError:
            return False


@dataclass
class Cluster:
    """`documents` are a release; `secrets` its Secrets, decoded."""

    podman: Podman
    documents: list[Document]
    secrets: Mapping[str, Mapping[str, str]]
    _running: list[Pod] = field(default_factory=list)

    def migrate(self) -> int:
        """Runs the pod of the release's Job to its end; the exit code."""
        [job] = of_kind(self.documents, "Job")
        template = job["spec"]["template"]
        metadata = {**template["metadata"], "name": job["metadata"]["name"]}
        pod = self._play({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]})
        code = int(self.podman("wait", pod.container))
        self._remove(pod)
        return code

    def start(self, component: str) -> Pod:
        """Plays the component's Deployment and waits until its probes pass, in a kubelet's order."""
        [deployment] = [each for each in of_kind(self.documents, "Deployment") if _component(each) == component]
        pod = self._play(deployment)
        for probe in _PROBES:
            until(lambda probe=probe: pod.passes(probe), f"the {probe} of {component} passes: {self.said(pod)[-2000:]}")
        return pod

    def stop(self, pod: Pod) -> tuple[int, float]:
        """The hook, SIGTERM, and SIGKILL when the grace period is over; the exit code and the seconds it took."""
        began = time.monotonic()
        if pod.hook:
            self.podman("exec", pod.container, *pod.hook)
        left = max(pod.grace - (time.monotonic() - began), 1)
        self.podman("pod", "stop", f"--time={left:.0f}", pod.id)
        took = time.monotonic() - began
        code = int(self.podman.inspect(pod.container)["State"]["ExitCode"])
        self._remove(pod)
        return code, took

    def said(self, pod: Pod) -> str:
        done = self.podman.run("logs", pod.container)
        return done.stdout + done.stderr

    def _play(self, document: Document) -> Pod:
        adapted, port = copy.deepcopy(document), free_port("127.0.0.1")
        spec = adapted["spec"]
        if document["kind"] == "Deployment":
            spec["replicas"] = 1
            spec = spec["template"]["spec"]
        [container] = spec["containers"]
        probes = {name: container.pop(name)["httpGet"]["path"] for name in _PROBES if name in container}
        container.pop("ports", None)
        hook = container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", ())
        spec["hostNetwork"], container["imagePullPolicy"] = True, "Never"
        container["env"] += [{"name": "PIAODA_PORT", "value": str(port)}, {"name": "PIAODA_HOST", "value": "127.0.0.1"}]
        for volume in spec["volumes"]:
            if "secret" in volume:
                volume["secret"]["optional"] = False
        said = self.podman("play", "kube", "-", given=yaml.safe_dump_all([*self._configs(), adapted]))
        id_, name = re.search(r"Pod:\n(\w+)", said), re.search(r"Containers?:\n(\w+)", said)
        assert id_, said
        assert name, said
        pod = Pod(id_[1], name[1], port, probes, tuple(hook), spec.get("terminationGracePeriodSeconds", 30))
        self._running.append(pod)
        return pod

    def _configs(self) -> list[Document]:
        return of_kind(self.documents, "ConfigMap")

    def _remove(self, pod: Pod) -> None:
        self.podman("pod", "rm", "--force", "--time=5", pod.id)
        self._running.remove(pod)

    def clear(self) -> None:
        for pod in [*self._running]:
            self._remove(pod)


@contextmanager
def cluster(podman: Podman, documents: list[Document], secrets: Mapping[str, Mapping[str, str]]) -> Iterator[Cluster]:
    """With its Secrets; leaving the block leaves nothing of it, nor of the volumes that podman makes of it."""
    made = Cluster(podman, documents, secrets)
    for name, values in secrets.items():
        files = {path: values[key] for key, path in _files(documents, name, values).items()}
        podman("secret", "create", name, "-", given=json.dumps({"data": files}))
    try:
        yield made
    finally:
        made.clear()
        podman("volume", "rm", "--force", *_volumes(documents))
        podman("secret", "rm", *secrets)


def _files(documents: list[Document], secret: str, values: Mapping[str, str]) -> dict[str, str]:
    """The file that each key of a Secret becomes. podman 4.3 forgets `items`, and takes keys for files."""
    mounted = (volume.get("secret", {}) for volume in _mounted(documents))
    volumes = [volume for volume in mounted if volume.get("secretName") == secret]
    assert volumes, f"nobody mounts {secret}"
    items = volumes[0].get("items") or [{"key": key, "path": key} for key in values]
    return {item["key"]: item["path"] for item in items}


def _volumes(documents: list[Document]) -> set[str]:
    """What podman calls the volumes of the release."""
    return {
        volume.get("configMap", {}).get("name") or volume.get("secret", {}).get("secretName") or volume["name"]
        for volume in _mounted(documents)
    }


def _mounted(documents: list[Document]) -> list[Document]:
    specs = [each["spec"]["template"]["spec"] for each in of_kind(documents, "Deployment", "Job")]
    return [volume for spec in specs for volume in spec["volumes"]]


def _component(document: Document) -> str:
    return str(document["metadata"]["labels"]["app.kubernetes.io/component"])
