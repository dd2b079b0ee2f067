"""The step to a database spread by tenant: every statement stays with one tenant, shown by the plans themselves.

A statement is planned for parameters that are not known (a generic plan), so nothing but its own conditions can keep it
with a tenant. Whatever is not so stands in a list here, with its reason.
"""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import UniqueConstraint

import app.store
from app.domain.search import Position, Search
from app.store import again, announcements, deliveries, delivery_log, invoices, partitions, tables
from tests.conftest import NOON, TENANT
from tests.scale import loading, steps
from tests.scale.plans import Watched

_SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
_HELD = re.compile(r"(\w+\.)?tenant(::\w+)? = ((?!\) ).)+")
_CONDITIONS = ("Index Cond", "Recheck Cond", "Filter")
_JOINS = ("Hash Cond", "Merge Cond", "Join Filter")

ALLOWED = {
    "keys._FIND": "finds the tenant: a key is known by its digest alone, so api_keys is a reference table",
    "partitions._BEGUN of checks": "asks whether a month has begun, which it does for all tenants at once",
    "scratch._AN_INVOICE": "asks whether a demo may have this database, before there is a service",
}
TABLELESS = {
    "maintenance._ONE_AT_A_TIME": "a lock",
    "silences._ONE_AT_A_TIME": "a lock",
    "migration._REVISION": "alembic_version: one row for all",
    "migration._THERE": "the catalogue",
    "partitions._PRESENT": "the catalogue",
    "scratch._HOLDS_INVOICES": "the catalogue",
    "statistics._GROWN": "the catalogue",
}
ALLOWED_KEYS = {"api_keys_digest": "finds the tenant: see keys._FIND"}

# Constants that are not statements yet, and the statements that are made of them.
PARTS = {
    "again._THE_MESSAGES", "again._THE_DEAD", "again._EVERYTHING", "announcements._RUNNING", "delivery_log._LIST",
    "partitions._BEGUN",
}  # fmt: skip
MADE = {
    "again, of messages": again._THE_MESSAGES + again._AGAIN_IN_ORDER,
    "again, of the dead": again._THE_DEAD + again._AGAIN_BY_ID,
    "again, of everything": again._EVERYTHING + again._AGAIN_IN_ORDER,
    **{f"announced {name}": announcements._RUNNING.format(table=name) for name in ("silences", "maintenance")},
    "deliveries of a state": delivery_log._LIST.format(narrow=delivery_log._OF_STATE["pending"]),
    "deliveries of an invoice": delivery_log._LIST.format(narrow=delivery_log._OF_INVOICE),
    "partitions._BEGUN of checks": partitions._BEGUN.format(table="checks", at="asked_at"),
    **{
        f"a search for {field.name}": invoices._statement(replace(Search(), **{field.name: sought}), "issued_at")[0]
        for field in fields(Search)
        if (sought := {"q": "a", "seller": "a", "number": "1", "label": (("a", "b"),)}.get(field.name))
    },
    "the next page": invoices._statement(Search(cursor=Position(NOON, str(UUID(int=0)))), "issued_at")[0],
}


def statements() -> dict[str, str]:
    """Every statement that the store keeps as a constant, by module and name."""
    found = {}
    for each in pkgutil.iter_modules(app.store.__path__):
        if each.ispkg:
            continue
        module = importlib.import_module(f"app.store.{each.name}")
        kept = {name: value for name, value in vars(module).items() if isinstance(value, str) and _SQL.match(value)}
        found |= {f"{each.name}.{name}": value for name, value in kept.items()}
    return found


STATEMENTS = {name: text for name, text in statements().items() if name not in PARTS} | MADE


