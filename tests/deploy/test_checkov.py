"""What checkov, a collection of policies, says of the rendered chart. One rule: what is left out is left out with a
reason.

Checkov wants an environment of its own: it pins what we have in other versions.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.deploy import chart
from tests.deploy.chart import CHART, of_kind, render

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".venv-checkov"
LOCK = ROOT / "requirements" / "checkov.txt"
SKIPPED = {
    "CKV_K8S_11": "no CPU limit: what is throttled is late, and lateness is what this service watches for",
    "CKV_K8S_14": "the tag is the operator's; an empty one is the chart's own version, never `latest`",
    "CKV_K8S_15": "IfNotPresent by default: a version's tag does not move, and a digest cannot",
    "CKV_K8S_43": "a digest is the operator's to give: `image.digest`, as in ci/full-values.yaml",
}
# A policy, the part of a resource's name that it is borne for, and why.
BORNE = [
    ("CKV_K8S_8", "-test", "the pod of `helm test` asks once and ends"),
    ("CKV_K8S_9", "-test", "the pod of `helm test` asks once and ends"),
]
# Only where the values do not ask for it.
UNGUARDED = {"CKV2_K8S_6": "networkPolicy.enabled is the operator's: a cluster may have no plug-in for it"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def checkov():
    """Made once, and anew when the lock has changed."""
    ready, python = ENVIRONMENT / "ready", ENVIRONMENT / "bin" / "python"
    if not ready.exists() or ready.read_text("utf-8") != LOCK.read_text("utf-8"):
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        (ENVIRONMENT / ".gitignore").write_text("*\n", "utf-8")
        subprocess.run([python, "-m", "pip", "install", "-q", "--require-hashes", "-r", LOCK], check=True)
        ready.write_text(LOCK.read_text("utf-8"), "utf-8")
    return ENVIRONMENT / "bin" / "checkov"


def test_no_policy_is_broken_without_a_reason(checkov, tmp_path):
    guarded = set()
    for path in sorted((CHART / "ci").glob("*-values.yaml")):
        documents = render(chart.values_of(path))
        (tmp_path / path.name).write_text(yaml.safe_dump_all(documents), "utf-8")
        guarded |= {f"/{path.name}"} if of_kind(documents, "NetworkPolicy") else set()
    skipped = ["--skip-check", ",".join(SKIPPED)]
    told = subprocess.run(
        [checkov, "-d", ".", "--framework", "kubernetes", "--skip-download", "--output", "json", *skipped],
        cwd=tmp_path,
        env=os.environ | {"CHECKOV_RUN_SCA_PACKAGE_SCAN": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    results = json.loads(told.stdout)
    assert results["summary"]["passed"] > 1000
    assert results["summary"]["parsing_errors"] == 0
    failed = {(each["check_id"], each["resource"], each["file_path"]) for each in results["results"]["failed_checks"]}
    assert sorted(each for each in failed if not _borne(*each, guarded)) == []


def _borne(policy, resource, file, guarded):
    alone = policy in UNGUARDED and file not in guarded
    return alone or any(policy == named and part in resource for named, part, _ in BORNE)
