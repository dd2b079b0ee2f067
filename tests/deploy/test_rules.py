"""The rules as Prometheus' own tools see them: sound, and firing when they should and only then."""

import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "deploy" / "prometheus"
CASES = sorted(FOLDER.glob("tests/*.yaml"))


def run(*words):
    done = subprocess.run(words, cwd=FOLDER, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_rules_are_sound(tool):
    files = sorted(map(str, FOLDER.glob("rules/*.yaml")))
    said = run(tool("promtool"), "check", "rules", "--lint=all", "--lint-fatal", *files)
    assert said.count("SUCCESS") == len(files)


def test_the_example_of_prometheus_is_sound(tool):
    assert f"{len(list(FOLDER.glob('rules/*.yaml')))} rule files found" in run(
        tool("promtool"), "check", "config", "prometheus.yaml"
    )


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_alerts_fire_when_they_should_and_only_then(tool, case):
    assert "SUCCESS" in run(tool("promtool"), "test", "rules", str(case))