def walk(node: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """Each node of a plan with the join conditions above it."""
    yield node, above
    joins = above + tuple(node[name] for name in _JOINS if name in node)
    for each in node.get("Plans", ()):
        yield from walk(each, joins)


def conjuncts(condition: str) -> list[str]:
    """What has to hold at the same time, each without its brackets: `((a = 1) AND (b = 2))` is a = 1 and b = 2."""
    parts, depth, start = [], 0, 0
    inside = condition[1:-1]
    for at, letter in enumerate(inside):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and inside.startswith(" AND ", at):
            parts.append(inside[start:at])
            start = at + len(" AND ")
    return [part.strip("()") if part.startswith("(") else part for part in [*parts, inside[start:]]]


def strays(plan: dict[str, Any]) -> list[str]:
    """The tables of a plan that are read without saying whose rows are meant."""
    found = []
    for node, above in walk(plan):
        if node.get("Relation Name", "pg_").startswith("pg_") or node["Node Type"] == "ModifyTable":
            continue
        own = [each for name in _CONDITIONS for each in conjuncts(node.get(name, ""))]
        joined = any(re.search(rf"\b{node['Alias']}\.tenant\b", condition) for condition in above)
        if not (any(map(_HELD.fullmatch, own)) or joined):
            found.append(f"{node['Node Type']} of {node['Relation Name']}: {own}")
    return found


@pytest.fixture
async def planner(database_url):
    connection = await asyncpg.connect(database_url)
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    yield connection
    await connection.close()


async def explained(planner, statement):
    await planner.execute(f"PREPARE asked AS {statement}")
    try:
        types = await planner.fetchval("SELECT parameter_types FROM pg_prepared_statements WHERE name = 'asked'")
        given = f"({', '.join(['NULL'] * len(types))})" if types else ""
        return json.loads(await planner.fetchval(f"EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE asked{given}"))[0]["Plan"]
    finally:
        await planner.execute("DEALLOCATE asked")


async def test_every_statement_keeps_to_one_tenant(planner):
    found = {name: strays(await explained(planner, statement)) for name, statement in STATEMENTS.items()}

    assert {name: reads for name, reads in found.items() if reads and name not in {*ALLOWED, *TABLELESS}} == {}


async def test_the_list_of_exceptions_has_none_too_many(planner):
    found = {name: strays(await explained(planner, STATEMENTS[name])) for name in ALLOWED}

    assert [name for name, reads in found.items() if not reads] == []
    assert [name for name in TABLELESS if name not in STATEMENTS] == []


async def test_what_runs_all_day_long_keeps_to_one_tenant_as_it_is_really_sent(database_url):
    watched = Watched(database_url, "force_generic_plan")
    await loading.load(database_url, 1_000)
    await deliveries.declare(watched, TENANT, [steps.HOOK])
    heard = {}
    for name, step in steps.hot().items():
        watched.plans.clear()
        await step.do(watched)
        heard[name] = [(each.statement, each.root) for each in watched.plans]
    await watched.close()

    assert [name for name, plans in heard.items() if not plans] == []
    found = {name: [(sent, strays(root)) for sent, root in plans if strays(root)] for name, plans in heard.items()}
    assert {name: reads for name, reads in found.items() if reads} == {}


@pytest.mark.parametrize(
    ("statement", "stays"),
    [
        ("SELECT FROM invoices WHERE tenant = $1 AND number = $2", True),
        ("SELECT FROM invoices WHERE number = $1", False),
        ("SELECT FROM invoices WHERE tenant = $1 OR number = $2", False),
        ("SELECT FROM invoices WHERE tenant <> $1", False),
        (
            "SELECT FROM moves m JOIN invoices i ON i.tenant = m.tenant AND i.id = m.invoice_id WHERE m.tenant = $1",
            True,
        ),
        ("SELECT FROM moves m JOIN invoices i ON i.id = m.invoice_id WHERE m.tenant = $1", False),
        ("UPDATE schedule SET lease = NULL WHERE ctid = ANY ($1::tid[])", False),
        ("DELETE FROM notes WHERE tenant = $1", True),
        ("SELECT FROM checks WHERE invoice_id = $1", False),
    ],
)
async def test_a_plan_tells_a_statement_that_strays(statement, stays, planner):
    assert (strays(await explained(planner, statement)) == []) is stays


def test_every_key_leads_with_the_tenant():
    leading = {}
    for table in tables.SQLModel.metadata.sorted_tables:
        keys = [table.primary_key, *(index for index in table.indexes if index.unique)]
        keys += [each for each in table.constraints if isinstance(each, UniqueConstraint)]
        leading |= {str(key.name or table.name): next(iter(key.columns)).name for key in keys}

    assert {name for name, column in leading.items() if column != "tenant"} == set(ALLOWED_KEYS)


async def test_the_database_has_no_key_that_is_not_declared_and_none_that_leads_elsewhere(planner):
    found = await planner.fetch("""
        SELECT i.indexrelid::regclass::text AS name, a.attname AS leads FROM pg_index i
        JOIN pg_class t ON t.oid = i.indrelid AND t.relnamespace = 'public'::regnamespace
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indisunique AND t.relname <> 'alembic_version'""")

    assert {row["name"] for row in found if row["leads"] != "tenant"} == set(ALLOWED_KEYS)


async def test_no_foreign_key_leaves_its_tenant(planner):
    found = await planner.fetch("""
        SELECT c.conname, a.attname AS leads FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] WHERE c.contype = 'f'""")

    assert [row["conname"] for row in found if row["leads"] != "tenant"] == []
