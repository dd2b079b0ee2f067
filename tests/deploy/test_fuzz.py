"""schemathesis against the living service: no 500, and no answer that the description does not have.

One rule: what it may not know stands in schemathesis.toml with the reason; all its checks are on.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.living import living
from tests.processes import KEY, Service

HERE = Path(__file__).parent


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[Service]:
    with living(tmp_path, database_url) as service:
        yield service


def fuzzed(service: Service, folder: Path, examples: int, phases: str, *options: str) -> None:
    """Fails with what schemathesis found; it says how each call can be made again with curl."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(HERE / "schemathesis.toml"), "run",
        f"{service.url}/openapi.json", "--checks", "all", "--max-examples", str(examples), "--phases", phases,
        "--seed", "1", "--generation-deterministic", "--no-color", "--request-timeout", "20", *options,
    ]  # fmt: skip
    hooks = {"SCHEMATHESIS_HOOKS": "tests.deploy.fuzz_hooks", "PYTHONPATH": str(HERE.parents[1])}
    done = subprocess.run(command, cwd=folder, env=os.environ | hooks, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-1_000:]
    assert service.alive
    assert '"level": "error"' not in service.log


def test_every_call_with_a_key_gets_what_is_described(service, tmp_path):
    fuzzed(service, tmp_path, 3, "examples,fuzzing,stateful", "-H", f"Authorization: Bearer {KEY}")


def test_without_a_key_nothing_is_let_in(service, tmp_path):
    fuzzed(service, tmp_path, 1, "examples")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_long_look_finds_nothing_either(service, tmp_path):
    fuzzed(service, tmp_path, 40, "examples,coverage,fuzzing,stateful", "-H", f"Authorization: Bearer {KEY}")
