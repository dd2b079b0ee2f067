"""The alert rules, held against the catalogue of metrics: no alarm waits for a series that nobody exports.

That they fire when they should is for promtool: `tests/deploy/test_rules.py`. Here is what needs no tool.
"""

import re

import pytest
import yaml

from app.domain.deadline import DIGITAL, OFFLINE
from app.observability.catalogue import CATALOGUE
from app.tax.expiry import AHEAD
from tests.generate import ROOT

FOLDER = ROOT / "deploy" / "prometheus"
RUNBOOKS = "https://piaoda.example.com/docs/runbooks"
BOARDS = {f"https://grafana.example.com/d/piaoda-{name}" for name in ("finance", "sync", "internals")}
GROUPS = [
    group for file in sorted(FOLDER.glob("rules/*.yaml")) for group in yaml.safe_load(file.read_text("utf-8"))["groups"]
]
RULES = [rule for group in GROUPS for rule in group["rules"]]
ALERTS = [rule for rule in RULES if "alert" in rule]
NAMES = sorted({rule["alert"] for rule in ALERTS})
CASES = [
    case for file in sorted(FOLDER.glob("tests/*.yaml")) for case in yaml.safe_load(file.read_text("utf-8"))["tests"]
]
METRICS = {metric.name: metric for metric in CATALOGUE}
SERIES = {f"{name}{end}": metric for name, metric in METRICS.items() for end in ("", "_bucket", "_count", "_sum")}
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
HAN = re.compile(r"[\u4e00-\u9fff]")
# What Prometheus adds to each series it scrapes, and the bounds of histograms.
TARGET = {"namespace", "job", "instance", "app_kubernetes_io_component", "le"}
SECTIONS = {
    ".md": ["What it means", "What it does to finance", "Look first", "What to do", "When it is over", "Silence"],
    ".zh-CN.md": ["含义", "对财务的影响", "先看什么", "怎么处理", "何时算恢复", "如何静音"],
}
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])
each_alert = pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: f"{rule['alert']}-{rule['labels']['severity']}")


def _uses(rule):
    """Each use of a metric of ours: its name, its selector, and what makes one number of replicas, by which labels."""
    wrapped = r"(?:(max|sum) by \(([^)]*)\) \((?:\w+\()*)?\b(piaoda_\w+)(?:\{([^}]*)\})?"
    return re.findall(wrapped, rule["expr"])


def test_there_are_the_alerts_that_dashboards_and_the_chart_speak_of():
    assert NAMES == [
        "PiaodaAccountDown", "PiaodaApiErrors", "PiaodaChecksBehind", "PiaodaClockSkew",
        "PiaodaCredentialsEnd", "PiaodaDatabasePoolFull", "PiaodaDeadlineBurnFast", "PiaodaDeadlineBurnSlow",
        "PiaodaDeliveriesFailing", "PiaodaDeliveryBacklog", "PiaodaLoopSilent", "PiaodaOldestInvoiceLate",
        "PiaodaTargetDown", "PiaodaUnlistedCode", "PiaodaWatchdog",
    ]  # fmt: skip
    assert all(group["name"].startswith("piaoda-") for group in GROUPS)
    assert all(record.startswith("piaoda:") for record in RECORDED)


@each_rule
def test_a_rule_asks_for_metrics_and_labels_that_there_are(rule):
    for _, by, name, selector in _uses(rule):
        known = {*SERIES[name].label_names, *TARGET}
        assert set(re.findall(r"(\w+)[!=]", selector)) <= known
        assert {label for label in by.split(", ") if label} <= known
    assert set(re.findall(r"piaoda:\w+:\w+|piaoda:\w+", rule["expr"])) <= RECORDED


@each_rule
def test_a_rule_selects_values_that_there_are(rule):
    for _, _, name, selector in _uses(rule):
        closed = {label.name: label.values for label in SERIES[name].labels if label.values}
        for label, values in re.findall(r'(\w+)(?:=|!=|=~|!~)"([^"]*)"', selector):
            assert set(values.split("|")) <= set(closed.get(label, values.split("|")))


@each_rule
def test_a_rule_makes_one_number_of_all_replicas_as_the_catalogue_says(rule):
    for fold, by, name, _ in _uses(rule):
        assert fold, f"{name} stands bare: two replicas would make two alerts"
        assert "instance" in by or fold == SERIES[name].replicas
        assert "namespace" in by, "two installations would be taken for one"


