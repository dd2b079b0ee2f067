"""The board for finance: does anybody have to act, on what, and does it get told? The first row answers at a glance."""

from typing import Final

from app.domain.words import words
from deploy.grafana.board import Board, Column, Look, Panel, Query, Row, Step
from deploy.grafana.finance_causes import LATE, TOLD
from deploy.grafana.finance_sellers import LATE_BY_SELLER
from deploy.grafana.promql import age, now, or_zero, share

HOUR, DAY = 3600, 86400

_ANY = (Step(1, "orange"),)
_GRAVE = (Step(1, "red"),)
_AGES = (Step(4 * HOUR, "yellow"), Step(DAY, "orange"), Step(3 * DAY, "red"))
_SHARES = (Step(0.95, "orange"), Step(0.99, "green"))
_NONE = words("无", "None")

_GLANCE: Final = Row(
    words("现在要处理什么？", "Does anybody have to act?"),
    (
        Panel(
            words("待人工处理", "Escalated"),
            words(
                "等不到结果、须由人处理的发票：逾期过久、开具失败、与底账不一致、同步后又变化等。应当为 0。",
                "Invoices that waiting will not help: late for too long, refused, differing, changed. Should be 0.",
            ),
            Look.STAT,
            "locale",
            4,
            (Query(now("piaoda_invoices", state="escalated"), instant=True),),
            height=5,
            steps=_GRAVE,
            runbook="PiaodaOldestInvoiceLate",
            page="/invoices?state=escalated",
        ),
        Panel(
            words("逾期未同步", "Overdue"),
            words(
                "超过同步期限、税务系统仍未查到的发票。票达仍在自动查询，同时已按约定通知。",
                "Past their deadline and still not found. Piaoda keeps asking, and has told whom it should.",
            ),
            Look.STAT,
            "locale",
            4,
            (Query(now("piaoda_invoices", state="overdue"), instant=True),),
            height=5,
            steps=_ANY,
            runbook="PiaodaOldestInvoiceLate",
            page="/invoices?state=overdue",
        ),
        Panel(
            words("最早一张未同步", "Oldest unsynced"),
            words(
                "未同步发票中开具最早的一张，距开票已有多久。一直增长说明有票卡住。",
                "How long ago the oldest unsynced invoice was issued. When it only grows, something is stuck.",
            ),
            Look.STAT,
            "s",
            4,
            (Query(f"max({age('piaoda_oldest_unsynced_issued_timestamp_seconds', 'account')})", instant=True),),
            height=5,
            steps=_AGES,
            none=words("全部已同步", "All synced"),
            runbook="PiaodaOldestInvoiceLate",
            page="/invoices?sort=issued_at",
        ),
        Panel(
            words("待同步", "Pending"),
            words("期限之内、等待税务系统入库的发票，无需处理。", "Within their deadline: nothing to do but wait."),
            Look.STAT,
            "locale",
            4,
            (Query(now("piaoda_invoices", state="pending"), instant=True),),
            height=5,
            page="/invoices?state=pending",
        ),
        Panel(
            words("按期同步率（24 小时）", "Deadlines met, 24 h"),
            words(
                "最近 24 小时有了结果的发票中，在期限内查到的比例。",
                "Of the invoices whose deadline was decided in the last 24 hours, the share that met it.",
            ),
            Look.STAT,
            "percentunit",
            4,
            (Query(share("piaoda_deadlines_total", over="24h", result="met"), instant=True),),
            height=5,
            decimals=1,
            limit=1,
            steps=_SHARES,
            runbook="PiaodaDeadlineBurnSlow",
        ),
        Panel(
            words("未结束的告警", "Open incidents"),
            words(
                "正在进行的告警事件。同一原因的上万张发票也只算一起。",
                "Incidents under way. Ten thousand invoices with one cause are one incident.",
            ),
            Look.STAT,
            "locale",
            4,
            (Query(or_zero(now("piaoda_incidents_open")), instant=True),),
            height=5,
            steps=_ANY,
            page="/incidents",
        ),
    ),
)

_STATES: Final = Row(
    words("卡在哪里？", "Where does it stick?"),
    (
        Panel(
            words("未同步发票", "Unsynced invoices"),
            words(
                "未同步的发票按状态堆叠：蓝色是正常等待，橙色已逾期，红色须人工处理。",
                "Unsynced invoices by state: blue just waits, orange is overdue, red needs a person.",
            ),
            Look.STACK,
            "locale",
            12,
            (Query(now("piaoda_invoices", "state", state="pending|overdue|escalated"), "{{state}}"),),
            names="state",
            runbook="PiaodaOldestInvoiceLate",
            page="/invoices",
        ),
        Panel(
            words("最早一张未同步（按账户）", "Oldest unsynced, by account"),
            words(
                "各账户最早一张未同步发票距开票已有多久。虚线为 4 小时、1 天、3 天。",
                "How long ago each account's oldest unsynced invoice was issued. Lines: 4 hours, 1 day, 3 days.",
            ),
            Look.LINES,
            "s",
            12,
            (Query(age("piaoda_oldest_unsynced_issued_timestamp_seconds", "account"), "{{account}}"),),
            steps=_AGES,
            none=words("全部已同步", "All synced"),
            runbook="PiaodaOldestInvoiceLate",
        ),
        Panel(
            words("各账户情况", "By account"),
            words(
                "每个查询账户名下各状态的发票张数，以及当前应查询的张数。",
                "Invoices of each account by state, and how many are due for a check now.",
            ),
            Look.TABLE,
            "locale",
            12,
            (
                Query(now("piaoda_invoices", "account", state="escalated"), instant=True),
                Query(now("piaoda_invoices", "account", state="overdue"), instant=True),
                Query(now("piaoda_invoices", "account", state="pending"), instant=True),
                Query(now("piaoda_invoices", "account", state="synced"), instant=True),
                Query(now("piaoda_checks_due", "account"), instant=True),
            ),
            columns=(
                Column(words("账户", "Account"), "string", name="account"),
                Column(words("待人工", "Escalated"), "locale", steps=_GRAVE),
                Column(words("逾期", "Overdue"), "locale", steps=_ANY),
                Column(words("待同步", "Pending"), "locale"),
                Column(words("已同步", "Synced"), "locale"),
                Column(words("当前应查询", "Checks due"), "locale"),
            ),
            page="/invoices",
        ),
        Panel(
            words("查询账户是否正常", "Are the accounts answering?"),
            words(
                "绿色：最近的查询有结果；红色：税务系统停机、账户异常或次数用完，暂时查不了，恢复后自动补查。",
                "Green: the last calls brought answers. Red: they did not; what waits is caught up once they do.",
            ),
            Look.TIMELINE,
            "none",
            12,
            (Query(now("piaoda_account_up", "account"), "{{account}}"),),
            values={"1": (words("正常", "Working"), "green"), "0": (words("查不了", "No answers"), "red")},
            runbook="PiaodaAccountDown",
        ),
    ),
)


FINANCE: Final = Board(
    "piaoda-finance",
    words("票达 · 发票同步总览", "Piaoda · Invoices"),
    words(
        "给财务看：现在要处理什么，卡在哪里，为什么逾期，通知到了没有。",
        "For finance: does anybody have to act, where does it stick, why, and was it told.",
    ),
    "now-24h",
    ("datasource", "database", "job", "account", "tenant"),
    (_GLANCE, _STATES, LATE, TOLD, LATE_BY_SELLER),
)
