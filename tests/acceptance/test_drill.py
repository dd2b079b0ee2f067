"""`piaoda drill` as an operator runs it: a bad day in half a minute, and an account of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PIAODA = Path(sys.executable).with_name("piaoda")
SHORT = """
title: {zh: 短演练, en: a short drill}
seed: 11
lasts: 7d
speed: 17280
issue: [{account: nuonuo-main, end: 8h, per_hour: 6}]
fates: {stuck: 0.1, failed: 0.1, differs: 0.1}
acts:
  - {at: 0h, behaviour: {}}
  - {at: 10h, behaviour: {outage: {baidu: 1}}, trouble: [baidu-main]}
  - {at: 30h, behaviour: {}}
"""


@pytest.fixture
def drill(tmp_path):
    """Runs the command; what it printed, its errors, its exit code."""

    def run(*arguments):
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PIAODA_")}
        return subprocess.run(
            [PIAODA, "drill", *arguments], env=plain | {"PIAODA_DATA_DIR": str(tmp_path / "data")},
            capture_output=True, text=True, timeout=110, check=False,
        )  # fmt: skip

    return run


def test_a_drill_accounts_for_everything_it_hid(drill, tmp_path):
    file = tmp_path / "short.yaml"
    file.write_text(SHORT, encoding="utf-8")
    done = drill(str(file), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    account = json.loads(done.stdout)
    assert account["well"]
    assert account["invoices"] == 48
    assert account["false"] == account["stuck"] == account["lost"] == []
    assert account["most_checks_a_day"] <= 5
    noted = {each["what"]: each for each in account["noted"]}
    assert {"stuck", "failed", "differs", "outage of baidu-main"} <= noted.keys()
    assert noted["failed"]["told"].keys() == {"erp", "finance-wecom", "ops-slack"}


def test_without_a_name_the_scenarios_are_listed(drill):
    done = drill()
    assert done.returncode == 0
    assert "quiet-day" in done.stdout
    assert "平静的一天" in done.stdout


def test_an_unknown_scenario_is_refused(drill):
    done = drill("no-such-day")
    assert done.returncode == 3
    assert "quiet-day" in done.stderr
