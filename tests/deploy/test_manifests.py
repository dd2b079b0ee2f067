"""What the chart renders, run with the real image: migrated, probed, and stopped under load without losing anything.

One rule: nobody is killed here, so nothing may come twice and nothing may be left in anybody's hands.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from tests.acceptance.story import Story, rows
from tests.billing import Billing
from tests.chaos.test_kill import LEASED, UNDECIDED, drawn, enter, outside, patient, tell
from tests.deploy.chart import merged, render
from tests.deploy.cluster import Cluster, cluster
from tests.deploy.cluster_database import listening
from tests.deploy.containers import Podman, image
from tests.evidence import read
from tests.invariants import violations
from tests.processes import KEY, Tempo, until
from tests.receiver import SECRET
from tests.town import Town, town

SEED = 20261122
COUNT, TOGETHER, PAUSE = 600, 4, 0.5  # at most eight invoices a second, for more than a minute
STOPS = (0.05, 0.25, 0.5)  # shares of the flow, at which API and worker are replaced
FILES = "/run/secrets/piaoda/erp/secret"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def configuration(simulator: str, receiver: str) -> dict[str, Any]:
    """The usual one; what the ERP's messages are signed with is read from a file."""
    return merged(patient(simulator, receiver), {"destinations": {"erp": {"secrets": [{"file": FILES}]}}})


@pytest.fixture
def place(tool: Callable[[str], str], tmp_path: Path) -> Iterator[Town]:
    with (
        listening(tool) as database_url,
        town(tmp_path, database_url, Tempo.starting(timedelta(hours=10), 60), configuration) as made,
    ):
        made.simulator.behave(daily_limit=None)
        yield made


@pytest.fixture
def release(tool: Callable[[str], str], place: Town, tmp_path: Path) -> Iterator[Cluster]:
    for each in ("buildah", "podman", "runc", "mmdebstrap"):
        tool(each)
    repository, _, tag = image().partition(":")
    named = {"database": "piaoda-database", "secret": "piaoda-secret", "bootstrapKey": "piaoda-first-key"}
    values = {
        "image": {"repository": repository, "tag": tag},
        "config": yaml.safe_load((place.folder / "piaoda.yaml").read_text()),
        "secrets": {
            **{name: {"existingSecret": secret, "key": "content"} for name, secret in named.items()},
            "files": [{"existingSecret": "piaoda-erp", "directory": "erp"}],
        },
        "extraEnv": [{"name": name, "value": value} for name, value in place.tempo.environment.items()],
    }
    contents = (place.database_url, "0123456789abcdef0123456789abcdef-not-real", KEY)
    secrets = {secret: {"content": each} for secret, each in zip(named.values(), contents, strict=True)}
    with cluster(Podman(tmp_path), render(values), {**secrets, "piaoda-erp": {"secret": SECRET}}) as made:
        yield made


def test_the_rendered_manifests_run_and_stopped_under_load_they_lose_nothing(place: Town, release: Cluster):
    assert release.migrate() == 0
    pods = {name: release.start(name) for name in ("api", "worker")}
    flow = drawn(Story(place, None), Random(SEED), COUNT)  # type: ignore[arg-type]  # it only draws
    enter(place, flow)
    ends = []

    def told(one: Any) -> None:
        tell(billing, one)
        time.sleep(PAUSE)

    with Billing(lambda: pods["api"].url) as billing, ThreadPoolExecutor(TOGETHER) as pool:
        telling = [pool.submit(told, one) for one in flow]
        for share in STOPS:
            until(lambda share=share: len(billing.told) >= share * COUNT, f"{share:.0%} are told")
            for name in ("worker", "api"):
                ends.append(release.stop(pods[name]))
                pods[name] = release.start(name)
        under_load = not all(each.done() for each in telling)
        for each in telling:
            each.result()
    until(lambda: rows(place.database_url, UNDECIDED)[0]["n"] == 0, "every invoice is decided and told", within=180)
    ends += [release.stop(pod) for pod in pods.values()]

    assert under_load, "the flow was over before the last replica was stopped"
    assert [code for code, _ in ends] == [0] * len(ends), ends
    assert max(seconds for _, seconds in ends) < pods["api"].grace, ends
    found = violations(read(place.database_url), outside(place, billing, flow, 0))
    assert not found, found
    assert rows(place.database_url, LEASED)[0]["n"] == 0
