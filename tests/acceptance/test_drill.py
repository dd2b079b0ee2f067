"""`piaoda drill` as an operator runs it: a bad day in half a minute, and an account of it."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.drill import ground, scenario
from app.drill.accounts import PLAYABLE
from app.settings import load

pytestmark = pytest.mark.timeout(260)

PIAODA = Path(sys.executable).with_name("piaoda")
SHORT = """
title: {zh: 短演练, en: a short drill}
seed: 11
lasts: 7d
speed: 17280
issue: [{account: nuonuo-main, end: 24h, per_hour: 2}]
fates: {stuck: 0.1, failed: 0.1, differs: 0.1}
acts:
  - {at: 0h, behaviour: {}}
  - {at: 10h, behaviour: {outage: {baidu: 1}}, trouble: [baidu-main]}
  - {at: 50h, behaviour: {}}
"""


EVERY = """
title: {{zh: 全部税务系统, en: every tax system}}
seed: 12
lasts: 8d
speed: 14400
issue:
{streams}
fates: {{stuck: 0.06, never: 0.06, failed: 0.06, differs: 0.06}}
"""


@pytest.fixture
def drill(tmp_path):
    """Runs the command; what it printed, its errors, its exit code."""

    def run(*arguments):
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PIAODA_")}
        return subprocess.run(
            [PIAODA, "drill", *arguments], env=plain | {"PIAODA_DATA_DIR": str(tmp_path / "data")},
            capture_output=True, text=True, timeout=240, check=False,
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
    assert noted["outage of baidu-main"]["told"].keys() == {"finance-wecom", "ops-slack"}


def test_the_story_is_the_same_at_every_tax_system_the_simulator_speaks_for(drill, tmp_path):
    streams = "\n".join(f"  - {{account: {name}, end: 4h, per_hour: 3}}" for name in PLAYABLE)
    file = tmp_path / "every.yaml"
    file.write_text(EVERY.format(streams=streams), encoding="utf-8")
    done = drill(str(file), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    account = json.loads(done.stdout)
    assert account["invoices"] == 12 * len(PLAYABLE)
    assert account["synced"] >= account["invoices"] / 2
    assert {"stuck", "never", "failed", "differs"} <= {each["what"] for each in account["noted"]}


STAGED = """
title: {zh: 测试环境, en: a staging set-up}
lasts: 40h
speed: 17280
issue: [{account: nuonuo-main, end: 4h, per_hour: 5}]
fates: {failed: 0.3}
"""


async def test_a_set_up_that_runs_already_is_drilled_by_its_own_clock(drill, tmp_path):
    file = tmp_path / "staged.yaml"
    file.write_text(STAGED, encoding="utf-8")
    settings = load({"PIAODA_DATA_DIR": str(tmp_path / "staging")}, tmp_path)
    async with ground.own(settings, scenario.load(str(file))) as stage:
        await ground.ready(stage)
        places = ["--service", stage.service.base, "--simulator", stage.simulator.base, "--key", stage.service.key]
        done = await asyncio.to_thread(drill, str(file), "--json", *places)
        account = json.loads(done.stdout or "{}")
    assert (done.returncode, account.get("invoices")) == (0, 20), done.stdout + done.stderr
    assert [(each["what"], each["missed"]) for each in account["noted"]] == [("failed", [])]


def test_half_a_staging_set_up_is_refused(drill):
    assert drill("quiet-day", "--service", "http://127.0.0.1:1").returncode == 3


def test_without_a_name_the_scenarios_are_listed(drill):
    done = drill()
    assert done.returncode == 0
    assert "quiet-day" in done.stdout
    assert "平静的一天" in done.stdout


def test_an_unknown_scenario_is_refused(drill):
    done = drill("no-such-day")
    assert done.returncode == 3
    assert "quiet-day" in done.stderr
