"""Late invoices by seller. No seller may be a label of a metric, so this one panel asks PostgreSQL.

One rule: what it reads is bounded. Of each account it walks the index `invoices_unsynced` from the oldest invoice on,
`READ` rows and no further, however long the backlog is.
"""

from typing import Final

from app.domain.words import words
from deploy.grafana.board import Column, Look, Panel, Row, Step

READ: Final = 5000
SHOWN: Final = 50

SQL: Final = f"""\
SELECT coalesce(max(late.seller_name), '–') AS seller, late.seller_tax_id AS tax_id,
       count(*) FILTER (WHERE late.state = 'overdue') AS overdue,
       count(*) FILTER (WHERE late.state = 'escalated') AS escalated,
       sum(coalesce(late.with_tax, late.without_tax)) AS amount, late.currency,
       extract(epoch FROM now() - min(late.issued_at)) AS oldest
FROM unnest(ARRAY[${{account:sqlstring}}]::text[]) AS chosen (account)
CROSS JOIN LATERAL (
    SELECT seller_name, seller_tax_id, state, with_tax, without_tax, currency, issued_at
    FROM invoices
    WHERE tenant = '${{tenant}}' AND account = chosen.account AND state IN ('pending', 'overdue', 'escalated')
    ORDER BY issued_at
    LIMIT {READ}
) AS late
WHERE late.state <> 'pending'
GROUP BY late.seller_tax_id, late.currency
ORDER BY count(*) DESC, min(late.issued_at)
LIMIT {SHOWN}"""

LATE_BY_SELLER: Final = Row(
    words("涉及哪些销售方？（查数据库）", "Which sellers? (asks the database)"),
    (
        Panel(
            words("逾期发票（按销售方）", "Late invoices, by seller"),
            words(
                f"逾期和待人工的发票按销售方、币种汇总，张数多的在前，最多 {SHOWN} 行。"
                f"每个账户只看最早的 {READ} 张未同步发票。需要 PostgreSQL 数据源，见说明文档。",
                f"Overdue and escalated invoices by seller and currency, most first, at most {SHOWN} rows. Of each "
                f"account the {READ} oldest unsynced ones are read. Needs a PostgreSQL data source, see the guide.",
            ),
            Look.TABLE,
            "locale",
            24,
            height=10,
            columns=(
                Column(words("销售方", "Seller"), "string", "seller"),
                Column(words("销售方税号", "Seller's tax id"), "string", "tax_id"),
                Column(words("逾期（张）", "Overdue"), "locale", "overdue", (Step(1, "orange"),)),
                Column(words("待人工（张）", "Escalated"), "locale", "escalated", (Step(1, "red"),)),
                Column(words("价税合计", "Total with tax"), "locale", "amount"),
                Column(words("币种", "Currency"), "string", "currency"),
                Column(words("最早一张距开票", "Oldest issued, ago"), "s", "oldest"),
            ),
            none=words("没有逾期的发票", "Nothing is late"),
            page="/invoices?state=overdue",
            sql=SQL,
        ),
    ),
    folded=True,
)
