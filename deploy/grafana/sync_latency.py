"""How long it takes from issue to confirmation: a row of the board `sync`."""

from typing import Final

from app.domain.words import words
from deploy.grafana.board import Look, Panel, Query, Row
from deploy.grafana.promql import grown, mean, quantile, within

_HOUR = 3600
_LATENCY: Final = "piaoda_sync_latency_seconds"

HOW_LONG: Final = Row(
    words("开票后多久能查到？", "How long from issue to confirmation?"),
    (
        Panel(
            words("同步时长", "Time to sync"),
            words(
                "从开票到税务系统确认：半数、九成、九成九的发票在多久之内。由区间推算，并非逐张精确值。",
                "From issue to confirmation: what half, 90 % and 99 % stayed below. Estimated from buckets.",
            ),
            Look.LINES,
            "s",
            12,
            (
                Query(quantile(0.5, _LATENCY), words("半数（p50）", "p50")),
                Query(quantile(0.9, _LATENCY), words("九成（p90）", "p90")),
                Query(quantile(0.99, _LATENCY), words("九成九（p99）", "p99")),
            ),
            runbook="PiaodaOldestInvoiceLate",
        ),
        Panel(
            words("同步时长分布", "Distribution"),
            words(
                "每一格是一个时段内、用时落在该区间的发票张数，颜色越深越多。",
                "Each cell: how many invoices took that long in that interval; darker is more.",
            ),
            Look.HEATMAP,
            "s",
            12,
            (Query(grown(_LATENCY, "le", suffix="_bucket", over="$__rate_interval"), "{{le}}"),),
        ),
        Panel(
            words("九成发票的用时（按账户）", "p90 by account"),
            words(
                "各账户九成发票在多久之内查到。某个账户单独变慢，先看它的查询渠道。",
                "What 90 % of each account's invoices stayed below. One alone that slows down: look at its provider.",
            ),
            Look.LINES,
            "s",
            8,
            (Query(quantile(0.9, _LATENCY, "account"), "{{account}}"),),
        ),
        Panel(
            words("九成发票的用时（按票种）", "p90 by kind"),
            words(
                "各票种九成发票在多久之内查到。税控设备开具的老票种可能离线开票，本来就慢。",
                "What 90 % of each kind's invoices stayed below. Tax-control kinds may be issued offline and are slow.",
            ),
            Look.LINES,
            "s",
            8,
            (Query(quantile(0.9, _LATENCY, "kind"), "{{kind}}"),),
            names="kind",
        ),
        Panel(
            words("平均用时（按账户）", "Mean by account"),
            words(
                "各账户从开票到确认的平均用时。远高于半数值，说明有少数票拖得很久。",
                "Mean time from issue to confirmation. Far above p50: a few take very long.",
            ),
            Look.LINES,
            "s",
            8,
            (Query(mean(_LATENCY, "account"), "{{account}}"),),
        ),
        Panel(
            words("1、4、24 小时内的比例", "Share within 1, 4 and 24 hours"),
            words(
                "每个时段确认的发票中，开票后 1、4、24 小时内查到的比例。",
                "Of what was confirmed in each interval, the share that took at most 1, 4 and 24 hours.",
            ),
            Look.LINES,
            "percentunit",
            12,
            (
                Query(within(_LATENCY, _HOUR, over="$__rate_interval"), words("1 小时内", "1 hour")),
                Query(within(_LATENCY, 4 * _HOUR, over="$__rate_interval"), words("4 小时内", "4 hours")),
                Query(within(_LATENCY, 24 * _HOUR, over="$__rate_interval"), words("24 小时内", "24 hours")),
            ),
            limit=1,
        ),
        Panel(
            words("确认的发票（按账户）", "Confirmed, by account"),
            words(
                "每个时段由各账户确认的发票张数。",
                "Invoices that each account confirmed in each interval.",
            ),
            Look.COLUMNS,
            "locale",
            12,
            (Query(grown(_LATENCY, "account", suffix="_count", over="$__rate_interval"), "{{account}}"),),
            decimals=0,
        ),
    ),
)
