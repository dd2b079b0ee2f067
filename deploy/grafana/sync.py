"""The board for latency and objectives: is the promise kept, how long does it take, and who is slow?"""

from typing import Final

from app.domain.words import Words, words
from deploy.grafana.board import Board, Look, Panel, Query, Row, Step
from deploy.grafana.promql import RANGE, or_zero, share, within
from deploy.grafana.sync_answers import ANSWERS
from deploy.grafana.sync_latency import HOW_LONG

MINUTE, HOUR = 60, 3600

_LATENCY: Final = "piaoda_sync_latency_seconds"
_SHARES = (Step(0.95, "orange"), Step(0.99, "green"))
_BURN = (Step(1, "yellow"), Step(6, "orange"), Step(14.4, "red"))
_LEFT = (Step(0, "orange"), Step(0.25, "yellow"), Step(0.5, "green"))


def _missed(over: str) -> str:
    return share("piaoda_deadlines_total", over=over, result="missed")


def _burn(over: str) -> str:
    """How many times faster than allowed the budget goes: 1 uses it up in exactly the time it is meant for."""
    return or_zero(f"{_missed(over)} / (1 - $objective)")


def _within(seconds: int, title: Words, description: Words) -> Panel:
    return Panel(
        title,
        description,
        Look.STAT,
        "percentunit",
        4,
        (Query(within(_LATENCY, seconds, over=RANGE), instant=True),),
        height=5,
        decimals=1,
        limit=1,
        steps=_SHARES if seconds > 4 * HOUR else (),
    )


_OBJECTIVE: Final = Row(
    words("达标了吗？", "Is the promise kept?"),
    (
        Panel(
            words("按期同步率（30 天）", "Deadlines met, 30 days"),
            words(
                "最近 30 天有了结果的发票中，期限内查到的比例。目标在页面上方选择。",
                "Of the deadlines decided in 30 days, the share that was met. Choose the objective at the top.",
            ),
            Look.STAT,
            "percentunit",
            4,
            (Query(share("piaoda_deadlines_total", over="30d", result="met"), instant=True),),
            height=5,
            decimals=2,
            limit=1,
            steps=_SHARES,
            runbook="PiaodaDeadlineBurnSlow",
        ),
        Panel(
            words("误差预算剩余", "Error budget left"),
            words(
                "30 天内允许不按期的数量还剩多少。100% 为一张都没用，负数为已经超支。",
                "How much of what may miss its deadline in 30 days is left. 100 %: none used; below 0: overspent.",
            ),
            Look.STAT,
            "percentunit",
            4,
            (Query(f"1 - ({_burn('30d')})", instant=True),),
            height=5,
            decimals=1,
            steps=_LEFT,
            runbook="PiaodaDeadlineBurnSlow",
        ),
        Panel(
            words("预算消耗速度（1 小时）", "Burn rate, 1 hour"),
            words(
                "最近 1 小时消耗预算的速度。1 倍刚好用满 30 天，14.4 倍两天用完，须立即处理。",
                "How fast the last hour burnt the budget. 1 lasts exactly 30 days, 14.4 two days: act now.",
            ),
            Look.STAT,
            "suffix:×",
            4,
            (Query(_burn("1h"), instant=True),),
            height=5,
            decimals=1,
            steps=_BURN,
            runbook="PiaodaDeadlineBurnFast",
        ),
        _within(
            HOUR,
            words("1 小时内同步", "Synced within 1 hour"),
            words(
                "所选时段内确认的发票中，开票后 1 小时内查到的比例。",
                "Of what was confirmed in the range, the share that took at most an hour.",
            ),
        ),
        _within(
            4 * HOUR,
            words("4 小时内同步", "Synced within 4 hours"),
            words(
                "所选时段内确认的发票中，开票后 4 小时内查到的比例。",
                "Of what was confirmed in the range, the share that took at most four hours.",
            ),
        ),
        _within(
            24 * HOUR,
            words("24 小时内同步", "Synced within 24 hours"),
            words(
                "所选时段内确认的发票中，开票后 24 小时内查到的比例。",
                "Of what was confirmed in the range, the share that took at most a day.",
            ),
        ),
        Panel(
            words("预算消耗速度", "Burn rate"),
            words(
                "短窗口先反应，长窗口确认不是偶发。短、长两条同时高于虚线（14.4 倍或 6 倍）时告警。",
                "The short window reacts, the long one confirms. Both above a line (14.4 or 6): an alert.",
            ),
            Look.LINES,
            "suffix:×",
            12,
            (
                Query(_burn("1h"), words("1 小时", "1 hour")),
                Query(_burn("6h"), words("6 小时", "6 hours")),
                Query(_burn("3d"), words("3 天", "3 days")),
            ),
            decimals=1,
            steps=_BURN,
            runbook="PiaodaDeadlineBurnFast",
        ),
        Panel(
            words("未按期比例（按账户）", "Missed deadlines, by account"),
            words(
                "最近 1 小时有了结果的发票中，各账户没有按期查到的比例。",
                "Of the deadlines decided in the last hour, the share that each account missed.",
            ),
            Look.LINES,
            "percentunit",
            12,
            (
                Query(
                    share("piaoda_deadlines_total", "account", over="1h", result="missed"),
                    "{{account}}",
                ),
            ),
            limit=1,
            runbook="PiaodaDeadlineBurnFast",
        ),
    ),
)


SYNC: Final = Board(
    "piaoda-sync",
    words("票达 · 同步时效与目标", "Piaoda · Sync latency and objectives"),
    words(
        "达标了吗，开票后多久能查到，税务系统怎么回答。",
        "Is the promise kept, how long does it take, and what do the tax systems answer.",
    ),
    "now-24h",
    ("datasource", "job", "account", "kind", "objective"),
    (_OBJECTIVE, HOW_LONG, ANSWERS),
)
