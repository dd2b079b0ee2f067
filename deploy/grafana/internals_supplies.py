"""What the internals rest on: connections, requests, sends, memory. Rows of the board `internals`."""

from typing import Final

from app.domain.words import words
from deploy.grafana.board import Look, Panel, Query, Row, Step
from deploy.grafana.promql import age, grown, now, or_zero, process, quantile, rate

_MINUTE = 60

DATABASE: Final = Row(
    words("数据库连接", "Database connections"),
    (
        Panel(
            words("连接", "Connections"),
            words(
                "各连接池的连接数，所有副本合计，按使用中、空闲；以及上限。使用中长期等于上限，就是满了。",
                "Connections of each pool, all replicas, and how many there may be. Busy at the limit means full.",
            ),
            Look.LINES,
            "none",
            8,
            (
                Query(
                    now("piaoda_database_connections", "pool", state="busy"), words("{{pool}} 使用中", "{{pool}} busy")
                ),
                Query(
                    now("piaoda_database_connections", "pool", state="idle"), words("{{pool}} 空闲", "{{pool}} idle")
                ),
                Query(now("piaoda_database_connections_limit", "pool"), words("{{pool}} 上限", "{{pool}} limit")),
            ),
            decimals=0,
            runbook="PiaodaDatabasePoolFull",
        ),
        Panel(
            words("等连接的请求", "Callers that wait"),
            words("正在等待连接的请求，所有副本合计。应当为 0。", "Callers that wait for a connection. Should be 0."),
            Look.LINES,
            "none",
            8,
            (Query(now("piaoda_database_waiting", "pool"), "{{pool}}"),),
            decimals=0,
            names="pool",
            steps=(Step(50, "orange"),),
            runbook="PiaodaDatabasePoolFull",
        ),
        Panel(
            words("等连接的时间", "How long callers wait"),
            words(
                "九成九的请求在多久之内拿到连接。等 5 秒仍拿不到的，以 503 返回。",
                "What 99 % of callers waited at most for a connection. After 5 s they get 503.",
            ),
            Look.LINES,
            "s",
            8,
            (Query(quantile(0.99, "piaoda_database_wait_seconds", "pool"), "{{pool}}"),),
            names="pool",
            steps=(Step(1, "orange"),),
            runbook="PiaodaDatabasePoolFull",
        ),
    ),
)

DOORWAY: Final = Row(
    words("接口", "HTTP"),
    (
        Panel(
            words("请求", "Requests"),
            words("每秒请求数，按入口。", "Requests a second, by surface."),
            Look.LINES,
            "reqps",
            8,
            (Query(rate("piaoda_http_requests_total", "surface"), "{{surface}}"),),
            names="surface",
        ),
        Panel(
            words("未成功的请求", "Requests refused or failed"),
            words(
                "每秒未成功的请求。429、503 是请对方稍后再来，4xx 是内容或密钥有误，5xx 是本系统出错。",
                "By status: 429 and 503 ask to come back, 4xx is the caller's fault, 5xx is ours.",
            ),
            Look.STACK,
            "reqps",
            8,
            (Query(rate("piaoda_http_requests_total", "status", status="4xx|429|5xx|503"), "{{status}}"),),
            runbook="PiaodaApiErrors",
        ),
        Panel(
            words("请求的用时", "How long requests take"),
            words(
                "各入口九成九的请求在多久之内答完。接收发票应在 0.5 秒之内。",
                "What 99 % of each surface's requests stayed below. Events should stay below 0.5 s.",
            ),
            Look.LINES,
            "s",
            8,
            (Query(quantile(0.99, "piaoda_http_request_duration_seconds", "surface"), "{{surface}}"),),
            names="surface",
            steps=(Step(0.5, "orange"),),
        ),
        Panel(
            words("收到的事件", "Events received"),
            words(
                "每个时段收到的发票事件，按处理结果。冲突和格式不符的要请开票系统核对。",
                "Events received in each interval, by result. Conflicts and invalid ones are the billing system's.",
            ),
            Look.COLUMNS,
            "locale",
            12,
            (Query(grown("piaoda_events_total", "result", over="$__rate_interval"), "{{result}}"),),
            decimals=0,
            names="event",
        ),
        Panel(
            words("等待写入的事件", "Events that wait"),
            words(
                "等待下一次提交的单条事件，所有副本合计；每个副本到 5,000 条后返回 503。",
                "Single events that wait for the next commit, all replicas; at 5,000 a replica answers 503.",
            ),
            Look.LINES,
            "locale",
            12,
            (Query(now("piaoda_events_waiting"), words("等待写入", "Waiting")),),
            decimals=0,
            steps=(Step(4000, "orange"),),
        ),
    ),
)

