"""How figures are put together: medians, ratios, targets, what was not measured, the page and its chart."""

import ast
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.bench import chart, meter, page, table
from tests.bench.__main__ import CASES
from tests.bench.harness import Case, Contender, NotMeasured, Target, measure, record
from tests.bench.series import window
from tests.processes import ROOT


def case(*contenders, targets=()):
    @contextmanager
    def stage(_rig):
        yield contenders

    return Case("made", "A made case", stage, {"cost_us": "µs"}, "rate", "plain", targets)


def runs(name, *rates):
    left = iter(rates)
    return Contender(name, lambda: {"rate": next(left), "cost_us": 5.0, "series": []})


def absent():
    raise NotMeasured("no redis-server")


def recorded(made):
    return record(made, measure(made, None, 3, lambda _: None))


def test_a_ratio_compares_medians_of_runs_that_took_turns():
    order = []
    ours = Contender("ours", lambda: order.append("ours") or {"rate": 10.0 * len(order)})
    plain = Contender("plain", lambda: order.append("plain") or {"rate": 10.0})

    found = recorded(case(ours, plain))["contenders"]

    assert order == ["ours", "plain"] * 3
    assert found["ours"]["figures"]["rate"] == 30
    assert found["ours"]["ratio"] == 3
    assert found["ours"]["spread"] == (10, 50)


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (Target("ours", "rate", 20), True),
        (Target("ours", "rate", 21), False),
        (Target("ours", "rate", 20, most=True), True),
        (Target("ours", "rate", 4, against="plain"), True),
        (Target("ours", "rate", 5, against="plain"), False),
        (Target("ours", "rate", 1, against="absent"), None),
        (Target("nobody", "rate", 1), None),
    ],
)
def test_a_target_is_met_missed_or_not_measured(target, met):
    made = case(
        runs("ours", 20, 20, 20), runs("plain", 5, 5, 5), Contender("absent", absent), targets=[target]
    )  # fmt: skip

    assert recorded(made)["targets"][0]["met"] is met


def test_what_cannot_be_measured_says_why():
    found = recorded(case(runs("plain", 5, 5, 5), Contender("absent", absent)))

    assert "not measured: no redis-server" in table.rows(found)[1]


def test_lags_of_two_workers_are_put_together_by_their_counts():
    busy = {"lags": {"0": {"count": 99, "lags": [0.010]}}}
    calm = {"lags": {"0": {"count": 1, "lags": [0.5]}, "1": {"count": 50, "lags": [9.0]}}}

    assert window([busy, calm], 0, 1) == {"rate": 100, "p50_ms": 10, "p99_ms": 10, "max_ms": 500}


def test_the_page_has_every_figure_and_the_chart_is_well_formed():
    machine = {
        "date": "2026-11-22", "command": "python -m tests.bench", "cores": 2, "cpu": "a processor", "memory_gib": 4,
        "flush_us": 60, "python": "3.11", "postgresql": {"fsync": "on"},
    }  # fmt: skip
    made = case(runs("piaoda", 1234, 1234, 1234), runs("plain", 5, 5, 5), targets=[Target("piaoda", "rate", 6000)])
    kept = recorded(made) | {"machine": machine, "pace": 1}

    text = "\n".join(page.lines({"singles": kept}))

    assert "| piaoda | 1,234 | 1,234 – 1,234 | 247 | 5.00 |" in text
    assert "NOT MET" in text
    assert "2026-11-22" in text
    assert ET.fromstring(chart.svg([chart.panel(kept)])).tag.endswith("svg")


def test_every_case_has_words_for_the_page():
    assert set(page.WORDS) == set(CASES)


@pytest.mark.parametrize("name", ["part.py", "meter.py"])
def test_what_the_peers_import_needs_nothing_but_the_standard_library(name):
    """Their environment has neither our packages nor our versions of them."""
    tree = ast.parse((Path(meter.__file__).parent / name).read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    allowed = {"asyncio", "collections", "collections.abc", "contextlib", "dataclasses", "json", "os", "pathlib", "sys",
               "time", "typing", "tests.bench"}  # fmt: skip
    assert imported <= allowed


def test_the_peers_packages_stay_apart_from_ours():
    theirs = (ROOT / "requirements" / "bench.in").read_text().split()
    dev = (ROOT / "requirements" / "dev.txt").read_text()
    alone = {"arq", "celery", "dbos", "pgqueuer", "procrastinate"}

    assert alone <= {name.partition("[")[0] for name in theirs}
    assert not [name for name in alone if f"\n{name}==" in dev]