@each_alert
def test_an_alert_speaks_both_languages_and_leads_to_runbook_and_dashboard(rule):
    told = rule["annotations"]
    texts = {name: text for name, text in told.items() if not name.endswith("_url")}

    assert set(texts) == {"summary", "summary_zh", "description", "description_zh"}
    assert rule["labels"]["severity"] in {"page", "ticket", "info"}
    assert [name for name, text in texts.items() if bool(HAN.search(text)) != name.endswith("_zh")] == []
    assert told["runbook_url"] == f"{RUNBOOKS}/{rule['alert']}.md"
    assert told["dashboard_url"].partition("?")[0] in BOARDS
    assert [page for page in re.findall(r"docs/[\w./-]+\.md", str(texts)) if not (ROOT / page).exists()] == []


@each_alert
def test_an_alert_says_only_labels_that_its_expression_keeps(rule):
    said = set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"])))
    kept = {label for by in re.findall(r"by \(([^)]*)\)", _whole(rule["expr"])) for label in by.split(", ")}
    assert said <= kept | ({"instance", "job"} if "up == 0" in rule["expr"] else set())


def _whole(expression):
    """The expression with that of each recording in it."""
    made = [rule["expr"] for rule in RULES if rule.get("record", "?") in expression]
    return expression + "".join(map(_whole, made))


@pytest.mark.parametrize("name", NAMES)
def test_an_alert_has_a_case_where_it_fires_and_one_where_it_is_quiet(name):
    assert any(f"{name} fires" in case["name"] and _fires(case, name) for case in CASES)
    assert any(re.search(f"{name}.* is quiet", case["name"]) and _quiet(case, name) for case in CASES)


def _fires(case, name):
    rules = [one for one in case.get("alert_rule_test", []) if one["alertname"] == name and one.get("exp_alerts")]
    expressions = [
        one for one in case.get("promql_expr_test", []) if f'"{name}"' in one["expr"] and one.get("exp_samples")
    ]
    return bool(rules or expressions)


def _quiet(case, name):
    rules = [one for one in case.get("alert_rule_test", []) if one["alertname"] == name and not one.get("exp_alerts")]
    expressions = [
        one for one in case.get("promql_expr_test", []) if f'"{name}"' in one["expr"] and not one.get("exp_samples")
    ]
    return bool(rules or expressions)


@pytest.mark.parametrize("ending", SECTIONS)
@pytest.mark.parametrize("name", NAMES)
def test_an_alert_has_a_runbook_that_fits_on_a_screen(name, ending):
    page = (ROOT / "docs" / "runbooks" / f"{name}{ending}").read_text("utf-8")
    other = {".md": ".zh-CN.md", ".zh-CN.md": ".md"}[ending]

    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == SECTIONS[ending]
    assert len(page.splitlines()) <= 45
    assert f"({name}{other})" in page
    assert bool(HAN.search(page.replace("中文", ""))) == (ending == ".zh-CN.md")
    assert f"({name}{ending})" in (ROOT / "docs" / "runbooks" / f"README{ending}").read_text("utf-8")


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "runbooks").glob("*.md")), ids=lambda page: page.name)
def test_a_runbook_names_metrics_and_pages_that_there_are(page):
    text = page.read_text("utf-8")

    assert [name for name in re.findall(r"\bpiaoda_[a-z_]+", text) if name not in SERIES] == []
    assert [name for name in re.findall(r"\bpiaoda:\w+(?::\w+)?", text) if name not in RECORDED] == []
    links = re.findall(r"\]\(((?!https?:)[^)#]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_credentials_are_a_ticket_a_month_ahead_and_a_page_a_week_ahead():
    asked = {rule["labels"]["severity"]: rule["expr"] for rule in ALERTS if rule["alert"] == "PiaodaCredentialsEnd"}
    week = "piaoda:credential_days_left:max <= 7"

    assert asked.keys() == {"ticket", "page"}
    assert asked["page"] == week
    assert f"< {AHEAD.days} * 86400" in asked["ticket"]
    assert f"unless on (namespace, account) {week}" in asked["ticket"], "what is a page is no ticket as well"


def test_the_oldest_invoice_is_late_only_after_the_last_deadline_of_every_kind():
    [rule] = [rule for rule in RULES if rule.get("record") == "piaoda:late_after:seconds"]
    last = max(deadline.escalate_after for deadline in (DIGITAL, OFFLINE))
    assert rule["expr"] == f"vector({last.total_seconds():.0f})"
