"""A board as the JSON that Grafana imports. One rule: the same bytes every time, in any place.

What the builders write wrongly is mended here: rows without a number, keys that a kind of variable does not have, and
annotations without the words they are shown with.
"""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any, Final

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync

from app.domain.words import words
from deploy.grafana.board import Board, Row
from deploy.grafana.drawing import PROMETHEUS, drawn
from deploy.grafana.links import board_links, tag
from deploy.grafana.promql import selected
from deploy.grafana.variables import variable

LANGUAGES: Final = ("zh", "en")
ADDRESSES: Final = ("piaoda", "runbooks", "logs")

_ALERTS: Final = words("告警触发", "Alerts firing")
_INCIDENTS: Final = words("新事件", "Incidents opened")
_INCIDENT_TITLE: Final = words("出现新的问题，已通知", "A new incident was told")
_ALERT_SUFFIX: Final = words("正在告警", "is firing")
_AUTO: Final = ("auto", "auto_min", "auto_count")


def uid(board: Board, language: str) -> str:
    return board.uid if language == "zh" else f"{board.uid}-{language}"


def text(board: Board, language: str) -> str:
    """The board's JSON, with a line end."""
    found = json.loads(json.dumps(_built(board, language), cls=JSONEncoder))
    found["annotations"] = {"list": list(_annotations(language))}
    for each in found["templating"]["list"]:
        _strip(each)
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _built(board: Board, language: str) -> Any:
    built = dashboard.Dashboard(board.title[language]).uid(uid(board, language))
    built.description(board.description[language]).tags(["piaoda", tag(language)]).timezone("browser").editable()
    built.tooltip(DashboardCursorSync.CROSSHAIR).time(board.since, "now").refresh("30s").version(1)
    for link in board_links(language):
        built.link(link)
    for name in (*board.variables, *ADDRESSES):
        built.with_variable(variable(name, language))
    numbers = count(1)
    for row in board.rows:
        _add(built, row, numbers, language)
    return built.build()


def _add(built: dashboard.Dashboard, row: Row, numbers: Iterator[int], language: str) -> None:
    """An open row's panels stand behind it, a closed one's inside it."""
    title = dashboard.Row(row.title[language]).id(next(numbers)).collapsed(row.folded)
    panels = [drawn(panel, next(numbers), language) for panel in row.panels]
    if row.folded:
        for panel in panels:
            title.with_panel(panel)
    built.with_row(title)
    if not row.folded:
        for panel in panels:
            built.with_panel(panel)


def _annotations(language: str) -> Iterator[dict[str, Any]]:
    yield _annotation(
        _ALERTS[language],
        'ALERTS{alertname=~"Piaoda.*", alertname!="PiaodaWatchdog", alertstate="firing"}',
        "red",
        f"{{{{alertname}}}} {_ALERT_SUFFIX[language]}",
        "severity,account",
    )
    opened = selected("piaoda_alerts_total", reason="opened")
    yield _annotation(
        _INCIDENTS[language],
        f"sum(increase({opened}[$__rate_interval])) > 0",
        "orange",
        _INCIDENT_TITLE[language],
        "",
    )


def _annotation(name: str, expression: str, colour: str, title: str, keys: str) -> dict[str, Any]:
    return {
        "datasource": PROMETHEUS.to_json(),
        "enable": True,
        "hide": False,
        "iconColor": colour,
        "name": name,
        "tagKeys": keys,
        "target": {"expr": expression, "interval": "60s", "refId": "Anno"},
        "titleFormat": title,
    }


def _strip(each: dict[str, Any]) -> None:
    if each["type"] != "interval":
        for key in _AUTO:
            each.pop(key, None)
