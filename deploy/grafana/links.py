"""Where to go on from a number: to the runbook, to the console, to the API. One rule: no dead end.

The addresses are constants of each board (`variables.py`), so one edit makes all links of a deployment right.
"""

from collections.abc import Iterator
from typing import Final

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import DashboardLinkType

from app.domain.words import Words, words
from deploy.grafana.board import Panel

_SUFFIX: Final = words(".zh-CN.md", ".md")
_RUNBOOK: Final = words("怎么处理", "What to do")
_CONSOLE: Final = words("在票达中查看", "Look in Piaoda")
_OTHERS: Final = words("票达看板", "Piaoda dashboards")
_HOME: Final = words("打开票达", "Open Piaoda")
_RUNBOOKS: Final = words("处理手册", "Runbooks")
_API: Final = words("接口文档", "API")
_LOGS: Final = words("日志", "Logs")


def tag(language: str) -> str:
    """The tag by which the boards of one language find each other."""
    return f"piaoda-{language}"


def panel_links(panel: Panel, language: str) -> list[dashboard.DashboardLink]:
    return list(_of(panel, language))


def _of(panel: Panel, language: str) -> Iterator[dashboard.DashboardLink]:
    if panel.runbook:
        yield _link(_RUNBOOK, language, f"${{runbooks}}/{panel.runbook}{_SUFFIX[language]}")
    if panel.page:
        yield _link(_CONSOLE, language, f"${{piaoda}}{panel.page}")


def board_links(language: str) -> list[dashboard.DashboardLink]:
    """What stands at the top of each board."""
    boards = dashboard.DashboardLink(_OTHERS[language]).type(DashboardLinkType.DASHBOARDS).tags([tag(language)])
    return [
        boards.as_dropdown(as_dropdown=True).include_vars(include_vars=True).keep_time(keep_time=True),
        _link(_HOME, language, "${piaoda}/"),
        _link(_RUNBOOKS, language, "${runbooks}/"),
        _link(_API, language, "${piaoda}/docs"),
        _link(_LOGS, language, "${logs}"),
    ]


def _link(title: Words, language: str, url: str) -> dashboard.DashboardLink:
    link = dashboard.DashboardLink(title[language]).type(DashboardLinkType.LINK).url(url)
    return link.target_blank(target_blank=True).icon("external link").tooltip(title[language])
