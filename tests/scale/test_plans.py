"""The plans at a million invoices: no hot statement reads a table, however its plan came about.

A plan may be made for every call, or once for all; it may have been made when there were twenty thousand invoices, or
none: then it is made anew as soon as statistics are taken.
"""

import asyncio
from collections.abc import Iterator

import pytest

from app.domain.errors import DatabaseUnavailable
from app.store import deliveries
from tests.conftest import TENANT, _execute, _named
from tests.scale import loading, steps
from tests.scale.plans import Plan, Watched
from tests.scale.steps import Step

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

Heard = dict[str, list[Plan]]
HOT, WALKS = steps.hot(), steps.long_walks()
SMALL = 20_000  # invoices that were there when statements were prepared
GROWN, EMPTY, CUSTOM, GENERIC = MODES = ("grown since", "empty once", "force_custom_plan", "force_generic_plan")
# A month's partition is empty when the month begins: until its statistics are taken, an old plan may read all of it.
CASES = [(mode, name) for mode in MODES for name in HOT if (mode, name) != (GROWN, "history")]


@pytest.fixture(scope="module")
def heard(server: str, template: str) -> Iterator[dict[str, Heard]]:
    """What was heard of each step, by the planner's state of knowledge. One load for all."""
    name = "piaoda_million"
    asyncio.run(_execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    yield asyncio.run(_listen(_named(server, name)))
    asyncio.run(_execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _listen(url: str) -> dict[str, Heard]:
    empty, grown = Watched(url), Watched(url)
    await loading.quiet(empty)
    await deliveries.declare(empty, TENANT, [steps.HOOK])
    await _prepare(empty)
    await loading.clear(empty)
    await loading.load(url, SMALL)
    await _execute(url, "ANALYZE")
    await _prepare(grown)
    await loading.clear(grown)
    await loading.load(url)
    heard = {GROWN: await _all(grown, HOT)}
    await _execute(url, "ANALYZE")
    heard[EMPTY] = await _all(empty, HOT)
    return heard | {mode: await _all(Watched(url, mode), HOT | WALKS) for mode in (CUSTOM, GENERIC)}


async def _prepare(database: Watched) -> None:
    """Every statement more than five times: from then on its plan may be kept for ever."""
    for _ in range(6):
        for step in steps.hot().values():
            await step.do(database)


async def _all(database: Watched, wanted: dict[str, Step]) -> Heard:
    heard = {}
    for name, step in wanted.items():
        database.plans.clear()
        try:
            await step.do(database)
        except DatabaseUnavailable:
            continue  # a statement that ran into its timeout has no plan to show
        heard[name] = list(database.plans)
    await database.close()
    return heard


@pytest.mark.parametrize(("mode", "name"), CASES)
def test_a_hot_statement_costs_what_its_rows_cost(mode, name, heard):
    plans, step = heard[mode].get(name), HOT[name]

    assert plans, "a statement was cancelled for taking too long"
    assert sum(plan.buffers for plan in plans) <= step.rows * step.each, [(p.statement, p.buffers) for p in plans]


@pytest.mark.parametrize(("mode", "name"), CASES)
def test_a_hot_statement_reads_no_table_from_end_to_end(mode, name, heard):
    scans = {plan.statement: plan.scans for plan in heard[mode].get(name, ()) if plan.scans}

    assert scans == {} or name == "gauges"  # which counts up to ten thousand


@pytest.mark.parametrize("mode", [CUSTOM, GENERIC])
@pytest.mark.parametrize("name", WALKS)
def test_a_search_without_an_index_walks_the_list_once(mode, name, heard):
    assert sum(plan.buffers for plan in heard[mode][name]) <= WALKS[name].rows
