"""What can be chosen at the top of a board. One rule: every query keeps to what is chosen.

`account` has no "all" of its own making: Grafana then names every account, which PostgreSQL can use as well.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import VariableOption, VariableRefresh, VariableSort

from app.domain.words import Words, words
from deploy.grafana.drawing import PROMETHEUS

_Variable = Any

PIAODA: Final = "https://piaoda.example.com"
RUNBOOKS: Final = f"{PIAODA}/docs/runbooks"
LOGS: Final = "https://grafana.example.com/explore"
TENANT: Final = "default"


def variable(name: str, language: str) -> _Variable:
    """A builder of the variable."""
    return _VARIABLES[name](name, language)


def _source(plugin: str, label: Words) -> Callable[[str, str], _Variable]:
    return lambda name, language: dashboard.DatasourceVariable(name).label(label[language]).type(plugin)


def _labels(query: str, label: Words) -> Callable[[str, str], _Variable]:
    def built(name: str, language: str) -> _Variable:
        found = dashboard.QueryVariable(name).label(label[language]).datasource(PROMETHEUS)
        found.query({"qryType": 1, "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery"})
        found.multi(multi=True).include_all(include_all=True).refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        found.current(VariableOption(selected=True, text=["All"], value=["$__all"]))
        return found.sort(VariableSort.ALPHABETICAL_ASC)

    return built


def _choice(label: Words, *values: str) -> Callable[[str, str], _Variable]:
    def built(name: str, language: str) -> _Variable:
        options = [VariableOption(selected=value == values[0], text=value, value=value) for value in values]
        found = dashboard.CustomVariable(name).label(label[language]).values(",".join(values)).options(options)
        return found.current(options[0])

    return built


def _constant(value: str, label: Words) -> Callable[[str, str], _Variable]:
    return lambda name, language: dashboard.ConstantVariable(name).label(label[language]).value(value)


_VARIABLES: Final[Mapping[str, Callable[[str, str], _Variable]]] = {
    "datasource": _source("prometheus", words("数据源", "Data source")),
    "database": _source("grafana-postgresql-datasource", words("数据库", "Database")),
    "job": _labels("label_values(piaoda_build_info, job)", words("环境", "Deployment")),
    "account": _labels('label_values(piaoda_invoices{job=~"$job"}, account)', words("账户", "Account")),
    "kind": _labels('label_values(piaoda_sync_latency_seconds_count{job=~"$job"}, kind)', words("票种", "Kind")),
    "objective": _choice(words("目标", "Objective"), "0.99", "0.9", "0.95", "0.995", "0.999"),
    "piaoda": _constant(PIAODA, words("票达地址", "Piaoda's address")),
    "runbooks": _constant(RUNBOOKS, words("处理手册地址", "Address of the runbooks")),
    "logs": _constant(LOGS, words("日志地址", "Address of the logs")),
    "tenant": _constant(TENANT, words("租户", "Tenant")),
}
