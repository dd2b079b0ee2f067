"""What the tax systems answer, and how fast: a row of the board `sync`."""

from typing import Final

from app.domain.words import words
from deploy.grafana.board import Look, Panel, Query, Row, Step
from deploy.grafana.promql import now, quantile, rate, share

_MINUTE = 60

ANSWERS: Final = Row(
    words("税务系统怎么回答？", "What do the tax systems answer?"),
    (
        Panel(
            words("查询结果", "Answers"),
            words(
                "每秒查询的张数，按结果。“查无此票”在期限内属正常；停机、授权、次数类结果多了要处理。",
                "Checks a second, by outcome. Not found is normal at first; outages, credentials and quotas are not.",
            ),
            Look.STACK,
            "cps",
            12,
            (Query(rate("piaoda_checks_total", "outcome"), "{{outcome}}"),),
            names="outcome",
            runbook="PiaodaAccountDown",
        ),
        Panel(
            words("没有结论的查询", "Checks that taught nothing"),
            words(
                "各账户的查询中，因停机、授权、次数、网络等没有得到结论的比例。",
                "Of each account's checks, the share that ended in an outage, a refusal, a quota or a broken line.",
            ),
            Look.LINES,
            "percentunit",
            12,
            (
                Query(
                    share(
                        "piaoda_checks_total",
                        "account",
                        over="$__rate_interval",
                        outcome="authority_down|transient|auth|quota_account|rate_limited|bad_request",
                    ),
                    "{{account}}",
                ),
            ),
            limit=1,
            runbook="PiaodaAccountDown",
        ),
        Panel(
            words("一次调用的用时", "How long a call takes"),
            words(
                "各账户九成五的调用在多久之内返回。接近超时（默认 10 至 15 秒）时，查询会变慢。",
                "What 95 % of each account's calls stayed below. Near the timeout (10 to 15 s) everything slows down.",
            ),
            Look.LINES,
            "s",
            8,
            (Query(quantile(0.95, "piaoda_check_duration_seconds", "account"), "{{account}}"),),
            steps=(Step(10, "orange"),),
            runbook="PiaodaAccountDown",
        ),
        Panel(
            words("查询晚了多久", "How late checks begin"),
            words(
                "到了该查的时间，九成九的查询在多久之内开始。超过 5 分钟，说明查询速度跟不上。",
                "How late 99 % of due checks were begun at most. Above 5 minutes the accounts cannot keep up.",
            ),
            Look.LINES,
            "s",
            8,
            (Query(quantile(0.99, "piaoda_check_lag_seconds", "account"), "{{account}}"),),
            steps=(Step(5 * _MINUTE, "orange"),),
            runbook="PiaodaChecksBehind",
        ),
        Panel(
            words("每张票查了几次", "Checks per invoice"),
            words(
                "每确认一张发票平均用掉的查询张次，按账户。查询通常按次计费，突然变多要看查询结果。",
                "Checks used for each invoice confirmed, by account. Checks cost money: if it jumps, see the answers.",
            ),
            Look.LINES,
            "none",
            8,
            (
                Query(
                    f"{rate('piaoda_checks_total', 'account')} / "
                    f"({rate('piaoda_checks_total', 'account', outcome='found_match')} > 0)",
                    "{{account}}",
                ),
            ),
            decimals=1,
        ),
        Panel(
            words("当前应查询", "Checks due now"),
            words(
                "到了时间、还没有开始的查询，按账户；最多数到一万。",
                "Checks that are due and not begun, by account; counted up to ten thousand.",
            ),
            Look.LINES,
            "locale",
            24,
            (Query(now("piaoda_checks_due", "account"), "{{account}}"),),
            decimals=0,
            height=7,
            runbook="PiaodaChecksBehind",
        ),
    ),
)