DELIVERIES: Final = Row(
    words("通知发送", "Deliveries"),
    (
        Panel(
            words("发送", "Attempts"),
            words("每秒发送的尝试，按结果。", "Attempts a second, by result."),
            Look.STACK,
            "cps",
            8,
            (Query(rate("piaoda_deliveries_total", "result"), "{{result}}"),),
            names="delivery",
            runbook="PiaodaDeliveriesFailing",
        ),
        Panel(
            words("多久送达", "How long until it arrives"),
            words(
                "从状态变化到对方收下，九成五的消息在多久之内，按渠道。",
                "From a transition to the receiver's acceptance, what 95 % stayed below, by channel.",
            ),
            Look.LINES,
            "s",
            8,
            (Query(quantile(0.95, "piaoda_delivery_lag_seconds", "channel"), "{{channel}}"),),
            names="channel",
            runbook="PiaodaDeliveryBacklog",
        ),
        Panel(
            words("等得最久的消息", "Longest waiting"),
            words(
                "各渠道等得最久的消息，已过应发时间多久。没有在等的显示为 0。",
                "How long ago each channel's longest waiting message was due; 0 when none waits.",
            ),
            Look.LINES,
            "s",
            8,
            (
                Query(
                    f"clamp_min({age('piaoda_delivery_oldest_due_timestamp_seconds', 'channel')}, 0) "
                    f"or 0 * {now('piaoda_deliveries_pending', 'channel')}",
                    "{{channel}}",
                ),
            ),
            names="channel",
            steps=(Step(15 * _MINUTE, "orange"),),
            runbook="PiaodaDeliveryBacklog",
        ),
        Panel(
            words("进行中的发送", "Sends under way"),
            words("正在等待对方收下的消息，所有副本合计；每个副本至多 300 条。", "All replicas; at most 300 each."),
            Look.LINES,
            "none",
            24,
            (Query(or_zero(now("piaoda_sends_in_flight")), words("进行中", "Under way")),),
            decimals=0,
            height=6,
        ),
    ),
)

PROCESS: Final = Row(
    words("进程", "Processes"),
    (
        Panel(
            words("内存", "Memory"),
            words("各副本占用的物理内存。", "Resident memory of each replica."),
            Look.LINES,
            "bytes",
            8,
            (Query(process("process_resident_memory_bytes"), "{{instance}}"),),
        ),
        Panel(
            words("CPU", "CPU"),
            words("各副本占用的 CPU 核数。", "CPU cores that each replica uses."),
            Look.LINES,
            "none",
            8,
            (
                Query(
                    'sum by (instance) (rate(process_cpu_seconds_total{job=~"$job"}[$__rate_interval]))', "{{instance}}"
                ),
            ),
            decimals=2,
        ),
        Panel(
            words("打开的文件和连接", "Open files and sockets"),
            words(
                "各副本打开的文件和网络连接数。持续增长说明有泄漏。",
                "File descriptors of each replica, sockets included. When they only grow, something leaks.",
            ),
            Look.LINES,
            "none",
            8,
            (Query(process("process_open_fds"), "{{instance}}"),),
            decimals=0,
        ),
    ),
)
