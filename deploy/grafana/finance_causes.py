"""Why invoices are late, and whether they were told: rows of the board `finance`."""

from typing import Final

from app.domain.words import words
from deploy.grafana.board import Look, Panel, Query, Row, Step
from deploy.grafana.promql import RANGE, grown, now, rate, share

_ANY = (Step(1, "orange"),)
_SHARES = (Step(0.95, "orange"), Step(0.99, "green"))

LATE: Final = Row(
    words("为什么逾期？", "Why late?"),
    (
        Panel(
            words("逾期与转人工的原因", "Overdue and escalated, by cause"),
            words(
                "所选时段内转为逾期或待人工的发票，按原因计。超过期限的先逾期、再转人工时计两次。",
                "Invoices that became overdue or escalated in the range, by cause. One that did both counts twice.",
            ),
            Look.BARS,
            "locale",
            8,
            (Query(grown("piaoda_transitions_total", "cause", after="overdue|escalated"), "{{cause}}", instant=True),),
            decimals=0,
            names="cause",
            page="/invoices?state=escalated",
        ),
        Panel(
            words("逾期与转人工（时间）", "Overdue and escalated over time"),
            words(
                "每个时段新增的逾期、待人工发票，按原因分色。集中出现多半是停机或授权失效，零星出现要逐张核对。",
                "What became overdue or escalated in each interval, by cause. A burst is an outage, a drizzle is not.",
            ),
            Look.COLUMNS,
            "locale",
            8,
            (
                Query(
                    grown("piaoda_transitions_total", "cause", over="$__rate_interval", after="overdue|escalated"),
                    "{{cause}}",
                ),
            ),
            decimals=0,
            names="cause",
        ),
        Panel(
            words("期限结果", "Deadlines met and missed"),
            words(
                "每个时段有了结果的发票：期限内查到的，和没有按期查到的。",
                "Invoices whose deadline was decided in each interval: found in time, or not.",
            ),
            Look.COLUMNS,
            "locale",
            8,
            (Query(grown("piaoda_deadlines_total", "result", over="$__rate_interval"), "{{result}}"),),
            decimals=0,
            names="deadline",
            runbook="PiaodaDeadlineBurnFast",
        ),
        Panel(
            words("各账户按期同步率", "Deadlines met, by account"),
            words(
                "所选时段内各账户按期同步的比例。低于 99% 显示橙色，低于 95% 显示红色。",
                "The share of deadlines each account met in the range. Orange below 99 %, red below 95 %.",
            ),
            Look.BARS,
            "percentunit",
            8,
            (
                Query(
                    share("piaoda_deadlines_total", "account", over=RANGE, result="met"),
                    "{{account}}",
                    instant=True,
                ),
            ),
            decimals=1,
            limit=1,
            steps=_SHARES,
            runbook="PiaodaDeadlineBurnSlow",
        ),
        Panel(
            words("开票与同步", "Issued and synced"),
            words(
                "登记的发票和查到的发票，折合每小时张数。两条线长期拉开，说明有票积压。",
                "Invoices registered and confirmed, an hour. Lines that stay apart are a backlog.",
            ),
            Look.LINES,
            "locale",
            8,
            (
                Query(
                    f"3600 * {rate('piaoda_transitions_total', before='none')}",
                    words("登记", "Registered"),
                ),
                Query(
                    f"3600 * {rate('piaoda_transitions_total', after='synced')}",
                    words("同步", "Synced"),
                ),
            ),
            decimals=0,
        ),
        Panel(
            words("同步后又变化", "Changed after sync"),
            words(
                "所选时段内，确认同步之后又被作废、红冲，或再也查不到的发票。已入账、已抵扣的要尽快核对。",
                "Confirmed before, and changed or gone since. What is booked or deducted must be looked at soon.",
            ),
            Look.STAT,
            "locale",
            8,
            (
                Query(grown("piaoda_transitions_total", cause="changed"), words("状态变化", "Changed"), instant=True),
                Query(grown("piaoda_transitions_total", cause="disappeared"), words("查无此票", "Gone"), instant=True),
            ),
            decimals=0,
            steps=_ANY,
            page="/invoices?state=escalated",
        ),
    ),
)

TOLD: Final = Row(
    words("通知到了吗？", "Was it told?"),
    (
        Panel(
            words("未结束的告警（按账户）", "Open incidents, by account"),
            words("各账户正在进行的告警事件。", "Incidents under way, by account."),
            Look.LINES,
            "locale",
            8,
            (Query(now("piaoda_incidents_open", "account"), "{{account}}"),),
            decimals=0,
            page="/incidents",
        ),
        Panel(
            words("发出的告警", "Alerts told"),
            words(
                "每个时段发出的告警，按发出的原因：首次、增加、升级、提醒、恢复等。",
                "Notices told in each interval, by why: first, growth, next level, reminder, recovery.",
            ),
            Look.COLUMNS,
            "locale",
            8,
            (Query(grown("piaoda_alerts_total", "reason", over="$__rate_interval"), "{{reason}}"),),
            decimals=0,
            names="reason",
            page="/incidents",
        ),
        Panel(
            words("消息送达", "Deliveries"),
            words(
                "每个时段送达的消息，按渠道。",
                "Messages delivered in each interval, by channel.",
            ),
            Look.COLUMNS,
            "locale",
            8,
            (
                Query(
                    grown("piaoda_deliveries_total", "channel", over="$__rate_interval", result="delivered"),
                    "{{channel}}",
                ),
            ),
            decimals=0,
            names="channel",
        ),
        Panel(
            words("未送达的尝试", "Attempts that failed"),
            words(
                "每个时段没有送达的尝试，按结果。待重试的会自动再发；拒收和配置有误的要找管理员。",
                "Attempts that did not arrive, by result. Retries go by themselves; the others need the administrator.",
            ),
            Look.COLUMNS,
            "locale",
            12,
            (
                Query(
                    grown(
                        "piaoda_deliveries_total",
                        "result",
                        over="$__rate_interval",
                        result="retry|permanent|misconfigured|unknown",
                    ),
                    "{{result}}",
                ),
            ),
            decimals=0,
            names="delivery",
            runbook="PiaodaDeliveriesFailing",
        ),
        Panel(
            words("待发送的消息", "Messages waiting"),
            words(
                "还没有送达、也没有放弃的消息，按渠道。一直不降说明对方收不了。",
                "Messages neither delivered nor given up, by channel. When it does not fall, a receiver is in trouble.",
            ),
            Look.LINES,
            "locale",
            12,
            (Query(now("piaoda_deliveries_pending", "channel"), "{{channel}}"),),
            decimals=0,
            names="channel",
            runbook="PiaodaDeliveryBacklog",
        ),
    ),
)
