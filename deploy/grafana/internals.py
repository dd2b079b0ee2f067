"""The board for those who run it: is it at work, what is full, what is slow?"""

from typing import Final

from app.domain.words import words
from deploy.grafana.board import Board, Look, Panel, Query, Row, Step
from deploy.grafana.internals_checks import CHECKS
from deploy.grafana.internals_supplies import DATABASE, DELIVERIES, DOORWAY, PROCESS
from deploy.grafana.promql import age, grown, now, or_zero, quantile, selected, share

MINUTE, DAY = 60, 86400

# A loop that has not finished a step shows 0: no age, but 1970.
_SINCE_STEP: Final = f"time() - ({now('piaoda_loop_last_success_timestamp_seconds', 'loop')} > 0)"

_SILENT = (Step(2 * MINUTE, "orange"), Step(5 * MINUTE, "red"))

_AT_WORK: Final = Row(
    words("在正常工作吗？", "Is it at work?"),
    (
        Panel(
            words("运行中的副本", "Replicas"),
            words("正在上报指标的进程数。", "Processes that are being scraped."),
            Look.STAT,
            "none",
            3,
            (Query(f"count({selected('piaoda_build_info')})", instant=True),),
            height=5,
            runbook="PiaodaTargetDown",
        ),
        Panel(
            words("停得最久的循环", "Most silent loop"),
            words(
                "四个后台循环中，最久没有完成一步的那个已停多久。正常在几秒之内。",
                "Of the four loops, how long the most silent one has not finished a step. Seconds, normally.",
            ),
            Look.STAT,
            "s",
            4,
            (Query(f"max({_SINCE_STEP})", instant=True),),
            height=5,
            decimals=0,
            steps=_SILENT,
            runbook="PiaodaLoopSilent",
        ),
        Panel(
            words("出错的请求", "Requests that failed"),
            words("所选时段内以 5xx 结束的请求比例。", "The share of requests in the range that ended in 5xx."),
            Look.STAT,
            "percentunit",
            4,
            (Query(or_zero(share("piaoda_http_requests_total", over="$__range", status="5xx|503")), instant=True),),
            height=5,
            decimals=2,
            steps=(Step(0.001, "orange"), Step(0.01, "red")),
            runbook="PiaodaApiErrors",
        ),
        Panel(
            words("暂停的账户", "Accounts paused"),
            words(
                "连续失败、暂时不再查询的账户数。每隔一段时间会试一次，通了自动恢复。",
                "Accounts left alone because they kept failing. One call tries now and then.",
            ),
            Look.STAT,
            "none",
            3,
            (Query(f"sum({now('piaoda_account_breaker_open', 'account')})", instant=True),),
            height=5,
            steps=(Step(1, "red"),),
            runbook="PiaodaAccountDown",
        ),
        Panel(
            words("时钟偏差", "Clock offset"),
            words(
                "本机与数据库的时钟差，取各副本中最大的。时限以数据库时钟为准，偏差大时日志时间不可信。",
                "This machine's clock against the database's, the worst replica. Deadlines follow the database.",
            ),
            Look.STAT,
            "s",
            3,
            (Query(f"max(abs({selected('piaoda_clock_offset_seconds')}))", instant=True),),
            height=5,
            decimals=2,
            steps=(Step(1, "orange"), Step(5, "red")),
            runbook="PiaodaClockSkew",
        ),
        Panel(
            words("数据读取时间", "Gauges read"),
            words(
                "张数类指标距上次从数据库读取多久。超过几分钟，其余看板上的张数已经过时。",
                "How long ago the counts were read from the database. Minutes: what all boards show is stale.",
            ),
            Look.STAT,
            "s",
            4,
            (Query(age("piaoda_readout_timestamp_seconds"), instant=True),),
            height=5,
            decimals=0,
            steps=_SILENT,
            runbook="PiaodaLoopSilent",
        ),
        Panel(
            words("版本", "Version"),
            words("各版本的副本数。升级期间会同时有两个。", "Replicas by version; two while an upgrade is under way."),
            Look.STAT,
            "none",
            3,
            (Query(f"count by (version) ({selected('piaoda_build_info')})", "{{version}}", instant=True),),
            height=5,
        ),
    ),
)

_LOOPS: Final = Row(
    words("后台循环", "Loops"),
    (
        Panel(
            words("距上次完成", "Since the last step"),
            words("各循环距上次完成一步多久。", "How long ago each loop last finished a step."),
            Look.LINES,
            "s",
            8,
            (Query(_SINCE_STEP, "{{loop}}"),),
            steps=_SILENT,
            names="loop",
            runbook="PiaodaLoopSilent",
        ),
        Panel(
            words("一步的用时", "How long a step takes"),
            words(
                "各循环九成五的步骤在多久之内完成，含等待空闲的时间。",
                "What 95 % of each loop's steps stayed below, their waiting for free hands included.",
            ),
            Look.LINES,
            "s",
            8,
            (Query(quantile(0.95, "piaoda_loop_step_duration_seconds", "loop"), "{{loop}}"),),
            names="loop",
        ),
        Panel(
            words("失败的步骤", "Steps that failed"),
            words(
                "每个时段各循环失败的步骤。偶尔一次会自动重来，连续失败见日志“step failed”。",
                "Steps that failed in each interval. One is tried again; for many see `step failed` in the logs.",
            ),
            Look.COLUMNS,
            "none",
            8,
            (Query(grown("piaoda_loop_failures_total", "loop", over="$__rate_interval"), "{{loop}}"),),
            decimals=0,
            names="loop",
            runbook="PiaodaLoopSilent",
        ),
    ),
)


INTERNALS: Final = Board(
    "piaoda-internals",
    words("票达 · 系统运行", "Piaoda · Internals"),
    words(
        "给运维看：在不在工作，哪里满了，哪里慢了。",
        "For those who run it: is it at work, what is full, what is slow.",
    ),
    "now-6h",
    ("datasource", "job", "account"),
    (_AT_WORK, _LOOPS, CHECKS, DATABASE, DOORWAY, DELIVERIES, PROCESS),
)
