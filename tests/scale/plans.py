"""What the server did for each statement the store sent: its plan, with the rows and buffers it really took.

The store runs as it is, over its own pool; `auto_explain` tells the plans as log messages of the connection.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from app.store.database import Connection, Database

A_SCAN = 2_000  # rows looked at by one node, one after another; more is a table read from end to end

_TELL = """
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0; SET auto_explain.log_analyze = on; SET auto_explain.log_buffers = on;
SET auto_explain.log_timing = off; SET auto_explain.log_format = json;
SELECT set_config('auto_explain.log_parameter_max_length', '0', false)  -- earlier ones tell no parameters
WHERE current_setting('server_version_num')::int >= 160000;
SET client_min_messages = log"""


@dataclass(frozen=True)
class Plan:
    """One statement as it was run."""

    statement: str
    root: dict[str, Any]

    @property
    def buffers(self) -> int:
        return self.root["Shared Hit Blocks"] + self.root["Shared Read Blocks"]

    @property
    def scans(self) -> set[str]:
        """The tables of which a node has looked at far more rows than any statement handles."""
        return {
            node["Relation Name"] for node in _nodes(self.root) if "Relation Name" in node and _looked_at(node) > A_SCAN
        }


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for each in node.get("Plans", ()):
        yield from _nodes(each)


def _looked_at(node: dict[str, Any]) -> float:
    """Rows of one round of a node, those it threw away included."""
    return float(node.get("Actual Rows", 0)) + float(node.get("Rows Removed by Filter", 0))


class Watched(Database):
    """A Database of one connection that remembers the plans of what was sent through it. `mode`: plan_cache_mode."""

    def __init__(self, url: str, mode: str | None = None) -> None:
        super().__init__(url, size=1)
        self._mode, self.plans = mode, list[Plan]()

    @asynccontextmanager
    async def _taken(self) -> AsyncIterator[Connection]:
        async with super()._taken() as connection:
            await connection.execute(_TELL + (f"; SET plan_cache_mode = {self._mode}" if self._mode else ""))
            connection.add_log_listener(self._hear)
            try:
                yield connection
            finally:
                await asyncio.sleep(0)  # listeners are called by the loop
                connection.remove_log_listener(self._hear)

    def _hear(self, _connection: Any, message: Any) -> None:
        _, found, document = message.message.partition("plan:\n")
        if found:
            told = json.loads(document)
            self.plans.append(Plan(told["Query Text"], told["Plan"]))
