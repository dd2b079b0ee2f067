"""The mixin: what jsonnet users get is what the files hold, with their own addresses in it."""

import json
from pathlib import Path

import _jsonnet
import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
ALL = "{rules: m.prometheusRules, alerts: m.prometheusAlerts, boards: m.grafanaDashboards}"


def mixin(config=""):
    library = f"(import '{DEPLOY}/prometheus/mixin.libsonnet')"
    return json.loads(
        _jsonnet.evaluate_snippet("test", f"local m = {library} + {{ _config+:: {{ {config} }} }}; {ALL}")
    )


def test_it_holds_every_group_unchanged():
    groups = [group for part in ("rules", "alerts") for group in mixin()[part]["groups"]]
    files = sorted((DEPLOY / "prometheus" / "rules").glob("*.yaml"))
    kept = [group for file in files for group in yaml.safe_load(file.read_text("utf-8"))["groups"]]

    assert sorted(groups, key=lambda group: group["name"]) == sorted(kept, key=lambda group: group["name"])


def test_recordings_and_alerts_are_apart():
    made = mixin()
    assert {key for group in made["rules"]["groups"] for rule in group["rules"] for key in rule} == {"record", "expr"}
    assert all("alert" in rule for group in made["alerts"]["groups"] for rule in group["rules"])


def test_links_lead_to_the_users_own_pages():
    text = json.dumps(mixin("runbooks: 'https://r.example.org', grafana: 'https://g.example.org/sub'")["alerts"])

    assert "https://r.example.org/PiaodaAccountDown.md" in text
    assert "https://g.example.org/sub/d/piaoda-sync" in text
    assert "example.com/docs/runbooks" not in text
    assert "grafana.example.com" not in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_dashboards_are_those_of_the_language(language):
    boards = mixin(f"language: '{language}'")["boards"]
    folder = DEPLOY / "grafana" / "dashboards" / language
    files = [json.loads(file.read_text("utf-8")) for file in folder.glob("*.json")]

    assert {board["uid"]: board for board in boards.values()} == {board["uid"]: board for board in files}
