"""The alert rules, held against the catalogue of metrics: no alarm waits for a series that nobody exports."""

import re

import pytest
import yaml

from app.observability.catalogue import CATALOGUE
from app.tax.expiry import AHEAD
from tests.generate import ROOT

GROUPS = yaml.safe_load((ROOT / "deploy" / "prometheus" / "rules.yaml").read_text("utf-8"))["groups"]
RULES = {rule["alert"]: rule for group in GROUPS for rule in group["rules"]}
METRICS = {metric.name: metric for metric in CATALOGUE}
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_asks_for_metrics_and_labels_that_there_are(rule):
    named = set(re.findall(r"piaoda_\w+", rule["expr"]))
    labels = {label for name in named for label in METRICS[name].label_names}
    used = {label for by in re.findall(r"by \(([^)]*)\)", rule["expr"]) for label in by.split(", ")}
    said = set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"])))

    assert named
    assert said <= used <= labels


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_makes_one_number_of_all_replicas_as_the_catalogue_says(rule):
    folds = {METRICS[name].replicas for name in re.findall(r"piaoda_\w+", rule["expr"])}
    assert set(re.findall(r"(max|sum) by", rule["expr"])) == folds


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_speaks_both_languages_and_leads_to_a_page(rule):
    told = rule["annotations"]
    assert set(told) == {"summary", "summary_zh", "description", "description_zh"}
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert [name for name, text in told.items() if bool(HAN.search(text)) != name.endswith("_zh")] == []
    pages = re.findall(r"docs/[\w./-]+\.md", str(told))
    assert [page for page in pages if not (ROOT / page).exists()] == []


def test_credentials_are_a_warning_a_month_ahead_and_critical_a_week_ahead():
    soon, now = RULES["PiaodaCredentialsEndSoon"], RULES["PiaodaCredentialsEnd"]

    assert f"< {AHEAD.days} * 86400" in soon["expr"]
    assert "< 7 * 86400" in now["expr"]
    assert (soon["labels"]["severity"], now["labels"]["severity"]) == ("warning", "critical")
