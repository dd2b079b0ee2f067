"""How tax systems are asked, and what that uses up: a row of the board `internals`."""

from typing import Final

from app.domain.words import words
from deploy.grafana.board import Column, Look, Panel, Query, Row, Step
from deploy.grafana.promql import age, grown, now, rate, selected

_MINUTE = 60

CHECKS: Final = Row(
    words("查询税务系统", "Asking tax systems"),
    (
        Panel(
            words("调用次数", "Calls"),
            words("每秒对各账户的调用次数；一次可查多张。", "Calls a second to each account; one may ask for many."),
            Look.LINES,
            "cps",
            8,
            (Query(rate("piaoda_check_duration_seconds", "account", suffix="_count"), "{{account}}"),),
        ),
        Panel(
            words("每次调用的张数", "Invoices a call"),
            words(
                "各账户平均一次调用查几张。支持批量的渠道，积压时应接近其上限。",
                "Invoices in one call, on average. Where the provider takes batches, a backlog should fill them.",
            ),
            Look.LINES,
            "none",
            8,
            (
                Query(
                    f"{rate('piaoda_checks_total', 'account')} / "
                    f"({rate('piaoda_check_duration_seconds', 'account', suffix='_count')} > 0)",
                    "{{account}}",
                ),
            ),
            decimals=1,
        ),
        Panel(
            words("进行中的调用", "Calls under way"),
            words("各账户正在等待返回的调用，所有副本合计。", "Calls that wait for their answer, all replicas."),
            Look.LINES,
            "none",
            8,
            (Query(now("piaoda_calls_in_flight", "account"), "{{account}}"),),
            decimals=0,
        ),
        Panel(
            words("当日次数用量", "Daily quota used"),
            words(
                "有每日次数限制的账户，今天已用的比例。用完后当天不再查询。",
                "Of accounts with a daily limit, the share used today. Once it is used up, they are not asked.",
            ),
            Look.BARS,
            "percentunit",
            8,
            (
                Query(
                    f"{now('piaoda_account_calls_used', 'account')} / {now('piaoda_account_calls_limit', 'account')}",
                    "{{account}}",
                    instant=True,
                ),
            ),
            limit=1,
            steps=(Step(0.8, "orange"), Step(0.95, "red")),
            none=words("没有设每日限额的账户", "No account has a daily limit"),
            runbook="PiaodaChecksBehind",
        ),
        Panel(
            words("各账户状态", "Accounts"),
            words(
                "距上次有结果多久；密钥还有多久到期（未知的不显示）。",
                "How long ago it last answered, and how long its credentials last where that is known.",
            ),
            Look.TABLE,
            "s",
            8,
            (
                Query(age("piaoda_account_last_success_timestamp_seconds", "account"), instant=True),
                Query(f"{now('piaoda_account_credential_expiry_timestamp_seconds', 'account')} - time()", instant=True),
            ),
            columns=(
                Column(words("账户", "Account"), "string", name="account"),
                Column(words("上次有结果", "Last answer"), "s"),
                Column(words("密钥剩余", "Credentials last"), "s"),
            ),
            runbook="PiaodaCredentialsEnd",
        ),
        Panel(
            words("暂停查询的账户", "Breaker"),
            words("红色：因连续失败暂停查询；绿色：正常查询。", "Red: left alone, for it kept failing. Green: asked."),
            Look.TIMELINE,
            "none",
            8,
            (Query(now("piaoda_account_breaker_open", "account"), "{{account}}"),),
            values={"0": (words("正常", "Closed"), "green"), "1": (words("暂停", "Open"), "red")},
            runbook="PiaodaAccountDown",
        ),
        Panel(
            words("作废的结果", "Stale results"),
            words(
                "返回时租约已过、没有写入的结果；发票会重新查询。经常出现说明调用太慢或数据库太慢。",
                "Answers that came after their lease ended and were not written. Many: calls or database are slow.",
            ),
            Look.COLUMNS,
            "none",
            12,
            (Query(grown("piaoda_stale_results_total", "account", over="$__rate_interval"), "{{account}}"),),
            decimals=0,
        ),
        Panel(
            words("未收录的代码", "Unlisted codes"),
            words(
                "服务商返回、代码表里没有的代码及次数。按“未得到结论”处理，要查明后补进代码表。",
                "Codes that stand in no table, and how often they came. Taken for no answer until somebody adds them.",
            ),
            Look.TABLE,
            "none",
            12,
            (
                Query(
                    f"sum by (provider, code) ({selected('piaoda_unlisted_codes_total')})",
                    instant=True,
                ),
            ),
            columns=(
                Column(words("服务商", "Provider"), "string", name="provider"),
                Column(words("代码", "Code"), "string", name="code"),
                Column(words("次数", "Times"), "none"),
            ),
            none=words("没有未收录的代码", "All codes are listed"),
            runbook="PiaodaUnlistedCode",
        ),
    ),
)
