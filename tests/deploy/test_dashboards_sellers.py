"""The one panel that asks PostgreSQL: its answer, its bound, and the index it walks, on a real server."""

import json
from pathlib import Path

import pytest

from app.store.database import Database
from deploy.grafana.asking import asked, panels
from deploy.grafana.finance_sellers import READ

BOARD = Path(__file__).parents[2] / "deploy/grafana/dashboards/zh/piaoda-finance.json"
SQL = next(
    target["rawSql"]
    for panel in panels(json.loads(BOARD.read_text(encoding="utf-8")))
    for target in panel["targets"]
    if "rawSql" in target
)

_ISSUED = """
INSERT INTO invoices (tenant, id, number, code, issued_at, seller_tax_id, seller_name, with_tax, currency, account,
                      state, cause, sequence, state_at, received_at, overdue_at, escalate_at, synced_at)
SELECT 'default', gen_random_uuid(), $1 || lpad(n::text, 12, '0'), '', now() - make_interval(mins => $7 + n), $2, $3,
       100.50, 'CNY', $4, $5, 'issued', 1, now(), now(), now(), now(), CASE $5 WHEN 'synced' THEN now() END
FROM generate_series(1, $6::int) AS n"""


async def issue(
    database: Database, start: str, seller: str, account: str, state: str, number: int, age: int = 0
) -> None:
    async with database.connection() as connection:
        await connection.execute(_ISSUED, start, seller, f"{seller} 有限公司", account, state, number, age)


def query(*accounts: str) -> str:
    return asked(SQL, {"account": accounts, "tenant": "default"})


@pytest.fixture
async def told(database: Database) -> Database:
    """Two sellers of one account, one of them late twice over; and one of another account."""
    await issue(database, "26110001", "A", "baidu-main", "overdue", 3, age=600)
    await issue(database, "26110002", "A", "baidu-main", "escalated", 2, age=6000)
    await issue(database, "26110003", "B", "baidu-main", "overdue", 1)
    await issue(database, "26110004", "B", "baidu-main", "pending", 40)
    await issue(database, "26110005", "C", "l'autre", "overdue", 9)
    await issue(database, "26110006", "B", "baidu-main", "synced", 40)
    return database


async def test_late_invoices_are_counted_by_seller_the_most_first(told):
    async with told.connection() as connection:
        rows = await connection.fetch(query("baidu-main"))
    assert [(row["tax_id"], row["overdue"], row["escalated"], str(row["amount"])) for row in rows] == [
        ("A", 3, 2, "502.50"),
        ("B", 1, 0, "100.50"),
    ]
    assert rows[0]["oldest"] >= 6002 * 60
    assert rows[0]["seller"] == "A 有限公司"
    assert rows[0]["currency"] == "CNY"


async def test_all_accounts_that_are_chosen_are_asked_about_whatever_they_are_called(told):
    async with told.connection() as connection:
        rows = await connection.fetch(query("baidu-main", "l'autre"))
    assert [row["tax_id"] for row in rows] == ["C", "A", "B"]


async def test_the_columns_are_those_that_the_panel_names(told):
    async with told.connection() as connection:
        (row, *_) = await connection.fetch(query("baidu-main"))
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    (panel,) = (panel for panel in panels(board) if "rawSql" in panel["targets"][0])
    assert [each["matcher"]["options"] for each in panel["fieldConfig"]["overrides"]] == list(row.keys())


async def test_a_long_backlog_is_read_from_its_oldest_end_and_no_further_than_the_bound(database):
    await issue(database, "26110007", "OLD", "baidu-main", "overdue", 10, age=100_000)
    await issue(database, "26110008", "NEW", "baidu-main", "pending", 2 * READ)
    async with database.connection() as connection:
        await connection.execute("ANALYZE invoices")
        (plan,) = json.loads(await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {query('baidu-main')}"))
        rows = await connection.fetch(query("baidu-main"))
    assert [(row["tax_id"], row["overdue"]) for row in rows] == [("OLD", 10)]
    scans = [node for node in nodes(plan["Plan"]) if node.get("Relation Name") == "invoices"]
    assert [node["Index Name"] for node in scans] == ["invoices_unsynced"]
    assert scans[0]["Actual Rows"] <= READ


def nodes(plan):
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)
