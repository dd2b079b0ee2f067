"""The committed dashboards without Grafana: made from the code, whole, in two languages, of known metrics alone."""

import itertools
import json
import re
from pathlib import Path

import promql_parser
import pytest

from app.observability.catalogue import CATALOGUE
from deploy.grafana.asking import asked, panels, variables
from deploy.grafana.assembling import LANGUAGES, text
from deploy.grafana.boards import BOARDS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/grafana/dashboards"
FILES = {(language, board.uid): FOLDER / language / f"{board.uid}.json" for language in LANGUAGES for board in BOARDS}
LOADED = {key: json.loads(path.read_text(encoding="utf-8")) for key, path in FILES.items()}

NOT_ON_A_BOARD: dict[str, str] = {}
"""A metric that no dashboard shows, and why."""

SUFFIXES = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
SERIES = {metric.name + suffix: metric for metric in CATALOGUE for suffix in SUFFIXES[metric.type]}
STANDARD = {"process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds"}
OF_GRAFANA = {"__rate_interval", "__range"}
CHOSEN = {
    "__rate_interval": "1m",
    "__range": "1h",
    "job": ".*",
    "account": ("a", "b"),
    "kind": ".*",
    "objective": "0.99",
}

every_board = pytest.mark.parametrize("board", LOADED.values(), ids=["/".join(key) for key in LOADED])


def expressions(board):
    return [target["expr"] for panel in panels(board) for target in panel["targets"] if "expr" in target]


def asked_series(expression):
    return re.findall(r"\b((?:piaoda|process)_\w+)\{", expression)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_what_is_committed_is_what_the_code_makes_twice(board, language):
    once, again = text(board, language), text(board, language)
    assert once == again
    assert once == FILES[language, board.uid].read_text(encoding="utf-8"), "run `python -m deploy.grafana`"


def test_there_are_three_boards_of_thirty_panels_and_more_and_no_other_file():
    assert sum(len(list(panels(LOADED["en", board.uid]))) for board in BOARDS) >= 30
    assert set(FOLDER.rglob("*.json")) == set(FILES.values())


def test_every_board_has_an_address_of_its_own():
    uids = {key: board["uid"] for key, board in LOADED.items()}
    assert uids == {(language, uid): uid if language == "zh" else f"{uid}-en" for language, uid in uids}


@every_board
def test_every_panel_says_what_it_shows_in_which_unit(board):
    for panel in panels(board):
        assert panel["title"], panel["id"]
        assert len(panel["description"]) > 8, panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["fieldConfig"]["defaults"]["noValue"], panel["title"]


@every_board
def test_panels_have_numbers_of_their_own_and_lie_side_by_side(board):
    every = [*board["panels"], *(inner for row in board["panels"] for inner in row.get("panels", ()))]
    numbers = [panel["id"] for panel in every]
    assert len(set(numbers)) == len(numbers)
    assert all(numbers)
    cells = [
        (x, y)
        for panel in every
        for place in [panel["gridPos"]]
        for x, y in itertools.product(
            range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
        )
    ]
    assert len(set(cells)) == len(cells)
    assert all(x < 24 for x, _ in cells)


def bare(value):
    """A board without its words."""
    if isinstance(value, dict):
        left = {"title", "description", "label", "tooltip", "text", "legendFormat", "noValue", "displayName", "tags"}
        return {key: bare(inner) for key, inner in value.items() if key not in left | {"renameByName", "uid", "name"}}
    if isinstance(value, list):
        return [bare(inner) for inner in value]
    return None if isinstance(value, str) and not value.startswith(("sum", "max", "min", "time")) else value


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_both_languages_have_the_same_panels_and_queries(board):
    zh, en = LOADED["zh", board.uid], LOADED["en", board.uid]
    assert bare(zh) == bare(en)
    assert expressions(zh) == expressions(en)
    assert len(list(panels(zh))) == len({panel["title"] for panel in panels(en)})


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_the_english_board_has_no_chinese_and_the_chinese_one_no_english_titles(board):
    assert not re.search(r"[\u4e00-\u9fff]", FILES["en", board.uid].read_text(encoding="utf-8"))
    for panel in LOADED["zh", board.uid]["panels"]:
        assert re.search(r"[\u4e00-\u9fff]", panel["title"]) or panel["title"] == "CPU"
        assert re.search(r"[\u4e00-\u9fff]", panel.get("description", "中"))


@every_board
def test_every_query_is_sound_and_uses_variables_that_the_board_has(board):
    known = {each["name"] for each in board["templating"]["list"]}
    for panel in panels(board):
        for target in panel["targets"]:
            query = target.get("expr") or target["rawSql"]
            assert variables(query) <= known | OF_GRAFANA, panel["title"]
            if "expr" in target:
                promql_parser.parse(asked(query, CHOSEN))
    for annotation in board["annotations"]["list"]:
        promql_parser.parse(asked(annotation["target"]["expr"], CHOSEN))


@every_board
def test_every_data_source_is_the_one_that_was_chosen(board):
    chosen = {each["name"] for each in board["templating"]["list"] if each["type"] == "datasource"}
    found = set(re.findall(r'"uid": "\$\{(\w+)\}"', json.dumps(board)))
    assert found == chosen


@every_board
def test_only_metrics_of_the_catalogue_are_asked_for(board):
    for expression in expressions(board):
        assert asked_series(expression), expression
        assert set(asked_series(expression)) <= set(SERIES) | STANDARD, expression
        assert expression.count('{job=~"$job"') == len(asked_series(expression)), expression


def test_every_metric_is_on_a_board_or_has_a_reason_not_to_be():
    every = [name for board in LOADED.values() for each in expressions(board) for name in asked_series(each)]
    shown = {SERIES[name].name for name in every if name in SERIES}
    assert shown | set(NOT_ON_A_BOARD) == {metric.name for metric in CATALOGUE}
    assert not shown & set(NOT_ON_A_BOARD)


@every_board
def test_counters_are_added_up_and_shared_gauges_are_not(board):
    for expression in expressions(board):
        for name in asked_series(expression):
            metric = SERIES.get(name)
            if metric is None or name in {"piaoda_unlisted_codes_total", "piaoda_build_info"}:
                continue
            fold = "sum" if metric.type != "gauge" else metric.replicas
            inner = r"(?:rate|increase|abs)?\(?" + re.escape(name)
            assert re.search(rf"{fold}(?: by \([\w, ]+\) )?\({inner}\{{", expression), expression


@every_board
def test_links_lead_to_runbooks_that_exist(board):
    suffix = ".md" if board["uid"].endswith("-en") else ".zh-CN.md"
    links = re.findall(r'"\$\{runbooks\}/([^"]+)"', json.dumps(board, ensure_ascii=False))
    assert links
    for link in links:
        assert link.endswith(suffix)
        assert (ROOT / "docs/runbooks" / link).is_file(), link


@every_board
def test_the_board_leads_to_the_console_the_api_and_the_other_boards(board):
    assert [link["type"] for link in board["links"]] == ["dashboards", "link", "link", "link", "link"]
    assert [link.get("url") for link in board["links"]][1:] == [
        "${piaoda}/",
        "${runbooks}/",
        "${piaoda}/docs",
        "${logs}",
    ]
    assert board["links"][0]["tags"][0] in board["tags"]


@every_board
def test_only_variables_of_intervals_have_keys_of_intervals(board):
    assert not [each for each in board["templating"]["list"] if {"auto", "auto_min", "auto_count"} & set(each)]
